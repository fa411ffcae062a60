"""Mistakes in what stands after `=`, in a list, or as the label of a block.

In: the place where a parse is stuck. Out: the mistake, or None where it is another one.
Invariant: each rule looks at the tokens around the place only.
"""

from tunec.diagnostics.model import Diagnostic
from tunec.syntax.errors import describe, error, replace, shown, span_of
from tunec.syntax.machine import row
from tunec.syntax.mistakes import (
    OPERATORS,
    VALUE_STARTS,
    Mistake,
    Place,
    Rule,
    run_from,
)
from tunec.syntax.tokens import END, NEWLINE, UNKNOWN, Token

_ENDS = (NEWLINE, END, "COMMA", "RBRACE", "RSQB", "RPAR")


def doubled_equals(place: Place) -> Mistake | None:
    if place.kind != "EQUAL" or place.last.kind != "EQUAL":
        return None
    span = place.span(place.last.start, place.token.end)
    problem = error(
        "E120",
        "A setting has one `=`.",
        span,
        help="Write `=`.",
        fix=replace("Write `=`", span, "="),
    )
    return Mistake(problem, place.index + 1, place.machine.accepts(place.next.kind))


def equal_before_bound(place: Place) -> Mistake | None:
    """`=> 3`: the signs of a bound the other way round, or an `=` too many."""
    if place.kind != "BOUND" or place.last.kind != "EQUAL":
        return None
    span = place.span(place.last.start, place.token.end)
    meant = place.written(place.token)[0] + "="
    problem = error(
        "E120",
        f"A bound is written `{meant}`.",
        span,
        help=f"Write `{meant}`.",
        fix=replace(f"Write `{meant}`", span, meant),
    )
    bound = Token("BOUND", place.token.start, place.token.end)
    return Mistake(problem, place.index + 1, insert=(bound,), top=place.before)


def missing_value(place: Place) -> Mistake | None:
    """Nothing after `=`, an operator, `use` or an opening parenthesis, or only on the next line."""
    last = place.last
    if place.kind not in _ENDS:
        return None
    bare_let = last.kind == "NAME" and place.machine.accepts("EQUAL") and not place.after_name
    empty = place.parse.start == "lone_value" and place.kind == END and not last.kind
    if (
        last.kind not in ("EQUAL", "BOUND", "USE", "LPAR", *OPERATORS)
        and not bare_let
        and not empty
    ):
        return None
    sign = place.written(last)
    help = f"Write a value after `{sign}`."
    if last.kind == "EQUAL":
        name = place.top[4][1]
        known = isinstance(name, Token)
        message = f"`{place.written(name)}` has no value." if known else "There is no value."
        if "item" in row(place.top[4][4][0]):
            help = "Write a value after `=`, or remove the setting."
    elif last.kind == "USE":
        message, help = "`use` is not followed by a file.", 'Write `use "other.tune"`.'
    elif bare_let:
        message, help = f"`let {sign}` has no value.", f"Write `let {sign} = …`."
    elif last.kind:
        message = f"There is no value after `{sign}`."
    else:
        message, help = "There is no value.", "Write a value."
    index = place.index
    while place.tokens[index].kind == NEWLINE:
        index += 1
    below = place.kind == NEWLINE and place.tokens[index].kind in VALUE_STARTS
    if below and place.machine.accepts(place.tokens[index].kind):
        message = f"A value starts on the line of its `{sign}`, but there is none after it."
        help = f"Move the value up to the line of `{sign}`."
    else:
        below, index = False, place.index
    fix = None
    between = place.span(last.end, place.tokens[index].start)
    if below and not between.text.strip():
        fix = replace("Move the value up", between, " ")
    problem = error("E103", message, span_of(place.source, last), help=help, fix=fix)
    return Mistake(problem, index, below)


def number_sign(place: Place) -> Mistake | None:
    """`+5`."""
    if place.kind != "PLUS" or not place.machine.accepts("NUMBER"):
        return None
    if place.next.kind not in ("NUMBER", "REFERENCE", "LPAR"):
        return None
    span = span_of(place.source, place.token)
    problem = error(
        "E110",
        f"`+` cannot stand before {shown(place.written(place.next))}: only `-` is a sign.",
        span,
        help="Remove the `+`.",
        fix=replace("Remove the `+`", span, ""),
    )
    return Mistake(problem, place.index + 1)


