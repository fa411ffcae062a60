"""Mistakes in how an item starts: its name, its `=`, its braces.

In: the place where a parse is stuck. Out: the mistake, or None where it is another one.
Invariant: each rule looks at the tokens around the place only.
"""

import re

from tunec.diagnostics.model import Edit, Fix
from tunec.syntax.errors import describe, error, replace, shown, span_of
from tunec.syntax.machine import row
from tunec.syntax.mistakes import VALUE_STARTS, Mistake, Place, Rule
from tunec.syntax.oddities import thousands
from tunec.syntax.tokens import END, NEWLINE, UNKNOWN, Token

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HYPHENED = re.compile(r"[A-Za-z0-9_-]+")
_DOTTED = re.compile(r"[A-Za-z0-9_.]+")


def malformed_path(place: Place) -> Mistake | None:
    """The left side of `--set path=value`."""
    if place.parse.start != "path_setting":
        return None
    if any(token.kind == "EQUAL" for token in place.tokens[: place.index]):
        return None
    token = place.last if place.kind == END and place.last.kind else place.token
    if not place.text.strip():
        message = "There is no setting to set."
    elif place.kind == END:
        message = f"{shown(place.text)} has no `=`."
    else:
        message = f"{describe(place.source, place.token)} cannot stand in the path of a setting."
    help = "Write names with dots between them, then `=` and a value: `train.epochs=3`."
    problem = error(
        "E130", message[0].upper() + message[1:], span_of(place.source, token), help=help
    )
    return Mistake(problem, place.index, repaired=False)


def colon(place: Place) -> Mistake | None:
    """`rank: 16`, `method:` with an indented block, `"rank": 16`."""
    if place.written(place.token) != ":" or place.parse.start != "document":
        return None
    touching = place.next.kind not in (NEWLINE, END) and place.touches(place.token, place.next)
    if not place.after_name and (touching or place.machine.accepts("NUMBER")):
        return None  # `hub:name`: text without quotes
    span = span_of(place.source, place.token)
    name = place.written(place.last)
    if place.next.kind in ("LBRACE", "EQUAL"):
        help, fix = "Remove the `:`.", replace("Remove the `:`", span, "")
        repaired, insert = place.machine.accepts(place.next.kind), ()
    elif place.next.kind in (NEWLINE, END):
        help, fix = f"Write `{name} {{`, and `}}` after its last line.", None
        repaired, insert = True, ()
    elif place.after_name:
        help, fix = "Write `=` instead of `:`.", replace("Write `=`", span, " =")
        insert = (Token("EQUAL", place.token.start, place.token.end),)  # type: ignore[assignment]  # a tuple of one
        repaired = place.machine.accepts("EQUAL", place.next.kind)
    else:
        return None
    message = f"There is no `:` after `{name}`: settings have `=`, and blocks have braces."
    problem = error("E112", message, span, help=help, fix=fix)
    return Mistake(problem, place.index + 1, repaired, insert)


def section_header(place: Place) -> Mistake | None:
    """`[method]`, as in TOML and INI files."""
    if place.kind != "LSQB" or not place.at_item:
        return None
    end = place.end_of_line()
    span = place.span(place.token.start, place.tokens[end - 1].end)
    found = _NAME.search(span.text)
    name = found.group() if found else "method"
    problem = error(
        "E113",
        f"{shown(span.text)} does not start a section: a block has braces around its settings.",
        span,
        help=f"Write `{name} {{`, and `}}` after its last setting.",
    )
    return Mistake(problem, end, repaired=False)


def quoted_name(place: Place) -> Mistake | None:
    """`"rank" = 16`, `"rank": 16`."""
    sign = place.written(place.next)
    if place.kind != "STRING" or not place.at_item or sign not in ("=", ":"):
        return None
    span = span_of(place.source, place.token)
    inner = span.text[1:-1]
    good = _NAME.fullmatch(inner) is not None
    edits = [Edit(span, inner)]
    if sign == ":":
        edits.append(Edit(span_of(place.source, place.next), " ="))
    problem = error(
        "E121",
        f"The name {shown(span.text)} of a setting has no quotes.",
        span,
        help=f"Write `{inner} = …`." if good else "Write the name of a setting and `=`.",
        fix=Fix(f"Write `{inner} =`", tuple(edits), safe=True) if good else None,
    )
    equal = Token("EQUAL", place.next.start, place.next.end)
    name = Token("NAME", span.start + 1, span.end - 1, lost=not good)
    return Mistake(problem, place.index + 2, True, (name, equal))


def assigned_reference(place: Place) -> Mistake | None:
    """`$rank = 16`."""
    if place.kind != "REFERENCE" or not place.at_item or place.next.kind != "EQUAL":
        return None
    span = span_of(place.source, place.token)
    name = span.text[1:]
    problem = error(
        "E128",
        f"`{span.text}` reads a value and cannot be given one.",
        span,
        help=f"Write `let {name} = …` to name a value, or `{name} = …` for a setting.",
        fix=replace(f"Write `let {name}`", span, f"let {name}", safe=False),
    )
    return Mistake(
        problem, place.index + 1, True, (Token("NAME", span.start, span.end, lost=True),)
    )


