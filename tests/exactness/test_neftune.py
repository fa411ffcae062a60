"""NEFTune's noise: by the row's own length, also in a pack, and only while training."""

from pathlib import Path
from types import ModuleType

import pytest
import torch
from emitted_script import activate
from exactness.tiny_models import build, script, spec

pytestmark = pytest.mark.torch

ALPHA = 5.0


def module_of(folder: Path, name: str = "llama", alpha: float | None = ALPHA) -> ModuleType:
    build(folder, name)
    train = f"steps = 4{f', neftune_noise_alpha = {alpha}' if alpha else ''}"
    return script(folder, f"neftune_{name}_{alpha}", spec(name, "full {}", train=train))


def test_noise_is_that_of_the_formula(shared: Path) -> None:
    """Uniform within alpha / sqrt(L * d), L the row's own tokens: all of it, and no more."""
    noise_on, lengths, width = module_of(shared).noise_on, [100, 400], 64
    torch.manual_seed(0)
    noise = noise_on(torch.zeros(1, sum(lengths), width), lengths)
    for row, length in zip(noise[0].split(lengths), lengths, strict=True):
        most = ALPHA / (length * width) ** 0.5
        assert row.abs().max() <= most
        assert row.abs().max() > 0.99 * most
        assert row.mean().abs() < 0.03 * most
        assert row.std() == pytest.approx(most / 3**0.5, rel=0.03)


@pytest.mark.parametrize("name", ["llama", "gemma", "gemma2", "gpt2"])
def test_only_while_training(name: str, shared: Path) -> None:
    """Embeddings that are handed over give the loss that ids give, where there is no noise."""
    noisy, plain = module_of(shared, name), module_of(shared, name, None)
    losses = []
    for module in (noisy, plain):
        activate(module)
        model = module.load_model()
        rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
        losses.append(module.mean_loss(model, rows))
        model.train()
        pack = next(iter(module.packs_of(rows)))
        torch.manual_seed(1)
        losses.append(module.backward(model, pack, 100).item())
    assert losses[0] == pytest.approx(losses[2], rel=1e-6)
    assert losses[1] != pytest.approx(losses[3], rel=1e-5)
    assert losses[1] == pytest.approx(losses[3], rel=0.5)


def test_embeddings_get_their_gradient(shared: Path) -> None:
    module = module_of(shared)
    model = module.load_model().train()
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    module.backward(model, next(iter(module.packs_of(rows))), 100)
    assert model.get_input_embeddings().weight.grad.abs().sum() > 0
