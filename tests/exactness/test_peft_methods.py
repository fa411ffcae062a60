"""Every method of peft: what it trains, where it starts, and that its result is what was trained.

All kinds go through one process; `KINDS` has settings that suit the layers of the sample model, of
96 to 256 inputs and outputs.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any  # models, and what patched functions take

import bitsandbytes
import pytest
import torch
from emitted_script import ROOT, run
from exactness.small_runs import results
from exactness.tiny_models import build, script, spec
from peft import PeftModel
from transformers import AutoModelForCausalLM

from tunec.facts.adapted import CONV1D, COUNTED
from tunec.facts.methods import METHODS

pytestmark = pytest.mark.torch

Model = torch.nn.Module

KINDS = {
    "ia3": "",
    "norm": "",
    "beft": 'target_modules = ["q_proj", "v_proj"]',
    "loha": "rank = 4, rank_dropout = 10%, module_dropout = 10%",
    "lokr": "rank = 4, factor = 8, rank_dropout = 10%, module_dropout = 10%",
    "adalora": "rank = 4, dropout = 10%, every = 1 step, warmup = 25%, final = 25%",
    "hira": "rank = 8, dropout = 10%",
    "gralora": "rank = 8, alpha = 16, hybrid_rank = 2, dropout = 10%",
    "delora": "rank = 8, dropout = 10%",
    "glora": "rank = 4",
    "deft": "rank = 4, decomposition = qr, dropout = 10%",
    "peanut": "rank = 8, depth = 1",
    "osf": "frozen = 75%",
    "vera": "rank = 64, dropout = 10%",
    "pvera": "rank = 64, dropout = 10%",
    "randlora": "rank = 16, dropout = 10%",
    "vblora": "vectors = 16, vector_length = 32, dropout = 10%",
    "unilora": "dropout = 10%",
    "tinylora": "size = 8, tying = 50%, dropout = 10%",
    "lily": "rank = 8, stride = 2, experts = 3",
    "oft": "block_size = 16, dropout = 10%",
    "hra": "rank = 4",
    "road": "group_size = 32",
    "shira": "rank = 4",
    "supertuning": "sparsity = 99%",
    "miss": "rank = 10, dropout = 10%",
    "fourierft": "frequencies = 50",
    "waveft": "frequencies = 50",
    "c3a": "block_size = 32",
}
"""The settings of each; the last layers of a row that drops inputs show that its seed is kept."""

OTHERS = {
    "lokr": ["rank = 1000, alpha = 1000", "rank = 2, decompose_both = true"],
    "oft": ["block_size = 8, share_blocks = true, approximate = false"],
    "road": [
        'variant = road_4, group_size = 8, target_modules = ["q_proj"]',
        "variant = road_2, group_size = 32",
    ],
    "deft": ["decomposition = relu"],
    "peanut": ["depth = 2, activation = silu"],
    "tinylora": ["tying = 100%", "tying = 30%"],
    "lily": ["stride = 1", 'stride = 3, target_modules = ["q_proj", "down_proj"]'],
    "norm": ['target_modules = ["model.norm", "input_layernorm"]'],
    "vblora": ["vector_length = 8, vectors = 32, top_k = 3"],
    "randlora": ["rank = 40"],
    "supertuning": ["largest = false"],
}
"""Other settings whose weights are counted."""

LEARNING_RATES = {"unilora": 1.0, "pvera": 1e-2, "c3a": 1e-1, "osf": 1e-3}
"""For a run of four steps, where the rate of all others would show nothing."""

_SPEC = """\
model "pico" {{ max_length = 40 tokens{more} }}
{quantize}
method {method}
template dates {{
  user      "{{{{ question }}}}"
  assistant "{{{{ answer }}}}"
}}
data train      {{ source "dates.jsonl" }}
data validation {{ split = 25% }}
train {{
  steps = 4
  batch = 4 examples
  optimizer adamw {{ learning_rate = {rate} }}
  schedule constant
}}
checkpoint {{ every = 2 steps }}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample model and 24 rows."""
    folder = tmp_path_factory.mktemp("peft-methods")
    shutil.copytree(ROOT / "samples" / "models" / "pico", folder / "pico")
    rows = [{"question": f"On {n} May {1900 + n}", "answer": f"{1900 + n}"} for n in range(1, 25)]
    (folder / "dates.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def script_of(
    home: Path, kind: str, inside: str | None = None, quantize: str = "", more: str = ""
) -> ModuleType:
    """The script of a kind; with settings that drop nothing, unless `inside` says them."""
    text = _SPEC.format(
        method=f"{kind} {{ {KINDS[kind] if inside is None else inside} }}",
        quantize=f"quantize {quantize} {{}}" if quantize else "",
        rate=LEARNING_RATES.get(kind, 5e-3),
        more=f", {more}" if more else "",
    )
    return script(home, f"{kind}-{quantize or 'plain'}", text)


def loaded(module: ModuleType) -> Any:  # noqa: ANN401  a model
    torch.manual_seed(module.SEED)
    return module.load_model()


IDS = torch.randint(3, 250, (2, 24), generator=torch.Generator().manual_seed(5))


@torch.no_grad()
def logits(model: Any) -> torch.Tensor:  # noqa: ANN401  a model
    model.set_attn_implementation("sdpa")
    found: torch.Tensor = model.eval()(input_ids=IDS, use_cache=False).logits.float()
    return found


def difference(one: torch.Tensor, other: torch.Tensor) -> float:
    return (one - other).abs().max().item()


@contextmanager
def other_signs() -> Iterator[None]:
    """As on another machine: singular and eigenvectors come with other signs."""

    def turned(original: Any, turn: Any) -> Any:  # noqa: ANN401  functions of torch
        return lambda *given, **named: turn(*original(*given, **named))

    def signs(length: int) -> torch.Tensor:
        return 1 - 2 * (torch.arange(length) % 2)

    def svd(left: torch.Tensor, values: torch.Tensor, right: torch.Tensor) -> Any:  # noqa: ANN401
        turn = signs(len(values))
        left, right = left.clone(), right.clone()
        left[:, : len(values)] *= turn
        right[: len(values)] *= turn[:, None]
        return left, values, right

    def eigh(values: torch.Tensor, vectors: torch.Tensor) -> Any:  # noqa: ANN401
        return values, vectors * signs(len(values))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.linalg, "svd", turned(torch.linalg.svd, svd))
        patch.setattr(torch.linalg, "eigh", turned(torch.linalg.eigh, eigh))
        yield


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


PREFIXES = {"norm": "norm.ln_tuning_layers.default.", "loha": "hada_", "adalora": ".lora_"}
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


class Death(BaseException):
    """The process is gone: nothing after this runs."""


def trained(module: ModuleType, output: Path, dies_at: int = 0) -> Any:  # noqa: ANN401  a model
    """Runs a script; the model as it is at the end. `dies_at` is a call of its step function."""
    models, calls = [], []
    load_model, train_step = module.load_model, module.train_step

    def step(*given: Any) -> Any:  # noqa: ANN401  whatever it takes
        calls.append(0)
        if len(calls) == dies_at:
            raise Death
        return train_step(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "load_model", lambda: models.append(load_model()) or models[0])
        patch.setattr(module, "train_step", step)
        run(module, "--output", output)
    return models[0]


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

    with pytest.raises(Death):
        trained(module, tmp_path / "killed", dies_at=4)
    run(module, "--output", tmp_path / "killed")
    whole, killed = results(tmp_path / "whole"), results(tmp_path / "killed")
    assert whole.keys() == killed.keys()
    assert [name for name in whole if whole[name] != killed[name]] == []

    torch.manual_seed(99)
    with other_signs():
        again = PeftModel.from_pretrained(base, tmp_path / "whole" / "adapter")
    assert difference(logits(again), wanted) < 1e-4
    if METHODS[kind].merges:
        assert difference(logits(again.merge_and_unload()), wanted) < 2e-4
    else:
        with pytest.raises((NotImplementedError, ValueError)):
            again.merge_and_unload()


# --- Quantized weights ----------------------------------------------------------------

STORED = [(kind, stored) for kind in KINDS for stored in sorted(METHODS[kind].storage)]


@torch.no_grad()
def dequantize(model: Model, quantized: Model) -> None:
    """Gives a model the weights that a quantized one computes with."""
    parts = dict(quantized.named_modules())
    for name, part in model.named_modules():
        stored = parts.get(name)
        if isinstance(stored, bitsandbytes.nn.Linear4bit):
            state = stored.weight.quant_state
            part.weight.copy_(bitsandbytes.functional.dequantize_4bit(stored.weight.data, state))
        elif isinstance(stored, bitsandbytes.nn.Linear8bitLt):
            part.weight.copy_(stored.weight.CB * stored.weight.SCB[:, None] / 127)


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
    assert not any(map(torch.equal, before, weights.values()))
