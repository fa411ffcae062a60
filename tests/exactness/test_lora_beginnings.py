"""What the adapters of LoRA begin as, where scripts work it out: each has its paper's property."""

import json
from pathlib import Path
from types import ModuleType

import pytest
import torch
from emitted_script import run
from exactness.test_lora_options import SPEC, logits, ran
from exactness.tiny_models import build, script
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer
from peft.tuners.lora.config import CordaConfig
from peft.tuners.lora.corda import preprocess_corda
from torch.nn import Module
from transformers import AutoModelForCausalLM

pytestmark = pytest.mark.torch

WORDS = ["one", "two and", "three, four and five", "sechs", "7", "a b c d e f g h", "i", "ö"]


def compiled(
    folder: Path,
    options: str,
    method: str = "lora",
    model: str = "llama",
    rows: int = 8,
    quantize: str = "",
) -> ModuleType:
    build(folder, model)
    lines = [{"q": f"Question {word}", "a": f"Answer {word}!"} for word in WORDS[:rows]]
    (folder / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    text = SPEC.format(method=method, options=options, quantize=quantize).replace("llama", model)
    return script(folder, "lora", text)


def begun(module: ModuleType, output: Path) -> tuple[Module, Module, list]:
    """The base, the model as training begins, and the rows."""
    tokenizer = module.load_tokenizer()
    rows, _ = module.load_data(tokenizer)
    model = module.load_model()
    output.mkdir()
    module.begin(model, rows, output)
    return module.load_base(), model, rows


def layers(model: Module) -> dict[str, LoraLayer]:
    return {name: part for name, part in model.named_modules() if isinstance(part, LoraLayer)}


def base_layers(base: Module, model: Module) -> dict[str, Module]:
    """By the adapted layer's name, what it is in the base."""
    return {
        name: base.get_submodule(name.removeprefix("base_model.model.")) for name in layers(model)
    }


def inputs_of(base: Module, parts: dict[str, Module], rows: list) -> dict[str, torch.Tensor]:
    """What comes into layers, of rows that go through the model one by one."""
    found: dict[str, list[torch.Tensor]] = {name: [] for name in parts}
    base.eval()
    base.set_attn_implementation("sdpa")
    hooks = [
        part.register_forward_pre_hook(lambda _, given, name=name: found[name].append(given[0][0]))
        for name, part in parts.items()
    ]
    with torch.no_grad():
        for row in rows:
            base(input_ids=row.ids[None])
    for hook in hooks:
        hook.remove()
    return {name: torch.cat(states) for name, states in found.items()}


@pytest.mark.parametrize("model", ["llama", "gpt2"])
def test_eva_begins_with_the_first_singular_vectors_of_the_inputs(
    model: str, tmp_path: Path
) -> None:
    """Of all rows, however they are packed (arXiv 2410.07170)."""
    module = compiled(tmp_path, "init = eva", model=model)
    base, tuned, rows = begun(module, tmp_path / "out")
    inputs = inputs_of(base, base_layers(base, tuned), rows)
    for name, layer in layers(tuned).items():
        first = layer.lora_A["default"].weight.detach()
        torch.testing.assert_close(first @ first.T, torch.eye(4), rtol=0, atol=1e-4)
        sizes = torch.linalg.svdvals(inputs[name])
        kept = (inputs[name] @ first.T).square().sum()
        torch.testing.assert_close(kept, sizes[:4].square().sum(), rtol=1e-4, atol=0)
        assert not layer.lora_B["default"].weight.any()


@pytest.mark.parametrize("mode", ["ipm", "kpm"])
def test_corda_begins_as_it_does_in_peft(mode: str, tmp_path: Path) -> None:
    """The part of the weight is the same, for a text that peft can take (arXiv 2406.05223)."""
    text = "What there is to know, in some length, so that inputs differ."
    (tmp_path / "known.txt").write_text(f"{text}\n")
    texts = '\n  init_texts = "known.txt"' if mode == "kpm" else ""
    module = compiled(tmp_path, f"init = corda{texts}", rows=1)
    base, tuned, rows = begun(module, tmp_path / "out")
    ids = rows[0].ids[None]
    if mode == "kpm":
        ids = module.load_tokenizer()(text, return_tensors="pt")["input_ids"]
    base.set_attn_implementation("sdpa")
    config = LoraConfig(
        r=4,
        lora_alpha=8,
        target_modules=[name.rpartition(".")[2] for name in layers(tuned)],
        init_lora_weights="corda",
        corda_config=CordaConfig(corda_method=mode),
        task_type="CAUSAL_LM",
    )
    preprocess_corda(base, config, run_model=lambda: base(input_ids=ids))
    wanted = layers(get_peft_model(base, config))
    for name, layer in layers(tuned).items():
        torch.testing.assert_close(
            layer.get_delta_weight("default"),
            wanted[name].get_delta_weight("default"),
            rtol=1e-2,
            atol=1e-3,
        )
        torch.testing.assert_close(layer.weight, wanted[name].weight, rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("model", ["llama", "gpt2"])
def test_lora_ga_begins_with_singular_vectors_of_the_gradient(model: str, tmp_path: Path) -> None:
    """The first `rank` on the right, the next on the left (arXiv 2407.05000)."""
    module = compiled(tmp_path, "init = lora_ga", model=model, rows=1)
    base, tuned, rows = begun(module, tmp_path / "out")
    parts = base_layers(base, tuned)
    base.eval()
    base.set_attn_implementation("sdpa")
    labels = rows[0].ids.where(rows[0].trained, -100)
    base(input_ids=rows[0].ids[None], labels=labels[None]).loss.backward()
    for name, layer in layers(tuned).items():
        gradient = parts[name].weight.grad
        gradient = gradient.T if layer.fan_in_fan_out else gradient
        left, _, right = torch.linalg.svd(gradient)
        scale = gradient.shape[0] ** 0.25 / 16**0.5
        first, second = (each["default"].weight / scale for each in (layer.lora_A, layer.lora_B))
        # Signs are free, so each vector is compared by its square with the wanted one.
        for found, wanted in ((first, right[:4]), (second.T, left[:, 4:8].T)):
            torch.testing.assert_close(
                (found * wanted).sum(1).abs(), torch.ones(4), rtol=0, atol=1e-3
            )
        assert not layer.weight.requires_grad and layer.weight.grad is None


@pytest.mark.parametrize("stored", ["nf4", "fp4"])
def test_loftq_makes_up_for_what_is_lost(stored: str, tmp_path: Path) -> None:
    """As much as a product of its rank can (arXiv 2310.08659)."""
    from bitsandbytes.functional import dequantize_4bit

    module = compiled(tmp_path, "init = loftq\n  merge = true", quantize=f"quantize {stored}")
    model, output = module.load_model(), tmp_path / "out"
    output.mkdir()
    module.begin(model, output)
    whole = AutoModelForCausalLM.from_pretrained(tmp_path / "llama", dtype=torch.float32)
    for name, part in base_layers(whole, model).items():
        layer = layers(model)[name]
        stored = dequantize_4bit(layer.weight.data, layer.weight.quant_state)
        lost = part.weight.detach() - stored.float()
        sizes = torch.linalg.svdvals(lost)
        left = (lost - layer.get_delta_weight("default")).norm()
        torch.testing.assert_close(left, sizes[4:].norm(), rtol=1e-3, atol=0)
    wanted = logits(ran(module, output), tmp_path / "llama")
    merged = AutoModelForCausalLM.from_pretrained(output / "merged", dtype=torch.float32)
    torch.testing.assert_close(logits(merged, output / "merged"), wanted, rtol=1e-4, atol=1e-4)


OPTIONS = [
    ("lora", "llama", ""),
    ("lora", "gpt2", 'module "c_proj" { rank = 2 }'),
    ("lora", "llama", 'rslora = true\n  module "v_proj" { rank = 2, alpha = 3 }'),
    ("dora", "llama", 'modules_to_save = ["norm"]'),
]


@pytest.mark.parametrize("init", ["eva", "corda", "lora_ga"])
@pytest.mark.parametrize(("method", "model", "options"), OPTIONS)
def test_it_begins_as_the_base_and_loads_as_it_ended(
    init: str, method: str, model: str, options: str, tmp_path: Path
) -> None:
    """For the weights as they were, whatever was taken from them."""
    module = compiled(tmp_path, f"init = {init}\n  merge = true\n  {options}", method, model)
    _, tuned, _ = begun(module, tmp_path / "begun")
    folder = tmp_path / model
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    before = logits(base, folder)
    torch.testing.assert_close(logits(tuned, folder), before, rtol=1e-4, atol=1e-4)
    output = tmp_path / "out"
    after = logits(ran(module, output), folder)
    assert (after - before).abs().max() > 1e-3
    again = PeftModel.from_pretrained(base, output / "adapter")
    torch.testing.assert_close(logits(again, folder), after, rtol=1e-4, atol=1e-4)
    merged = AutoModelForCausalLM.from_pretrained(output / "merged", dtype=torch.float32)
    torch.testing.assert_close(logits(merged, output / "merged"), after, rtol=1e-4, atol=1e-4)


def test_many_layers_are_looked_at_in_turns(tmp_path: Path) -> None:
    module = compiled(tmp_path, "init = corda")
    _, at_once, _ = begun(module, tmp_path / "once")
    module.LAYERS_AT_ONCE = 3
    _, in_turns, _ = begun(module, tmp_path / "turns")
    for name, layer in layers(at_once).items():
        assert torch.equal(layer.weight, layers(in_turns)[name].weight)


@pytest.mark.parametrize("init", ["eva", "corda", "lora_ga"])
def test_a_run_that_goes_on_begins_as_it_did(init: str, tmp_path: Path) -> None:
    """It looks at no rows again, and ends with the same bytes."""
    module = compiled(tmp_path, f"init = {init}")
    result = Path("adapter", "adapter_model.safetensors")
    run(module, "--output", tmp_path / "whole")
    with pytest.MonkeyPatch.context() as patch:
        steps = iter([module.train_step] * 2)

        def two_steps(*arguments: object) -> dict[str, float]:
            for step in steps:
                return step(*arguments)
            raise module.Stopped

        patch.setattr(module, "train_step", two_steps)
        with pytest.raises(SystemExit, match="stopped after step 2"):
            run(module, "--output", tmp_path / "parts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "first_rows", lambda rows: pytest.fail("it looks at rows"))
        run(module, "--output", tmp_path / "parts")
    wanted = (tmp_path / "whole" / result).read_bytes()
    assert (tmp_path / "parts" / result).read_bytes() == wanted
