"""Bits per byte: the loss of a text by its bytes, so that tokenizers can be compared."""

import math
import shutil
from pathlib import Path
from types import ModuleType

import pytest
import torch
from emitted_script import activate
from exactness.tiny_models import build, script
from tokenizers import AddedToken
from transformers import AutoModelForCausalLM, AutoTokenizer

pytestmark = pytest.mark.torch

TEXTS = ["Ähm: 日本", "1999-07-02 is a date", "a" * 60, "two  spaces , and a comma !"]
SPEC = """\
objective pretrain
model "{model}" {{ max_length = {most} tokens }}
method full
template plain {{ text "{{{{ text }}}}" }}
data train      {{ source "texts.csv" }}
data validation {{ source "more.csv" }}
train {{ steps = 1 }}
"""


def module_of(folder: Path, model: str, most: int = 200) -> ModuleType:
    for name, texts in (("texts", ["Something else."]), ("more", TEXTS)):
        lines = "".join(f'"{text}"\n' for text in ["text", *texts])
        (folder / f"{name}.csv").write_text(lines, encoding="utf-8")
    module = script(folder, f"bits-{model}-{most}", SPEC.format(model=model, most=most))
    activate(module)
    return module


@pytest.mark.parametrize("most", [200, 9])
def test_it_is_the_loss_of_the_bytes(shared: Path, most: int) -> None:
    """Also of rows that are split, whose pieces have no first token that is predicted."""
    folder = build(shared, "llama")
    module = module_of(shared, "llama", most)
    tokenizer = module.load_tokenizer()
    _, held_out = module.load_data(tokenizer)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    nats, size = 0.0, 0
    for text in TEXTS:
        # A token of this tokenizer is a byte.
        ids = torch.tensor([*tokenizer(text)["input_ids"], tokenizer.eos_token_id])
        assert len(ids) == len(text.encode()) + 1
        for piece in ids.split(most):
            if len(piece) > 1:
                loss = model(input_ids=piece[None], labels=piece[None]).loss.item()
                nats += loss * (len(piece) - 1)
                size += len(piece) - 1 - (piece[-1].item() == tokenizer.eos_token_id)
    script_model = module.load_model()
    loss = module.mean_loss(script_model, held_out["validation"])
    found = module.bits_per_byte(loss, held_out["validation"], tokenizer)
    assert found == pytest.approx(nats / math.log(2) / size, rel=1e-5)
    line = module.measure(script_model, tokenizer, held_out, None, 0, 1)
    assert line["validation_bits_per_byte"] == pytest.approx(found)


def test_bytes_do_not_depend_on_the_tokenizer(shared: Path) -> None:
    """Of a loss of 2 nats a byte, whatever the tokens: a longer one costs what its bytes do."""
    folder = build(shared, "llama")
    longer = shared / "longer"
    if not longer.exists():
        shutil.copytree(folder, longer)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokenizer.add_tokens([AddedToken(word, normalized=False) for word in ("aaaa", " date")])
        tokenizer.save_pretrained(longer)
    found = []
    for model in ("llama", "longer"):
        module = module_of(shared, model)
        tokenizer = module.load_tokenizer()
        _, held_out = module.load_data(tokenizer)
        rows = held_out["validation"]
        size = sum(len(text.encode()) for text in TEXTS)
        first = [len(tokenizer.decode(row.ids[:1]).encode()) for row in rows]
        first[0] = 1  # half of a letter
        nats = 2 * (size - sum(first))
        found.append(module.bits_per_byte(nats / module.trained_tokens(rows), rows, tokenizer))
    assert found == pytest.approx([2 / math.log(2)] * 2, rel=0.02)
