"""The first rows of Parquet, Arrow and zstd files, and what is said where they cannot be read."""

import datetime
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from facts.test_data import gathered

from tunec.facts import SourceFacts
from tunec.facts.packed import Spoiled, unpacked
from tunec.facts.rows import MOST, NotANumber, Number

DAY = datetime.date(1999, 7, 2)
TABLE = pa.table(
    {
        "text": ["1.10", None],
        "big": [2**62, 7],
        "half": [0.5, float("nan")],
        "day": [DAY, DAY],
        "yes": [True, False],
        "talk": [[{"role": "user", "content": "Hi"}], []],
    }
)


def parquet(table: pa.Table, path: Path) -> None:
    pyarrow.parquet.write_table(table, path)


def file_of_arrow(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_file(str(path), table.schema) as sink:
        sink.write_table(table, max_chunksize=1)


def stream_of_arrow(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(str(path), table.schema) as sink:
        sink.write_table(table, max_chunksize=1)


def feather(table: pa.Table, path: Path) -> None:
    pyarrow.feather.write_feather(table, str(path), compression="zstd")


Write = Callable[[pa.Table, Path], None]
WRITERS = {
    "a.parquet": parquet,
    "a.arrow": file_of_arrow,
    "b.arrow": stream_of_arrow,
    "a.feather": feather,
}
every_writer = pytest.mark.parametrize(("name", "write"), WRITERS.items(), ids=list(WRITERS))


def facts_of(name: str, folder: Path) -> SourceFacts:
    facts, problems = gathered(f'data train {{ source "{name}" }}', folder)
    assert problems == []
    return facts["data.train.sources.0"]


@every_writer
def test_columns_and_first_rows(name: str, write: Write, tmp_path: Path) -> None:
    write(TABLE, tmp_path / name)
    found = facts_of(name, tmp_path)
    assert found.columns == ("text", "big", "half", "day", "yes", "talk")
    assert (found.rows_seen, found.complete, found.lines) == (2, True, (1, 2))
    first, second = found.sample
    assert first == {
        "text": "1.10",
        "big": str(2**62),
        "half": "0.5",
        "day": DAY,
        "yes": True,
        "talk": [{"role": "user", "content": "Hi"}],
    }
    assert (type(first["text"]), type(first["big"])) == (str, Number)
    assert (second["text"], type(second["half"])) == (None, NotANumber)


@every_writer
def test_columns_are_known_without_a_row(name: str, write: Write, tmp_path: Path) -> None:
    write(TABLE, tmp_path / name)
    write(TABLE.slice(0, 0), tmp_path / f"0{name}")
    ending = name.rpartition(".")[2]
    (problem,) = gathered(f'data train {{ source "0{name}" }}', tmp_path)[1]
    assert problem.code == "E415"
    assert facts_of(f"*{name[0]}.{ending}", tmp_path).rows_seen == 2


@every_writer
def test_no_more_than_the_first_rows(name: str, write: Write, tmp_path: Path) -> None:
    numbers = pa.table({"n": list(range(MOST + 3))})
    write(numbers, tmp_path / name)
    found = facts_of(name, tmp_path)
    assert (found.rows_seen, found.complete) == (MOST, False)
    write(numbers.slice(0, MOST), tmp_path / name)
    assert facts_of(name, tmp_path).complete


@pytest.mark.parametrize("size", [0, 100, 1_000_000])
def test_damaged_files(size: int, tmp_path: Path) -> None:
    for name, data in {
        "a.parquet": b"PAR1" + bytes(size),
        "b.parquet": b"PAR1" + bytes(size) + b"PAR1",
        "a.arrow": b"FEA1" + bytes(size),
        "b.arrow": b"ARROW1" + bytes(size),
        "c.arrow": b"\xff\xff\xff\xff" + bytes([1]) * size,
    }.items():
        (tmp_path / name).write_bytes(data)
        (problem,) = gathered(f'data train {{ source "{name}" }}', tmp_path)[1]
        assert (name, problem.code) == (name, "E406")
        assert "\n" not in problem.message


def zst(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(data)
    return bytes(sink.getvalue().to_pybytes())


def test_zstandard(tmp_path: Path) -> None:
    row = {"x": "y" * 1000}
    (tmp_path / "a.jsonl.zst").write_bytes(zst((json.dumps(row) + "\n").encode() * 1000))
    found = facts_of("a.jsonl.zst", tmp_path)
    assert (found.sample[0], found.rows_seen, found.complete) == (row, MOST, False)
    packed = zst(b"a" * 3000)
    assert unpacked(packed * 2, True, ".zst", 10_000) == (b"a" * 6000, True)
    assert unpacked(packed, True, ".zst", 1000) == (b"a" * 1000, False)
    assert unpacked(packed, True, ".zst", 3000) == (b"a" * 3000, True)
    with pytest.raises(Spoiled, match="Truncated"):
        unpacked(packed + packed[:-3], True, ".zst", 10_000)


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "a.jsonl.zst"])
def test_a_file_that_cannot_be_read_here(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITERS.get(name, lambda _, path: path.write_bytes(zst(b"{}")))(TABLE, tmp_path / name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    facts, (problem,) = gathered(f'data train {{ source "{name}" }}', tmp_path)
    assert facts["data.train.sources.0"].unread == "pyarrow"
    assert (problem.code, problem.severity) == ("E444", "warning")
    said = f"`{name}` was not looked into: `pyarrow` is not installed here."
    assert problem.message == said
