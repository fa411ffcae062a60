"""Tiny random models that take a head, specs that train one, and labelled rows.

In: a folder. Out: model folders, scripts and their rows in it. Invariant: the weights are large
enough that padding, segments and pooling change the loss, and dropout is off.
"""

import json
from pathlib import Path
from types import ModuleType
from typing import Any  # settings of configurations are of any sort

import torch
from emitted_script import ROOT
from exactness.tiny_models import ARCHITECTURES, build, script
from transformers import AutoConfig, AutoModel, AutoTokenizer

TOKENIZER = ROOT / "tests" / "golden" / "data" / "encoder"

ROWS = [
    {"a": "Hi!", "b": "Yes.", "kind": "yes", "kinds": ["x"], "score": 0.5},
    {"a": "Is it late?", "b": "", "kind": "no", "kinds": [], "score": -1},
    {"a": "a" * 60, "b": "b" * 7, "kind": "so so", "kinds": ["x", "y"], "score": 2},
    {"a": "Ähm … 日本", "b": "1999-07-02", "kind": "yes", "kinds": ["y"], "score": "3.25"},
    {"a": "[SEP] is text", "b": "longer than that", "kind": "no", "kinds": ["z"], "score": 1e-1},
    {"a": "Count", "b": "1 2 3 4 5 6 7 8 9 10", "kind": "no", "kinds": ["x", "y"], "score": 4},
]

_SIZES: dict[str, Any] = {  # of several sorts
    "vocab_size": 260,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 128,
    "initializer_range": 0.3,
    "pad_token_id": 0,
    "bos_token_id": 2,
    "cls_token_id": 2,
    "eos_token_id": 3,
    "sep_token_id": 3,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}

ENCODERS: dict[str, dict[str, Any]] = {  # of several sorts
    "albert": {"embedding_size": 16, "classifier_dropout_prob": 0.0},
    "bert": {},
    "camembert": {"max_position_embeddings": 129},
    "distilbert": {
        "dim": 32,
        "hidden_dim": 64,
        "n_layers": 2,
        "n_heads": 4,
        "dropout": 0.0,
        "attention_dropout": 0.0,
        "seq_classif_dropout": 0.0,
    },
    "electra": {"embedding_size": 16},
    "modernbert": {"global_attn_every_n_layers": 2, "local_attention": 8},
    "roberta": {"max_position_embeddings": 129},
    "xlm-roberta": {"max_position_embeddings": 129},
}
"""By model type, how each differs from the usual sizes."""

DECODERS = ("llama", "qwen3", "gemma2", "gpt2", "mistral", "phi3")
"""Of the tiny models that generate text, some of each way to build them."""

LABELS = {
    "one": ('label "{{ kind }}"', 'objective classify { labels = ["yes", "no", "so so"] }'),
    "several": ('labels "kinds"', "objective classify"),
    "number": ('label "{{ score }}"', "objective regress"),
}
"""By the kind of a head, the part of the template and the objective."""


def folder_of(shared: Path, name: str) -> Path:
    """The folder of a random model without a head, made if it is not there, and its rows."""
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    (shared / "labelled.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if name in ARCHITECTURES:
        return build(shared, name)
    model_folder = shared / name
    if not model_folder.exists():
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            config = AutoConfig.for_model(name, **{**_SIZES, **ENCODERS[name]})
            AutoModel.from_config(config).save_pretrained(model_folder)
        AutoTokenizer.from_pretrained(TOKENIZER).save_pretrained(model_folder)
    return model_folder


def headed(
    shared: Path,
    name: str,
    kind: str,
    method: str = "full",
    text: str = 'text "{{ a }}"',
    train: str = "steps = 1",
    more: str = "",
    objective: str = "",
    part: str = "",
) -> ModuleType:
    """The script that trains a head of a kind on a model.

    `objective`, and `part` of the template, stand in place of the kind's.
    """
    folder_of(shared, name)
    says, own = LABELS[kind]
    spec = f"""\
model "{name}"
method {method}
template t {{
  {text}
  {part or says}
}}
data train {{ source "labelled.jsonl" }}
{objective or own}
train {{
  {train}
}}
{more}
"""
    return script(
        shared, f"{name}-{kind}-{abs(hash((method, text, train, more, objective, part)))}", spec
    )


def rows_of(module: ModuleType) -> Any:  # noqa: ANN401  the script's own
    return module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
