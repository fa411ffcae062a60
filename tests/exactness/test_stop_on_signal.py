"""SIGTERM and SIGINT: saved within one forward pass, exit code 1, and resumed exactly."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any  # whatever the patched functions take

import pytest
from emitted_script import run
from exactness.small_runs import assert_same_results, results, undisturbed, wait_for_lines

pytestmark = pytest.mark.torch

Patch = pytest.MonkeyPatch


def signal_at(
    module: ModuleType, patch: Patch, kind: int, at: Callable[[int, str], bool]
) -> list[str]:
    """Sends a signal in the forward pass for which `at(number, phase)` is true; the later passes.

    Every pass counts, those of a generation too, where each makes one token.
    """
    later: list[str] = []
    state = {"sent": False, "number": 0, "phase": ""}
    load_model = module.load_model

    def noticed(*_: object) -> None:
        state["number"] += 1
        if state["sent"]:
            later.append(state["phase"])
        elif at(state["number"], state["phase"]):
            state["sent"] = True
            os.kill(os.getpid(), kind)

    def loaded() -> Any:  # noqa: ANN401 a model
        model = load_model()
        model.get_decoder().register_forward_pre_hook(noticed)
        return model

    def phased(name: str) -> None:
        original = getattr(module, name)

        def patched(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 whatever it takes
            before = state["phase"]
            state.update(phase=name, number=0)
            result = original(*arguments, **options)
            state["phase"] = before
            return result

        patch.setattr(module, name, patched)

    patch.setattr(module, "load_model", loaded)
    for name in ["train_step", "mean_loss", "answers_to", "check_loss"]:
        phased(name)
    return later


MOMENTS = {
    "in a step": lambda number, phase: (number, phase) == (2, "train_step"),
    "in the last pass of a step": lambda number, phase: (number, phase) == (4, "train_step"),
    "in an evaluation": lambda number, phase: (number, phase) == (2, "mean_loss"),
    "in the last pass of an evaluation": lambda number, phase: (number, phase) == (6, "mean_loss"),
    "while it generates": lambda number, phase: (number, phase) == (3, "answers_to"),
}


@pytest.mark.parametrize(
    ("moment", "kind"),
    [*((moment, signal.SIGTERM) for moment in MOMENTS), ("in a step", signal.SIGINT)],
)
def test_in_process(moment: str, kind: int, shared: Path, tmp_path: Path) -> None:
    module, wanted = undisturbed(shared, "lora")
    # At the second chance, so that something was trained before.
    skipped = []

    def second(number: int, phase: str) -> bool:
        if not trained or not MOMENTS[moment](number, phase):
            return False
        skipped.append(phase)
        return len(skipped) == 1

    trained: list[int] = []
    with Patch.context() as patch:
        later = signal_at(module, patch, kind, second)
        step = module.train_step

        def counted(*arguments: Any) -> Any:  # noqa: ANN401 whatever it takes
            line = step(*arguments)
            trained.append(1)
            return line

        patch.setattr(module, "train_step", counted)
        with pytest.raises(SystemExit) as stopped:
            run(module, "--output", tmp_path)
    assert skipped, "no signal was sent"
    assert later == []
    assert stopped.value.code == f"stopped after step {len(trained)} of 6; run again to go on"
    newest = sorted((tmp_path / "checkpoints").iterdir())[-1].name
    assert newest == f"step-{len(trained):06}"
    run(module, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)


def test_stopped_again_and_again(shared: Path, tmp_path: Path) -> None:
    """Every start gets one step further."""
    module, wanted = undisturbed(shared, "full")
    for number in range(1, 6):
        with Patch.context() as patch:
            step = module.train_step

            def last(*arguments: Any, step: Callable[..., Any] = step) -> Any:  # noqa: ANN401 whatever it takes
                line = step(*arguments)
                os.kill(os.getpid(), signal.SIGTERM)
                return line

            patch.setattr(module, "train_step", last)
            with pytest.raises(SystemExit, match=f"stopped after step {number} of 6"):
                run(module, "--output", tmp_path)
    run(module, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)


def test_as_a_command(shared: Path, tmp_path: Path) -> None:
    module, wanted = undisturbed(shared, "lora", 24)
    process = subprocess.Popen(
        [sys.executable, str(module.__file__), "--output", str(tmp_path)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_lines(tmp_path, 4)
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 1
    message = errors.splitlines()[-1]
    assert re.fullmatch(r"stopped after step \d+ of 24; run again to go on", message)
    run(module, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)
