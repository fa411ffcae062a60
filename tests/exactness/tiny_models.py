"""Tiny random models of many architectures, specs that tune them, and rows.

In: a folder. Out: model folders, scripts and their rows in it. Invariant: a model's weights depend
on its name alone, and are large enough that masks, windows, scales and caps change its loss.
"""

import shutil
from pathlib import Path
from types import ModuleType
from typing import Any  # settings of configurations are of any sort

import torch
from emitted_script import ROOT, compile_to, load
from transformers import AutoConfig, AutoModelForCausalLM

TOKENIZER = ROOT / "samples" / "tokenizers" / "bytes"

CONVERSATIONS = [
    {"first": "Hi!", "one": "Yes.", "second": "Why?", "two": "No reason."},
    {"first": "Is it late?", "one": "", "second": "So?", "two": "ö"},
    {"first": "a" * 60, "one": "b" * 7, "second": "c", "two": "d" * 31},
    {"first": "Ähm … 日本", "one": "1999-07-02", "second": "", "two": "x"},
    {"first": "Short", "one": "longer than that, and longer still", "second": "k", "two": "v"},
    {"first": "Count", "one": "1 2 3 4 5 6 7 8 9 10", "second": "on", "two": "11 12 13 14"},
]

CHAT = """
template talk {
  user      "{{ first }}"
  assistant "{{ one }}"
  user      "{{ second }}"
  assistant "{{ two }}"
}
"""

_SIZES: dict[str, Any] = {  # of several sorts
    "vocab_size": 261,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "initializer_range": 0.15,
    "bos_token_id": 1,
    "eos_token_id": 1,
    "pad_token_id": 0,
    "tie_word_embeddings": False,
}

ARCHITECTURES: dict[str, dict[str, Any]] = {  # of several sorts
    "llama": {},
    "qwen2": {},
    "qwen2_window": {
        "model_type": "qwen2",
        "use_sliding_window": True,
        "sliding_window": 8,
        "max_window_layers": 1,
    },
    "qwen3": {"head_dim": 24},
    "gemma": {"head_dim": 24},
    "gemma2": {
        "head_dim": 24,
        "query_pre_attn_scalar": 24,
        "attn_logit_softcapping": 2.0,
        "final_logit_softcapping": 2.0,
        "sliding_window": 8,
    },
    "mistral": {"sliding_window": 8},
    "gpt2": {
        "n_embd": 64,
        "n_layer": 2,
        "n_head": 4,
        "n_positions": 256,
        "num_key_value_heads": 4,
        "attn_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "resid_pdrop": 0.0,
        "tie_word_embeddings": True,
    },
    "phi": {},
    "phi3": {"sliding_window": 8},
    "granite": {
        "logits_scaling": 3.0,
        "embedding_multiplier": 2.0,
        "residual_multiplier": 0.5,
        "attention_multiplier": 0.2,
    },
    "cohere": {"logit_scale": 0.4, "tie_word_embeddings": True},
}
"""By name, how each differs from the usual sizes; the name is the model type where none is said."""

_EXPERTS = {"hidden_size": 32, "num_experts": 4, "num_experts_per_tok": 2}
MIXTURES: dict[str, dict[str, Any]] = {  # of several sorts
    "mixtral": {"hidden_size": 32, "num_local_experts": 4},
    "olmoe": _EXPERTS,
    "qwen3_moe": {**_EXPERTS, "head_dim": 8, "moe_intermediate_size": 16, "decoder_sparse_step": 1},
}
"""The same for mixtures of experts; `tests/golden/data/mixture` is the last of these."""


def build(folder: Path, name: str) -> Path:
    """The folder of a random model, made if it is not there; the same weights every time."""
    model_folder = folder / name
    if model_folder.exists():
        return model_folder
    settings = {**_SIZES, **(ARCHITECTURES | MIXTURES)[name]}
    model_type = settings.pop("model_type", name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model(model_type, **settings))
        for parameter_name, parameter in model.named_parameters():
            if parameter.dim() == 1:  # norms start at 1 and biases at 0, which hides mistakes
                noise = 0.1 * torch.randn_like(parameter)
                parameter.data.add_(noise.abs() if "norm" in parameter_name else noise)
    model.save_pretrained(model_folder)
    for file in TOKENIZER.iterdir():
        shutil.copy(file, model_folder)
    return model_folder


def spec(model: str, method: str, template: str = CHAT, train: str = "steps = 1") -> str:
    """The text of a spec for a model in the same folder."""
    objective = "pretrain" if "\n  text " in template else "sft"
    return f"""\
objective {objective}
model "{model}" {{}}
method {method}
{template}
data train {{ source "rows.jsonl" }}
train {{
  {train}
}}
"""


def script(folder: Path, name: str, text: str, *sets: str) -> ModuleType:
    """A spec's script, loaded."""
    return load(compile_to(folder / f"{name}.py", text, *sets))


def randomize_adapters(model: torch.nn.Module) -> None:
    """Gives the second matrix of every adapter values, so that the first gets gradients too."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(1)
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.1)


def gradients(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """By name, copies of the gradients there are."""
    return {
        name: parameter.grad.clone()
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }


def assert_same_gradients(
    found: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor], tolerance: float
) -> None:
    """Every tensor's difference is small beside its own norm, or beside 1% of the whole norm."""
    assert found.keys() == wanted.keys()
    whole = torch.stack([gradient.norm() for gradient in wanted.values()]).norm()
    assert whole > 1e-3, "the gradients are too small to compare"
    for name, gradient in wanted.items():
        error = (found[name] - gradient).norm() / max(gradient.norm(), 0.01 * whole)
        assert error < tolerance, f"{name}: {error:.2e}"
