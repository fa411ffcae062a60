"""The options of LoRA: which weights are trained, what they begin as, and what is saved of them."""

from pathlib import Path
from types import ModuleType
from typing import Any  # models

import pytest
import torch
from emitted_script import run
from exactness.tiny_models import build, script
from peft import AutoPeftModelForCausalLM, PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

pytestmark = pytest.mark.torch

SPEC = """\
model "llama" {{ max_length = 256 tokens }}
{quantize}
method {method} {{
  rank = 4
  {options}
}}
template it {{ user "{{{{ q }}}}", assistant "{{{{ a }}}}" }}
data train {{ source "rows.jsonl" }}
train {{ steps = 3, optimizer adamw {{ learning_rate = 1e-2 }} }}
"""


def compiled(
    folder: Path, options: str, method: str = "lora", quantize: str = "", model: str = "llama"
) -> ModuleType:
    build(folder, model)
    (folder / "rows.jsonl").write_text('{"q": "Question", "a": "Answer"}\n' * 3)
    text = SPEC.format(method=method, options=options, quantize=quantize)
    return script(folder, "lora", text.replace("llama", model))


def ran(module: ModuleType, output: Path) -> Any:  # noqa: ANN401  a model
    """Runs a script; the model that it trained, as it is in memory at the end."""
    models = []
    load_model = module.load_model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "load_model", lambda: models.append(load_model()) or models[0])
        run(module, "--output", output)
    return models[0]


@torch.no_grad()
def logits(model: Any, folder: Path) -> torch.Tensor:  # noqa: ANN401  a model
    model.set_attn_implementation("sdpa")
    ids = AutoTokenizer.from_pretrained(folder)("Ask me", return_tensors="pt")["input_ids"]
    return model.eval()(input_ids=ids).logits


SIZES = {"q": (64, 64), "k": (64, 32), "v": (64, 32), "o": (64, 64)}
MLP = {"gate": (64, 128), "up": (64, 128), "down": (128, 64)}


def trained(*modules: tuple[int, int], rank: int = 4, layers: int = 2) -> int:
    """rank * (in + out) of each, in each layer (arXiv 2106.09685)."""
    return layers * rank * sum(sum(shape) for shape in modules)


ALL = (*SIZES.values(), *MLP.values())
COUNTS = {
    "": trained(*ALL),
    'exclude_modules = ["o_proj", "down_proj"]': trained(*ALL) - trained((64, 64), (128, 64)),
    "layers = [1]": trained(*ALL, layers=1),
    'module "v_proj" { rank = 8 }': trained(*ALL) + trained((64, 32)),
    'module "layers.1.mlp.up_proj" { rank = 2 }': trained(*ALL)
    - trained((64, 128), rank=2, layers=1),
    'modules_to_save = ["lm_head"]': trained(*ALL) + 64 * 261,
    'modules_to_save = ["norm"]': trained(*ALL) + 64,
    'train_tokens = ["<|end|>", "b"]': trained(*ALL) + 2 * 2 * 64,
}


@pytest.mark.parametrize("options", COUNTS)
def test_just_these_weights_are_trained(options: str, tmp_path: Path) -> None:
    module = compiled(tmp_path, options)
    weights = module.trained_weights(module.load_model())
    assert sum(weight.numel() for weight in weights.values()) == COUNTS[options]
    assert all(weight.dtype == torch.float32 for weight in weights.values())


SCALES = {
    "alpha = 6": 6 / 4,
    "alpha = 6\n  rslora = true": 6 / 4**0.5,
    'alpha = 6\n  module "q_proj" { alpha = 3 }': 3 / 4,
    'alpha = 6\n  module "q_proj" { rank = 2 }': 6 / 2,
}


@pytest.mark.parametrize("options", SCALES)
def test_the_product_is_scaled_as_said(options: str, tmp_path: Path) -> None:
    model = compiled(tmp_path, options).load_model()
    layer = model.base_model.model.model.layers[0].self_attn.q_proj
    assert layer.scaling["default"] == pytest.approx(SCALES[options])


@pytest.mark.parametrize("init", ["default", "gaussian", "orthogonal", "pissa", "olora"])
def test_it_begins_as_the_base_and_loads_as_it_ended(init: str, tmp_path: Path) -> None:
    module = compiled(tmp_path, f"init = {init}")
    base = AutoModelForCausalLM.from_pretrained(tmp_path / "llama", dtype=torch.float32)
    before = logits(base, tmp_path / "llama")
    torch.testing.assert_close(logits(module.load_model(), tmp_path / "llama"), before)
    after = logits(ran(module, tmp_path / "out"), tmp_path / "llama")
    assert (after - before).abs().max() > 1e-3
    again = PeftModel.from_pretrained(base, tmp_path / "out" / "adapter")
    torch.testing.assert_close(logits(again, tmp_path / "llama"), after, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("method", "quantize", "options"),
    [
        ("lora", "", ""),
        ("lora", "", 'rslora = true\n  init = pissa\n  module "v_proj" { rank = 2 }'),
        ("lora", "", 'modules_to_save = ["lm_head"]'),
        ("dora", "", ""),
        ("qlora", "", ""),
        ("lora", "quantize int8", ""),
        ("lora", "quantize fp4", ""),
        ("lora", "quantize torchao_int8", ""),
        ("dora", "quantize torchao_fp8", ""),
        ("dora", "quantize nf4 { double_quant = false, storage_dtype = float32 }", ""),
        ("lora", 'quantize nf4 { exclude_modules = ["v_proj"] }', ""),
    ],
)
def test_merged_it_is_the_same_model(
    method: str, quantize: str, options: str, tmp_path: Path
) -> None:
    """Also where the frozen weights were stored quantized: it is they that the adapter is for."""
    module = compiled(tmp_path, f"merge = true\n  {options}", method, quantize)
    wanted = logits(ran(module, tmp_path / "out"), tmp_path / "llama")
    merged = tmp_path / "out" / "merged"
    whole = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32)
    close = 0.2 if "int8" in quantize else 1e-4  # LLM.int8 rounds what goes through a layer, too
    torch.testing.assert_close(logits(whole, merged), wanted, rtol=close, atol=close)
    assert whole.generation_config.eos_token_id == module.stop_token(module.load_tokenizer())
    assert "quantization_config" not in (merged / "config.json").read_text()