def brace_on_own_line(place: Place) -> Mistake | None:
    if place.kind != "LBRACE" or place.last.kind != NEWLINE:
        return None
    if not place.machine.accepts("LBRACE", top=place.parse.before_lines):
        return None
    start = place.token.start
    index = place.index - 1
    while place.tokens[index].kind == NEWLINE:
        index -= 1
    before = place.tokens[index]
    between = place.text[before.end : start]
    fix = None
    if not between.strip():
        fix = replace("Move it up", place.span(before.end, start + 1), " {")
    problem = error(
        "E127",
        f"The `{{` of a block stands on the line of {shown(place.written(before))}.",
        span_of(place.source, place.token),
        help="Move it to the end of that line.",
        fix=fix,
    )
    return Mistake(problem, place.index, top=place.parse.before_lines)


def thousands_separator(place: Place) -> Mistake | None:
    """`1,234` outside a list."""
    if place.kind != "NUMBER" or not place.at_item or place.last.kind != "COMMA":
        return None
    before = place.tokens[place.index - 2]
    if before.kind != "NUMBER" or not place.touches(before, place.last):
        return None
    problem = thousands(place.source, place.token.start, place.token.end)
    return Mistake(problem, place.index, repaired=False)


def no_name(place: Place) -> Mistake | None:
    """Anything else that cannot start an item."""
    if not place.at_item or place.kind in (UNKNOWN, "COMMA", "TRUE", "FALSE", END):
        return None
    span = span_of(place.source, place.token)
    if place.kind == "EQUAL":
        problem = error(
            "E104",
            "There is no name before `=`.",
            span,
            help="Write the name of the setting before `=`.",
        )
    else:
        problem = error(
            "E104",
            f"{shown(span.text)} cannot start a line: settings and blocks start with a name.",
            span,
            help="Write `name = value`, or a block, here.",
        )
    return Mistake(problem, place.index, repaired=False)


def nameless_let(place: Place) -> Mistake | None:
    if place.last.kind != "LET" or place.kind in ("LET", "USE", "TRUE", "FALSE"):
        return None
    problem = error(
        "E104",
        f"`let` is followed by a name, but here by {describe(place.source, place.token)}.",
        place.here,
        help="Write `let name = value`.",
    )
    return Mistake(problem, place.index, repaired=False)


def split_name(place: Place) -> Mistake | None:
    """`learning-rate = 1`, `train.epochs = 3`, `learning rate = 1`."""
    if place.parse.start != "document":
        return None
    first, top, after = place.last, place.before, 0
    if place.after_name and place.touches(place.last, place.token):
        pattern = {"MINUS": _HYPHENED, "DOT": _DOTTED}.get(place.kind)
        found = pattern.match(place.text, place.last.start) if pattern else None
        if found is None or found.end() <= place.token.end:
            return None
        after = found.end()
    elif place.kind == "EQUAL" and place.last.kind == "NAME":
        value = place.before[1]
        if not isinstance(value, Token) or value.kind != "NAME" or place.before[4] is None:
            return None
        if "item" not in row(place.before[4][0]):
            return None
        first, top, after = value, place.before[4], place.last.end
    if not after:
        return None
    span = place.span(first.start, after)
    meant = re.sub(r"[\s.-]+", "_", span.text)
    if place.kind == "DOT":
        outer, _, inner = span.text.partition(".")
        message = f"`{span.text}` is not a name: dots are for the command line."
        help, fix = f"Write `{outer} {{ {inner} = … }}`.", None
    else:
        message = f"{shown(span.text)} is not one name: names have letters, digits and `_`."
        help, fix = f"Write `{meant}`.", replace(f"Write `{meant}`", span, meant, safe=False)
    problem = error("E125", message, span, help=help, fix=fix)
    name = Token("NAME", span.start, span.end, lost=True)
    return Mistake(problem, place.after(after), True, (name,), top)


def missing_equals(place: Place) -> Mistake | None:
    if place.kind not in VALUE_STARTS or not place.machine.accepts("EQUAL", place.kind):
        return None
    name, value = place.written(place.last), shown(place.written(place.token))
    problem = error(
        "E101",
        f"Missing `=` between `{name}` and {value}.",
        span_of(place.source, place.token),
        help=f"Write `{name} = …`.",
        fix=replace("Write `=`", place.span(place.last.end, place.last.end), " ="),
    )
    equal = Token("EQUAL", place.last.end, place.last.end)
    return Mistake(problem, place.index, True, (equal,))


def block_with_equals(place: Place) -> Mistake | None:
    """`generate = { … }`, `optimizer = adamw { … }`."""
    if place.kind != "LBRACE":
        return None
    before = place.before[1]
    insert: tuple[Token, ...] = ()
    if place.last.kind == "EQUAL":
        equal, top = place.last, place.top[4]
    elif isinstance(before, Token) and before.kind == "EQUAL":
        equal, top, insert = before, place.before[4], (place.last,)
    else:
        return None
    kinds = [token.kind for token in insert]
    if not place.machine.accepts(*kinds, "LBRACE", top=top):
        return None
    span = span_of(place.source, equal)
    name = place.written(top[1])
    header = " ".join([name, *map(place.written, insert)])
    name_end = top[1].end
    following = insert[0].start if insert else place.token.start
    fix = replace("Remove the `=`", place.span(name_end, following), " ")
    problem = error(
        "E126",
        f"`{name}` has braces and so is a block: these have no `=`.",
        span,
        help=f"Write `{header} {{`.",
        fix=fix,
    )
    return Mistake(problem, place.index, True, insert, top)


RULES: tuple[Rule, ...] = (
    malformed_path,
    colon,
    section_header,
    quoted_name,
    assigned_reference,
    brace_on_own_line,
    thousands_separator,
    no_name,
    nameless_let,
    split_name,
    missing_equals,
    block_with_equals,
)
