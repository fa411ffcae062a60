"""Text that is no word of the language, and what was probably meant by it.

In: a source and a place where no word starts. Out: one token, at least one character long, that
says what is wrong. Invariant: the time taken is in proportion to the length of the token or line.
"""

import re

from tunec.diagnostics.model import Diagnostic, Fix, Label
from tunec.source import Source, Span
from tunec.syntax._tables import KEYWORDS
from tunec.syntax.errors import error, replace, shown
from tunec.syntax.tokens import UNKNOWN, Token

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\.?[0-9][0-9_.]*(?:[eE][+-]?[0-9]+)?\w*")
_GOOD_NUMBER = re.compile(r"(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LINE_REST = re.compile(r"[^\r\n]*")
_TRAILING = re.compile(r"[\s\])},]*(?:\s\{)?\s*\Z")
_STATEMENT = re.compile(r'\s*(?:[A-Za-z_]\w*\s*[={"]|[A-Za-z_]\w*\s+[A-Za-z_]\w*\s*[={]|[}\])])')
_QUOTES = "'`‘’‚“”„«»‹›＂"  # typographic quotes are what this looks for
_FOREIGN_STRING = re.compile(f'[{_QUOTES}]([^{_QUOTES}"\r\n]*)[{_QUOTES}"]')
_TRIPLE = re.compile(r"'''[\s\S]*?'''")
_BRACED_REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}")
_WINDOW = 10_000
"""How far to look for the end of what other languages write, to stay linear."""
_LOOKALIKES = {
    "‐": ("MINUS", "-"),  # so are these
    "‑": ("MINUS", "-"),
    "–": ("MINUS", "-"),
    "—": ("MINUS", "-"),
    "−": ("MINUS", "-"),
    "×": ("STAR", "*"),
    "÷": ("SLASH", "/"),
    "＝": ("EQUAL", "="),
    "≥": ("BOUND", ">="),
    "≤": ("BOUND", "<="),
    "，": ("COMMA", ","),
    "｛": ("LBRACE", "{"),
    "｝": ("RBRACE", "}"),
    "（": ("LPAR", "("),
    "）": ("RPAR", ")"),
    "％": ("PERCENT", "%"),
}


def odd_token(source: Source, position: int) -> Token:
    """What starts at a place where the words of the grammar do not match, or match too little."""
    character = source.text[position]
    if character.isdigit() or character == ".":
        return _number(source, position)
    if character.isalpha() or character == "_":
        return _word(source, position)
    if character == '"':
        block = source.text.startswith('"""', position)
        return _open_block(source, position) if block else _open_string(source, position)
    if character in _QUOTES:
        return _foreign_string(source, position)
    if character == "/":
        return _foreign_comment(source, position)
    if character == "$":
        return _dollar(source, position)
    if character in _LOOKALIKES:
        kind, meant = _LOOKALIKES[character]
        span = Span(source, position, position + 1)
        problem = error(
            "E111",
            f"{_named(character)} looks like `{meant}` but is another character.",
            span,
            f"type `{meant}`",
            help=f"Replace it by `{meant}`.",
            fix=replace(f"Replace it by `{meant}`", span, meant),
        )
        return Token(kind, position, position + 1, problem)
    if character.isspace() or not character.isprintable():
        return _invisible(source, position)
    if character < "\x7f":
        return Token(UNKNOWN, position, position + 1)
    problem = error(
        "E111",
        f"{_named(character)} means nothing outside quotes and comments.",
        Span(source, position, position + 1),
        help='Remove it, or put the text in quotes: `"…"`.',
    )
    return Token(UNKNOWN, position, position + 1, problem)


def _named(character: str) -> str:
    import unicodedata

    name = unicodedata.name(character, "")
    place = f"U+{ord(character):04X}"
    if character.isprintable():
        return f"`{character}` ({place}{name and ', '}{name.lower()})"
    return f"The character {place} ({name.lower()})" if name else f"The character {place}"


# --- Words and numbers -------------------------------------------------------------------


def _word(source: Source, position: int) -> Token:
    found = _WORD.match(source.text, position)
    end = found.end() if found else position + 1
    text = source.text[position:end]
    if text.isascii():
        return Token(KEYWORDS.get(text, "NAME"), position, end)
    problem = error(
        "E124",
        f"The name {shown(text)} has letters other than a to z.",
        Span(source, position, end),
        "names have the letters a to z, digits and `_`",
        help='Write the name with these letters, or put text in quotes: `"…"`.',
    )
    return Token("NAME", position, end, problem, lost=True)


