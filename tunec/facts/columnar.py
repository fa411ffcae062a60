"""The first rows of a Parquet or Arrow file.

In: the bytes of a file, mapped. Out: `Rows`, `Damaged`, or `Unread` where the library that reads
such files is not installed. Invariant: only the pages that hold the first rows are touched, and a
value is as the script will read it: numbers are text, spelled as Python does.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any  # tables of a library that has no types

from tunec.facts.rows import MOST, Damaged, NotANumber, Number, Rows

COLUMNAR = ("parquet", "arrow")
"""Formats whose columns stand beside the rows."""


class Unread(Exception):
    """Nothing is known of the rows: `package` is not installed here."""

    def __init__(self, package: str) -> None:
        super().__init__(package)
        self.package = package


def check_marks(start: bytes, end: bytes, form: str) -> None:
    """Looks at how a file starts and ends, which needs no library. Raises Damaged."""
    if form == "parquet" and not (start.startswith(b"PAR1") and end.endswith(b"PAR1")):
        raise Damaged(None, "is not a Parquet file, or is cut off")
    # A file says so at its start; a stream begins with a mark before its first message.
    if form == "arrow" and not start.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        raise Damaged(None, "is not an Arrow file, or is of Feather's first version")


def first_rows(data: object, form: str) -> Rows:
    """Raises Damaged, Unread."""
    # As heavy as a whole check, so it is imported only for such files.
    try:
        import pyarrow
    except ImportError:
        raise Unread("pyarrow") from None
    source = pyarrow.BufferReader(pyarrow.py_buffer(data))
    try:
        return _parquet(source) if form == "parquet" else _arrow(source)
    except (pyarrow.ArrowException, OSError) as problem:
        reason = str(problem).splitlines()[0].rstrip(".")
        raise Damaged(None, f"cannot be read: {reason}") from None


def _parquet(source: Any) -> Rows:  # noqa: ANN401  of pyarrow
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(source, pre_buffer=False)
    return _rows(file.schema_arrow.names, file.iter_batches(batch_size=MOST))


def _arrow(source: Any) -> Rows:  # noqa: ANN401  of pyarrow
    import pyarrow.ipc

    if source.read(6) != b"ARROW1":
        source.seek(0)
        stream = pyarrow.ipc.open_stream(source)
        return _rows(stream.schema.names, stream)
    source.seek(0)
    file = pyarrow.ipc.open_file(source)
    return _rows(file.schema.names, map(file.get_batch, range(file.num_record_batches)))


def _rows(columns: list[str], batches: Iterable[Any]) -> Rows:
    found = list(islice(_each(batches), MOST + 1))
    first = tuple(found[:MOST])
    numbers = tuple(range(1, len(first) + 1))
    return Rows(first, numbers, len(found) <= MOST, tuple(columns))


def _each(batches: Iterable[Any]) -> Iterator[dict[str, object]]:
    for batch in batches:
        for row in batch.slice(0, MOST + 1).to_pylist():
            yield {column: _value(value) for column, value in row.items()}


def _value(value: object) -> object:
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return Number(value)
    return NotANumber(value) if type(value) is float else value
