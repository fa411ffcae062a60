"""Rows of anything: a script refuses them with their place, or trains on just what they say.

Rows are written as JSON by hand, so that numbers are spelled in every way that JSON allows.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any  # rows are of any shape

import pytest
import torch
from exactness.shapes import GOOD, Theirs, compiled
from exactness.test_conversations import WITH_TOOLS
from exactness.tiny_models import build
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.torch


class Spelled(str):
    """A number, as it is spelled."""


def written(value: object) -> str:
    if isinstance(value, Spelled):
        return value
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name)}: {written(each)}" for name, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    return json.dumps(value)


numbers = st.from_regex(
    r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
)
marks = ["<|end|>", "<|assistant|>", "<think>", "</think>", "\ud800", "{{ a }}", "\U00100001"]
fragments = st.one_of(st.text(max_size=6), st.sampled_from(marks))
texts = st.lists(fragments, max_size=4).map("".join)
scalars = st.one_of(
    texts,
    numbers.map(Spelled),
    st.sampled_from([None, True, False, Spelled("NaN"), Spelled("-Infinity")]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(fragments, inner, max_size=2)
    ),
    max_leaves=4,
)
mostly_texts = st.one_of(texts, texts, texts, values)
roles = st.sampled_from(["system", "user", "assistant", "assistant", "tool", "bot", None])
messages = st.lists(
    st.one_of(
        st.fixed_dictionaries({"role": roles, "content": mostly_texts}),
        st.fixed_dictionaries({"role": roles}),
        values,
    ),
    max_size=5,
)
spoken = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": texts})
talks = st.one_of(
    st.lists(spoken, min_size=1, max_size=4).map(
        lambda turns: [
            {"role": "user", "content": "?"},
            *turns,
            {"role": "assistant", "content": "!"},
        ]
    ),
    st.lists(mostly_texts, min_size=2, max_size=4).map(
        lambda said: [
            {"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(said)
        ]
    ),
    messages,
    values,
)
segments = st.lists(
    st.one_of(
        st.fixed_dictionaries({"text": mostly_texts, "label": st.booleans()}),
        st.fixed_dictionaries({"text": mostly_texts, "label": values}),
        values,
    ),
    max_size=4,
)
whole = st.integers(0, 270).map(lambda number: Spelled(str(number)))
ids = st.lists(st.one_of(whole, whole, whole, scalars), min_size=2, max_size=4)
functions = st.fixed_dictionaries({"name": texts, "arguments": values})
calls = st.lists(st.fixed_dictionaries({"function": functions}), max_size=2)
talks_with_calls = st.tuples(mostly_texts, calls).map(
    lambda said: [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": said[0], "tool_calls": said[1]},
    ]
)

FIRST = {**GOOD, "segments": [{"text": "A", "label": True}]}
Row = dict[str, Any]  # of any shape


def turns_of(row: Row) -> list[Row]:
    turns = row["messages"]
    return json.loads(turns, parse_int=str, parse_float=str) if isinstance(turns, str) else turns


def answers(row: Row) -> str:
    turns = [turn for turn in turns_of(row) if turn["role"] == "assistant"]
    return "".join(f"{turn['content']}<|end|>" for turn in turns)


def joined(row: Row) -> str:
    turns = [turn for turn in turns_of(row) if turn["role"] != "system"]
    speakers = groupby(turns, key=lambda turn: turn["role"])
    said = [(role, "\n\n".join(turn["content"] for turn in group)) for role, group in speakers]
    return "".join(f"{text}<|end|>" for role, text in said if role == "assistant")


def labelled(row: Row) -> str:
    pieces = row["segments"]
    end = "<|end|>" if pieces[-1]["label"] else ""
    return "".join(piece["text"] for piece in pieces if piece["label"]) + end


def meant(value: object) -> object:
    """Numbers as numbers again."""
    if isinstance(value, Spelled):
        return json.loads(value)
    if isinstance(value, list):
        return [meant(each) for each in value]
    if isinstance(value, dict):
        return {name: meant(each) for name, each in value.items()}
    return value


def called(row: Row) -> str:
    _, turn = row["messages"]
    functions = [each["function"] for each in turn["tool_calls"]]
    for function in functions:
        if type(function["arguments"]) is str:
            function["arguments"] = json.loads(function["arguments"])
    made = "".join(json.dumps(meant(each), ensure_ascii=False) for each in functions)
    return f"{turn['content'] or ''}{made}<|end|>"


conversations = st.fixed_dictionaries({"messages": st.one_of(talks, talks, talks.map(written))})
Shape = tuple[str, Any, Callable[[Row], str]]
SHAPES: dict[str, Shape] = {
    "turns": (
        'user "{{ a }}", assistant "{{ b }}"',
        st.fixed_dictionaries({"a": mostly_texts, "b": mostly_texts}),
        lambda row: f"{row['b']}<|end|>",
    ),
    "jinja": (
        'user "{% if c %}{{ c }}{% endif %}", assistant "{{ b | trim }}"',
        st.fixed_dictionaries({"c": values, "b": mostly_texts}),
        lambda row: f"{row['b'].strip()}<|end|>",
    ),
    "completion": (
        'prompt "{{ a }}", completion "{{ b }}"',
        st.fixed_dictionaries({"a": mostly_texts, "b": mostly_texts}),
        lambda row: f"{row['b']}<|end|>",
    ),
    "text": (
        'text "{{ b }}" }\nobjective pretrain {',
        st.fixed_dictionaries({"b": mostly_texts}),
        lambda row: f"{row['b']}<|end|>",
    ),
    "messages": ('messages "messages"', conversations, answers),
    "any order": ('messages "messages" { alternation = any }', conversations, answers),
    "merged": ('messages "messages" { alternation = merge }', conversations, joined),
    "segments": (
        'segments "segments"',
        st.fixed_dictionaries({"segments": st.one_of(segments, values)}),
        labelled,
    ),
    "tools": (
        'tools "tools", messages "messages"',
        st.fixed_dictionaries({"tools": values, "messages": talks_with_calls}),
        called,
    ),
}


@pytest.fixture(scope="module")
def script_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ModuleType]:
    @cache
    def made(template: str) -> ModuleType:
        folder = tmp_path_factory.mktemp("any")
        if "tools" in template:
            (build(folder, "llama") / "chat_template.jinja").write_text(WITH_TOOLS)
        return compiled(folder, template, FIRST, data="overflow = error")

    return made


@cache
def tokenizer_of(module: ModuleType) -> Theirs:
    return module.load_tokenizer()


def last_row(module: ModuleType, row: Row) -> Theirs | str:
    """The last row as the model is shown it, or what is said against it."""
    lines = [json.dumps(FIRST), written(row)]
    (Path(module.__file__ or "").parent / "rows.jsonl").write_text("\n".join(lines) + "\n")
    try:
        return module.load_rows(module.TRAIN_FILES, tokenizer_of(module))[-1]
    except SystemExit as stopped:
        return str(stopped.code)


many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_trained_on_is_the_answer(
    shape: str, script_of: Callable[[str], ModuleType]
) -> None:
    template, rows, answer = SHAPES[shape]
    module = script_of(template)

    @many
    @given(rows)
    def holds(row: Row) -> None:
        found = last_row(module, row)
        if isinstance(found, str):
            assert re.match(r"rows\.jsonl:2: .", found)
        else:
            assert tokenizer_of(module).decode(found.ids[found.trained]) == answer(row)

    holds()


def test_tokens_are_the_ids_of_the_row(script_of: Callable[[str], ModuleType]) -> None:
    module = script_of('tokens "ids" { labels = "labels" }')

    @many
    @given(ids, st.one_of(ids, st.none()), st.integers(0, 3))
    def holds(numbers: list[Any], labels: list[Any] | None, start: int) -> None:
        own = [Spelled("-100")] * start + numbers[start:]
        row = {"ids": numbers, "labels": own if labels is None else labels}
        found = last_row(module, row)
        if isinstance(found, str):
            assert re.match(r"rows\.jsonl:2: .", found)
        else:
            assert found.ids.tolist() == [int(number) for number in numbers]
            assert not any(isinstance(number, bool) for number in numbers)
            trained = [int(label) != -100 for label in row["labels"]]
            assert found.trained.tolist() == trained

    holds()


def test_weights_are_those_of_the_row(script_of: Callable[[str], ModuleType]) -> None:
    module = script_of('user "{{ a }}", assistant "{{ b }}" { train = "good", weight = "score" }')
    yes = st.sampled_from([True, "True", Spelled("1")])

    @many
    @given(st.one_of(yes, scalars), st.one_of(numbers.map(Spelled), values))
    def holds(good: object, score: Theirs) -> None:
        found = last_row(module, {"a": "", "b": "B", "good": good, "score": score})
        if isinstance(found, str):
            assert re.match(r"rows\.jsonl:2: .", found)
        elif len(found.ids) == 5:  # not dropped, for then the first row is the last
            weight = torch.tensor(float(score) * (str(good).lower() in ("true", "1")))
            assert set(found.trained.tolist()) == {0.0, weight.item()}

    holds()
