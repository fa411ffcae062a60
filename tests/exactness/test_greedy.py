"""Greedy answers are the likeliest tokens, whatever the model's own files say of generation."""

import json
from pathlib import Path

import pytest
import torch
from exactness.tiny_models import build, script

pytestmark = pytest.mark.torch

SPEC = """\
model "llama" {{ max_length = 256 tokens }}
method {method}
template it {{ user "{{{{ q }}}}", assistant "{{{{ a }}}}" }}
data train {{ source "rows.jsonl" }}
data validation {{ source "held.jsonl" }}
train {{ steps = 1 }}
evaluate {{ generate {{ max_new_tokens = 24 tokens, batch = 1 example }} }}
"""
OWN = [
    {"do_sample": True, "temperature": 5.0},
    {"repetition_penalty": 9.0},
    {"no_repeat_ngram_size": 1},
    {"min_new_tokens": 24},
    {"num_beams": 3},
]


@pytest.mark.parametrize("method", ["full", "lora { rank = 4 }"])
@pytest.mark.parametrize("own", OWN, ids=lambda own: next(iter(own)))
def test_settings_of_the_model_change_no_answer(
    own: dict[str, float], method: str, tmp_path: Path
) -> None:
    build(tmp_path, "llama")
    (tmp_path / "rows.jsonl").write_text('{"q": "Question", "a": "Answer"}\n')
    held = [{"q": f"Say {at}", "a": "x"} for at in range(3)]
    (tmp_path / "held.jsonl").write_text("".join(json.dumps(row) + "\n" for row in held))
    (tmp_path / "llama" / "generation_config.json").write_text(json.dumps(own))
    module = script(tmp_path, "greedy", SPEC.format(method=method))
    tokenizer, model = module.load_tokenizer(), module.load_model().eval()
    _, held_out = module.load_data(tokenizer)
    before = model.generation_config.to_dict()
    answers = module.answers_to(model, tokenizer, held_out["validation"])
    assert model.generation_config.to_dict() == before
    stop = module.stop_token(tokenizer)
    model.eval()
    model.set_attn_implementation("sdpa")
    for row, answer in zip(held_out["validation"], answers, strict=True):
        ids, wanted = row.ids[: row.start].tolist(), []
        while len(wanted) < 24 and (not wanted or wanted[-1] != stop):
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids + wanted]), use_cache=False).logits
            wanted.append(int(logits[0, -1].argmax()))
        assert answer == wanted
