"""Evaluations on disk.

In: what was found, in a folder for the time being. Out: `RUN/evaluations/NAME`. Invariant: a
folder of that name is there with all its files or not at all, and none is ever replaced.
"""

import json
import os
import shutil
from itertools import count
from pathlib import Path
from typing import Any  # results are plain values of any sort

from tunec.diagnostics import Diagnostic
from tunec.run.evaluate.measured import ANSWERS, RESULTS
from tunec.terminal import Stop

FOLDER = "evaluations"


def free_name(place: Path, name: str) -> str:
    """The name, with a number behind it if there is one of that name."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(each for each in names if not (place / each).exists())


def refuse_taken(place: Path, name: str) -> None:
    """Raises Stop where there is something of this name."""
    if (place / name).exists():
        raise Stop(
            Diagnostic(
                "E524",
                f"There is an evaluation `{place / name}` already.",
                None,
                help=f"Give it another name, such as `--name {free_name(place, name)}`.",
            )
        )


def refuse_unwritable(place: Path) -> None:
    """Raises Stop, before all is measured in vain, where no folder can be made."""
    there = next(path for path in [place, *place.absolute().parents] if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise _unwritable(place, "it is no folder" if there == place else "no folder can be made")


def store(place: Path, name: str, results: dict[str, Any], found: Path) -> Path:
    """Writes results, and the answers that are in the folder `found`. Raises Stop."""
    whole, partial = place / name, place / f".{name}.{os.getpid()}.partial"
    try:
        partial.mkdir(parents=True)
        try:
            text = json.dumps(results, indent=2, ensure_ascii=False) + "\n"
            (partial / RESULTS).write_text(text, encoding="utf-8")
            shutil.copyfile(found / ANSWERS, partial / ANSWERS)
            for file in partial.iterdir():
                with open(file, "rb") as written:
                    os.fsync(written.fileno())
            partial.rename(whole)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as problem:
        raise _unwritable(whole, str(problem.strerror)) from None
    return whole


def _unwritable(path: Path, why: str) -> Stop:
    message = f"`{path}` cannot be written: {why}."
    return Stop(Diagnostic("E513", message, None, help="Write elsewhere: `--output DIR`."))
