"""Strings, from how they are written to what they say, and back.

In: the text between quotes, or a value. Out: a value, or text with quotes. Invariant: whatever is
written here is read back as the same value.

A block string drops what follows its opening quotes up to and including the line end, where that is
blank, and the line end and spaces before its closing quotes. The white space that all its lines
that are not blank and the line of the closing quotes start with is its margin, and is dropped from
each line; lines of white space alone become empty. Escapes are undone last, so an escaped line end
or space is never taken for a margin.
"""

import re

ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t", "r": "\r"}
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|([\s\S]))")
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
"""Characters that cannot be seen or that change how others are shown: written as escapes."""
_LAST_BLANK = re.compile(r"[ \t](?=\n|\Z)")


def undo_escapes(raw: str) -> tuple[str, list[tuple[int, int]]]:
    """The text that is meant, and the places (start and end in `raw`) of unknown escapes."""
    if "\\" not in raw:
        return raw, []
    unknown: list[tuple[int, int]] = []

    def meant(found: re.Match[str]) -> str:
        digits, letter = found.groups()
        if digits is not None:
            number = int(digits, 16)
            if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF:
                return chr(number)
        elif letter in ESCAPES:
            return ESCAPES[letter]
        unknown.append((found.start(), found.end()))
        return found.group()

    return _ESCAPE.sub(meant, raw), unknown


def without_margin(raw: str) -> str:
    """The text between three quotes without its margin (see the module), escapes still in it."""
    lines = raw.replace("\r\n", "\n").split("\n")
    if len(lines) == 1:
        return raw
    first, rest = lines[0], lines[1:]
    closing = rest[-1]
    counted = [line for line in rest[:-1] if line.strip(" \t")]
    margin = closing[: len(closing) - len(closing.lstrip(" \t"))]
    for line in counted:
        while not line.startswith(margin):
            margin = margin[:-1]
    kept = [line[len(margin) :] if line.strip(" \t") else "" for line in rest]
    if not closing.strip(" \t"):
        kept.pop()
    if first.strip(" \t"):
        kept.insert(0, first)
    return "\n".join(kept)


def _hidden(found: re.Match[str]) -> str:
    character = found.group()
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return named.get(character) or f"\\u{{{ord(character):X}}}"


def quoted(value: str) -> str:
    """A value on one line, in quotes."""
    return '"' + _HIDDEN.sub(_hidden, value.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def block_quoted(value: str, indent: str) -> str:
    """A value as a block string, from its opening quotes on; further lines start with `indent`.

    White space at the end of a line is written as an escape, so that it can be seen and stays.
    """
    if not value:
        return f'"""\n{indent}"""'
    text = value.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    text = _LAST_BLANK.sub(lambda found: "\\t" if found.group() == "\t" else "\\u{20}", text)
    lines = [
        _HIDDEN.sub(lambda found: "\t" if found.group() == "\t" else _hidden(found), line)
        for line in text.split("\n")
    ]
    margined = [indent + line if line else "" for line in lines]
    return "\n".join(['"""', *margined, f'{indent}"""'])
