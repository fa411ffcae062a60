"""Every method of peft: what it trains, where it starts, and that its result is what was trained.

All kinds go through one process, since importing torch takes longer than a run.
"""

import json
from pathlib import Path

import pytest
import torch
from exactness.peft_kinds import (
    IDS,
    KINDS,
    OTHERS,
    assert_resumes,
    dequantize,
    difference,
    loaded,
    logits,
    other_signs,
    prepare,
    script_of,
    trained,
)
from exactness.tiny_models import build, script, spec
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from tunec.facts.adapted import CONV1D, COUNTED
from tunec.facts.methods import METHODS

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("peft-methods"))


# --- What is trained ------------------------------------------------------------------


def test_all_kinds_are_here() -> None:
    assert KINDS.keys() == METHODS.keys()


CASES = [
    (kind, inside) for kind, usual in KINDS.items() for inside in [usual, *OTHERS.get(kind, [])]
]


@pytest.mark.parametrize(("kind", "inside"), CASES)
def test_the_count_is_what_is_trained(kind: str, inside: str, home: Path) -> None:
    """The script compares the two when it loads its model."""
    module = script_of(home, kind, inside)
    weights = module.trained_weights(loaded(module))
    assert sum(weight.numel() for weight in weights.values()) == module.TRAINED_WEIGHTS
    assert all(weight.dtype == torch.float32 for weight in weights.values())
    prefix = PREFIXES.get(kind, f"{kind}_")
    assert all(prefix in name for name in weights)


PREFIXES = {
    "adaption_prompt": "adaption_",
    "norm": "norm.ln_tuning_layers.default.",
    "loha": "hada_",
    "adalora": ".lora_",
}
"""What names of trained weights have in them, where it is not the kind."""


def test_another_count_ends_the_script(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = script_of(home, "hra")
    monkeypatch.setattr(module, "TRAINED_WEIGHTS", module.TRAINED_WEIGHTS - 1)
    with pytest.raises(SystemExit, match="weights would be trained, not"):
        loaded(module)


# --- Where it starts, where it ends ---------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_starts_as_it_was(kind: str, home: Path) -> None:
    module = script_of(home, kind)
    moved = difference(logits(loaded(module)), logits(module.load_base()))
    if METHODS[kind].identity:
        assert moved < 1e-4
    else:
        assert 1e-4 < moved < 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_killed_and_resumed_reloaded_and_merged(kind: str, home: Path, tmp_path: Path) -> None:
    module = script_of(home, kind)
    model = trained(module, tmp_path / "whole")
    lines = (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()
    losses = [line["validation_loss"] for line in map(json.loads, lines) if "loss" not in line]
    assert losses[-1] < losses[0]
    wanted = logits(model)
    base = module.load_base()
    assert difference(logits(base), wanted) > 1e-3

    assert_resumes(module, tmp_path)

    torch.manual_seed(99)
    with other_signs():
        again = PeftModel.from_pretrained(base, tmp_path / "whole" / "adapter")
    assert difference(logits(again), wanted) < 1e-4
    if METHODS[kind].merges:
        assert difference(logits(again.merge_and_unload()), wanted) < 2e-4
    else:
        with pytest.raises((NotImplementedError, ValueError, AttributeError)):
            again.merge_and_unload()


# --- Quantized weights ----------------------------------------------------------------

STORED = [(kind, stored) for kind in KINDS for stored in sorted(METHODS[kind].storage)]


@pytest.mark.parametrize(("kind", "stored"), STORED)
def test_quantized_weights_compute_the_same(
    kind: str, stored: str, home: Path, tmp_path: Path
) -> None:
    """As the method on the same weights, dequantized; and it learns, and loads again.

    Weights in 8 bits are multiplied with inputs that are rounded to 8 bits too: the two differ as
    they do without an adapter.
    """
    module = script_of(home, kind, quantize=stored, more="dtype = float32")
    base = module.load_base()
    plain = AutoModelForCausalLM.from_pretrained(module.MODEL, dtype=torch.float32)
    dequantize(plain, base)
    start, rounding = logits(base), difference(logits(base), logits(plain))
    model = loaded(module)
    if METHODS[kind].identity:
        assert difference(logits(model), start) < 1e-4
    model.set_attn_implementation(module.ATTENTION)
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())[:4]
    optimizer = module.make_optimizer(model.train())
    losses = [module.train_step(model, optimizer, rows, step, 4)["loss"] for step in range(4)]
    assert min(losses) < losses[0]
    found = logits(model)
    assert difference(found, start) > 1e-2

    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(module, "load_base", lambda: plain)
        exact = loaded(module)
    weights = module.trained_weights(model)
    with torch.no_grad():
        for name, weight in module.trained_weights(exact).items():
            weight.copy_(weights[name])
    assert difference(found, logits(exact)) < 1e-3 + 2 * rounding

    model.save_pretrained(tmp_path)
    torch.manual_seed(99)
    again = PeftModel.from_pretrained(module.load_base(), tmp_path)
    assert difference(logits(again), found) < 1e-4


# --- Other models ---------------------------------------------------------------------


# --- Other models and types -----------------------------------------------------------


@pytest.mark.parametrize("architecture", sorted(COUNTED))
@pytest.mark.parametrize("kind", ["norm", "hira", "glora", "lora", "dora"])
def test_counts_of_architectures(architecture: str, kind: str, shared: Path) -> None:
    """Biases, fused layers, norms of heads: the script holds its model to the count."""
    if architecture in CONV1D and kind == "glora":
        return  # it cannot
    build(shared, architecture)
    method = f"{kind} {{ {'' if kind == 'norm' else 'rank = 2'} }}"
    module = script(shared, f"{architecture}-{kind}", spec(architecture, method))
    assert module.TRAINED_WEIGHTS
    loaded(module)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if METHODS[kind].conv1d])
