"""A run killed at any moment and started again ends as one that was never interrupted.

Death within the process of the tests is an exception that no script catches; a few runs are
killed for real, in processes of their own.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any  # whatever the patched functions take

import pytest
import torch
from emitted_script import run
from exactness.small_runs import (
    CASES,
    STEPS,
    assert_same_results,
    results,
    undisturbed,
    wait_for_lines,
)

pytestmark = pytest.mark.torch

Patch = pytest.MonkeyPatch


class Death(BaseException):
    """The process is gone: nothing after this runs."""


def die() -> None:
    raise Death


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_at(
    owner: object, name: str, call: int, patch: Patch, end: Callable[[], None], *, after: bool
) -> None:
    """Makes a function's `call`-th call, counted from 1, end the process."""
    original, calls = getattr(owner, name), []

    def patched(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 whatever it takes
        calls.append(name)
        if len(calls) == call and not after:
            end()
        result = original(*arguments, **options)
        if len(calls) == call:
            end()
        return result

    patch.setattr(owner, name, patched)


def half_written(
    owner: object, name: str, call: int, patch: Patch, end: Callable[[], None]
) -> None:
    """Makes a function that saves end the process when half the file is written."""
    original, calls = getattr(owner, name), []

    def patched(content: object, path: Path) -> None:
        calls.append(name)
        original(content, path)
        if len(calls) == call:
            os.truncate(path, path.stat().st_size // 2)
            end()

    patch.setattr(owner, name, patched)


def half_removed(patch: Patch, end: Callable[[], None]) -> None:
    """Makes the removal of an old checkpoint end the process after one of its files."""
    original = shutil.rmtree

    def patched(path: Path, **options: Any) -> None:  # noqa: ANN401 whatever it takes
        if Path(path).parent.name == "checkpoints" and Path(path).suffix != ".partial":
            next(iter(sorted(path.iterdir()))).unlink()
            end()
        original(path, **options)

    patch.setattr(shutil, "rmtree", patched)


def at(name: str, call: int, *, after: bool = False) -> Callable[..., None]:
    """A moment: before or after the `call`-th call of one of the script's functions."""

    def prepare(module: ModuleType, patch: Patch, end: Callable[[], None]) -> None:
        dies_at(module, name, call, patch, end, after=after)

    return prepare


MOMENTS: dict[str, Callable[[ModuleType, Patch, Callable[[], None]], None]] = {
    "before anything was saved": at("train_step", 2),
    "after the second checkpoint": at("save_checkpoint", 2, after=True),
    "in the first forward pass": at("backward", 1),
    "in the middle of a step": at("backward", 4 * 2 + 3),
    "in the pass after a checkpoint": at("backward", 4 * 4 + 1),
    "in an evaluation": at("mean_loss", 3),
    "while it generates": at("exact_match", 2),
    "while weights are written": lambda module, patch, end: half_written(
        module, "save_file", 2, patch, end
    ),
    "while the optimizer is written": lambda module, patch, end: half_written(
        torch, "save", 2, patch, end
    ),
    "before a checkpoint is renamed": lambda module, patch, end: dies_at(
        Path, "rename", 2, patch, end, after=False
    ),
    "after a checkpoint is renamed": lambda module, patch, end: dies_at(
        Path, "rename", 3, patch, end, after=True
    ),
    "while an old checkpoint is removed": lambda module, patch, end: half_removed(patch, end),
    "before the result is saved": at("train", 1, after=True),
    "before the results are shown": at("show_results", 1),
    "after the end": at("show_results", 1, after=True),
}


def dies(module: ModuleType, output: Path, moment: str) -> None:
    """Runs until the moment, and no further."""
    with Patch.context() as patch:
        MOMENTS[moment](module, patch, die)
        with pytest.raises(Death):
            run(module, "--output", output)


@pytest.mark.parametrize("moment", MOMENTS)
def test_lora_with_dropout(moment: str, shared: Path, tmp_path: Path) -> None:
    module, wanted = undisturbed(shared, "lora")
    dies(module, tmp_path, moment)
    run(module, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)


@pytest.mark.parametrize("case", [case for case in CASES if case != "lora"])
def test_other_methods_and_optimizers(case: str, shared: Path, tmp_path: Path) -> None:
    module, wanted = undisturbed(shared, case)
    dies(module, tmp_path, "in the pass after a checkpoint")
    run(module, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)


def test_many_deaths(shared: Path, tmp_path: Path) -> None:
    module, wanted = undisturbed(shared, "lora")
    for moment in [
        "before anything was saved",
        "while it generates",
        "while the optimizer is written",
        "in the first forward pass",
        "while an old checkpoint is removed",
        "before the result is saved",
        "before the results are shown",
    ]:
        dies(module, tmp_path, moment)
    run(module, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)


def test_a_torn_line_is_cut(shared: Path, tmp_path: Path) -> None:
    module, wanted = undisturbed(shared, "lora")
    dies(module, tmp_path, "in the pass after a checkpoint")
    with open(tmp_path / "metrics.jsonl", "a") as metrics:
        metrics.write('{"step": 5, "lo')
    run(module, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)


def test_a_finished_run_stays_as_it_is(shared: Path, tmp_path: Path) -> None:
    module, wanted = undisturbed(shared, "full")
    run(module, "--output", tmp_path)
    run(module, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)


def test_fresh_starts_again(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module, wanted = undisturbed(shared, "lora")
    dies(module, tmp_path, "before the result is saved")
    capsys.readouterr()
    run(module, "--output", tmp_path, "--fresh")
    assert "going on" not in capsys.readouterr().out
    assert_same_results(results(tmp_path), wanted)


def test_dropout_matters(shared: Path) -> None:
    """Without it, the tests above could not see that random state is restored."""
    module, wanted = undisturbed(shared, "lora")
    with Patch.context() as patch:
        patch.setattr(module, "LORA_DROPOUT", 0.0)
        run(module, "--output", shared / "without-dropout")
    assert results(shared / "without-dropout")["metrics.jsonl"] != wanted["metrics.jsonl"]


# --- Killed for real ------------------------------------------------------------------


def forked(module: ModuleType, output: Path, prepare: Callable[[Patch], None]) -> int:
    """A process that runs the script, patched, and its number."""
    number = os.fork()
    if number:
        return number
    try:
        prepare(Patch())
        run(module, "--output", output)
    except BaseException:
        traceback.print_exc()
    os._exit(0)


def wait_for_death(number: int) -> None:
    status = os.waitpid(number, 0)[1]
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status


@pytest.mark.parametrize(
    "moment",
    [
        "in the middle of a step",
        "while it generates",
        "while the optimizer is written",
    ],
)
def test_kills_itself(moment: str, shared: Path, tmp_path: Path) -> None:
    module, wanted = undisturbed(shared, "lora")
    wait_for_death(
        forked(module, tmp_path, lambda patch: MOMENTS[moment](module, patch, kill_itself))
    )
    run(module, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)


@pytest.mark.parametrize("lines", [3, STEPS])
def test_killed_from_outside(lines: int, shared: Path, tmp_path: Path) -> None:
    """Whenever a file of metrics is so long, wherever the run is then."""
    module, wanted = undisturbed(shared, "full")

    def slow(patch: Patch) -> None:
        patch.setattr(module, "stop_if_asked", lambda *_: bool(time.sleep(0.02)))

    number = forked(module, tmp_path, slow)
    wait_for_lines(tmp_path, lines)
    os.kill(number, signal.SIGKILL)
    wait_for_death(number)
    run(module, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)


def test_as_a_command(shared: Path, tmp_path: Path) -> None:
    """`python script.py`, killed and run again, ends as a run in this process."""
    module, wanted = undisturbed(shared, "lora", 24)
    command = [sys.executable, str(module.__file__), "--output", str(tmp_path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    wait_for_lines(tmp_path, 9)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "going on from" in again.stdout
    assert_same_results(results(tmp_path), wanted)
