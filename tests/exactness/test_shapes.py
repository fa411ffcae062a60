"""Rows that are no conversations, rows that are too long, and rows of any text."""

import json
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from emitted_script import activate, run
from exactness.shapes import LETTERS, Theirs, chat, compiled, refused, seen, shown
from exactness.tiny_models import build, script
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import autocast, bfloat16, float32
from torch.nn.functional import cross_entropy

pytestmark = pytest.mark.torch

TURNS = 'user "{{ a }}", assistant "{{ b }}", user "{{ c }}", assistant "{{ d }}"'

# --- Other shapes ---------------------------------------------------------------------


def test_completions(tmp_path: Path) -> None:
    template = 'prompt "{{ a }}:", completion " {{ b }}"'
    assert shown(tmp_path, template, LETTERS) == ["A:[ B<|end|>]"]
    assert shown(tmp_path, template, LETTERS, data="train_on = all") == ["[A: B<|end|>]"]
    weighted = 'prompt "{{ a }}:", completion " {{ b }}" { weight = "w" }'
    assert shown(tmp_path, weighted, {**LETTERS, "w": 2}) == ["A:[ B<|end|>]2"]


def test_segments(tmp_path: Path) -> None:
    row = {"segments": [{"text": "A<|end|>", "label": False}, {"text": "B", "label": True}]}
    assert shown(tmp_path, 'segments "segments"', row) == ["A<|end|>[B<|end|>]"]
    verbatim = compiled(tmp_path, 'segments "segments" { verbatim = true }', row)
    assert seen(verbatim) == ["A<|end|>[B]"]
    (ids, _) = verbatim.load_rows(verbatim.TRAIN_FILES, verbatim.load_tokenizer())[0]
    assert len(ids) == 3, "the marker is one token here"


def test_tokens(tmp_path: Path) -> None:
    row = {"ids": [70, 71, 1], "labels": [-100, 71, 1], "more": [[1], [2]]}
    assert shown(tmp_path, 'tokens "ids" { labels = "labels" }', row) == ["A[B<|end|>]"]
    assert shown(tmp_path, 'tokens "ids"', row) == ["[AB<|end|>]"]
    wrong = {**row, "labels": [-100, 70, 1]}
    said = refused(tmp_path, 'tokens "ids" { labels = "labels" }', wrong)
    assert said == "rows.jsonl:1: its labels are neither the token ids nor -100"
    said = refused(tmp_path, 'tokens "ids"', {"ids": [70, 261]})
    assert said == "rows.jsonl:1: it has a token id that is not below 261"


# --- Several templates ----------------------------------------------------------------


def test_answers_of_several_kinds_have_several_stop_tokens(tmp_path: Path) -> None:
    """Rows of each kind are trained to end with their own; a result that is used stops at both."""
    other = "{% for turn in messages %}<|{{ turn.role }}|>{{ turn.content }}<|pad|>{% endfor %}"
    other += "{% if add_generation_prompt %}<|assistant|>{% endif %}"
    (build(tmp_path, "llama") / "chat_template.jinja").write_text(other)
    (tmp_path / "rows.jsonl").write_text(json.dumps(LETTERS) + "\n")
    text = """\
model "llama"
method full
template talk { user "{{ a }}", assistant "{{ b }}" }
template line { prompt "{{ a }}", completion "{{ b }}" }
data train {
  source "rows.jsonl" { template = talk }
  source "rows.jsonl" { template = line }
}
train { steps = 1 }
"""
    module = script(tmp_path, "several", text)
    assert seen(module) == ["<|user|>A<|pad|><|assistant|>[B<|pad|>]", "A[B<|end|>]"]
    assert module.stop_tokens(module.load_tokenizer()) == [0, 1]
    run(module, "--output", tmp_path / "run")
    saved = json.loads((tmp_path / "run" / "model" / "generation_config.json").read_text())
    assert saved["eos_token_id"] == [0, 1]


# --- Too long -------------------------------------------------------------------------

LONG = 'user "{{ a }}", assistant "{{ b }}"'


@pytest.mark.parametrize(
    ("overflow", "expected"),
    [
        ("drop", []),
        ("truncate", ["<|user|>aaaa<|end|><|assistant|>[b]"]),
        ("truncate_prompt", ["a<|end|><|assistant|>[bbbb<|end|>]"]),
    ],
)
def test_overflow(overflow: str, expected: list[str], tmp_path: Path) -> None:
    short = {"a": "a", "b": "b"}
    data = f"overflow = {overflow}"
    found = shown(tmp_path, LONG, short, {"a": "aaaa", "b": "bbbb"}, data=data, length=8)
    assert found == ["<|user|>a<|end|><|assistant|>[b<|end|>]", *expected]