def test_layers_stored_inputs_first(kind: str, shared: Path) -> None:
    """GPT-2's: trained a little, saved, loaded and merged."""
    build(shared, "gpt2")
    inside = {"ia3": IA3_OF_GPT2, "vblora": "vector_length = 32"}.get(kind, KINDS[kind])
    module = script(shared, f"gpt2-{kind}", spec("gpt2", f"{kind} {{ {inside} }}"))
    model = loaded(module)
    with torch.no_grad():
        for weight in module.trained_weights(model).values():
            weight.add_(0.02 * torch.randn_like(weight))
    wanted = logits(model)
    base = module.load_base()
    assert difference(logits(base), wanted) > 1e-3
    model.save_pretrained(shared / f"saved-{kind}")
    again = PeftModel.from_pretrained(base, shared / f"saved-{kind}")
    assert difference(logits(again), wanted) < 1e-4
    if METHODS[kind].merges:
        assert difference(logits(again.merge_and_unload()), wanted) < 1e-3


IA3_OF_GPT2 = 'target_modules = ["c_attn", "c_fc"], feedforward_modules = ["c_fc"]'


@pytest.mark.parametrize("kind", [kind for kind in KINDS if METHODS[kind].cast])
def test_what_peft_would_train_in_bfloat16(kind: str, home: Path) -> None:
    """Frozen weights are bfloat16, trained ones float32, and a small step is not lost."""
    module = script_of(home, kind, more="dtype = bfloat16")
    model = loaded(module)
    weights = module.trained_weights(model)
    assert all(weight.dtype == torch.float32 for weight in weights.values())
    assert {weight.dtype for name, weight in model.named_parameters() if name not in weights} == {
        torch.bfloat16
    }
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())[:4]
    module.check_loss(model, rows)
    before = [weight.detach().clone() for weight in weights.values()]
    module.LEARNING_RATE = 1e-6
    module.train_step(model, module.make_optimizer(model), rows, 0, 4)
    assert not all(map(torch.equal, before, weights.values()))


def test_adalora_takes_ranks_away(home: Path, tmp_path: Path) -> None:
    """To `rank` on average, of `initial_rank`; what is saved has no others, nor a penalty."""
    module = script_of(home, "adalora")
    model = trained(module, tmp_path)
    ranks = [sum(kept) for kept in model.peft_config["default"].rank_pattern.values()]
    assert len(ranks) == 21
    assert len(set(ranks)) > 1
    assert sum(ranks) == 21 * module.ADALORA_RANK < 21 * module.ADALORA_INITIAL_RANK
    values = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert sum(len(value) for name, value in values.items() if "lora_E" in name) == sum(ranks)
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())[:2]
    penalty = module.orthogonality(model)
    assert penalty > 0.1
    module.check_loss(model, rows)  # which peft's own loss would have in it


def test_adalora_resumes_when_its_ranks_are_settled(home: Path, tmp_path: Path) -> None:
    module = script_of(home, "adalora", "every = 1 step, warmup = 25%, final = 50%")
    trained(module, tmp_path / "whole")
    assert_resumes(module, tmp_path)


def test_the_penalty_of_adalora_is_that_of_peft(home: Path) -> None:
    module = script_of(home, "adalora")
    model = loaded(module)
    model.set_attn_implementation("sdpa")
    plain = model.eval()(input_ids=IDS, labels=IDS).loss
    model.peft_config["default"].orth_reg_weight = 1.0
    added = model(input_ids=IDS, labels=IDS).loss - plain
    assert torch.isclose(module.orthogonality(model), added, rtol=1e-4)
