"""What a run leaves behind is, loaded again, the model that was trained."""

from pathlib import Path
from types import ModuleType
from typing import Any  # models

import bitsandbytes
import pytest
import torch
from bitsandbytes.nn import modules as bitsandbytes_modules
from emitted_script import run
from exactness.small_runs import small_script
from exactness.tiny_models import TOKENIZER, script
from peft import AutoPeftModelForCausalLM, PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

pytestmark = pytest.mark.torch

SCRATCH = """\
model scratch {{
  architecture        = {architecture}
  tokenizer           = "tokenizer"
  hidden_size         = 64
  num_hidden_layers   = 2
  num_attention_heads = 4
  tie_word_embeddings = {tied}
  max_length          = 64 tokens
}}
method full {{}}
objective pretrain
template plain {{ text "{{{{ text }}}}" }}
data train {{ source "rows.jsonl" }}
train {{
  steps = 3
  batch = 2 examples
  optimizer adamw {{ learning_rate = 1e-2 }}
}}
"""


def trained_by(module: ModuleType, output: Path) -> Any:  # noqa: ANN401 a model
    """Runs a script; the model that it trained, as it is in memory at the end."""
    models = []
    load_model = module.load_model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "load_model", lambda: models.append(load_model()) or models[0])
        run(module, "--output", output)
    return models[0]


@torch.no_grad()
def logits(model: Any, tokenizer: Any) -> torch.Tensor:  # noqa: ANN401 a model and a tokenizer
    """Of a conversation, as anyone would compute them."""
    model.set_attn_implementation("sdpa")
    ids = tokenizer("<|user|>On 3 May 1912<|end|><|assistant|>1912-", return_tensors="pt")
    return model.eval()(input_ids=ids["input_ids"]).logits


