"""What the first rows of a data source say.

In: the sources of a spec. Out: `SourceFacts` by path in the spec. Invariant: a source without facts
has been reported.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tunec.diagnostics import Diagnostic, Label, Report
from tunec.facts.columnar import COLUMNAR, Unread, check_marks, first_rows
from tunec.facts.functions import Function, functions_of
from tunec.facts.located import Located, locate_source
from tunec.facts.packed import Spoiled, unpacked
from tunec.facts.rows import LIMIT, WHOLE, Damaged, Rows, parse
from tunec.files import Files
from tunec.spec.data import Source
from tunec.spec.expression import BadExpression, compiled, function_of, predicate
from tunec.spec.places import Lowered, Places

NOTHING = Rows((), (), False)
"""What is known of the rows of the hub, and of files that cannot be read here."""


UNPACKED = 5
"""How many bytes of text a byte of a compressed or columnar file stands for, at most as a rule."""


class SourceFacts(NamedTuple):
    """The format of a source, and its first rows."""

    format: str
    columns: tuple[str, ...]
    """Of the first rows together, in the order they appear; empty where they are not known."""
    rows_seen: int
    complete: bool
    """Whether these were all rows of the source."""
    sample: tuple[Mapping[str, object], ...]
    """Numbers keep their spelling, as `rows.Number`; what a filter drops is left out."""
    lines: tuple[int, ...] = ()
    """The line of each row of `sample`; in a JSON file its number."""
    located: Located | None = None
    shown: str = ""
    """The file that the rows are of."""
    read: Rows = NOTHING
    """The first rows as they are in the file, before `filter` and `map`."""
    functions: Mapping[str, Mapping[str, Function] | str] = {}
    """By the setting, `filter` or `map`, that names a Python file: what is in the file, or what is
    wrong with it.
    """
    size: int | None = None
    """Bytes of all files; compressed and columnar ones are counted UNPACKED times. None where they
    are not at hand.
    """
    unread: str = ""
    """The package without which the first rows cannot be read here; empty where they were."""

    @property
    def noun(self) -> str:
        """What `lines` counts."""
        return "row" if self.format in ("json", *COLUMNAR) else "line"


def sources(lowered: Lowered) -> Iterator[tuple[str, Source]]:
    """All data sources with their paths in the spec, in the order that they are written."""
    for name, block in lowered.spec.data.items():
        for index, source in enumerate(block.sources):
            yield f"data.{name}.sources.{index}", source


def gather_sources(lowered: Lowered, files: Files, report: Report) -> dict[str, SourceFacts]:
    """What is known of each data source; problems go to `report`."""
    found: dict[str, SourceFacts] = {}
    for path, source in sources(lowered):
        result = _Reader(lowered.places, path, source, files).read()
        if isinstance(result, Diagnostic):
            report.add(result)
            continue
        found[path] = result
        if result.unread:
            report.add(_not_looked_into(lowered.places, path, result))
    return found


def _not_looked_into(places: Places, path: str, facts: SourceFacts) -> Diagnostic:
    span = places.span(f"{path}.path")
    return Diagnostic(
        "E444",
        f"`{facts.shown}` was not looked into: `{facts.unread}` is not installed here.",
        Label(span) if span else None,
        notes=("Columns and values are checked by the script alone.",),
        help=f"Run `pip install {facts.unread}`.",
        severity="warning",
    )


class _Reader:
    """Reads one source."""

    def __init__(self, places: Places, path: str, source: Source, files: Files) -> None:
        self.places = places
        self.parent = path
        self.path = f"{path}.path"
        self.source = source
        self.files = files
        self.folder = places.folder(self.path)

    def read(self) -> SourceFacts | Diagnostic:
        located = locate_source(self.places, self.path, self.source, self.files)
        if isinstance(located, Diagnostic):
            return located
        found = self.rows_of(located)
        if isinstance(found, Diagnostic):
            return found
        return found._replace(functions=self.functions(), size=self.size_of(located))

    def size_of(self, located: Located) -> int | None:
        if not located.names:
            return None
        factor = UNPACKED if located.packed or located.format in COLUMNAR else 1
        return factor * sum(self.files.size(self.folder / name) for name in located.names)

    def rows_of(self, located: Located) -> SourceFacts | Diagnostic:
        if not located.names:
            return SourceFacts(located.format, (), 0, False, (), located=located)
        for name in located.names:
            try:
                rows = self.first_rows(name, located)
            except Unread as missing:
                facts = _facts(self.source, located, name, NOTHING)
                return facts._replace(unread=missing.package)
            if isinstance(rows, Diagnostic):
                return rows
            if rows.rows or not rows.complete:
                return _facts(self.source, located, name, rows)
        return self.empty("has no rows in any of its files")

    def first_rows(self, name: str, located: Located) -> Rows | Diagnostic:
        """Raises Unread."""
        alone = len(located.names) == 1
        if not self.files.size(self.folder / name):
            return self.empty("is empty") if alone else Rows((), (), True)
        try:
            rows = self.rows_in(name, located)
        except OSError as problem:
            reason = (problem.strerror or "unknown reason").lower()
            return self.problem(
                "E405", f"`{name}` cannot be read: {reason}.", (), "Make the file readable."
            )
        except Spoiled as problem:
            return self.damaged(name, Damaged(None, f"cannot be unpacked: {problem}"))
        except Damaged as damage:
            return self.damaged(name, damage)
        if alone and rows.complete and not rows.rows:
            return self.empty("has no rows")
        return rows

    def rows_in(self, name: str, located: Located) -> Rows:
        """Raises OSError, Spoiled, Damaged, Unread."""
        file, form = self.folder / name, located.format
        size = self.files.size(file)
        limit = WHOLE if form == "json" else LIMIT
        data = self.files.read_bytes(file, limit)
        if form in COLUMNAR:
            end = self.files.read_bytes(file, 8, start=max(0, size - 8))
            check_marks(data, end, form)
            return first_rows(self.files.mapped(file), form)
        whole = size <= limit
        if located.packed:
            data, whole = unpacked(data, whole, located.packed, limit)
        return parse(data, whole, form, self.source.sample_by or "document")

    def functions(self) -> dict[str, Mapping[str, Function] | str]:
        found: dict[str, Mapping[str, Function] | str] = {}
        for setting in ("filter", "map"):
            named = function_of(getattr(self.source, setting) or "")
            if named:
                folder = self.places.folder(f"{self.parent}.{setting}")
                found[setting] = functions_of(self.files, folder, named[0])
        return found

    def damaged(self, name: str, damage: Damaged) -> Diagnostic:
        subject = f"`{name}`" if damage.line is None else f"Line {damage.line} of `{name}`"
        where = name if damage.line is None else f"{name}:{damage.line}"
        shown = damage.text if len(damage.text) <= 72 else damage.text[:71] + "…"
        return self.problem(
            "E406",
            f"{subject} {damage.reason}.",
            (f"{where}: {shown}",) if shown else (),
            damage.remedy or "Repair the file, or name another one.",
        )

    def empty(self, state: str) -> Diagnostic:
        return self.problem(
            "E415",
            f"`{self.source.path}` {state}.",
            (),
            "Name a file that has rows, or make this one again.",
        )

    def problem(self, code: str, message: str, notes: tuple[str, ...], remedy: str) -> Diagnostic:
        span = self.places.span(self.path)
        return Diagnostic(code, message, Label(span) if span else None, notes=notes, help=remedy)


def _facts(source: Source, located: Located, name: str, rows: Rows) -> SourceFacts:
    columns = rows.columns
    if columns is None:
        columns = tuple(dict.fromkeys(name for row in rows.rows for name in row))
    complete = rows.complete and len(located.names) == 1
    read = Rows(rows.rows, rows.lines, complete, columns)
    kept = [*zip(rows.rows, rows.lines, strict=True)]
    if source.filter is not None:
        kept = [each for each in kept if _is_kept(source.filter, each[0])]
    if source.map is not None:  # what it makes of a row only the script can tell
        kept, columns = [], ()
    return SourceFacts(
        located.format,
        columns,
        len(rows.rows),
        complete,
        tuple(row for row, _ in kept),
        tuple(line for _, line in kept),
        located,
        name,
        read,
    )


def _is_kept(text: str, row: Mapping[str, object]) -> bool:
    """Whether a filter surely keeps a row; a function is not called, so of its rows none is."""
    if function_of(text):
        return False
    try:
        return bool(predicate(compiled(text))(row))
    except (BadExpression, ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
        return False  # checks tell what is wrong with it


__all__ = ["SourceFacts", "gather_sources", "sources"]
