"""Rows of a shape, as a script shows them to the model.

In: a template, rows, what else `data train` says. Out: each row as text, in which what is trained
on stands between [ and ], with a weight behind that is not 1. Invariant: it is the script's own
`load_rows` that is asked.
"""

import json
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any  # rows are of any shape, tokenizers are transformers' own

import pytest
from exactness.tiny_models import build, script

Theirs = Any

SPEC = """\
model "llama" {{ max_length = {length} tokens }}
method full
template it {{ {template} }}
data train {{ source "rows.jsonl", {data} }}
train {{ steps = 1 }}
"""


def compiled(
    folder: Path, template: str, *rows: dict[str, Any], data: str = "", length: int = 256
) -> ModuleType:
    build(folder, "llama")
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "rows.jsonl").write_text(text)
    data = data or "overflow = drop"
    return script(folder, "shape", SPEC.format(template=template, data=data, length=length))


def seen(module: ModuleType) -> list[str]:
    """Each row as the model is shown it."""
    tokenizer = module.load_tokenizer()
    return [marked(tokenizer, row) for row in module.load_rows(module.TRAIN_FILES, tokenizer)]


def marked(tokenizer: Theirs, row: Theirs, before: str = "[", after: str = "]") -> str:
    pieces = []
    pairs = zip(row.ids.tolist(), row.trained.tolist(), strict=True)
    for weight, group in groupby(pairs, key=lambda pair: float(pair[1])):
        text = tokenizer.decode([number for number, _ in group])
        times = "" if weight == 1 else f"{weight:g}"
        pieces.append(f"{before}{text}{after}{times}" if weight else text)
    return "".join(pieces)


def shown(folder: Path, template: str, *rows: dict[str, Any], **options: Theirs) -> list[str]:
    return seen(compiled(folder, template, *rows, **options))


def refused(folder: Path, template: str, *rows: dict[str, Any], **options: Theirs) -> str:
    """What is said of rows that were good when the spec was compiled."""
    with pytest.raises(SystemExit) as stopped:
        module = compiled(folder, template, GOOD, **options)
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "rows.jsonl").write_text(text)
        seen(module)
    return str(stopped.value.code)


def chat(*texts: str, speaker: str = "role", says: str = "content") -> list[dict[str, str]]:
    """A conversation of user and assistant in turn."""
    return [{speaker: ("user", "assistant")[at % 2], says: text} for at, text in enumerate(texts)]


LETTERS = {"a": "A", "b": "B", "c": "C", "d": "D"}
GOOD = {
    **LETTERS,
    "messages": chat("A", "B"),
    "tools": [{"name": "add"}],
    "good": True,
    "score": 1,
    "ids": [70, 1],
    "labels": [70, 1],
}
TWO = chat("Hi", "Yo", "Why?", "So.")
