"""Times of `tunec check` and `tunec compile`, as multiples of what Python alone needs to start.

In: nothing; `--spec` and `--runs` may say otherwise. Out: a table of medians of whole processes.
Invariant: tunec runs from a wheel in an environment of its own, with its modules compiled as after
any first run, and the commands take turns, so that a busy machine slows all of them alike.

    python bench/compile_time.py
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOALS = {"check, cold": 12, "compile, cold": 20, "check, unchanged": 2, "compile, unchanged": 2}
"""Multiples of `python -c pass` that are allowed at most."""


def install(folder: Path) -> Path:
    """A fresh environment with the wheel and what it depends on; its Python."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True)
    return python


class Bench:
    """A copy of a spec, and the ways in which it is compiled."""

    def __init__(self, python: Path, spec: Path, folder: Path) -> None:
        self.command = [str(python.parent / "tunec")]
        self.python = [str(python), "-c", "pass"]
        self.spec = spec
        self.script = folder / "script.py"
        self.original = spec.read_text(encoding="utf-8")
        self.cache = folder / "cache"
        self.environment = {**os.environ, "TUNEC_CACHE": str(self.cache)}
        # Set in some containers; without cached modules every start would compile all of tunec.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.edits = 0

    def check(self) -> list[str]:
        return [*self.command, "check", str(self.spec)]

    def compile(self) -> list[str]:
        return [*self.command, "compile", str(self.spec), "-o", str(self.script)]

    def cold(self) -> None:
        """As for a spec that tunec has never seen."""
        shutil.rmtree(self.cache, ignore_errors=True)
        self.script.unlink(missing_ok=True)

    def edited(self) -> None:
        """As after one value of a spec was changed."""
        self.edits += 1
        self.spec.write_text(f"seed = {self.edits}\n{self.original}", encoding="utf-8")

    def warm(self) -> None:
        """As for a spec that was compiled before."""
        self.spec.write_text(self.original, encoding="utf-8")
        for command in (self.check(), self.compile()):
            self.run(command)

    def run(self, command: list[str]) -> float:
        """Milliseconds of a whole process, from start to end."""
        start = time.perf_counter()
        subprocess.run(command, check=True, env=self.environment, stdout=subprocess.DEVNULL)
        return 1000 * (time.perf_counter() - start)


def measure(bench: Bench, runs: int) -> dict[str, list[float]]:
    """Milliseconds by case; all cases take turns."""
    cases: dict[str, tuple[Callable[[], None], list[str]]] = {
        "python -c pass": (lambda: None, bench.python),
        "check, cold": (bench.cold, bench.check()),
        "compile, cold": (bench.cold, bench.compile()),
        "check, one value edited": (bench.edited, bench.check()),
        "compile, one value edited": (bench.edited, bench.compile()),
        "check, unchanged": (bench.warm, bench.check()),
        "compile, unchanged": (bench.warm, bench.compile()),
    }
    times: dict[str, list[float]] = {case: [] for case in cases}
    bench.warm()
    time.sleep(0.1)  # a file that changed this moment ago is not yet trusted
    for _ in range(runs):
        for case, (prepare, command) in cases.items():
            prepare()
            times[case].append(bench.run(command))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spec", type=Path, default=ROOT / "samples" / "dates" / "dates.tune")
    parser.add_argument("--runs", type=int, default=15, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = install(folder)
        shutil.copytree(options.spec.parent.parent, folder / "samples")
        spec = folder / "samples" / options.spec.parent.name / options.spec.name
        times = measure(Bench(python, spec, folder), options.runs)
    base = statistics.median(times["python -c pass"])
    print(f"{'':28}{'median ms':>10}{'fastest':>10}{'ratio':>8}{'goal':>8}")
    for case, measured in times.items():
        median = statistics.median(measured)
        goal = f"{GOALS[case]}" if case in GOALS else ""
        print(f"{case:28}{median:10.1f}{min(measured):10.1f}{median / base:8.1f}{goal:>8}")


if __name__ == "__main__":
    main()
