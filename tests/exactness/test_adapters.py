"""Going on with an adapter, and merging some before another is trained."""

from pathlib import Path
from types import ModuleType
from typing import Any  # models

import pytest
import torch
from exactness.test_lora_options import logits, ran
from exactness.tiny_models import build, script
from peft import AutoPeftModelForCausalLM, PeftModel
from transformers import AutoModelForCausalLM

pytestmark = pytest.mark.torch

SPEC = """\
model "llama" {{ max_length = 256 tokens {model} }}
method {method}
template it {{ user "{{{{ q }}}}", assistant "{{{{ a }}}}" }}
data train {{ source "rows.jsonl" }}
train {{ steps = {steps}, optimizer adamw {{ learning_rate = 1e-2 }} }}
"""


def compiled(
    folder: Path, method: str, model: str = "", name: str = "first", steps: int = 3
) -> ModuleType:
    build(folder, "llama")
    (folder / "rows.jsonl").write_text('{"q": "Question", "a": "Answer"}\n' * 3)
    return script(folder, name, SPEC.format(method=method, model=model, steps=steps))


def base(folder: Path) -> Any:  # noqa: ANN401  a model
    return AutoModelForCausalLM.from_pretrained(folder / "llama", dtype=torch.float32)


@pytest.mark.parametrize(
    "method", ["lora { rank = 4 }", "dora { rank = 4 }", "ia3", "vera", "loha"]
)
def test_training_goes_on_where_an_adapter_ended(method: str, tmp_path: Path) -> None:
    ended = logits(ran(compiled(tmp_path, method), tmp_path / "one"), tmp_path / "llama")
    module = compiled(tmp_path, 'continue { adapter = "one/adapter" }', name="second")
    begins = module.load_model()
    assert set(module.trained_weights(begins)) == set(
        module.load_file(module.checkpoints(tmp_path / "one")[-1] / "weights.safetensors")
    )
    torch.testing.assert_close(logits(begins, tmp_path / "llama"), ended)
    after = logits(ran(module, tmp_path / "two"), tmp_path / "llama")
    assert (after - ended).abs().max() > 1e-3
    again = PeftModel.from_pretrained(base(tmp_path), tmp_path / "two" / "adapter")
    torch.testing.assert_close(logits(again, tmp_path / "llama"), after)


def test_adapters_are_merged_in_their_order(tmp_path: Path) -> None:
    for name, method in (("one", "lora { rank = 4 }"), ("two", "lora { rank = 2 }")):
        ran(compiled(tmp_path, method, name=name), tmp_path / f"{name}-out")
    wanted = base(tmp_path)
    for name in ("one", "two"):
        wanted = PeftModel.from_pretrained(wanted, tmp_path / f"{name}-out" / "adapter")
        wanted = wanted.merge_and_unload()
    merged = 'merge_adapters = ["one-out/adapter", "two-out/adapter"]'
    module = compiled(tmp_path, "full", f", {merged}", name="third")
    found = logits(module.load_model(), tmp_path / "llama")
    torch.testing.assert_close(found, logits(wanted, tmp_path / "llama"))
    assert (found - logits(base(tmp_path), tmp_path / "llama")).abs().max() > 1e-3


@pytest.mark.parametrize("method", ["lora { rank = 4 }", "lora { rank = 4, merge = true }", "ia3"])
def test_an_adapter_on_a_merged_base_has_that_base_beside_it(method: str, tmp_path: Path) -> None:
    ran(compiled(tmp_path, "lora { rank = 4 }", name="one"), tmp_path / "one-out")
    merged = ', merge_adapters = ["one-out/adapter"]'
    module = compiled(tmp_path, method, merged, name="two")
    wanted = logits(ran(module, tmp_path / "out"), tmp_path / "llama")
    again = AutoPeftModelForCausalLM.from_pretrained(tmp_path / "out" / "adapter")
    torch.testing.assert_close(logits(again, tmp_path / "llama"), wanted)
    if "merge" in method:
        whole = AutoModelForCausalLM.from_pretrained(tmp_path / "out" / "merged")
        torch.testing.assert_close(logits(whole, tmp_path / "llama"), wanted, rtol=1e-4, atol=1e-4)
