"""Rows of every shape: the model is shown just what the row says, and trained on just its answers.

What is trained on stands between [ and ] here; weights other than 1 follow the bracket.
"""

import json
from functools import cache
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any  # rows are of any shape, tokenizers are transformers' own

import pytest
from exactness.tiny_models import build, script
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.torch

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


def marked(tokenizer: Theirs, row: Theirs) -> str:
    pieces = []
    pairs = zip(row.ids.tolist(), row.trained.tolist(), strict=True)
    for weight, group in groupby(pairs, key=lambda pair: float(pair[1])):
        text = tokenizer.decode([number for number, _ in group])
        after = "" if weight in (0, 1) else f"{weight:g}"
        pieces.append(f"[{text}]{after}" if weight else text)
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
    "good": True,
    "score": 1,
    "ids": [70, 1],
    "labels": [70, 1],
}
TWO = chat("Hi", "Yo", "Why?", "So.")

# --- Conversations in a column --------------------------------------------------------


def test_messages(tmp_path: Path) -> None:
    found = shown(tmp_path, 'messages "messages"', {"messages": TWO}, {"messages": json.dumps(TWO)})
    assert (
        found
        == ["<|user|>Hi<|end|><|assistant|>[Yo<|end|>]<|user|>Why?<|end|><|assistant|>[So.<|end|>]"]
        * 2
    )


def test_sharegpt_with_names_of_ones_own(tmp_path: Path) -> None:
    row = {"talk": [{"from": "me", "value": "Hi"}, {"from": "it", "value": "Yo"}]}
    template = 'messages "talk" { format = sharegpt, user = ["me"], assistant = ["it", "gpt"] }'
    assert shown(tmp_path, template, row) == ["<|user|>Hi<|end|><|assistant|>[Yo<|end|>]"]


def test_system_turns(tmp_path: Path) -> None:
    own = [{"role": "system", "content": "Own."}, *chat("Hi", "Yo")]
    rows = {"messages": own}, {"messages": chat("Hi", "Yo")}
    rest = "<|user|>Hi<|end|><|assistant|>[Yo<|end|>]"
    template = 'system "Ours.", messages "messages"'
    assert shown(tmp_path, template, *rows) == [
        f"<|system|>Own.<|end|>{rest}",
        f"<|system|>Ours.<|end|>{rest}",
    ]
    dropped = 'messages "messages" { system_turns = drop }'
    assert shown(tmp_path, dropped, *rows) == [rest, rest]
    replaced = 'system "Ours.", messages "messages" { system_turns = drop }'
    assert shown(tmp_path, replaced, *rows) == [f"<|system|>Ours.<|end|>{rest}"] * 2


def test_shots_come_after_the_rows_own_system_turn(tmp_path: Path) -> None:
    row = {"messages": [{"role": "system", "content": "Own."}, *chat("Hi", "Yo")]}
    template = 'user "1", assistant "2" { train = false }, messages "messages"'
    assert shown(tmp_path, template, row) == [
        "<|system|>Own.<|end|><|user|>1<|end|><|assistant|>2<|end|>"
        "<|user|>Hi<|end|><|assistant|>[Yo<|end|>]"
    ]


def test_a_prompt_and_a_completion_of_messages(tmp_path: Path) -> None:
    row = {"prompt": chat("Hi"), "completion": [{"role": "assistant", "content": "Yo"}]}
    template = 'messages "prompt", messages "completion"'
    assert shown(tmp_path, template, row) == ["<|user|>Hi<|end|><|assistant|>[Yo<|end|>]"]


DOUBLE = [*chat("Hi"), *chat("you", "Yo")]


