"""Times of `tunec check` on large data files, beside those on a file of a hundred rows.

In: nothing; `--size`, `--runs` and `--folder` may say otherwise. Out: a table of medians of whole
processes, and how much of each file is read. Invariant: the files have the same rows, every check
looks into them (a column that they lack is found first), and the commands take turns.

    python bench/check_large_data.py
"""

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet

ROOT = Path(__file__).resolve().parent.parent
TOKENS = 128_000
GOAL = 1000
"""Milliseconds that a check may take."""
SPEC = """\
model scratch {{
  architecture = llama, tokenizer = "tokenizer", max_length = {length} tokens
  hidden_size = 64, num_hidden_layers = 1, num_attention_heads = 2
}}
method full
template t {{ user "{{{{ question }}}}", assistant "{{{{ {column} }}}}" }}
data train {{ source "{file}" }}
"""
NAMES = (
    "small.jsonl",
    "large.jsonl",
    "large.jsonl.gz",
    "large.jsonl.zst",
    "large.parquet",
    "large.arrow",
)


def rows(size: int) -> Iterator[dict[str, str]]:
    """Rows of random words until their text has that many bytes."""
    draw = random.Random(0)
    words = ["".join(draw.choices("abcdefghij", k=draw.randint(2, 9))) for _ in range(5000)]
    written = 0
    while written < size:
        said = " ".join(draw.choices(words, k=200))
        row = {"question": said[:300], "answer": said[300:]}
        written += len(said) + 32
        yield row


def write(folder: Path, size: int) -> None:
    """All files, each of rows with about `size` bytes of text."""
    lines = folder / "large.jsonl"
    schema = pyarrow.schema([("question", pyarrow.string()), ("answer", pyarrow.string())])
    with (
        lines.open("w") as plain,
        pyarrow.OSFile(str(folder / "large.arrow"), "wb") as file,
        pyarrow.ipc.new_file(file, schema) as arrow,
        # One group of rows, the worst case for whoever wants the first of them.
        pyarrow.parquet.ParquetWriter(folder / "large.parquet", schema) as parquet,
    ):
        batch: list[dict[str, str]] = []
        table = []
        for row in rows(size):
            plain.write(json.dumps(row) + "\n")
            batch.append(row)
            if len(batch) == 10_000:
                made = pyarrow.RecordBatch.from_pylist(batch, schema)
                arrow.write_batch(made)
                table.append(made)
                batch = []
        table.append(pyarrow.RecordBatch.from_pylist(batch, schema))
        whole = pyarrow.Table.from_batches(table)
        parquet.write_table(whole, row_group_size=len(whole))
    with lines.open("rb") as plain, gzip.open(folder / "large.jsonl.gz", "wb", 1) as packed:
        shutil.copyfileobj(plain, packed)
    with (
        lines.open("rb") as plain,
        pyarrow.CompressedOutputStream(str(folder / "large.jsonl.zst"), "zstd") as packed,
    ):
        shutil.copyfileobj(plain, packed)
    with lines.open() as plain:
        (folder / "small.jsonl").write_text("".join(next(plain) for _ in range(100)))
    write_tokenizer(folder / "tokenizer")


def write_tokenizer(folder: Path) -> None:
    """That of the samples, with as many tokens as those of large models have."""
    shutil.copytree(ROOT / "samples" / "tokenizers" / "bytes", folder)
    path = folder / "tokenizer.json"
    table = json.loads(path.read_text())
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    merges = [(start, letter) for start in letters for letter in letters]
    for start, letter in merges:
        if len(merges) < TOKENS:
            merges += [(start + letter, last) for last in letters]
    vocabulary = table["model"]["vocab"]
    for start, letter in merges:
        vocabulary[start + letter] = len(vocabulary)
    table["model"]["merges"] = [list(pair) for pair in merges]
    path.write_text(json.dumps(table, indent=2))


def cpu() -> float:
    """Seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Check:
    """A check of one file."""

    def __init__(self, folder: Path, file: str, length: int = 4096) -> None:
        self.folder = folder
        self.spec = folder / f"{file}.{length}.tune"
        self.spec.write_text(SPEC.format(file=file, column="answer", length=length))
        self.wrong = folder / f"{file}.wrong.tune"
        self.wrong.write_text(SPEC.format(file=file, column="anwser", length=length))

    def run(self, spec: Path) -> tuple[float, float, str]:
        """Milliseconds of a whole process without a cache, those of its CPU, and what it says."""
        cache = self.folder / "cache"
        shutil.rmtree(cache, ignore_errors=True)
        environment = {**os.environ, "TUNEC_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
        start, before = time.perf_counter(), cpu()
        ended = subprocess.run(
            [sys.executable, "-m", "tunec", "check", str(spec)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return 1000 * (time.perf_counter() - start), 1000 * (cpu() - before), ended.stdout

    def looks_into_the_file(self) -> bool:
        return "Write `{{ answer }}`" in self.run(self.wrong)[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1000, metavar="MB")
    parser.add_argument("--runs", type=int, default=9, metavar="N")
    parser.add_argument("--folder", type=Path, help="where the files are written, and removed from")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        write(folder, 1_000_000 * options.size)
        checks = {file: Check(folder, file) for file in NAMES}
        for file, check in checks.items():
            assert check.looks_into_the_file(), file
        # Rows have about 1000 bytes, so their tokens are counted.
        checks["large.parquet, lengths counted"] = Check(folder, "large.parquet", 512)
        times: dict[str, list[tuple[float, float]]] = {case: [] for case in checks}
        for _ in range(options.runs):
            for case, check in checks.items():
                times[case].append(check.run(check.spec)[:2])
        print(f"{'':32}{'MB':>8}{'median ms':>11}{'CPU ms':>9}{'goal':>7}")
        for case, measured in times.items():
            size = (folder / case.partition(",")[0]).stat().st_size / 1e6
            wall, used = map(statistics.median, zip(*measured, strict=True))
            print(f"{case:32}{size:8.1f}{wall:11.0f}{used:9.0f}{GOAL:7}")


if __name__ == "__main__":
    main()
