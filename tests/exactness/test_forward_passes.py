"""How a step is cut into forward passes, and logits into pieces, does not change the step."""

from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
import torch
from exactness.tiny_models import build, randomize_adapters, script, spec

pytestmark = pytest.mark.torch

METHODS = {"full": "full {}", "lora": "lora { rank = 4, alpha = 12 }"}
OPTIMIZERS = ["sgd { learning_rate = 0.1 }", "adamw { learning_rate = 1e-3, epsilon = 1e-4 }"]
STEPS = 8


class Step(NamedTuple):
    """What one optimizer step did."""

    line: dict[str, float]
    passes: int
    weights: torch.Tensor
    moved: torch.Tensor


@pytest.fixture(scope="module", params=METHODS)
def method(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=OPTIMIZERS, ids=["sgd", "adamw"])
def module(request: pytest.FixtureRequest, method: str, shared: Path) -> ModuleType:
    build(shared, "llama")
    train = f"steps = {STEPS}, batch = 8 examples\n  optimizer {request.param}"
    name = f"passes_{method}_{request.param.split()[0]}"
    return script(shared, name, spec("llama", METHODS[method], train=train))


def first_step(module: ModuleType, **settings: int) -> Step:
    """The first step of 8 rows with settings of the script changed."""
    patch = pytest.MonkeyPatch()
    for name, value in settings.items():
        assert getattr(module, name) != value
        patch.setattr(module, name, value)
    torch.manual_seed(module.SEED)
    model = module.load_model().train()
    randomize_adapters(model)
    passes = []
    model.get_decoder().register_forward_hook(lambda *_: passes.append(1))
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    rows = [*rows, *rows[:2]]
    before = flat(module, model)
    line = module.train_step(model, module.make_optimizer(model), rows, 0, STEPS)
    patch.undo()
    after = flat(module, model)
    return Step(line, len(passes), after, after - before)


def flat(module: ModuleType, model: torch.nn.Module) -> torch.Tensor:
    """All trained weights in a row."""
    weights = module.trained_weights(model).values()
    return torch.cat([weight.detach().flatten() for weight in weights]).clone()


def assert_same(one: Step, other: Step) -> None:
    assert one.line == pytest.approx(other.line, rel=1e-6)
    assert one.moved.abs().max() > 1e-4, "the step is too small to compare"
    assert torch.allclose(one.weights, other.weights, rtol=0, atol=1e-6)


def test_one_and_eight_passes(module: ModuleType) -> None:
    whole, apart = first_step(module), first_step(module, FORWARD_TOKENS=1)
    assert (whole.passes, apart.passes) == (1, 8)
    assert_same(whole, apart)


def test_packs_of_several_sizes(module: ModuleType) -> None:
    whole, cut = first_step(module), first_step(module, FORWARD_TOKENS=150)
    assert 1 < cut.passes < 8
    assert_same(whole, cut)


def test_logits_in_pieces(module: ModuleType) -> None:
    whole, pieces = first_step(module), first_step(module, LOGITS_AT_ONCE=7)
    assert whole.line["tokens"] > 7 * 8
    assert_same(whole, pieces)