@pytest.mark.parametrize("model", ["llama", "cohere"])
@pytest.mark.parametrize("added", ["", 'add_tokens = ["Ask"], '])
def test_rows_of_named_tokens_alone_are_trained(model: str, added: str, tmp_path: Path) -> None:
    """In the first and the last layer, which are one with `cohere`; saved, loaded and merged."""
    build(tmp_path, model)
    (tmp_path / "rows.jsonl").write_text('{"q": "Ask", "a": "Answer"}\n' * 3)
    options = 'merge = true\n  train_tokens = ["<|end|>", "A"]'
    text = SPEC.format(method="lora", options=options, quantize="").replace("llama", model)
    module = script(tmp_path, "lora", text.replace("{ max_length", f"{{ {added}max_length"))
    output = tmp_path / "out"
    tuned = ran(module, output)
    tied = model == "cohere"
    weights = module.trained_weights(tuned)
    rows = [weight for name, weight in weights.items() if "lora" not in name]
    assert sum(map(len, rows)) == (2 + bool(added)) * (1 if tied else 2)
    wanted = logits(tuned, output / "adapter")
    whole = AutoModelForCausalLM.from_pretrained(output / "merged", dtype=torch.float32)
    torch.testing.assert_close(logits(whole, output / "merged"), wanted, rtol=1e-4, atol=1e-5)
    again = AutoPeftModelForCausalLM.from_pretrained(output / "adapter", dtype=torch.float32)
    torch.testing.assert_close(logits(again, output / "adapter"), wanted, rtol=1e-4, atol=1e-5)
    base = AutoModelForCausalLM.from_pretrained(tmp_path / model, dtype=torch.float32)
    ids = module.load_tokenizer().convert_tokens_to_ids(["<|end|>", "A"])
    for new, old in (
        (whole.get_input_embeddings(), base.get_input_embeddings()),
        (whole.get_output_embeddings(), base.get_output_embeddings()),
    ):
        changed = (new.weight[: len(old.weight)] != old.weight).any(dim=1).nonzero().flatten()
        assert sorted(changed.tolist()) == sorted(ids)


def test_a_token_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By the script, where the vocabulary was not at hand."""
    module = compiled(tmp_path, 'train_tokens = ["A"]')
    module.TRAINED_TOKENS = ["A", "no such"]
    with pytest.raises(SystemExit, match="the vocabulary has no 'no such'"):
        module.load_model()


def test_new_tokens_are_in_the_merged_model(tmp_path: Path) -> None:
    build(tmp_path, "llama")
    (tmp_path / "rows.jsonl").write_text('{"q": "Ask", "a": "Answer"}\n' * 3)
    text = SPEC.format(method="lora", options="merge = true", quantize="")
    text = text.replace("{ max_length", '{ add_tokens = ["Ask"], max_length')
    wanted = logits(ran(script(tmp_path, "lora", text), tmp_path / "out"), tmp_path / "out/adapter")
    merged = tmp_path / "out" / "merged"
    whole = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32)
    torch.testing.assert_close(logits(whole, merged), wanted)


def test_weights_of_a_file_are_trained_and_no_others(tmp_path: Path) -> None:
    """Names from their beginning to the end of a part; the ends of the model by either name."""
    build(tmp_path, "cohere")  # its first and last layer are one
    (tmp_path / "rows.jsonl").write_text('{"q": "Question", "a": "Answer"}\n')
    (tmp_path / "listed.txt").write_text("^lm_head.weight$\n- model.layers.1.mlp.up_proj\n")
    text = SPEC.format(method="freeze", options='modules_file = "listed.txt"', quantize="")
    text = text.replace("llama", "cohere").replace("  rank = 4\n", "")
    module = script(tmp_path, "listed", text)
    weights = module.trained_weights(module.load_model())
    assert {*weights} == {"model.embed_tokens.weight", "model.layers.1.mlp.up_proj.weight"}
    module.TRAINED_PATTERNS = ["model.layer"]
    with pytest.raises(SystemExit, match=r"is called model\.layer$"):
        module.load_model()
