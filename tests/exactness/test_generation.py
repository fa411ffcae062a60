"""Answers in padded batches are those of transformers' own `generate`, row by row."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from emitted_script import activate
from exactness.tiny_models import build, randomize_adapters, script, spec

MORE = "\ndata validation { split = 50%% }\nevaluate { generate { max_new_tokens = 24 tokens%s } }"
OWN = {"do_sample": True, "temperature": 0.7, "repetition_penalty": 1.5, "num_beams": 2}
"""What a model's files may say of generation, and greedy answers must not take from them."""


def opinionated(shared: Path, name: str) -> str:
    """The folder of a model whose files have `OWN`."""
    folder = shared / f"{name}_generates"
    if not folder.exists():
        shutil.copytree(build(shared, name), folder)
        (folder / "generation_config.json").write_text(json.dumps(OWN))
    return folder.name


def loaded(module):
    activate(module)
    tokenizer = module.load_tokenizer()
    rows, held_out = module.load_data(tokenizer)
    model = module.load_model()
    randomize_adapters(model)
    return model, tokenizer, [*rows, *held_out["validation"]]


@pytest.mark.parametrize("method", ["lora { rank = 4 }", "full"])
@pytest.mark.parametrize("name", ["llama", "qwen2_window", "gemma2", "gpt2"])
def test_greedy_answers_are_those_of_transformers(shared, name, method):
    kind = method.partition(" ")[0]
    text = spec(opinionated(shared, name), method) + MORE % ""
    module = script(shared, f"greedy_{name}_{kind}", text)
    model, tokenizer, rows = loaded(module)
    own = model.generation_config
    module.GENERATE_BATCH = 4
    found = module.answers_to(model, tokenizer, rows)
    assert model.generation_config is own
    assert own.repetition_penalty == OWN["repetition_penalty"]
    model.eval()
    if module.ATTENTION == "by_row":
        model.set_attn_implementation("sdpa")
    stop = module.stop_token(tokenizer)
    for row, answer in zip(rows, found, strict=True):
        ids = row.ids[None, : row.start]
        whole = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=24,
            eos_token_id=stop,
            pad_token_id=stop,
            do_sample=False,
            repetition_penalty=1.0,
            num_beams=1,
        )
        assert whole[0, row.start :].tolist() == answer
    assert len({tuple(answer) for answer in found}) > 1, "the answers differ"


def test_drawn_answers_come_of_the_seed(shared):
    name = opinionated(shared, "llama")
    sampled = ", temperature = 1.5, top_p = 0.9"
    module = script(shared, "drawn", spec(name, "full") + MORE % sampled)
    model, tokenizer, rows = loaded(module)
    first = module.answers_to(model, tokenizer, rows)
    torch.manual_seed(3)
    assert module.answers_to(model, tokenizer, rows) == first
    module.SEED += 1
    assert module.answers_to(model, tokenizer, rows) != first
    # Almost no warmth is greedy, and so is a sliver of the probability.
    greedy = script(shared, "drawn_greedy", spec(name, "full") + MORE % "")
    wanted = greedy.answers_to(model, tokenizer, rows)
    assert first != wanted
    module.TEMPERATURE = 1e-4
    assert module.answers_to(model, tokenizer, rows) == wanted
    module.TEMPERATURE, module.TOP_P = 1.5, 1e-6
    assert module.answers_to(model, tokenizer, rows) == wanted


def test_answers_end_with_the_stop_token_or_are_cut(shared, tmp_path):
    """What was generated after the stop token to fill a batch is no part of an answer."""
    text = spec(opinionated(shared, "llama"), "full") + MORE % ""
    module = script(shared, "stopped", text)
    model, tokenizer, rows = loaded(module)
    stop = module.stop_token(tokenizer)
    answers = iter([[5, 6, stop], [5] * 24, [stop]])
    module.answers_to = lambda *_: [next(answers) for _ in range(3)]
    scored = module.scored_answers(model, tokenizer, rows[:3], tmp_path / "a" / "b.jsonl")
    assert [each["scores"]["answers_stopped"] for each in scored] == [1, 0, 1]
    assert [each["scores"]["answer_tokens"] for each in scored] == [3, 24, 1]
    lines = (tmp_path / "a" / "b.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == scored