def assert_reloaded(trained: Any, again: Any, base: Any, folder: Path) -> None:  # noqa: ANN401 models
    """The same logits, which are not those of the base."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.chat_template == (TOKENIZER / "chat_template.jinja").read_text()
    wanted = logits(trained, tokenizer)
    assert torch.allclose(logits(again, tokenizer), wanted, rtol=0, atol=1e-5)
    assert not torch.allclose(logits(base, tokenizer), wanted, rtol=0, atol=1e-2)


@pytest.mark.parametrize("case", ["lora", "dora"])
def test_adapter(case: str, shared: Path, tmp_path: Path) -> None:
    module = small_script(shared, case)
    trained = trained_by(module, tmp_path)
    adapter = tmp_path / "adapter"
    base = AutoModelForCausalLM.from_pretrained(shared / "pico", dtype=torch.float32)
    alone = AutoPeftModelForCausalLM.from_pretrained(adapter, dtype=torch.float32)
    assert_reloaded(trained, alone, base, adapter)
    fresh = AutoModelForCausalLM.from_pretrained(shared / "pico", dtype=torch.float32)
    assert_reloaded(trained, PeftModel.from_pretrained(fresh, adapter), base, adapter)
    merged = PeftModel.from_pretrained(fresh, adapter).merge_and_unload()
    assert torch.allclose(
        logits(merged, AutoTokenizer.from_pretrained(adapter)),
        logits(trained, AutoTokenizer.from_pretrained(adapter)),
        rtol=0,
        atol=1e-3,
    )


@pytest.mark.parametrize("case", ["full", "sgd"])
def test_model(case: str, shared: Path, tmp_path: Path) -> None:
    """`sgd` is the case that trains the last layer only."""
    trained = trained_by(small_script(shared, case), tmp_path)
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "model")
    base = AutoModelForCausalLM.from_pretrained(shared / "pico", dtype=torch.float32)
    assert all(weight.dtype == torch.float32 for weight in again.parameters())
    assert_reloaded(trained, again, base, tmp_path / "model")


@pytest.mark.parametrize("architecture", ["llama", "qwen3", "qwen2", "mistral", "gemma", "phi"])
@pytest.mark.parametrize("tied", ["true", "false"])
def test_model_from_random_weights(architecture: str, tied: str, tmp_path: Path) -> None:
    (tmp_path / "tokenizer").symlink_to(TOKENIZER)
    (tmp_path / "rows.jsonl").write_text('{"text": "On 3 May 1912, it rained."}\n' * 4)
    module = script(tmp_path, "scratch", SCRATCH.format(architecture=architecture, tied=tied))
    trained = trained_by(module, tmp_path / "output")
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "output" / "model")
    torch.manual_seed(module.SEED)
    base = module.load_base()
    assert again.config.model_type == architecture
    assert again.config.tie_word_embeddings == (tied == "true")
    assert_reloaded(trained, again, base, tmp_path / "output" / "model")


# --- Quantized weights ----------------------------------------------------------------

QUANTIZED = {
    "nf4": "Params4bit",
    "fp4": "Params4bit",
    "int8": "Int8Params",
    "torchao_int8": "Int8Tensor",
    "torchao_fp8": "Float8Tensor",
}
"""By kind, what a weight is then."""

ADAPTER = "adapter/adapter_model.safetensors"
NORMS = [kind for kind in QUANTIZED if kind != "int8"]
CASES = [*(("lora", kind) for kind in QUANTIZED), *(("dora", kind) for kind in NORMS)]


def quantized_script(folder: Path, kind: str, method: str = "lora") -> ModuleType:
    """A method on weights of a kind, otherwise as its case."""
    spec = Path(str(small_script(folder, method).__file__)).with_suffix(".tune").read_text()
    return script(folder, f"{method}-{kind}", f"quantize {kind} {{}}\n{spec}")


@pytest.mark.parametrize(("method", "kind"), CASES)
def test_gradients_after_an_evaluation(kind: str, method: str, shared: Path) -> None:
    """Train, evaluate, train: every adapter's gradient is as before, and the base is untouched."""
    module = quantized_script(shared, kind, method)
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())[:4]
    torch.manual_seed(module.SEED)
    model = module.load_model().train()
    kinds = [type(weight).__name__ for weight in model.parameters()]
    assert kinds.count(QUANTIZED[kind]) == 21
    plain = small_script(shared, method)
    assert module.count_of(model) == plain.count_of(plain.load_model())
    optimizer = module.make_optimizer(model)

    def gradients() -> dict[str, torch.Tensor]:
        model.zero_grad()
        torch.manual_seed(0)
        for pack in module.packs_of(rows):
            module.backward(model, pack, module.trained_tokens(rows))
        weights = module.trained_weights(model)
        found = {name: weight.grad for name, weight in weights.items()}
        assert all(gradient is not None and gradient.any() for gradient in found.values())
        return {name: gradient.clone() for name, gradient in found.items()}

    loss = module.train_step(model, optimizer, rows, 0, 6)["loss"]
    before = gradients()
    model.zero_grad()
    module.mean_loss(model, rows)
    after = gradients()
    assert all(torch.equal(before[name], after[name]) for name in before)
    model.zero_grad()
    assert module.train_step(model, optimizer, rows, 1, 6)["loss"] < loss


