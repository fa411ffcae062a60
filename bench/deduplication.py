"""What dropping copies of rows costs: time and memory for each row.

In: nothing; `--rows` says how many. Out: a table. Invariant: it is a compiled script's own
functions that are timed, each way in a process of its own, on the same rows.

    python bench/deduplication.py
"""

import argparse
import importlib.util
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any  # a script's functions are its own

ROOT = Path(__file__).resolve().parent.parent
SPEC = """\
model "{model}" {{ max_length = 256 tokens }}
method lora
template t {{ user "{{{{ question }}}}", assistant "{{{{ answer }}}}" }}
data train {{ source "rows.jsonl", deduplicate = {way} }}
"""
WAYS = ("exact", "near")


def write_rows(file: Path, count: int) -> None:
    """Questions and answers of words drawn by a fixed seed, one in ten nearly an earlier one's."""
    draw = random.Random(0)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=5)) for _ in range(5000)]
    written: list[list[str]] = []
    with open(file, "w", encoding="utf-8") as rows:
        for number in range(count):
            text = draw.choices(words, k=16)
            if number and draw.random() < 0.1:
                text = [*draw.choice(written)[:-1], draw.choice(words)]
            written.append(text)
            row = {"question": " ".join(text[:11]), "answer": " ".join(text[11:])}
            rows.write(json.dumps(row) + "\n")


def timed(script: Path) -> dict[str, Any]:
    """Seconds and memory of dropping the copies of a script's rows, which are encoded before."""
    spec = importlib.util.spec_from_file_location("script", script)
    assert spec is not None and spec.loader is not None, script
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tokenizer = module.load_tokenizer()
    seconds, before, dropped = 0.0, 0, 0
    own = module.deduplicated

    def deduplicated(rows: Any, known: Any) -> Any:  # noqa: ANN401  the script's own
        nonlocal seconds, before, dropped
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        kept = own(rows, known)
        seconds, dropped = time.process_time() - start, len(rows) - len(kept)
        return kept

    module.deduplicated = deduplicated
    module.load_data(tokenizer)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "kilobytes": after - before, "dropped": dropped}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--script", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.script:
        print(json.dumps(timed(options.script)))
        return
    print("| `deduplicate` | rows | dropped | CPU ms a row | KiB a row |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder / "rows.jsonl", options.rows)
        (folder / "model").symlink_to(ROOT / "samples" / "models" / "pico")
        for way in WAYS:
            (folder / "bench.tune").write_text(SPEC.format(model="model", way=way))
            compiler = [sys.executable, "-m", "tunec", "compile", folder / "bench.tune", "--force"]
            subprocess.run([*compiler, "-o", folder / "bench.py"], check=True, stdout=sys.stderr)
            itself = [sys.executable, __file__, "--script", folder / "bench.py"]
            ended = subprocess.run(itself, check=True, capture_output=True, text=True)
            found = json.loads(ended.stdout.splitlines()[-1])
            took = 1000 * found["seconds"] / options.rows
            holds = found["kilobytes"] / options.rows
            counts = f"{options.rows:,} | {found['dropped']:,}"
            print(f"| `{way}` | {counts} | {took:.3f} | {holds:.1f} |")


if __name__ == "__main__":
    main()
