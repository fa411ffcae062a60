"""Weights in bfloat16: rounded without bias, so that steps too small for them still add up."""

from pathlib import Path
from types import ModuleType

import pytest
import torch
from exactness.small_runs import small_script

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def module(shared: Path) -> ModuleType:
    return small_script(shared, "rounded")


@pytest.mark.parametrize("value", [1.001, -1.001, 3.3e-5, -7.77e8, 1 + 2**-9, 0.0])
def test_rounding_has_no_bias(module: ModuleType, value: float) -> None:
    """Only the two neighbours come up, and their mean is the value."""
    torch.manual_seed(0)
    exact = torch.full((200_000,), value)
    found = module.rounded(exact)
    assert found.dtype == torch.bfloat16
    assert len(found.unique()) <= 2
    digit = abs(value) * 2**-7
    assert (found.float() - exact).abs().max() <= digit
    assert found.double().mean().item() == pytest.approx(exact[0].item(), abs=0.01 * digit)


def test_what_is_exact_stays(module: ModuleType) -> None:
    exact = torch.randn(1000).bfloat16()
    assert torch.equal(module.rounded(exact.float()), exact)


def test_small_steps_add_up(module: ModuleType) -> None:
    """400 steps of a hundredth of a digit: to the nearest they would all be lost."""
    weight = torch.nn.Parameter(torch.ones(10_000, dtype=torch.bfloat16))
    step = 2.0**-7 / 100
    optimizer = module.OneByOne([torch.optim.SGD([weight], lr=step)])
    torch.manual_seed(0)
    for _ in range(400):
        weight.grad = -torch.ones_like(weight)
        optimizer.step()
        optimizer.zero_grad()
    assert torch.ones(1, dtype=torch.bfloat16) + step == 1
    assert weight.double().mean().item() == pytest.approx(1 + 400 * step, rel=1e-3)


def test_weights_are_bfloat16_and_moments_float32(module: ModuleType) -> None:
    model = module.load_model().train()
    optimizer = module.make_optimizer(model)
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())[:8]
    lines = [module.train_step(model, optimizer, rows, step, 6) for step in range(6)]
    weights = module.trained_weights(model)
    assert {weight.dtype for weight in model.parameters()} == {torch.bfloat16}
    assert lines[-1]["loss"] < 0.9 * lines[0]["loss"]
    for each in optimizer.optimizers:
        assert {value.dtype for value in each.state_dict()["state"][0].values()} == {torch.float32}
    assert len(optimizer.optimizers) == len(weights)
    assert {group["weight_decay"] for group in optimizer.param_groups} == {0.0, 0.1}


def test_a_step_is_that_of_float32(module: ModuleType) -> None:
    """Up to the rounding: before it, weights are what torch makes of them in float32."""
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.randn(64, 64).bfloat16())
    exact = torch.nn.Parameter(weight.detach().float())
    optimizer = module.OneByOne([torch.optim.AdamW([weight], lr=1e-2)])
    reference = torch.optim.AdamW([exact], lr=1e-2)
    weight.grad = torch.randn_like(weight)
    exact.grad = weight.grad.float()
    optimizer.step()
    reference.step()
    error = (weight.float() - exact).abs()
    assert (error <= exact.abs() * 2**-7).all()
    assert error.max() > 0