def unquoted_argument(place: Place) -> Mistake | None:
    """Text without quotes after `--set name=`."""
    if place.parse.start == "document":
        return None
    start = 0
    for token in place.tokens[: place.index]:
        if token.kind == "EQUAL":
            start = token.end
            break
    start += len(place.text[start:]) - len(place.text[start:].lstrip())
    value = place.text[start:].rstrip()
    if not value or value[0] in "\"'[(-$":
        return None
    return Mistake(_unquoted(place, start, start + len(value), argument=True), place.index, False)


def unquoted_text(place: Place) -> Mistake | None:
    """`source = data/train.jsonl`, `model meta-llama/Llama-3`."""
    starts = place.machine.accepts("STRING") and not place.at_item
    word = place.last
    glued = word.kind == "NAME" and place.touches(word, place.token)
    inside = glued and place.machine.accepts("STRING", top=place.before)
    if inside and place.kind in ("SLASH", "DOT", "MINUS", "STAR", UNKNOWN):
        end = run_from(place, word.start)
        tight = end > place.token.end or place.kind not in ("SLASH", "MINUS", "STAR")
        if place.after_name or not tight:
            return None
        return _as_text(place, word.start, end, rewind=True)
    if place.last.kind == "USE" and place.kind == "NAME":
        starts = True
    elif place.kind not in ("SLASH", "DOT", "STAR", UNKNOWN):
        return None
    end = run_from(place, place.token.start)
    if not starts or end - place.token.start < 2 or place.written(place.token) == ":":
        return None
    return _as_text(place, place.token.start, end, rewind=False)


def _as_text(place: Place, start: int, end: int, *, rewind: bool) -> Mistake:
    text = Token("STRING", start, end, lost=True)
    resume = place.after(end)
    top = place.before if rewind else None
    return Mistake(_unquoted(place, start, end), resume, True, (text,), top)


def _unquoted(place: Place, start: int, end: int, *, argument: bool = False) -> Diagnostic:
    span = place.span(start, end)
    text = span.text
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    help = f"Write {shown(quoted)}."
    if argument:
        name = place.text[:start] or "name="
        for_shell = shown(f"'{name}{quoted}'", 80)
        help = f"Write {shown(quoted)}, and in a shell {for_shell}."
    elif not set(text) & set("/.:~\\") and "-" in text:
        help = (
            f"Write {shown(quoted)} if it is text, or `{text.replace('-', '_')}` if it is a name."
        )
    return error(
        "E123",
        f"{shown(text)} is text without quotes.",
        span,
        help=help,
        fix=replace("Put it in quotes", span, quoted, safe=False),
    )


def arithmetic_on_text(place: Place) -> Mistake | None:
    """`"a" + 1`, `2 * rank`."""
    words = ("STRING", "BLOCK_STRING", "NAME", "TRUE", "FALSE")
    if place.kind in OPERATORS and place.last.kind in (*words, "RSQB"):
        sign, operand = f"`{place.written(place.token)}` calculates", place.last
    elif place.kind in (*words, "LSQB") and place.last.kind in (*OPERATORS, "LPAR"):
        sign, operand = f"`{place.written(place.last)}` calculates", place.token
        if place.last.kind == "LPAR":
            sign = "Parentheses calculate"
    else:
        return None
    help = 'Write a number, or put the whole value in quotes if it is text: `"…"`.'
    fix = None
    if operand.kind == "NAME":
        name = place.written(operand)
        help = f"Write `${name}` if it is the name of a `let`; put text in quotes."
        if place.machine.accepts("REFERENCE"):
            span = span_of(place.source, operand)
            fix = replace(f"Write `${name}`", span, f"${name}", safe=False)
    what = "a list" if operand.kind in ("LSQB", "RSQB") else describe(place.source, operand)
    problem = error(
        "E131",
        f"{sign} with numbers, but {what} is none.",
        span_of(place.source, operand),
        help=help,
        fix=fix,
    )
    return Mistake(problem, place.index, repaired=False)


def block_in_list(place: Place) -> Mistake | None:
    """`[{ role = "user" }]`."""
    if place.kind != "LBRACE" or not place.machine.accepts("NUMBER"):
        return None
    problem = error(
        "E110",
        "A block cannot be a value or stand in a list.",
        span_of(place.source, place.token),
        help="Write each block as an item of its own: `keyword { … }`.",
    )
    return Mistake(problem, place.index, repaired=False)


RULES: tuple[Rule, ...] = (
    doubled_equals,
    equal_before_bound,
    missing_value,
    number_sign,
    unquoted_argument,
    unquoted_text,
    arithmetic_on_text,
    block_in_list,
)
