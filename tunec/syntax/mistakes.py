"""What was probably meant where a token cannot follow.

In: a parse that is stuck at a token. Out: a diagnostic, and how to go on. Invariant: a repair leads
to a stack that takes the next token, so the rest is read as it was meant.

The rules are tried in order; each knows one mistake. `tests/syntax/examples.py` has a snippet or
more for each of them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tunec.diagnostics.model import Diagnostic
from tunec.source import Span
from tunec.syntax.errors import describe, error, replace, shown, span_of
from tunec.syntax.machine import Stack, row
from tunec.syntax.tokens import END, NEWLINE, UNKNOWN, Token

if TYPE_CHECKING:
    from tunec.syntax.parser import Parse

OPERATORS = ("PLUS", "MINUS", "STAR", "SLASH")
VALUE_STARTS = (
    "NUMBER",
    "REFERENCE",
    "STRING",
    "BLOCK_STRING",
    "LSQB",
    "LPAR",
    "MINUS",
    "TRUE",
    "FALSE",
)
"""What starts a value and cannot start an item."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong, and how to go on: from `top` (or the stack as it is), with the tokens of
    `insert` taken, at the token of index `resume`. Without a repair the item is given up, and what
    is before `resume` skipped."""

    problem: Diagnostic
    resume: int
    repaired: bool = True
    insert: tuple[Token, ...] = ()
    top: Stack | None = None


class Place:
    """Where a parse is stuck."""

    def __init__(self, parse: "Parse", index: int) -> None:
        self.parse = parse
        self.source = parse.source
        self.text = parse.source.text
        self.machine = parse.machine
        self.top = parse.machine.top
        self.before = parse.before_last
        self.tokens = parse.tokens
        self.index = index
        self.token = parse.tokens[index]
        self.kind = self.token.kind
        self.next = parse.tokens[min(index + 1, len(parse.tokens) - 1)]

    @cached_property
    def last(self) -> Token:
        """The token taken last; an empty one of no kind at the start."""
        value = self.top[1]
        if isinstance(value, Token) and value.start < value.end:
            return value
        before = (token for token in reversed(self.tokens[: self.index]) if token.start < token.end)
        return next(before, Token("", 0, 0))

    @cached_property
    def at_item(self) -> bool:
        """An item could start here."""
        return self.machine.accepts("LET")

    @cached_property
    def after_name(self) -> bool:
        """Right after the first word of a setting or block."""
        return self.last.kind == "NAME" and bool(self.top[4]) and "item" in row(self.top[4][0])

    @cached_property
    def here(self) -> Span:
        """The token, or where it is no text of its own the one before it."""
        shows = self.kind != NEWLINE and self.token.start < self.token.end
        return span_of(self.source, self.token if shows else self.last)

    def touches(self, left: Token, right: Token) -> bool:
        return left.end == right.start

    def written(self, token: Token) -> str:
        return self.text[token.start : token.end]

    def span(self, start: int, end: int) -> Span:
        return Span(self.source, start, end)

    def after(self, offset: int) -> int:
        """The index of the first token that starts at or after a place."""
        index = self.index
        while self.tokens[index].start < offset and self.tokens[index].kind != END:
            index += 1
        return index

    def end_of_line(self) -> int:
        """The index of the token that ends the line."""
        index = self.index
        while self.tokens[index].kind not in (NEWLINE, END):
            index += 1
        return index


Rule = Callable[[Place], Mistake | None]


def find_mistake(parse: "Parse", index: int) -> Mistake:
    """The mistake that explains why the token of this index cannot follow."""
    from tunec.syntax import mistakes_in_items, mistakes_in_values

    place = Place(parse, index)
    for rule in (*mistakes_in_items.RULES, *mistakes_in_values.RULES, *GENERAL):
        found = rule(place)
        if found:
            return found
    return unexpected(place)


# --- Signs ---------------------------------------------------------------------------------


def semicolon(place: Place) -> Mistake | None:
    if place.written(place.token) != ";":
        return None
    span = span_of(place.source, place.token)
    ends_line = place.next.kind in (NEWLINE, END, "RBRACE")
    meant = "" if ends_line else ","
    problem = error(
        "E114",
        "An item ends with its line or with a comma, not with `;`.",
        span,
        help="Remove the `;`." if ends_line else "Write `,` instead.",
        fix=replace("Remove the `;`" if ends_line else "Write `,`", span, meant),
    )
    if ends_line:
        repaired = place.machine.accepts(place.next.kind)
        return Mistake(problem, place.index + 1, repaired)
    comma = Token("COMMA", place.token.start, place.token.end)
    repaired = place.machine.accepts("COMMA", place.next.kind)
    return Mistake(problem, place.index + 1, repaired, (comma,))


def extra_comma(place: Place) -> Mistake | None:
    if place.kind != "COMMA":
        return None
    index = place.index - 1
    while index >= 0 and place.tokens[index].kind == NEWLINE:
        index -= 1
    before = place.tokens[index].kind if index >= 0 else ""
    if before not in ("", "COMMA", "LBRACE", "LSQB"):
        return None
    span = span_of(place.source, place.token)
    problem = error(
        "E119",
        "A comma has nothing before it to separate.",
        span,
        help="Remove the comma.",
        fix=replace("Remove the comma", span, ""),
    )
    return Mistake(problem, place.index + 1)


def missing_separator(place: Place) -> Mistake | None:
    """Two items, or two values of a list, with nothing between them."""
    if place.parse.start != "document":
        return None
    right = place.token
    before = reversed(place.tokens[: place.index])
    left = next((token for token in before if token.kind != NEWLINE), None)
    if left is None:
        return None
    insert: tuple[Token, ...] = (Token("COMMA", left.end, left.end),)
    top = None
    starts_block = place.kind in ("LBRACE", "STRING") or place.next.kind in ("LBRACE", "STRING")
    rewind = place.kind == "EQUAL" or (starts_block and not place.after_name)
    kinds = ("COMMA", "NAME", place.kind)
    if rewind and place.last.kind == "NAME" and place.machine.accepts(*kinds, top=place.before):
        # The first word of the second item was taken for a unit, as in `16 alpha = 32`.
        top, right = place.before, place.last
        left = place.before[1] if isinstance(place.before[1], Token) else left
        insert = (Token("COMMA", left.end, left.end), right)
    elif not place.machine.accepts("COMMA", place.kind) or place.kind in (NEWLINE, END, "RSQB"):
        return None
    if right.kind in ("RBRACE", "COMMA"):
        return None
    in_list = place.machine.accepts("RSQB")
    what = "A comma" if in_list else "A new line or a comma"
    first, second = shown(place.written(left)), shown(place.written(right))
    problem = error(
        "E102",
        f"{what} is missing between {first} and {second}.",
        span_of(place.source, right),
        help="Write `,` between them." if in_list else "Start a new line here, or write `,`.",
        fix=replace("Write `,`", place.span(left.end, left.end), ","),
    )
    return Mistake(problem, place.index, insert=insert, top=top)


# --- What no other rule knows ------------------------------------------------------------------


def reserved_word(place: Place) -> Mistake | None:
    if place.kind not in ("LET", "USE", "TRUE", "FALSE"):
        return None
    if not place.after_name and place.machine.accepts("COMMA", place.kind):
        return None
    word = place.written(place.token)
    problem = error(
        "E132",
        f"`{word}` is a word of the language itself and cannot be used as a name.",
        span_of(place.source, place.token),
        help=f'Choose another name, or write `"{word}"` if it is text.',
    )
    return Mistake(problem, place.index, repaired=False)


def unknown_sign(place: Place) -> Mistake | None:
    if place.kind != UNKNOWN:
        return None
    sign = place.written(place.token)
    problem = error(
        "E111",
        f"`{sign}` means nothing outside quotes and comments.",
        span_of(place.source, place.token),
        help='Remove it, or put the text in quotes: `"…"`.',
    )
    return Mistake(problem, place.index + 1, place.machine.accepts(place.next.kind))


def unexpected(place: Place) -> Mistake:
    """The last resort: leaves the token out if the parse can go on after it."""
    what = describe(place.source, place.token)
    where = f" after {describe(place.source, place.last)}" if place.last.kind else ""
    if place.machine.accepts("NUMBER"):
        help = "Write a value here: a number, text in quotes, a word or a list."
    elif place.at_item:
        help = "Write `name = value`, or a block, here."
    elif place.machine.accepts("EQUAL"):
        help = "Write `=` and a value."
    else:
        help = "Remove it, or start a new line before it."
    message = f"{what[0].upper()}{what[1:]} cannot stand here{where}."
    problem = error("E110", message, place.here, help=help)
    leave_out = place.kind not in (END, NEWLINE) and place.machine.accepts(place.next.kind)
    return Mistake(problem, place.index + leave_out, leave_out)


GENERAL: tuple[Rule, ...] = (
    semicolon,
    extra_comma,
    reserved_word,
    missing_separator,
    unknown_sign,
)


_RUN = re.compile(r"[^\s,\[\]{}()\"#=]+")


def run_from(place: Place, start: int) -> int:
    """The end of the text without white space or signs of the language that starts at a place."""
    found = _RUN.match(place.text, start)
    return found.end() if found else start
