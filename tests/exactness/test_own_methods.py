"""The methods that peft lacks, on many architectures: what they start as, and what they train."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any  # models

import pytest
import torch
from emitted_script import load, run
from exactness.tiny_models import CONVERSATIONS, build, script, spec
from transformers import AutoModelForCausalLM

from tunec.facts.sublayers import SUBLAYERS

pytestmark = pytest.mark.torch

WITH_BIASES = ["gpt2", "qwen2", "phi"]
ADAPTERS = {
    "houlsby": "bottleneck { placement = houlsby, size = 4 }",
    "pfeiffer": "bottleneck { size = 4, activation = silu, scale = 2 }",
    "parallel": 'bottleneck { placement = parallel, size = 4, modules = [ATTENTION, "mlp"] }',
    "compacter": "compacter { size = 8, terms = 2 }",
}
ARCHITECTURES = ["llama", "gpt2", "gemma2", "phi", "cohere"]
IDS = torch.tensor([[5, 80, 81, 90, 82, 100, 7]])


def tuned(folder: Path, model: str, method: str, train: str = "steps = 4") -> ModuleType:
    """A script that tunes a tiny model."""
    build(folder, model)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in CONVERSATIONS))
    method = method.replace("ATTENTION", f'"{SUBLAYERS[model][0]}"')
    train += "\n  optimizer adamw { learning_rate = 1e-2 }"
    return script(folder, "tuned", spec(model, method, train=train))


@torch.no_grad()
def logits(model: Any) -> torch.Tensor:  # noqa: ANN401 a model
    model.set_attn_implementation("eager")
    return model.eval()(input_ids=IDS, use_cache=False).logits


def trained(module: ModuleType, output: Path) -> Any:  # noqa: ANN401 a model
    models = []
    load_model = module.load_model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "load_model", lambda: models.append(load_model()) or models[0])
        run(module, "--output", output)
    return models[0]


def fresh(folder: Path, model: str) -> Any:  # noqa: ANN401 a model
    return AutoModelForCausalLM.from_pretrained(folder / model, dtype=torch.float32)


@pytest.mark.parametrize("model", ARCHITECTURES)
@pytest.mark.parametrize("kind", ADAPTERS)
def test_adapters(model: str, kind: str, tmp_path: Path) -> None:
    """Identity at first; then only adapters change; a colleague loads them by their own file."""
    module = tuned(tmp_path, model, ADAPTERS[kind])
    base = fresh(tmp_path, model)
    assert torch.equal(logits(module.load_model()), logits(base))
    model_trained = trained(module, tmp_path / "run")
    changed = module.trained_weights(model_trained)
    assert all(".adapter." in name for name in changed)
    assert sum(weight.numel() for weight in changed.values()) == module.TRAINED_WEIGHTS
    assert all(torch.any(weight != 0) for weight in changed.values())
    own = dict(base.named_parameters())
    for name, weight in model_trained.named_parameters():
        assert name in changed or torch.equal(weight, own[name])
    assert not torch.allclose(logits(model_trained), logits(base), atol=1e-3)
    other = load(tmp_path / "run" / "adapter" / "adapter.py")
    again = other.with_adapters(fresh(tmp_path, model), tmp_path / "run" / "adapter")
    assert torch.equal(logits(again), logits(model_trained))


@pytest.mark.parametrize("kind", ADAPTERS)
def test_a_cache_changes_nothing(kind: str, tmp_path: Path) -> None:
    model = trained(tuned(tmp_path, "llama", ADAPTERS[kind]), tmp_path / "run")
    model.set_attn_implementation("sdpa")
    options = {"max_new_tokens": 12, "do_sample": False, "pad_token_id": 0}
    model.eval()
    with_cache = model.generate(IDS, use_cache=True, **options)
    assert torch.equal(with_cache, model.generate(IDS, use_cache=False, **options))


@pytest.mark.parametrize("storage", ["nf4", "int8"])
@pytest.mark.parametrize("kind", ["houlsby", "parallel", "compacter"])
def test_adapters_of_quantized_weights(storage: str, kind: str, tmp_path: Path) -> None:
    module = tuned(tmp_path, "llama", f"{ADAPTERS[kind]}\nquantize {storage}")
    assert torch.equal(logits(module.load_model()), logits(module.load_base()))
    model = trained(module, tmp_path / "run")
    again = module.with_adapters(module.load_base(), tmp_path / "run" / "adapter")
    assert torch.allclose(logits(again), logits(model), atol=1e-5)
    assert not torch.allclose(logits(model), logits(module.load_base()), atol=1e-3)


def test_the_equation_of_a_bottleneck(tmp_path: Path) -> None:
    """h + s W_up f(W_down h) on the output of the feed-forward part, or on its input."""
    for placement, scale in (("pfeiffer", 1.0), ("parallel", 4.0)):
        method = f"bottleneck {{ placement = {placement}, size = 4 }}"
        module = tuned(tmp_path / placement, "llama", method)
        model = trained(module, tmp_path / placement / "run").eval()
        part = model.model.layers[1].mlp
        hidden = torch.randn(1, 3, 64)
        adapter = part._modules.pop("adapter")
        hooks = list(part._forward_hooks.items())
        part._forward_hooks.clear()
        plain = part(hidden)
        part.adapter = adapter
        part._forward_hooks.update(hooks)
        source = hidden if placement == "parallel" else plain
        thin = torch.relu(source @ adapter.down.weight.T + adapter.down.bias)
        wanted = plain + scale * (thin @ adapter.up.weight.T + adapter.up.bias)
        assert torch.allclose(part(hidden), wanted, atol=1e-5)


def test_the_equation_and_count_of_compacter(tmp_path: Path) -> None:
    """W is the sum of A_i ⊗ (s_i t_i^T); A is shared by all and saved once."""
    module = tuned(tmp_path, "llama", "compacter { size = 8, terms = 4 }")
    model = module.load_model()
    layer = model.model.layers[1].self_attn.adapter.down
    products = [
        torch.kron(a, torch.outer(s, t))
        for a, s, t in zip(layer.shared, layer.left, layer.right, strict=True)
    ]
    assert torch.allclose(layer.matrix(), sum(products), atol=1e-6)
    shared = {part.shared for part in model.modules() if isinstance(part, module.Kronecker)}
    assert len(shared) == 1
    weights = module.trained_weights(model)
    assert [name for name in weights if name.endswith("shared")] == [
        "model.layers.0.self_attn.adapter.down.shared"
    ]
    adapters, width, size, terms = 4, 64, 8, 4
    matrices = adapters * 2 * (width + size) + terms**3
    found = {name: weight.numel() for name, weight in weights.items()}
    assert sum(count for name, count in found.items() if "bias" not in name) == matrices
    assert sum(found.values()) == matrices + adapters * (width + size) == module.TRAINED_WEIGHTS


@pytest.mark.parametrize("model", WITH_BIASES)
def test_bitfit(model: str, tmp_path: Path) -> None:
    """Every bias and nothing else; loaded and merged it is the same model."""
    module = tuned(tmp_path, model, "bitfit { merge = true }")
    base = fresh(tmp_path, model)
    model_trained = trained(module, tmp_path / "run")
    own = dict(base.named_parameters())
    changed = {
        name
        for name, weight in model_trained.named_parameters()
        if not torch.equal(weight, own[name])
    }
    wanted = {name for name in own if name.endswith(".bias")}
    assert wanted
    assert changed <= wanted == module.trained_weights(model_trained).keys()
    assert len(wanted - changed) == sum("k_proj" in name for name in wanted - changed)
    assert sum(own[name].numel() for name in wanted) == module.TRAINED_WEIGHTS
    other = load(tmp_path / "run" / "adapter" / "adapter.py")
    again = other.with_biases(fresh(tmp_path, model), tmp_path / "run" / "adapter")
    assert torch.equal(logits(again), logits(model_trained))
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "run" / "merged", dtype=torch.float32)
    assert torch.equal(logits(merged), logits(model_trained))
    assert not torch.allclose(logits(base), logits(merged), atol=1e-3)


def test_the_files_beside_a_result_need_only_what_they_import(tmp_path: Path) -> None:
    trained(tuned(tmp_path, "llama", ADAPTERS["compacter"]), tmp_path / "run")
    text = (tmp_path / "run" / "adapter" / "adapter.py").read_text()
    heads = [line.split()[1] for line in text.splitlines() if line[:5] in ("from ", "impor")]
    assert {head.partition(".")[0] for head in heads} == {
        "pathlib",
        "safetensors",
        "torch",
        "transformers",
    }
    assert importlib.util.find_spec("tunec") is None or "tunec" not in text


def test_on_a_merged_base(tmp_path: Path) -> None:
    """Where other adapters are merged first, their base is saved beside, and named."""
    run(tuned(tmp_path, "llama", "lora { rank = 4 }"), "--output", tmp_path / "first")
    text = spec("llama", "compacter { size = 8 }", train="steps = 4")
    merged = 'model "llama" { merge_adapters = ["first/adapter"] }'
    module = script(tmp_path, "second", text.replace('model "llama" {}', merged))
    model = trained(module, tmp_path / "run")
    other = load(tmp_path / "run" / "adapter" / "adapter.py")
    base = AutoModelForCausalLM.from_pretrained(other.BASE, dtype=torch.float32)
    again = other.with_adapters(base, tmp_path / "run" / "adapter")
    torch.testing.assert_close(logits(again), logits(model), rtol=1e-5, atol=1e-5)


def test_lisa_trains_what_is_drawn(tmp_path: Path) -> None:
    """One layer a turn and what is outside the layers; of the others nothing is remembered."""
    module = tuned(tmp_path, "llama", "lisa { layers = 1, every = 2 steps }", "steps = 12")
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    model = module.load_model().train()
    optimizer = module.make_optimizer(model)
    assert module.trained_weights(model).keys() == dict(model.named_parameters()).keys()
    turns = []
    for step in range(12):
        before = {name: weight.clone() for name, weight in model.named_parameters()}
        module.choose_layers(model, optimizer, step)
        module.train_step(model, optimizer, rows, step, 12)
        changed = {name for name, w in model.named_parameters() if not torch.equal(w, before[name])}
        remembered = {name for name, w in model.named_parameters() if w in optimizer.state}
        drawn = {name.split(".")[2] for name in changed if ".layers." in name}
        assert len(drawn) == 1
        wanted = {name for name in before if ".layers." not in name or f".{min(drawn)}." in name}
        assert changed == remembered == wanted
        turns.append(min(drawn))
    assert turns[::2] == turns[1::2]
    assert set(turns) == {"0", "1"}
