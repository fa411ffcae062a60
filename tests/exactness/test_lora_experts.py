"""Adapters on the experts of mixtures: which weights are trained, and that they are kept."""

from pathlib import Path

import pytest
import torch
from exactness.test_lora_options import SPEC, compiled, logits, ran
from exactness.tiny_models import MIXTURES, build, script
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

pytestmark = pytest.mark.torch

BOTH = 'target_parameters = ["experts.gate_up_proj", "experts.down_proj"]'
INNER = {"mixtral": 128, "olmoe": 128, "qwen3_moe": 16}
ATTENTION = {
    "mixtral": 2 * (32 + 32) + 2 * (32 + 16),
    "olmoe": 2 * (32 + 32) + 2 * (32 + 16),
    "qwen3_moe": 2 * (32 + 32) + 2 * (32 + 16),
}


@pytest.mark.parametrize("model", MIXTURES)
@pytest.mark.parametrize("parameters", ["", BOTH, 'target_parameters = ["experts.down_proj"]'])
def test_just_these_weights_are_trained(model: str, parameters: str, tmp_path: Path) -> None:
    """`rank` of inputs and outputs, for each expert; of all linear layers, never the router."""
    module = compiled(tmp_path, parameters, model=model)
    inner, experts = INNER[model], 0
    if "down" in parameters:
        experts += 4 * (inner + 32)
    if "gate_up" in parameters:
        experts += 4 * (32 + 2 * inner)
    wanted = 2 * 4 * (ATTENTION[model] + experts)  # layers, rank
    weights = module.trained_weights(module.load_model())
    assert sum(weight.numel() for weight in weights.values()) == wanted == module.TRAINED_WEIGHTS
    assert not [name for name in weights if ".gate." in name]
    assert all(weight.dtype == torch.float32 for weight in weights.values())


@pytest.mark.parametrize("model", MIXTURES)
@pytest.mark.parametrize("options", ["", "rslora = true\n  alpha = 3"])
def test_it_loads_and_merges_as_it_ended(model: str, options: str, tmp_path: Path) -> None:
    module = compiled(tmp_path, f"merge = true\n  {BOTH}\n  {options}", model=model)
    folder, output = tmp_path / model, tmp_path / "out"
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    before = logits(base, folder)
    torch.testing.assert_close(logits(module.load_model(), folder), before, rtol=1e-4, atol=1e-5)
    after = logits(ran(module, output), folder)
    assert (after - before).abs().max() > 1e-3
    again = PeftModel.from_pretrained(base, output / "adapter")
    torch.testing.assert_close(logits(again, folder), after, rtol=1e-4, atol=1e-4)
    merged = AutoModelForCausalLM.from_pretrained(output / "merged", dtype=torch.float32)
    torch.testing.assert_close(logits(merged, output / "merged"), after, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("model", MIXTURES)
def test_each_expert_changes_by_a_product_of_its_own(model: str, tmp_path: Path) -> None:
    """Each weight in the files, by one of rank 4; the router not at all."""
    run_of = compiled(tmp_path, f"merge = true\n  {BOTH}", model=model)
    ran(run_of, tmp_path / "out")
    base = load_file(tmp_path / model / "model.safetensors")
    merged = load_file(tmp_path / "out" / "merged" / "model.safetensors")
    assert base.keys() == merged.keys()
    changes = {name: merged[name] - weight for name, weight in base.items()}
    experts = {name: change for name, change in changes.items() if ".experts." in name}
    assert len(experts) == 2 * 4 * 3  # layers, experts, and of each three weights
    sizes = {name: torch.linalg.svdvals(change) for name, change in experts.items()}
    assert all(each[4:].max() < 1e-5 for each in sizes.values())
    assert sum(bool(each[0] > 1e-4) for each in sizes.values()) > len(sizes) / 2
    assert not any(change.any() for name, change in changes.items() if ".gate." in name)


def test_experts_stay_as_they_are_beside_quantized_layers(tmp_path: Path) -> None:
    module = compiled(tmp_path, f"merge = true\n  {BOTH}", "qlora", model="qwen3_moe")
    wanted = logits(ran(module, tmp_path / "out"), tmp_path / "qwen3_moe")
    merged = tmp_path / "out" / "merged"
    whole = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32)
    torch.testing.assert_close(logits(whole, merged), wanted, rtol=1e-4, atol=1e-4)


def test_checkpointing_activations_changes_nothing(tmp_path: Path) -> None:
    build(tmp_path, "qwen3_moe")
    (tmp_path / "rows.jsonl").write_text('{"q": "Question", "a": "Answer"}\n' * 3)
    text = SPEC.format(method="lora", options=BOTH, quantize="").replace("llama", "qwen3_moe")
    plain = ran(script(tmp_path, "plain", text), tmp_path / "plain")
    less = text.replace("steps = 3", "steps = 3, gradient_checkpointing = true")
    other = ran(script(tmp_path, "less", less), tmp_path / "less")
    folder = tmp_path / "qwen3_moe"
    torch.testing.assert_close(logits(other, folder), logits(plain, folder))
