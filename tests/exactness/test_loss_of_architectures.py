"""A batch's loss and gradients equal transformers' own, computed row by row."""

from pathlib import Path
from types import ModuleType

import pytest
import torch
from emitted_script import activate
from exactness.tiny_models import (
    ARCHITECTURES,
    assert_same_gradients,
    build,
    gradients,
    randomize_adapters,
    script,
    spec,
)
from transformers import AutoModelForCausalLM

pytestmark = pytest.mark.torch

TOLERANCE = 1e-5
TEXT = """
template plain {
  text "{{ first }} {{ one }} {{ second }} {{ two }}"
}
"""
FORWARD = 150
"""Tokens: the rows fill more than one pack, and a pack has more than one row."""


def packed(module: ModuleType, model: torch.nn.Module) -> tuple[float, dict[str, torch.Tensor]]:
    """Loss and gradients of all rows as one batch, by the script's own functions."""
    activate(module)
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    module.FORWARD_TOKENS = FORWARD
    packs = list(module.packs_of(rows))
    assert 1 < len(packs) < len(rows)
    tokens = module.trained_tokens(rows)
    model.zero_grad()
    loss = sum(module.backward(model, pack, tokens).item() for pack in packs)
    return loss, gradients(model)


def row_by_row(module: ModuleType, model: torch.nn.Module) -> tuple[float, dict[str, torch.Tensor]]:
    """The same by the model's own `forward`, from the tokens and the mask of each row alone."""
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    total = sum(len(row.ids[1:][row.trained[1:]]) for row in rows)
    model.zero_grad()
    loss = 0.0
    for row in rows:
        labels = row.ids.where(row.trained, -100)[None]
        mean = model(input_ids=row.ids[None], labels=labels, use_cache=False).loss
        share = mean * (labels[:, 1:] != -100).sum() / total
        share.backward()
        loss += share.item()
    return loss, gradients(model)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_full(name: str, shared: Path) -> None:
    folder = build(shared, name)
    module = script(shared, f"full_{name}", spec(name, "full {}"))
    loss, found = packed(module, module.load_model().train())
    reference = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    wanted_loss, wanted = row_by_row(module, reference)
    assert found.keys() == dict(reference.named_parameters()).keys()
    assert loss == pytest.approx(wanted_loss, rel=TOLERANCE)
    assert_same_gradients(found, wanted, TOLERANCE)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_lora(name: str, shared: Path) -> None:
    build(shared, name)
    module = script(shared, f"lora_{name}", spec(name, "lora { rank = 4, alpha = 12 }"))
    model = module.load_model().train()
    randomize_adapters(model)
    loss, found = packed(module, model)
    if module.ATTENTION == "by_row":
        model.set_attn_implementation("sdpa")
    wanted_loss, wanted = row_by_row(module, model)
    assert any("lora_A" in name for name in found) and all("lora_" in name for name in found)
    assert loss == pytest.approx(wanted_loss, rel=TOLERANCE)
    assert_same_gradients(found, wanted, TOLERANCE)


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_every_token(name: str, shared: Path) -> None:
    """Where all of a row is trained on, its first token is not: it has nothing before it."""
    folder = build(shared, name)
    module = script(shared, f"text_{name}", spec(name, "full {}", TEXT))
    loss, found = packed(module, module.load_model().train())
    reference = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    wanted_loss, wanted = row_by_row(module, reference)
    assert loss == pytest.approx(wanted_loss, rel=TOLERANCE)
    assert_same_gradients(found, wanted, TOLERANCE)
