"""What the first rows of a data source say.

In: the sources of a spec. Out: `SourceFacts` by path in the spec. Invariant: a source without facts
has been reported.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tunec.diagnostics import Diagnostic, Label, Report
from tunec.facts.paths import is_absolute, missing, refuse_absolute
from tunec.facts.place import HUB
from tunec.facts.rows import LIMIT, WHOLE, Damaged, Rows, parse
from tunec.files import Files
from tunec.spec.data import Source
from tunec.spec.places import Lowered, Places

FORMATS = {".jsonl": "jsonl", ".json": "json", ".csv": "csv", ".parquet": "parquet", ".txt": "text"}
"""From the ending of a file's name to its format."""


class SourceFacts(NamedTuple):
    """The format of a data file, and its first rows."""

    format: str
    columns: tuple[str, ...]
    """Of the first rows together, in the order they appear; empty where they are not known."""
    rows_seen: int
    complete: bool
    """Whether these were all rows of the file."""
    sample: tuple[Mapping[str, object], ...]
    """Numbers keep their spelling, as `rows.Number`."""
    lines: tuple[int, ...] = ()
    """The line of each row of `sample`; in a JSON file its number."""


def sources(lowered: Lowered) -> Iterator[tuple[str, Source]]:
    """All data sources with their paths in the spec, in the order that they are written."""
    for name, block in lowered.spec.data.items():
        for index, source in enumerate(block.sources):
            yield f"data.{name}.sources.{index}", source


def format_of(source: Source) -> str | None:
    """The format that is written, or that the ending says; None for an ending that is not known."""
    return source.format or FORMATS.get(os.path.splitext(source.path)[1].lower())


def gather_sources(lowered: Lowered, files: Files, report: Report) -> dict[str, SourceFacts]:
    """What is known of each data source; problems go to `report`."""
    found: dict[str, SourceFacts] = {}
    for path, source in sources(lowered):
        result = _Reader(lowered.places, path, source, files).read()
        if isinstance(result, Diagnostic):
            report.add(result)
        else:
            found[path] = result
    return found


class _Reader:
    """Reads one source."""

    def __init__(self, places: Places, path: str, source: Source, files: Files) -> None:
        self.places = places
        self.path = f"{path}.path"
        self.source = source
        self.files = files
        self.file = places.folder(self.path) / source.path

    def read(self) -> SourceFacts | Diagnostic:
        misnamed = self.misnamed()
        if misnamed is not None:
            return misnamed
        form = format_of(self.source)
        if form is None:
            ending = os.path.splitext(self.source.path)[1]
            has = (
                f"`{ending}` is not the ending of a known format"
                if ending
                else "its name has no ending"
            )
            return self.problem(
                "E416",
                f"The format of `{self.source.path}` is not known: {has}.",
                ("The formats are `jsonl`, `json`, `csv`, `parquet` and `text`.",),
                f'Write the format: `source "{self.source.path}" {{ format = jsonl }}`.',
            )
        size = self.files.size(self.file)
        limit = WHOLE if form == "json" else LIMIT
        try:
            data = self.files.read_bytes(self.file, limit)
            if form == "parquet" and size > limit:
                data += self.files.read_bytes(self.file, 8, start=size - 8)
        except OSError as problem:
            reason = (problem.strerror or "unknown reason").lower()
            return self.problem(
                "E405",
                f"`{self.source.path}` cannot be read: {reason}.",
                (),
                "Make the file readable.",
            )
        if not data:
            return self.empty("is empty")
        try:
            rows = parse(
                data, size <= limit or form == "parquet", form, self.source.sample_by or "document"
            )
        except Damaged as damage:
            return self.damaged(damage)
        if rows.complete and not rows.rows:
            return self.empty("has no rows")
        return _facts(form, rows)

    def misnamed(self) -> Diagnostic | None:
        """For a path that leads to no file."""
        text = self.source.path
        if text.startswith(HUB):
            return self.problem(
                "E405",
                f"`{text}` is a data set on the hub, but `source` names one file.",
                (),
                'Download the file and name it: `source "data.jsonl"`.',
            )
        if is_absolute(text):
            return refuse_absolute(self.places, self.path, text, '`source "PATH"`')
        if self.files.is_file(self.file):
            return None
        if self.files.is_folder(self.file):
            inside = [
                name for name in self.files.names(self.file) if Path(name).suffix.lower() in FORMATS
            ]
            return self.problem(
                "E405",
                f"`{text}` is a folder, but `source` names one file.",
                (),
                f'Write `source "{text.rstrip("/")}/{inside[0]}"`.'
                if inside
                else "Name a file in it.",
            )
        if any(character in text for character in "*?["):
            return self.problem(
                "E405",
                f"There is no file `{text}`, and `source` takes no patterns: it names one file.",
                (),
                "Write one `source` for each file.",
            )
        return self.absent(text)

    def absent(self, text: str) -> Diagnostic:
        close, fact = missing(self.files, self.places.folder(self.path), text, "files")
        remedy = "Write the path of the file, relative to the folder of the spec."
        if close:
            remedy = "Write " + " or ".join(f'`source "{each}"`' for each in close) + "."
        return self.problem("E405", f"There is no file `{text}`.", (fact,) if fact else (), remedy)

    def damaged(self, damage: Damaged) -> Diagnostic:
        text = self.source.path
        subject = f"`{text}`" if damage.line is None else f"Line {damage.line} of `{text}`"
        where = text if damage.line is None else f"{text}:{damage.line}"
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


def _facts(form: str, rows: Rows) -> SourceFacts:
    columns = rows.columns
    if columns is None:
        columns = tuple(dict.fromkeys(name for row in rows.rows for name in row))
    return SourceFacts(form, columns, len(rows.rows), rows.complete, rows.rows, rows.lines)