def test_alternation(tmp_path: Path) -> None:
    good = {"messages": chat("A", "B")}
    rows = good, {"messages": DOUBLE}
    said = refused(tmp_path, 'messages "messages"', *rows)
    assert said == "rows.jsonl:2: it has a turn of user after user"
    only = "<|user|>A<|end|><|assistant|>[B<|end|>]"
    template = 'messages "messages" { alternation = KIND }'
    assert shown(tmp_path, template.replace("KIND", "drop"), *rows) == [only]
    assert shown(tmp_path, template.replace("KIND", "merge"), *rows) == [
        only,
        "<|user|>Hi\n\nyou<|end|><|assistant|>[Yo<|end|>]",
    ]
    assert shown(tmp_path, template.replace("KIND", "any"), *rows) == [
        only,
        "<|user|>Hi<|end|><|user|>you<|end|><|assistant|>[Yo<|end|>]",
    ]


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        (None, "`messages` is missing, or no list of messages"),
        ([], "`messages` is missing, or no list of messages"),
        ("Hi", "Expecting value: line 1 column 1 (char 0)"),
        (chat("Hi", "Yo", "Hm?"), "it ends with a turn of user"),
        (chat("Hi"), "it has no turn of the assistant"),
        ([{"role": "bot", "content": "Hi"}], "`messages` has a message of the role 'bot'"),
        ([{"role": "user"}], "`messages` has a message whose content is no text"),
        (["Hi"], "`messages` has 'Hi', which is no message"),
        ([{"role": "assistant", "content": "Yo"}], "it has a turn of assistant after nothing"),
    ],
)
def test_messages_that_are_none(messages: object, message: str, tmp_path: Path) -> None:
    row = {"messages": messages}
    assert refused(tmp_path, 'messages "messages"', row) == f"rows.jsonl:1: {message}"


# --- What is trained on ---------------------------------------------------------------

TURNS = 'user "{{ a }}", assistant "{{ b }}", user "{{ c }}", assistant "{{ d }}"'


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", "<|user|>A<|end|><|assistant|>[B<|end|>]<|user|>C<|end|><|assistant|>[D<|end|>]"),
        (
            "train_on = last_assistant",
            "<|user|>A<|end|><|assistant|>B<|end|><|user|>C<|end|><|assistant|>[D<|end|>]",
        ),
        (
            "train_on = all",
            "[<|user|>A<|end|><|assistant|>B<|end|><|user|>C<|end|><|assistant|>D<|end|>]",
        ),
        (
            "train_on = [user]",
            "<|user|>[A<|end|>]<|assistant|>B<|end|><|user|>[C<|end|>]",
        ),
        (
            "train_on = [user, assistant]",
            "<|user|>[A<|end|>]<|assistant|>[B<|end|>]<|user|>[C<|end|>]<|assistant|>[D<|end|>]",
        ),
    ],
)
def test_train_on(data: str, expected: str, tmp_path: Path) -> None:
    assert shown(tmp_path, TURNS, LETTERS, data=data) == [expected]
    row = {"messages": chat("A", "B", "C", "D")}
    assert shown(tmp_path, 'messages "messages"', row, data=data) == [expected]


def test_headers_are_found_where_the_text_of_a_turn_is_part_of_them(tmp_path: Path) -> None:
    row = {"messages": chat("user", "assistant", "|>", "<|")}
    found = shown(tmp_path, 'messages "messages"', row, data="train_on = [user]")
    assert found == ["<|user|>[user<|end|>]<|assistant|>assistant<|end|><|user|>[|><|end|>]"]


def test_turns_that_say_so_themselves(tmp_path: Path) -> None:
    template = TURNS.replace('"{{ b }}"', '"{{ b }}" { train = false }').replace(
        '"{{ d }}"', '"{{ d }}" { weight = 0.5 }'
    )
    assert shown(tmp_path, template, LETTERS) == [
        "<|user|>A<|end|><|assistant|>B<|end|><|user|>C<|end|><|assistant|>[D<|end|>]0.5"
    ]


def test_a_turn_can_be_trained_on_besides_the_last(tmp_path: Path) -> None:
    template = TURNS.replace('"{{ b }}"', '"{{ b }}" { train = true }')
    assert shown(tmp_path, template, LETTERS, data="train_on = last_assistant") == [
        "<|user|>A<|end|><|assistant|>[B<|end|>]<|user|>C<|end|><|assistant|>[D<|end|>]"
    ]


def test_columns_say_how_much(tmp_path: Path) -> None:
    template = 'user "{{ a }}", assistant "{{ b }}" { train = "good", weight = "score" }'
    rows = [
        {"a": "A", "b": "B", "good": good, "score": score}
        for good, score in [(True, 2), ("true", "0.5"), (1, 1.0), (False, 1), (True, 0)]
    ]
    start = "<|user|>A<|end|><|assistant|>[B<|end|>]"
    assert shown(tmp_path, template, *rows) == [f"{start}2", f"{start}0.5", start]
    row = {**rows[0], "score": "much"}
    assert refused(tmp_path, template, row).startswith("rows.jsonl:1: could not convert")
    row = {**rows[0], "score": -1}
    assert refused(tmp_path, template, row) == "rows.jsonl:1: '-1' is no weight"
    row = {**rows[0], "good": "maybe"}
    assert refused(tmp_path, template, row) == "rows.jsonl:1: 'maybe' is neither true nor false"


