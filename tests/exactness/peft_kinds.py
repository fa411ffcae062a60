"""Small runs of the methods of peft, and what they leave.

In: a kind, its settings. Out: a script's module, or a model that it trained. Invariant: a run takes
half a second; the settings suit layers of 96 to 256 inputs and outputs.
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
from exactness.tiny_models import script

Model = torch.nn.Module

KINDS = {
    "ia3": "",
    "norm": "",
    "adaption_prompt": "layers = 2, length = 4",
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


def prepare(folder: Path) -> Path:
    """Puts the sample model and 24 rows into a folder."""
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


def assert_resumes(module: ModuleType, folder: Path) -> None:
    """Killed in its last step, the run ends as the one in `whole`."""
    with pytest.raises(Death):
        trained(module, folder / "killed", dies_at=4)
    run(module, "--output", folder / "killed")
    whole, killed = results(folder / "whole"), results(folder / "killed")
    assert whole.keys() == killed.keys()
    assert [name for name in whole if whole[name] != killed[name]] == []


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