def test_repacking_is_switched_off(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On processors that can, an evaluation would repack the weights: not those of a script."""
    monkeypatch.setattr(bitsandbytes_modules, "has_avx512bf16", lambda: True)
    assert bitsandbytes.nn.Linear4bit(32, 32).support_avx512bf16_for_cpu
    model = quantized_script(shared, "nf4").load_model()
    parts = [part for part in model.modules() if isinstance(part, bitsandbytes.nn.Linear4bit)]
    assert len(parts) == 21
    assert not any(part.support_avx512bf16_for_cpu for part in parts)


@pytest.mark.parametrize(("method", "kind"), CASES)
def test_adapter_of_quantized_weights(
    kind: str, method: str, shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    module = quantized_script(shared, kind, method)
    trained = trained_by(module, tmp_path)
    assert not caplog.records, "bitsandbytes would warn at every product"
    adapter = tmp_path / "adapter"
    again = PeftModel.from_pretrained(module.load_base(), adapter)
    assert_reloaded(trained, again, module.load_base(), adapter)


@pytest.mark.parametrize("kind", QUANTIZED)
def test_weights_that_come_quantized(kind: str, shared: Path, tmp_path: Path) -> None:
    """Trained on, they give what the same weights give that are quantized when they are loaded."""
    here = quantized_script(shared, kind)
    here.load_base().save_pretrained(shared / kind)
    here.load_tokenizer().save_pretrained(shared / kind)
    spec = Path(str(small_script(shared, "lora").__file__)).with_suffix(".tune").read_text()
    spec = spec.replace('model "pico"', f'model "{kind}"')
    spec = spec.replace("rank = 4", "rank = 4, merge = true")
    came = script(shared, f"came-{kind}", spec)
    trained = trained_by(came, tmp_path / "came")
    run(here, "--output", tmp_path / "here")
    wanted, found = (
        [(tmp_path / folder / name).read_bytes() for name in ("metrics.jsonl", ADAPTER)]
        for folder in ("here", "came")
    )
    assert found == wanted
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "came" / "merged", dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "came" / "merged")
    close = 0.2 if kind == "int8" else 1e-4  # LLM.int8 rounds what goes through a layer, too
    torch.testing.assert_close(
        logits(merged, tokenizer), logits(trained, tokenizer), rtol=close, atol=close
    )


BITS = {
    "nf4": 4 + 8 / 64 + 32 / (64 * 256),
    "nf4 { double_quant = false }": 4 + 32 / 64,
    "fp4": 4 + 8 / 64 + 32 / (64 * 256),
    "int8": 8 + 32 / 256,
    "torchao_int8": 8 + 32 / 256,
    "torchao_fp8": 8 + 32 / 256,
}
"""Of a weight among 256 x 96, by the formulas of docs/storage.md, in float32."""


@pytest.mark.parametrize("kind", BITS)
def test_bits_of_a_weight(kind: str, shared: Path) -> None:
    lora = Path(str(small_script(shared, "lora").__file__)).with_suffix(".tune").read_text()
    module = script(shared, "bits", f"quantize {kind}\n{lora}")
    weight = module.load_base().model.layers[0].mlp.down_proj.weight
    assert weight.shape.numel() * (1 + (weight.shape[1] == 1)) == 256 * 96
    assert 8 * bytes_of(weight) / (256 * 96) == pytest.approx(BITS[kind], rel=2e-3)


def bytes_of(weight: Any) -> int:  # noqa: ANN401 of any of the kinds
    """Of the codes, and of what they are scaled by."""
    state = getattr(weight, "quant_state", None)
    if state is not None:
        nested = [state.state2.absmax] if state.nested else []
        parts = [weight.data, state.absmax, *nested]
    elif hasattr(weight, "qdata"):
        parts = [weight.qdata, weight.scale]
    else:
        parts = [weight.data, weight.SCB]
    return sum(part.numel() * part.element_size() for part in parts)


@pytest.mark.parametrize("quantize", ["", "quantize nf4"])
def test_a_model_of_the_hub_that_comes_quantized_stops_the_script(
    quantize: str, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not known when compiling is seen when it is loaded."""
    quantized_script(shared, "nf4").load_base().save_pretrained(shared / "came")
    lora = Path(str(small_script(shared, "lora").__file__)).with_suffix(".tune").read_text()
    text = f"{quantize}\n" + lora.replace('model "pico"', 'model "hub:acme/came"')
    (tmp_path / "dates.jsonl").symlink_to(shared / "dates.jsonl")
    module = script(tmp_path, "hub", text)
    monkeypatch.setattr(module, "MODEL", shared / "came")
    with pytest.raises(SystemExit, match="comes quantized"):
        module.load_base()
