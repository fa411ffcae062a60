"""Source text and places in it.

In: text and the name to show for it. Out: spans that know their line and column.
Invariant: offsets count characters from 0; lines and columns count from 1.
"""

from bisect import bisect_right
from functools import cached_property
from pathlib import Path

from tunec.record import record


@record
class Source:
    """One text that a user wrote: a file, standard input, or a `--set` argument."""

    name: str
    """As the user named it; shown in diagnostics."""
    text: str
    folder: Path = Path()
    """Where relative paths in this text start."""

    # Texts are told apart by where they are, not by what they say; nor is `line_starts` a part.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of the first character of every line."""
        starts = [0]
        for offset, character in enumerate(self.text):
            if character == "\n":
                starts.append(offset + 1)
        return starts

    def line_of(self, offset: int) -> int:
        """Line number, from 1."""
        return bisect_right(self.line_starts, offset)

    def line_text(self, line: int) -> str:
        """Text of a line (counted from 1) without its line end."""
        start = self.line_starts[line - 1]
        end = self.text.find("\n", start)
        return self.text[start : len(self.text) if end < 0 else end].rstrip("\r")


@record
class Span:
    """The characters from `start` up to, not including, `end`."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.source.line_of(self.start)

    @property
    def column(self) -> int:
        return self.start - self.source.line_starts[self.line - 1] + 1

    @property
    def end_line(self) -> int:
        return self.source.line_of(max(self.start, self.end - 1))

    @property
    def end_column(self) -> int:
        """Column just past the last character."""
        return self.end - self.source.line_starts[self.end_line - 1] + 1

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def to(self, other: "Span") -> "Span":
        """From the start of this span to the end of the other."""
        return Span(self.source, self.start, other.end)