def _number(source: Source, position: int) -> Token:
    text = source.text
    found = _NUMBER.match(text, position)
    if found is None:
        end = position + 1
        return Token("DOT" if text[position] == "." else UNKNOWN, position, end)
    if (
        text[position] == "."
        and position
        and (text[position - 1].isalnum() or text[position - 1] in "./_")
    ):
        return Token("DOT", position, position + 1)
    end = found.end()
    written = found.group()
    span = Span(source, position, end)
    if text[position - 1 : position] == "," and text[max(0, position - 2) : position - 1].isdigit():
        return Token("NUMBER", position, end, thousands(source, position, end), lost=True)
    core = written.replace("_", "").lstrip("0") if "." not in written else written
    if written.count(".") == 1:
        whole, fraction = written.split(".")
        core = f"{whole.lstrip('0') or '0'}.{fraction or '0'}"
    core = core or "0"
    fix: Fix | None = None
    help = 'Write digits with at most one point between them, or put text in quotes: `"…"`.'
    date = "-" in (text[position - 1 : position], text[end : end + 1])
    if _GOOD_NUMBER.fullmatch(core) and not date:
        help = f'Write `{core}`, or `"{written}"` if it is text.'
        fix = replace(f"Write `{core}`", span, core, safe=False)
    problem = error("E118", f"{shown(written)} is not a number.", span, help=help, fix=fix)
    return Token("NUMBER", position, end, problem, lost=True)


def thousands(source: Source, position: int, end: int) -> Diagnostic:
    """The diagnostic for digits right after a comma that is right after digits: `1,000`."""
    text = source.text
    start = position - 1
    while start and text[start - 1].isdigit():
        start -= 1
    span = Span(source, start, end)
    meant = span.text.replace(",", "_")
    return error(
        "E118",
        f"The comma in {shown(span.text)} ends the value: numbers have no thousands separators.",
        span,
        help=f"Write `{meant}` or `{meant.replace('_', '')}`.",
        fix=replace(f"Write `{meant}`", span, meant, safe=False),
    )


def _dollar(source: Source, position: int) -> Token:
    found = _BRACED_REFERENCE.match(source.text, position)
    if found:
        span = Span(source, position, found.end())
        name = found.group(1)
        problem = error(
            "E128",
            f"The reference {shown(found.group())} has braces.",
            span,
            help=f"Write `${name}`.",
            fix=replace(f"Write `${name}`", span, f"${name}"),
        )
        return Token("REFERENCE", position, found.end(), problem, lost=True)
    problem = error(
        "E128",
        "There is no name right after `$`.",
        Span(source, position, position + 1),
        help="Write `$` and the name of a `let` without a space between them, as in `$rank`.",
    )
    return Token(UNKNOWN, position, position + 1, problem)


# --- Strings -------------------------------------------------------------------------------


def _open_string(source: Source, position: int) -> Token:
    text = source.text
    rest = _LINE_REST.match(text, position)
    line_end = rest.end() if rest else position + 1
    stop = _closing_quote_below(text, line_end)
    opening = Span(source, position, position + 1)
    if stop:
        last = Label(Span(source, stop - 1, stop), "closed on another line")
        problem = error(
            "E107",
            'A string in single `"` quotes ends on its own line, but this one goes on.',
            opening,
            "opened here",
            secondary=(last,),
            help='Put three quotes around text of several lines: `"""`.',
        )
        return Token("STRING", position, stop, problem, lost=True)
    end = _likely_end(text, position, line_end)
    place = Span(source, end, end)
    problem = error(
        "E107",
        f"The string {shown(text[position:end], 24)} is not closed on its line.",
        opening,
        "opened here",
        secondary=(Label(Span(source, max(position, end - 1), end), 'expected `"` after this'),),
        help='Write `"` at the end of the string.',
        fix=None if text[end - 1] == "\\" else replace('Write `"`', place, '"', safe=False),
    )
    return Token("STRING", position, end, problem, lost=True)


