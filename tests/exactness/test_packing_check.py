"""A script stops before it trains if rows packed together see each other, or if targets are off."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from emitted_script import activate, run
from exactness.small_runs import assert_same_results, results, small_script, undisturbed
from exactness.tiny_models import build, script, spec
from torch.nn.functional import scaled_dot_product_attention

pytestmark = pytest.mark.torch

Patch = pytest.MonkeyPatch


def leak(module: ModuleType, patch: Patch) -> None:
    """Attention over the whole pack, as an all-ones mask or a cache would give."""

    def attend(layer, query, key, value, mask, scaling, **options):  # type: ignore[no-untyped-def] # as the script's
        attended = scaled_dot_product_attention(
            query, key, value, is_causal=True, scale=scaling, enable_gqa=True
        )
        return attended.transpose(1, 2).contiguous(), None

    patch.setattr(module, "attend_by_row", attend)


def shifted(module: ModuleType, patch: Patch) -> None:
    """Every token predicted from itself instead of from the one before it."""
    predictions = module.predictions

    def later(model: torch.nn.Module, pack: list[tuple[torch.Tensor, ...]]) -> object:
        hidden, targets = predictions(model, pack)
        return hidden.roll(-1, 0), targets

    patch.setattr(module, "predictions", later)


@pytest.mark.parametrize("name", ["llama", "gpt2"])
@pytest.mark.parametrize("mistake", [leak, shifted])
def test_mistakes(
    mistake: Callable[[ModuleType, Patch], None], name: str, shared: Path, monkeypatch: Patch
) -> None:
    build(shared, name)
    module = script(shared, f"check_{name}", spec(name, "full {}"))
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    model = module.load_model()
    module.check_loss(model, rows)
    mistake(module, monkeypatch)
    activate(module)
    with pytest.raises(
        SystemExit, match=r"the loss of two rows is [\d.]+ packed, but [\d.]+ apart"
    ):
        module.check_loss(model, rows)


def test_seed(shared: Path, tmp_path: Path) -> None:
    """Adapters are drawn with the seed: a run is repeated by its seed, and changed by another."""
    module, wanted = undisturbed(shared, "lora")
    weights = {}
    for seed in [42, 43]:
        torch.manual_seed(seed)
        weights[seed] = module.trained_weights(module.load_model())
    assert any(not torch.equal(weights[42][name], weights[43][name]) for name in weights[42])
    again = small_script(shared, "lora")
    torch.manual_seed(1)  # whatever the process has drawn before
    run(again, "--output", tmp_path)
    assert_same_results(results(tmp_path), wanted)
