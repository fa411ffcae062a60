"""Lines of a source with the marked places underlined.

In: the labels of one source. Out: rows of text, each beginning with the gutter.
Invariant: every mark is a plain character, so that nothing is lost without colour.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from tunec.diagnostics.model import Label
from tunec.diagnostics.render.shown import Shown, show, visible
from tunec.source import Source

Paint = Callable[[str, str], str]
"""Text and the name of a style, to the text with what switches the style on and off."""

_WHOLE = 4
"""A mark over at most so many lines has all of them shown."""


@dataclass(frozen=True)
class Mark:
    """A label and whether it is the primary one."""

    label: Label
    primary: bool

    @property
    def sign(self) -> str:
        return "^" if self.primary else "-"

    @property
    def style(self) -> str:
        return "primary" if self.primary else "secondary"

    @property
    def text(self) -> str:
        return visible(self.label.text)

    @property
    def lines(self) -> tuple[int, int]:
        return self.label.span.line, self.label.span.end_line

    @property
    def first(self) -> int:
        """Index of the first character in its line."""
        return self.label.span.column - 1

    @property
    def last(self) -> int:
        """Index of the last character in its line; an empty span is taken as one character."""
        span = self.label.span
        return max(span.end, span.start + 1) - 1 - span.source.line_starts[span.end_line - 1]


@dataclass
class Row:
    """One row, filled cell by cell."""

    cells: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)

    def put(self, column: int, text: str, style: str = "", over: bool = True) -> None:
        """Write `text` from `column` on; unless `over`, only into blank cells."""
        missing = column + len(text) - len(self.cells)
        self.cells.extend(" " * missing)
        self.styles.extend([""] * missing)
        for place, character in enumerate(text, column):
            if over or self.cells[place] == " ":
                self.cells[place] = character
                self.styles[place] = style

    def painted(self, paint: Paint) -> str:
        text = "".join(self.cells).rstrip()
        parts: list[str] = []
        start = 0
        for end in range(1, len(text) + 1):
            if end == len(text) or self.styles[end] != self.styles[start]:
                parts.append(paint(text[start:end], self.styles[start]))
                start = end
        return "".join(parts)


def snippet(source: Source, marks: list[Mark], number_width: int, paint: Paint) -> list[str]:
    """The rows between the `-->` line and the notes; line numbers take `number_width` columns."""
    page = _Page(source, marks)
    rows = []
    for number, row in page.rows():
        gutter = "..." if number < 0 else f"{number or '':>{number_width}} |"
        body = row.painted(paint)
        space = " " * (number_width + 3 - len(gutter)) if body else ""
        rows.append(paint(gutter, "gutter") + space + body)
    return rows


class _Page:
    """Lays out the rows. Marks over several lines get a rail each, left of the text."""

    def __init__(self, source: Source, marks: list[Mark]) -> None:
        self.source = source
        self.single = [mark for mark in marks if mark.lines[0] == mark.lines[1]]
        self.rails = sorted(
            (mark for mark in marks if mark.lines[0] != mark.lines[1]),
            key=lambda mark: (mark.label.span.start, -mark.label.span.end),
        )
        self.indent = 2 * len(self.rails)
        self.open: set[int] = set()

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Each row with the number of its line; 0 below a line, -1 where lines are left out."""
        before = 0
        for number in self._numbers():
            if before and number > before + 1:
                yield -1, self._row()
            before = number
            starting = [rail for rail, mark in enumerate(self.rails) if mark.lines[0] == number]
            ending = [rail for rail, mark in enumerate(self.rails) if mark.lines[1] == number]
            marks = [mark for mark in self.single if mark.lines[0] == number]
            shown = show(self.source.line_text(number), self._around(marks, starting, ending))
            row = self._row()
            row.put(self.indent, shown.text)
            yield number, row
            for row in self._underlined(marks, shown):
                yield 0, row
            for rail in starting:
                yield 0, self._start(rail, shown)
            for rail in reversed(ending):
                yield 0, self._end(rail, shown)

    def _numbers(self) -> list[int]:
        """Lines to show: those with a mark, and a single one between two of them."""
        wanted: set[int] = set()
        for mark in (*self.single, *self.rails):
            first, last = mark.lines
            wanted.update(range(first, last + 1) if last - first < _WHOLE else (first, last))
        return sorted(wanted | {line + 1 for line in wanted if line + 2 in wanted})

    def _around(self, marks: list[Mark], starting: list[int], ending: list[int]) -> int:
        """The character that has to be seen if the line is cut."""
        places = [(not mark.primary, mark.first) for mark in marks]
        places += [(not self.rails[rail].primary, self.rails[rail].first) for rail in starting]
        places += [(not self.rails[rail].primary, self.rails[rail].last) for rail in ending]
        return min(places)[1] if places else 0

    def _row(self) -> Row:
        row = Row()
        for rail in self.open:
            row.put(2 * rail, "|", self.rails[rail].style)
        return row

    def _start(self, rail: int, shown: Shown) -> Row:
        mark, row = self.rails[rail], self._row()
        column = self.indent + shown.column(mark.first)
        row.put(2 * rail + 1, "_" * (column - 2 * rail - 1), mark.style, over=False)
        row.put(column, mark.sign, mark.style)
        self.open.add(rail)
        return row

    def _end(self, rail: int, shown: Shown) -> Row:
        mark, row = self.rails[rail], self._row()
        column = self.indent + shown.column(mark.last)
        row.put(2 * rail + 1, "_" * (column - 2 * rail - 1), mark.style, over=False)
        row.put(column, f"{mark.sign} {mark.text}", mark.style)
        self.open.discard(rail)
        return row

    def _underlined(self, marks: list[Mark], shown: Shown) -> Iterable[Row]:
        """The row of signs, and texts below it where they do not fit beside."""
        if not marks:
            return
        signs = self._row()
        places: list[tuple[int, int, Mark]] = []
        for mark in sorted(marks, key=lambda mark: mark.primary):
            first = self.indent + shown.column(mark.first)
            end = max(self.indent + shown.column(mark.last + 1), first + 1)
            signs.put(first, mark.sign * (end - first), mark.style)
            places.append((first, end, mark))
        places.sort(key=lambda place: place[0])
        first, end, mark = places[-1]
        if all(other_end <= first for _, other_end, _ in places[:-1]):
            signs.put(end + 1, mark.text, mark.style)
            places.pop()
        yield signs
        yield from self._hanging([(first, mark) for first, _, mark in places if mark.text])

    def _hanging(self, places: list[tuple[int, Mark]]) -> Iterable[Row]:
        if not places:
            return
        row = self._row()
        for column, mark in places:
            row.put(column, "|", mark.style)
        yield row
        while places:
            column, mark = places.pop()
            row = self._row()
            for left, other in places:
                if left < column:
                    row.put(left, "|", other.style)
            row.put(column, mark.text, mark.style)
            yield row
