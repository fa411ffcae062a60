"""A step that would spoil the weights is not taken, is told and counted; a resumed run does so too.

Gradients are spoilt by patching `backward` of the script for some of its steps.
"""

import json
import math
from pathlib import Path
from types import ModuleType

import pytest
import torch
from emitted_script import run
from exactness.small_runs import assert_same_results, results, small_script
from exactness.test_kill_and_resume import Death, dies_at
from exactness.tiny_models import script

pytestmark = pytest.mark.torch

STEPS = 12


def watched(folder: Path, settings: str, name: str) -> ModuleType:
    """The full run of 12 steps, with a watchdog."""
    text = Path(str(small_script(folder, "full", STEPS).__file__)).with_suffix(".tune").read_text()
    text = text.replace("  optimizer ", f"  watchdog {{ {settings} }}\n  optimizer ", 1)
    return script(folder, f"watchdog-{name}", text)


def spoilt(module: ModuleType, patch: pytest.MonkeyPatch, spoil: dict[int, float]) -> None:
    """Multiplies the gradients of some steps, counted from 1, at their first pass."""
    original = module.train_step

    def step_with(model, optimizer, rows, step, steps, history):  # type: ignore[no-untyped-def] # the script's
        backward, factor = module.backward, spoil.get(step + 1, 1.0)

        def scaled(*arguments: object) -> torch.Tensor:
            share: torch.Tensor = backward(*arguments)
            for weight in module.trained_weights(model).values():
                weight.grad *= factor
            return share

        with pytest.MonkeyPatch.context() as inner:
            if factor != 1.0:
                inner.setattr(module, "backward", scaled)
            return original(model, optimizer, rows, step, steps, history)

    patch.setattr(module, "train_step", step_with)


def lines_of(output: Path) -> list[dict[str, float | str]]:
    lines = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if "loss" in line]


def skipped(output: Path) -> list[float | str]:
    return [line["step"] for line in lines_of(output) if "watchdog" in line]


@pytest.fixture
def patch() -> pytest.MonkeyPatch:
    return pytest.MonkeyPatch()


def test_a_gradient_that_is_not_finite_is_skipped(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
) -> None:
    module = watched(shared, "", "finite")
    spoilt(module, patch, {4: math.nan, 9: math.inf})
    run(module, "--output", tmp_path)
    assert skipped(tmp_path) == [4, 9]
    said = capsys.readouterr().out
    assert "step 4 skipped: the gradient's norm is nan" in said
    assert "watchdog: 2 of 12 steps skipped" in said


def test_weights_and_state_stay_as_they_are(shared: Path, patch: pytest.MonkeyPatch) -> None:
    module = watched(shared, "", "stay")
    spoilt(module, patch, {2: math.nan})
    model = module.load_model().train()
    optimizer = module.make_optimizer(model)
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())[:4]
    module.train_step(model, optimizer, rows, 0, STEPS, [])
    weights = module.trained_weights(model)
    before = {name: weight.detach().clone() for name, weight in weights.items()}
    state = [each["exp_avg"].clone() for each in optimizer.state.values()]
    line = module.train_step(model, optimizer, rows, 1, STEPS, [])
    assert "watchdog" in line
    assert all(torch.equal(weights[name], before[name]) for name in weights)
    after = [each["exp_avg"] for each in optimizer.state.values()]
    assert all(torch.equal(*pair) for pair in zip(state, after, strict=True))
    assert not any(weight.grad is not None for weight in weights.values())


def test_a_long_gradient_is_skipped_once_a_median_is_known(
    shared: Path, tmp_path: Path, patch: pytest.MonkeyPatch
) -> None:
    module = watched(shared, "grad_norm = 10, window = 5 steps", "long")
    spoilt(module, patch, {3: 1000.0, 8: 1000.0})
    run(module, "--output", tmp_path)
    assert skipped(tmp_path) == [8]


def test_a_high_loss_is_skipped(shared: Path, tmp_path: Path) -> None:
    module = watched(shared, "loss = 0.01, patience = 3 steps", "loss")
    with pytest.raises(SystemExit, match="the last 3 steps were skipped"):
        run(module, "--output", tmp_path)
    assert skipped(tmp_path) == [1, 2, 3]


def test_it_can_stop(shared: Path, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    module = watched(shared, "then = stop", "stop")
    spoilt(module, patch, {4: math.nan})
    with pytest.raises(SystemExit, match="step 4 was not taken: the gradient's norm is nan"):
        run(module, "--output", tmp_path)


def test_it_can_go_back(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
) -> None:
    """Then the steps since the checkpoint are as if they had never been."""
    module = watched(shared, "then = go_back", "back")
    spoilt(module, patch, {4: math.nan})
    seen: list[dict[str, torch.Tensor]] = []
    original = module.react

    def react(model, *arguments):  # type: ignore[no-untyped-def] # the script's
        original(model, *arguments)
        seen.append({name: w.detach().clone() for name, w in module.trained_weights(model).items()})

    patch.setattr(module, "CHECKPOINTS_KEPT", 99)
    patch.setattr(module, "react", react)
    run(module, "--output", tmp_path)
    saved = module.load_file(tmp_path / "checkpoints" / "step-000002" / "weights.safetensors")
    assert len(seen) == 1
    assert all(torch.equal(seen[0][name], saved[name]) for name in saved)
    assert "step-000002" in capsys.readouterr().out


@pytest.mark.parametrize("then", ["skip", "go_back"])
@pytest.mark.parametrize("killed", [5, 8, 10])
def test_a_resumed_run_ends_the_same(
    then: str, killed: int, shared: Path, tmp_path: Path, patch: pytest.MonkeyPatch
) -> None:
    """The median and the steps in a row come from what was written, and are the same again."""
    module = watched(shared, f"then = {then}, grad_norm = 10, window = 5 steps", f"resume-{then}")
    spoilt(module, patch, {4: math.nan, 7: 100.0, 9: 100.0, 11: 1.01})
    run(module, "--output", tmp_path / "whole")
    wanted = results(tmp_path / "whole")
    assert skipped(tmp_path / "whole") == [4, 7, 9]

    def die() -> None:
        raise Death

    with pytest.MonkeyPatch.context() as inner:
        dies_at(module, "train_step", killed, inner, die, after=False)
        with pytest.raises(Death):
            run(module, "--output", tmp_path / "killed")
    run(module, "--output", tmp_path / "killed")
    assert_same_results(results(tmp_path / "killed"), wanted)
