"""Python literals and comments from values that users wrote.

In: any text or number. Out: source text. Invariant: whatever the value, the result is one
literal, or stays within
one line of comment or docstring; nothing in it can become code.
"""

import re
from typing import Any  # settings are of any sort

from tunec.checks.placeholders import PLAIN
from tunec.record import record

WIDTH = 66
"""Longest piece of text on one line of a literal that is cut into several."""


@record
class Raw:
    """An expression that the emitter itself built."""

    code: str


def py(value: Any) -> str:  # noqa: ANN401  settings are of any sort
    """A value as Python source, texts in double quotes, as black would write it."""
    if isinstance(value, Raw):
        return value.code
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        inside = ", ".join(py(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, list):
        return "[" + ", ".join(py(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{py(key)}: {py(item)}" for key, item in value.items()) + "}"
    if isinstance(value, float):
        return repr(value).replace("e-0", "e-").replace("e+", "e")
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    raise TypeError(f"no literal for {type(value).__name__}")


def quoted(text: str) -> str:
    """A one-line string literal in double quotes, in printable characters."""
    body = repr("'" + text)[1:-1]
    # Behind a leading quote mark, repr takes double quotes and leaves those inside unescaped,
    # unless the text has both sorts; then it escapes the single ones.
    if repr("'" + text).startswith("'"):
        body = body.replace("\\'", "'").replace('"', '\\"')
    return '"' + body[1:] + '"'


def comment(text: str) -> str:
    """Text that stays within its line of comment, and can be seen there as it is."""
    return "".join(each if each.isprintable() else "?" for each in text).rstrip("\\")


def prose(text: str) -> str:
    """Text that stays within a docstring."""
    return comment(text).replace("\\", "/").replace('"', "'")


# --- Text, and text with placeholders -------------------------------------------------

ALONE = 62
"""Longest literal that stands on the line of its key or of `return`."""
LINE = 84
"""Longest literal that black leaves on a line of its own in a call."""
IN_PARENTHESES = 70
"""Longest literal that black would put on one line between parentheses there."""


def text(value: str) -> str:
    """A text as one literal that fits a line of its own, or as several, to stand on lines of their
    own.
    """
    whole = quoted(value)
    return whole if len(whole) <= LINE else " ".join(_pieces([value]))


def text_of_row(value: str) -> str:
    """An expression that places the columns of `row` in a text that has only plain placeholders."""
    parts = PLAIN.split(value)
    if len(parts) == 3 and not parts[0] and not parts[2]:
        return f'row["{parts[1]}"]'
    return _joined(_pieces(parts), _pieces(parts, whole=True))


def _joined(pieces: list[str], whole: list[str]) -> str:
    """The whole where it fits, for black would otherwise put two literals side by side."""
    if not whole:
        return '""'
    if len(whole[0]) <= ALONE:
        return whole[0]
    if len(whole[0]) <= IN_PARENTHESES or len(pieces) == 1:
        return f"({whole[0]})"
    return "(" + " ".join(pieces) + ")"


def _pieces(parts: list[str], whole: bool = False) -> list[str]:
    """Literals to be joined: the whole as one, or one for each line and each WIDTH characters."""
    pieces: list[str] = []
    line, places, size = "", False, 0

    def end() -> None:
        nonlocal line, places, size
        if line:
            plain = line.replace("{{", "{").replace("}}", "}")
            pieces.append(f'f"{line}"' if places else f'"{plain}"')
        line, places, size = "", False, 0

    for number, part in enumerate(parts):
        if number % 2:
            if size + len(part) + 9 > WIDTH and not whole:
                end()
            line, places, size = line + "{row['" + part + "']}", True, size + len(part) + 9
            continue
        for word in re.findall(r"[^ \n]+ *\n?| +\n?|\n", part):
            escaped = quoted(word)[1:-1].replace("{", "{{").replace("}", "}}")
            if size and size + len(escaped) > WIDTH and not whole:
                end()
            line, size = line + escaped, size + len(escaped)
            if word.endswith("\n") and not whole:
                end()
    end()
    return pieces
