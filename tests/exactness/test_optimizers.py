"""Three steps of each optimizer equal its paper's; those in 8 bits come near."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any  # optimizers have no common type

import pytest
import torch
from exactness import optimizer_steps as steps
from exactness.tiny_models import build, script, spec
from torch import Tensor

pytestmark = pytest.mark.torch

Step = Callable[[Tensor, list[Tensor], float], Tensor]

EXACT: dict[str, tuple[str, Step, Step]] = {
    "adamw": ("", steps.adamw, steps.adamw),
    "paged_adamw": ("", steps.adamw, steps.adamw),
    "ademamix": ("", steps.ademamix, steps.ademamix),
    "lion": ("", steps.lion, steps.lion),
    "sgd": ("momentum = 0.9", steps.sgd, steps.sgd),
    "rmsprop": ("", steps.rmsprop, steps.rmsprop),
    "adafactor": ("", steps.adafactor, steps.adafactor),
    "galore_adamw": ("rank = 4", steps.galore, steps.adamw),
    "schedule_free_adamw": ("", steps.schedule_free, steps.schedule_free),
}
"""By kind: settings, what is done to hidden matrices, and to the rest."""

NEAR: dict[str, tuple[str, Step, Step]] = {
    "adamw_8bit": ("", steps.adamw, steps.adamw),
    "paged_adamw_8bit": ("", steps.adamw, steps.adamw),
    "ademamix_8bit": ("", steps.ademamix, steps.ademamix),
    "lion_8bit": ("", steps.lion, steps.lion),
    "muon": ("", steps.muon, steps.adamw),  # torch computes it in bfloat16
}


def made(folder: Path, kind: str, settings: str) -> tuple[ModuleType, torch.nn.Module, Any]:
    """A script, its model and its optimizer."""
    build(folder, "llama")
    settings = f"learning_rate = {steps.RATE}, weight_decay = {steps.DECAY}, {settings}"
    train = f"steps = 4\n  optimizer {kind} {{ {settings.rstrip(', ')} }}"
    module = script(folder, f"steps_{kind}", spec("llama", "full {}", train=train))
    model = module.load_model()
    return module, model, module.make_optimizer(model)


def hidden(name: str) -> bool:
    return "proj" in name


def three_steps(
    module: ModuleType,
    model: torch.nn.Module,
    optimizer: Any,  # noqa: ANN401 of no common type
) -> tuple[dict[str, Tensor], dict[str, list[Tensor]]]:
    """Weights before them, and their gradients: of different sizes, so that scales matter."""
    weights = module.trained_weights(model)
    before = {name: weight.detach().double() for name, weight in weights.items()}
    grads: dict[str, list[Tensor]] = {name: [] for name in weights}
    torch.manual_seed(0)
    if hasattr(optimizer, "train"):
        optimizer.train()
    for size in (1e-3, 1.0, 0.1):
        for name, weight in weights.items():
            weight.grad = size * torch.randn_like(weight)
            grads[name].append(weight.grad.double())
        optimizer.step()
        optimizer.zero_grad()
    if hasattr(optimizer, "eval"):
        optimizer.eval()
    return before, grads


@pytest.mark.parametrize("kind", EXACT | NEAR)
def test_three_steps(kind: str, shared: Path) -> None:
    settings, matrix, rest = (EXACT | NEAR)[kind]
    module, model, optimizer = made(shared, kind, settings)
    before, grads = three_steps(module, model, optimizer)
    for name, weight in module.trained_weights(model).items():
        decay = steps.DECAY if weight.ndim == 2 else 0.0
        step = matrix if hidden(name) else rest
        wanted = step(before[name], grads[name], decay) - before[name]
        found = weight.detach().double() - before[name]
        error = (found - wanted).norm() / wanted.norm()
        limit = {"galore_adamw": 1e-3}.get(
            kind, 1e-4 if kind in EXACT else 0.06
        )  # its vectors round
        assert error < limit, f"{name}: {error:.1e}"


def test_apollo(shared: Path) -> None:
    """Gradients scaled by rows of the longer side, as Adam does in the script's projection."""
    module, model, optimizer = made(shared, "apollo_adamw", "rank = 4, scale = 4.0")
    before, grads = three_steps(module, model, optimizer)
    weights = module.trained_weights(model)
    for name, weight in weights.items():
        if not hidden(name):
            assert torch.allclose(
                weight.double(), steps.adamw(before[name], grads[name], 0.1 * (weight.ndim - 1))
            ), name
            continue
        directions = optimizer.state[weight]["directions"].double()
        assert directions.shape == (min(weight.shape), 4)
        tall = weight.shape[0] >= weight.shape[1]
        expected, length = before[name], None
        for count in range(1, 4):
            flat = [grad if tall else grad.T for grad in grads[name][:count]]
            low = [grad @ directions for grad in flat]
            scale = steps.adam_direction(low).norm(dim=1) / low[-1].norm(dim=1)
            step = flat[-1] * scale[:, None]
            if length is not None and step.norm() > 1.01 * length:
                step = step * (1.01 * length / step.norm())
            length = step.norm()
            expected = steps.decayed(expected, 2 * (step if tall else step.T), steps.DECAY)
        torch.testing.assert_close(weight.double(), expected, rtol=1e-4, atol=1e-5, msg=name)


def test_the_projection_of_apollo_keeps_lengths(shared: Path) -> None:
    """Its entries have a variance of 1 / rank, so rows are as long as before, on average."""
    module, model, optimizer = made(shared, "apollo_adamw", "rank = 256")
    three_steps(module, model, optimizer)
    for name, weight in module.trained_weights(model).items():
        if hidden(name):
            directions = optimizer.state[weight]["directions"]
            assert directions.square().sum(1).mean() == pytest.approx(1, rel=0.05), name


def test_muon_is_for_hidden_matrices(shared: Path) -> None:
    module, model, optimizer = made(shared, "muon", "")
    muon = {id(w) for group in optimizer.optimizers[0].param_groups for w in group["params"]}
    weights = module.trained_weights(model)
    assert {name for name, weight in weights.items() if id(weight) in muon} == {
        name for name in weights if hidden(name)
    }


def test_the_state_is_small(shared: Path) -> None:
    """Of galore and apollo: two moments of `rank` columns for each hidden matrix."""
    for kind in ("galore_adamw", "apollo_adamw"):
        module, model, optimizer = made(shared, kind, "rank = 4")
        three_steps(module, model, optimizer)
        for name, weight in module.trained_weights(model).items():
            shape = (max(weight.shape), 4) if hidden(name) else weight.shape
            assert optimizer.state[weight]["mean"].shape == shape, name