def test_fields_of_messages_say_how_much(tmp_path: Path) -> None:
    messages = chat("A", "B", "C", "D", "E", "F")
    messages[1]["train"] = False
    messages[3]["weight"] = 0.25
    template = 'messages "messages" { train = "train", weight = "weight" }'
    assert shown(tmp_path, template, {"messages": messages}) == [
        "<|user|>A<|end|><|assistant|>B<|end|><|user|>C<|end|><|assistant|>[D<|end|>]0.25"
        "<|user|>E<|end|><|assistant|>[F<|end|>]"
    ]


def test_a_row_for_each_answer(tmp_path: Path) -> None:
    found = shown(tmp_path, TURNS, LETTERS, data="one_row_per_answer = true")
    assert found == [
        "<|user|>A<|end|><|assistant|>[B<|end|>]",
        "<|user|>A<|end|><|assistant|>B<|end|><|user|>C<|end|><|assistant|>[D<|end|>]",
    ]


FORGETS_THOUGHTS = """\
{%- for turn in messages %}<|{{ turn.role }}|>
{%- if turn.reasoning_content and loop.last %}({{ turn.reasoning_content }}){% endif %}
{{- turn.content }}<|end|>{% endfor %}
{%- if add_generation_prompt %}<|assistant|>{% endif %}"""


def thinking(tmp_path: Path) -> None:
    (build(tmp_path, "llama") / "chat_template.jinja").write_text(FORGETS_THOUGHTS)


def test_reasoning_that_later_turns_forget(tmp_path: Path) -> None:
    thinking(tmp_path)
    messages = chat("A", "B", "C", "D")
    messages[1]["thought"], messages[3]["thought"] = "Hm", "Oh"
    template = 'messages "messages" { reasoning_field = "thought" }'
    said = refused(tmp_path, template, {"messages": messages})
    assert said == "rows.jsonl:1: the chat template changes turns: use one_row_per_answer"
    each = "one_row_per_answer = true"
    assert shown(tmp_path, template, {"messages": messages}, data=each) == [
        "<|user|>A<|end|><|assistant|>[(Hm)B<|end|>]",
        "<|user|>A<|end|><|assistant|>B<|end|><|user|>C<|end|><|assistant|>[(Oh)D<|end|>]",
    ]


def test_reasoning_of_a_turn(tmp_path: Path) -> None:
    thinking(tmp_path)
    template = 'user "{{ a }}", assistant "{{ b }}" { reasoning = "Hm, {{ a }}" }'
    assert shown(tmp_path, template, LETTERS) == ["<|user|>A<|end|><|assistant|>[(Hm, A)B<|end|>]"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("keep", "<think>\nHm</think>\n\nYo"), ("strip", "Yo"), ("split", "(Hm)Yo")],
)
def test_thoughts_in_tags(kind: str, expected: str, tmp_path: Path) -> None:
    thinking(tmp_path)
    row = {"messages": chat("Hi", "<think>\nHm</think>\n\nYo")}
    template = f'messages "messages" {{ think_tags = {kind} }}'
    assert shown(tmp_path, template, row) == [f"<|user|>Hi<|end|><|assistant|>[{expected}<|end|>]"]


def test_an_optional_system_turn(tmp_path: Path) -> None:
    template = 'system "{{ s }}" { optional = true }, user "{{ a }}", assistant "{{ b }}"'
    found = shown(tmp_path, template, {**LETTERS, "s": "S"}, {**LETTERS, "s": " "})
    rest = "<|user|>A<|end|><|assistant|>[B<|end|>]"
    assert found == [f"<|system|>S<|end|>{rest}", rest]


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
        "rows.jsonl:3: the first row that spells out a special token",
        "rows.jsonl: 1 rows spell out special tokens, which stay text",
        "rows.jsonl: 1 rows over 11 tokens dropped",
        "rows.jsonl: 12 tokens in them",
        "rows.jsonl: 2 rows, 30.0% of their tokens trained on",
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
    found = talks.encode(talks.hide(row, tokenizer), tokenizer)
    markers = [each for each in found.ids.tolist() if each in tokenizer.added_tokens_decoder]
    assert markers == [3, 1, 4, 1] * (len(said) // 2)
    answers = tokenizer.decode(found.ids[found.trained])
    assert answers == "".join(f"{text}<|end|>" for text in said[1::2])
