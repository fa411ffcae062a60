"""Whether a script is one for little data or for much: decided from the files, or by the spec."""

import gzip
from pathlib import Path

import pytest
from emitted_script import compile_to

SPEC = """
model "hub:acme/base"
method lora
template t { user "{{ q }}", assistant "{{ a }}" }
data train { source "rows.jsonl" }
train { steps = 1 }
"""
LINE = b'{"q": "q", "a": "' + b"a" * 980 + b'"}\n'
KEPT = 'CACHE = HERE / "runs/encoded"  # default: '
MEMORY = "# Rows are encoded in memory, at every start "


def decided(folder: Path, rows: int, before: str = "", after: str = "", *sets: str) -> str:
    """The line of the settings that says how rows are encoded."""
    assert len(LINE) == 1000
    (folder / "rows.jsonl").write_bytes(LINE * rows)
    (folder / "more.jsonl").write_bytes(LINE.replace(b"aaa", b"bbb") * rows)
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress(LINE * rows, compresslevel=0))
    script = compile_to(folder / "script.py", SPEC.replace(before, after, 1), *sets).read_text()
    (line,) = [line for line in script.splitlines() if line.startswith((KEPT[:5], MEMORY[:20]))]
    assert ("class Rows" in script) == line.startswith("CACHE")
    return line


def test_the_size_of_files_decides(tmp_path: Path) -> None:
    assert decided(tmp_path, 8000) == MEMORY + "(default: up to 8 MB of data)"
    assert decided(tmp_path, 8001) == KEPT + "over 8 MB of data"


@pytest.mark.parametrize(
    ("before", "after", "times"),
    [
        ('source "rows.jsonl"', 'source "rows.jsonl", source "rows.jsonl"', 2),
        ("}\ntrain", '}\ndata validation { source "more.jsonl" }\ntrain', 2),
        ('"rows.jsonl"', '"rows.jsonl" { repeat = 4 }', 4),
        ('"rows.jsonl"', '"rows.jsonl.gz"', 5),
        ("}\ntrain", '}\ndata exclude { source "more.jsonl" }\ntrain', 1),
    ],
)
def test_what_counts(tmp_path: Path, before: str, after: str, times: int) -> None:
    assert decided(tmp_path, 7900 // times, before, after).startswith(MEMORY)
    assert decided(tmp_path, 8100 // times, before, after).startswith(KEPT)


@pytest.mark.parametrize("path", ["https://acme.example/rows.jsonl", "hub:acme/rows"])
def test_an_unknown_size_is_not_small(tmp_path: Path, path: str) -> None:
    line = decided(tmp_path, 1, '"rows.jsonl"', f'"{path}"')
    assert line == KEPT + "the size of the data is not known"
    assert decided(tmp_path, 1, '"rows.jsonl"', f'"{path}"', "cache=none").startswith(MEMORY)


def test_a_spec_decides_otherwise(tmp_path: Path) -> None:
    cache = 'cache = "runs/rows"\nmodel'
    assert decided(tmp_path, 1, "model", cache) == 'CACHE = HERE / "runs/rows"  # L2'
    assert decided(tmp_path, 9000, "model", "cache = none\nmodel") == MEMORY + "(L2)"
