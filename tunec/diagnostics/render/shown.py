"""Text of users made fit for a terminal.

In: any text. Out: text of visible characters only, and where each character stands in it.
Invariant: nothing that moves the cursor, hides or reorders text gets through.
"""

import unicodedata
from bisect import bisect_left, bisect_right

from tunec.record import record

TAB = 4
"""A tab goes on to the next multiple of this column."""

WIDTH = 100
"""Columns of a line that are shown at most."""

_BEFORE = 30
"""Columns kept before the marked place where a line is cut."""

_CUT = "..."
_JOINERS = "\u200c\u200d"
"""Format characters that letters and emoji are made of."""

_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def visible(text: str) -> str:
    """`text` with control, invisible and direction-changing characters written as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_piece(character) for character in text)


def visible_lines(text: str) -> list[str]:
    """As `visible`, with newlines as line ends; an empty text is one empty line."""
    return [visible(line) for line in text.split("\n")]


@record
class Shown:
    """A line as it is shown."""

    text: str
    columns: tuple[int, ...]
    """Column, from 0, at which each character of the line is shown; one more for its end."""

    def column(self, character: int) -> int:
        """Column of the character with this index; places past the end are the end."""
        return self.columns[min(character, len(self.columns) - 1)]


def show(line: str, around: int = 0) -> Shown:
    """A line of a source; what does not fit is cut, but for what is near the character `around`."""
    pieces: list[str] = []
    columns = [0]
    for character in line:
        piece = " " * (TAB - columns[-1] % TAB) if character == "\t" else _piece(character)
        pieces.append(piece)
        columns.append(columns[-1] + _width(piece))
    if columns[-1] <= WIDTH:
        return Shown("".join(pieces), tuple(columns))
    return _cut(pieces, columns, columns[min(around, len(line))])


def _cut(pieces: list[str], columns: list[int], around: int) -> Shown:
    room = WIDTH - 2 * len(_CUT)
    left = max(0, min(around - _BEFORE, columns[-1] - room))
    if left <= len(_CUT):
        left = 0
    first = bisect_left(columns, left)
    last = bisect_right(columns, columns[first] + room) - 1
    before = _CUT if first else ""
    after = _CUT if last < len(pieces) else ""
    shift = len(before) - columns[first]
    return Shown(
        before + "".join(pieces[first:last]) + after,
        tuple(min(max(column, columns[first]), columns[last]) + shift for column in columns),
    )


def _piece(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    kind = unicodedata.category(character)
    if kind == "Zs" or kind in ("Co", "Cn"):
        return character
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _width(piece: str) -> int:
    """Columns that a terminal gives to it."""
    if piece.isascii():
        return len(piece)
    return sum(_character_width(character) for character in piece)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
