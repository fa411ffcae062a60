"""Nodes of the tree, as the parser recognises them.

In: the name of a rule or alternative of the grammar, its parts, its place. Out: a node, or LOST
where a part could not be understood. Invariant: every name that the grammar's tables mention as
something to build is a method here.
"""

from collections.abc import Callable

from tunec.diagnostics.model import Diagnostic, Edit, Fix, Label
from tunec.source import Source, Span
from tunec.syntax import nodes
from tunec.syntax.machine import Built
from tunec.syntax.strings import undo_escapes, without_margin
from tunec.syntax.tokens import Token

Parts = list[Built]


class Lost:
    """Stands for what could not be understood; whatever contains it is lost too, up to its item."""


LOST = Lost()

FOREIGN_WORDS = {
    "True": "true",
    "TRUE": "true",
    "False": "false",
    "FALSE": "false",
    "None": None,
    "null": None,
    "NULL": None,
    "nil": None,
}
"""What other languages call true, false and nothing."""


class Builder:
    """Builds nodes of one source; `say` takes what is found to be wrong on the way."""

    def __init__(self, source: Source, say: Callable[[Diagnostic], None]) -> None:
        self.source = source
        self.say = say

    def __call__(self, action: str, parts: Parts, start: int, end: int) -> Built:
        if action in ("document", "body"):
            return tuple(item for item in parts if item is not LOST)
        for part in parts:
            if part is LOST or (part.__class__ is Token and part.lost):
                return LOST
        return getattr(self, action)(parts, Span(self.source, start, end))

    def name_of(self, token: Token) -> nodes.Name:
        span = Span(self.source, token.start, token.end)
        return nodes.Name(span.text, span)

    # --- Items ---------------------------------------------------------------------------

    def setting(self, parts: Parts, span: Span) -> nodes.Setting:
        return nodes.Setting(self.name_of(parts[0]), parts[1], span)

    def bound(self, parts: Parts, span: Span) -> nodes.Bound:
        sign = parts[0]
        return nodes.Bound(self.source.text[sign.start : sign.end], parts[1], span)

    def let(self, parts: Parts, span: Span) -> nodes.Let:
        return nodes.Let(self.name_of(parts[0]), parts[1], span)

    def use(self, parts: Parts, span: Span) -> nodes.Use:
        token = parts[0]
        return nodes.Use(self.text(parts, Span(self.source, token.start, token.end)), span)

    def block(self, parts: Parts, span: Span) -> nodes.Block:
        keyword, *rest = parts
        body = rest.pop() if rest and isinstance(rest[-1], tuple) else None
        return nodes.Block(self.name_of(keyword), rest[0] if rest else None, body, span)

    # --- Values --------------------------------------------------------------------------

    def number(self, parts: Parts, span: Span) -> nodes.Number:
        return nodes.Number(span.text, span)

    def reference(self, parts: Parts, span: Span) -> nodes.Reference:
        return nodes.Reference(span.text[1:], span)

    def symbol(self, parts: Parts, span: Span) -> nodes.Symbol:
        return nodes.Symbol(span.text, span)

    def word(self, parts: Parts, span: Span) -> nodes.Symbol | nodes.Boolean | Lost:
        """A symbol as a value: here, other languages' words for true and false are mistakes."""
        text = span.text
        if text not in FOREIGN_WORDS:
            return nodes.Symbol(text, span)
        meant = FOREIGN_WORDS[text]
        if meant is None:
            self.say(
                Diagnostic(
                    "E117",
                    f"There is no `{text}` here: a setting that is not wanted is left out.",
                    Label(span),
                    help="Remove the setting.",
                )
            )
            return LOST
        fix = Fix(f"Write `{meant}`", (Edit(span, meant),), safe=True)
        message = f"`{text}` is not a truth value: these are `true` and `false`."
        self.say(Diagnostic("E117", message, Label(span), help=f"Write `{meant}`.", fix=fix))
        return nodes.Boolean(meant == "true", span)

    def true(self, parts: Parts, span: Span) -> nodes.Boolean:
        return nodes.Boolean(True, span)

    def false(self, parts: Parts, span: Span) -> nodes.Boolean:
        return nodes.Boolean(False, span)

    def text(self, parts: Parts, span: Span) -> nodes.Text:
        raw = self.source.text[span.start + 1 : span.end - 1]
        value, unknown = undo_escapes(raw)
        if unknown:
            self.unknown_escape(span.start + 1, raw)
        return nodes.Text(value, span)

    def block_text(self, parts: Parts, span: Span) -> nodes.Text:
        raw = self.source.text[span.start + 3 : span.end - 3]
        value, unknown = undo_escapes(without_margin(raw))
        if unknown:
            self.unknown_escape(span.start + 3, raw)
        return nodes.Text(value, span, block=True)

    def unknown_escape(self, offset: int, raw: str) -> None:
        start, end = undo_escapes(raw)[1][0]
        written = " ".join(raw[start:end].split())
        span = Span(self.source, offset + start, offset + start + len(written))
        if raw[start : start + 3] == "\\u{":
            message = f"`{written}` is not a character."
            help = "Write a number from 0 to 10FFFF between the braces, as in `\\u{1F600}`."
        else:
            message = f"`{written}` is not an escape that strings know."
            help = (
                'Write `\\\\` for a backslash; the escapes are `\\"`, `\\\\`, `\\n`, `\\t`, `\\r` '
                "and `\\u{…}`."
            )
        fix = Fix(
            "Write `\\\\`", (Edit(Span(self.source, span.start, span.start + 1), "\\\\"),), False
        )
        self.say(Diagnostic("E109", message, Label(span), help=help, fix=fix))

    def sequence(self, parts: Parts, span: Span) -> nodes.Sequence:
        return nodes.Sequence(tuple(parts), span)

    def unit(self, parts: Parts, span: Span) -> nodes.Name:
        return self.name_of(parts[0])

    def quantity(self, parts: Parts, span: Span) -> nodes.Quantity:
        return nodes.Quantity(parts[0], parts[1], span)

    def negate(self, parts: Parts, span: Span) -> nodes.Negation:
        return nodes.Negation(parts[0], span)

    def add(self, parts: Parts, span: Span) -> nodes.Operation:
        return nodes.Operation("+", parts[0], parts[1], span)

    def subtract(self, parts: Parts, span: Span) -> nodes.Operation:
        return nodes.Operation("-", parts[0], parts[1], span)

    def multiply(self, parts: Parts, span: Span) -> nodes.Operation:
        return nodes.Operation("*", parts[0], parts[1], span)

    def divide(self, parts: Parts, span: Span) -> nodes.Operation:
        return nodes.Operation("/", parts[0], parts[1], span)

    # --- Arguments of the command line -----------------------------------------------------

    def path(self, parts: Parts, span: Span) -> tuple[nodes.Name, ...]:
        return tuple(self.name_of(token) for token in parts)

    def path_setting(self, parts: Parts, span: Span) -> tuple[tuple[nodes.Name, ...], nodes.Value]:
        return parts[0], parts[1]

    def lone_value(self, parts: Parts, span: Span) -> nodes.Value:
        value: nodes.Value = parts[0]
        return value