def test_an_answer_that_loses_its_start_is_not_trained_on(tmp_path: Path) -> None:
    row = {"a": "A", "b": "BBBB", "c": "C", "d": "D"}
    data = "overflow = truncate_prompt"
    found = shown(tmp_path, TURNS, row, data=data, length=9)
    assert found == ["BB<|end|><|user|>C<|end|><|assistant|>[D<|end|>]"]
    row["d"] = "D" * 9
    said = refused(tmp_path, TURNS, row, data=data, length=9)
    assert said == "rows.jsonl: no rows are left"


def test_counts_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"a": "a", "b": "b"}, {"a": "aaaa", "b": "bbbb"}, {"a": "<|end|>", "b": ""}]
    shown(tmp_path, LONG, *rows, length=11)
    assert capsys.readouterr().out.splitlines() == [
        "rows.jsonl: 1 rows over 11 tokens dropped (first rows.jsonl:2)",
        "rows.jsonl: 12 tokens in them (first rows.jsonl:2)",
        "rows.jsonl: 1 rows spell out special tokens, which stay text (first rows.jsonl:3)",
        "rows.jsonl: 2 rows, 17.6% of their tokens trained on",
    ]


# --- Forged special tokens, and any text ----------------------------------------------

TOKENS = ["<|end|>", "<|assistant|>", "<|user|>", "<|pad|>"]


@pytest.mark.parametrize("forged", TOKENS)
@pytest.mark.parametrize("template", [LONG, 'prompt "{{ a }}", completion "{{ b }}"'])
def test_a_forged_special_token_stays_text(forged: str, template: str, tmp_path: Path) -> None:
    row = {"a": f"Is it?{forged}No.", "b": f"{forged}{forged}!"}
    module = compiled(tmp_path, template, row)
    tokenizer = module.load_tokenizer()
    (found,) = module.load_rows(module.TRAIN_FILES, tokenizer)
    plain = [*tokenizer(row["b"], split_special_tokens=True)["input_ids"], 1]
    assert found.ids[found.trained].tolist() == plain
    special = {token for token in found.ids.tolist() if token in tokenizer.added_tokens_decoder}
    assert special == ({1, 3, 4} if template == LONG else {1})
    assert found.ids.tolist().count(1) == (2 if template == LONG else 1)


@cache
def tokenizer_of(module: ModuleType) -> Theirs:
    return module.load_tokenizer()


fragments = st.one_of(st.text(max_size=6), st.sampled_from([*TOKENS, "<|", "|>", "\U00100001"]))
texts = st.lists(fragments, max_size=5).map("".join)


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    folder = tmp_path_factory.mktemp("talks")
    row = {"messages": chat("A", "B")}
    return compiled(folder, 'messages "messages"', row)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(texts, min_size=2, max_size=6).filter(lambda them: len(them) % 2 == 0))
def test_any_text_is_shown_as_it_is(talks: ModuleType, said: list[str]) -> None:
    """Whatever rows say, the markers are those of their turns, and each answer is its own."""
    row = {"messages": chat(*said)}
    tokenizer = tokenizer_of(talks)
    if any(ord(each) >= 0x100000 for text in said for each in text):
        with pytest.raises(ValueError, match="private use"):
            talks.hide(row, tokenizer)
        return
    if any(0xD800 <= ord(each) <= 0xDFFF for text in said for each in text):
        return
    found = talks.encode_chat(talks.messages_of(talks.hide(row, tokenizer)), tokenizer)
    markers = [each for each in found.ids.tolist() if each in tokenizer.added_tokens_decoder]
    assert markers == [3, 1, 4, 1] * (len(said) // 2)
    answers = tokenizer.decode(found.ids[found.trained])
    assert answers == "".join(f"{text}<|end|>" for text in said[1::2])


def test_weights_are_taken_in_full_precision(tmp_path: Path) -> None:
    """Also where the model computes in less: a product of vectors would be rounded there."""
    rows = [{"a": "A" * n, "b": "B" * 20, "w": 0.1 * n} for n in range(1, 5)]
    build(tmp_path, "llama")
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = """\
model "llama" { dtype = bfloat16 }
method full
template line { prompt "{{ a }}", completion "{{ b }}" { weight = "w" } }
data train { source "rows.jsonl" }
train { steps = 1 }
"""
    module = script(tmp_path, "weights", text)
    pack = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    model = module.load_model().eval()
    activate(module)
    hidden, targets, weights = module.predictions(model, pack)
    with autocast("cpu", bfloat16):
        logits = model.get_output_embeddings()(hidden)
    losses = cross_entropy(logits.float(), targets, reduction="none")
    found = module.summed_loss(model, hidden, targets, weights)
    assert found.dtype == float32
    assert found.item() == pytest.approx((losses * weights).sum().item(), rel=1e-5)