def _closing_quote_below(text: str, line_end: int) -> int:
    """Just past the quote that closes a string opened on the line before `line_end`, or 0.

    Only text can stand in between: a line that looks like an item ends the search.
    """
    position = line_end
    for _ in range(20):
        start = text.find("\n", position) + 1
        rest = _LINE_REST.match(text, start)
        if not start or rest is None or start >= len(text):
            return 0
        line = rest.group()
        if _STATEMENT.match(line):
            return 0
        if line.count('"') % 2:
            return start + line.rindex('"') + 1
        if '"' in line or "#" in line:
            return 0
        position = rest.end()
    return 0


def _likely_end(text: str, start: int, line_end: int) -> int:
    """Where a string that is not closed on its line was meant to end.

    Brackets at the end of the line are not its text if they close some that the line opened.
    """
    line_start = text.rfind("\n", 0, start) + 1
    opened = text.count("{", line_start, start) + text.count("[", line_start, start)
    inside = text[start:line_end]
    trailing = _TRAILING.search(inside, max(1, len(inside) - 100))
    cut = trailing.group() if trailing else ""
    closers = sum(cut.count(closer) for closer in "]}")
    if closers > opened or ")" in cut:
        cut = inside[len(inside.rstrip()) :]
    return max(start + 1, line_end - len(cut))


def _open_block(source: Source, position: int) -> Token:
    end = len(source.text)
    last = len(source.text.rstrip())
    problem = error(
        "E108",
        'A block string is never closed with `"""`.',
        Span(source, position, position + 3),
        "opened here",
        secondary=(Label(Span(source, last - 1, last), "the text ends here"),),
        help='Write `"""` on a line of its own after the last line of the string.',
    )
    return Token("BLOCK_STRING", position, end, problem, lost=True)


def _foreign_string(source: Source, position: int) -> Token:
    text = source.text
    triple = _TRIPLE.match(text, position, position + _WINDOW)
    found = triple or _FOREIGN_STRING.match(text, position)
    if found is None:
        rest = _LINE_REST.match(text, position)
        end = _likely_end(text, position, rest.end() if rest else position + 1)
        problem = error(
            "E116",
            f"{_named(text[position])} does not start a string.",
            Span(source, position, position + 1),
            help='Put text in straight double quotes: `"…"`.',
        )
        return Token("STRING", position, end, problem, lost=True)
    mark = '"""' if triple else '"'
    inner = found.group()[len(mark) : -len(mark)]
    span = Span(source, position, found.end())
    plain = '"' not in inner and "\\" not in inner
    problem = error(
        "E116",
        f"Strings stand in straight double quotes, not between `{text[position]}` and "
        f"`{found.group()[-1]}`.",
        span,
        help=f"Write {shown(mark + inner + mark)}." if plain else 'Put the text in `"` quotes.',
        fix=replace("Use straight double quotes", span, mark + inner + mark) if plain else None,
    )
    kind = "BLOCK_STRING" if triple else "STRING"
    return Token(kind, position, found.end(), problem, lost=not plain)


# --- Comments and characters that cannot be seen ----------------------------------------------


def _foreign_comment(source: Source, position: int) -> Token:
    text = source.text
    before = text[position - 1 : position]
    if before and not before.isspace() and before not in ',;{}[]()"':
        return Token("SLASH", position, position + 1)
    rest = _LINE_REST.match(text, position)
    end = rest.end() if rest else position + 2
    mark = text[position : position + 2]
    fix: Fix | None = None
    if mark == "/*":
        close = text.find("*/", position + 2, position + _WINDOW)
        end = end if close < 0 else close + 2
    else:
        fix = replace("Write `#`", Span(source, position, position + 2), "#")
    problem = error(
        "E115",
        f"A comment starts with `#`, not with `{mark}`.",
        Span(source, position, position + 2),
        help="Write `#` in front of each line of the comment.",
        fix=fix,
    )
    return Token(UNKNOWN, position, end, problem)


def _invisible(source: Source, position: int) -> Token:
    character = source.text[position]
    span = Span(source, position, position + 1)
    space = character.isspace() and character not in "\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"
    help = "Type an ordinary space in its place." if space else "Remove it."
    problem = error(
        "E129",
        f"{_named(character)} cannot be seen and may stand only inside quotes.",
        span,
        help=help,
        fix=replace(help.rstrip("."), span, " " if space else ""),
    )
    return Token(UNKNOWN, position, position + 1, problem)
