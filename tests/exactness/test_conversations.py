"""Conversations: the model is shown just what a row says, and trained on just its answers.

What is trained on stands between [ and ]; a weight other than 1 follows the bracket.
"""

import json
from pathlib import Path

import pytest
from exactness.shapes import LETTERS, TWO, chat, compiled, refused, shown
from exactness.tiny_models import build

pytestmark = pytest.mark.torch

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
    ("data", "what", "turns", "expected"),
    [
        ("", "answer", 2, "<|user|>A<|end|><|assistant|>[B<|end|>]"),
        ("train_on = all", "answer", 2, "[<|user|>A<|end|><|assistant|>B<|end|>]"),
        ("one_row_per_answer = true", "answer", 2, "<|user|>A<|end|><|assistant|>[B<|end|>]"),
        ("train_on = [system]", "one that is trained on", 4, "<|system|>[S<|end|>]"),
    ],
)
def test_turns_that_are_left_out_are_counted(
    data: str,
    what: str,
    turns: int,
    expected: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    template = 'messages "messages" { alternation = any }'
    messages = [*chat("A", "B", "C"), *chat("D")]
    if "system" in data:
        messages.insert(0, {"role": "system", "content": "S"})
    assert shown(tmp_path, template, {"messages": messages}, data=data) == [expected]
    said = f"rows.jsonl: {turns} turns after the last {what} left out (first rows.jsonl:1)"
    assert capsys.readouterr().out.splitlines()[0] == said


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        (None, "`messages` is missing, or no list of messages"),
        ([], "`messages` is missing, or no list of messages"),
        ("Hi", "Expecting value: line 1 column 1 (char 0)"),
        ("", "`messages` is missing, or no list of messages"),
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


@pytest.mark.parametrize("call", ["add", {"function": {"name": "add"}}, {"function": "add"}])
def test_a_call_without_arguments(call: object, tmp_path: Path) -> None:
    (build(tmp_path, "llama") / "chat_template.jinja").write_text(WITH_TOOLS)
    messages = chat("A", "B")
    messages[1]["tool_calls"] = [call]  # type: ignore[assignment]  not text, as it should not be
    said = refused(tmp_path, 'tools "tools", messages "messages"', {"messages": messages})
    assert said.endswith("is no call of a tool with arguments")


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
    nulls = [{"train": None, "weight": None, **message} for message in messages]
    assert (
        shown(tmp_path, template, {"messages": messages}, {"messages": nulls})
        == [
            "<|user|>A<|end|><|assistant|>B<|end|><|user|>C<|end|><|assistant|>[D<|end|>]0.25"
            "<|user|>E<|end|><|assistant|>[F<|end|>]"
        ]
        * 2
    )


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


# --- Tools ----------------------------------------------------------------------------

WITH_TOOLS = """\
{%- if tools %}<|system|>{{ tools[0] | tojson }}<|end|>{% endif %}
{%- for turn in messages %}<|{{ 'user' if turn.role == 'tool' else turn.role }}|>
{{- turn.content }}
{%- for call in turn.tool_calls or [] %}{{ call.function | tojson }}{% endfor %}<|end|>{% endfor %}
{%- if add_generation_prompt %}<|assistant|>{% endif %}"""

TOOL = {"name": "add", "parameters": {"maximum": 10, "step": 0.5, "note": "7"}}


@pytest.mark.parametrize("as_text", [False, True])
def test_tools_and_their_calls(as_text: bool, tmp_path: Path) -> None:
    (build(tmp_path, "llama") / "chat_template.jinja").write_text(WITH_TOOLS)
    arguments: object = {"a": 1, "b": "2"}
    call = {"function": {"name": "add", "arguments": arguments}}
    if as_text:
        call["function"]["arguments"] = json.dumps(arguments)
    messages: object = [
        {"role": "user", "content": "1+2?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "3"},
        {"role": "assistant", "content": "3."},
    ]
    tools: object = [TOOL]
    if as_text:
        messages, tools = json.dumps(messages), json.dumps(tools)
    template = 'tools "tools", messages "messages"'
    rows = {"messages": messages, "tools": tools}, {"messages": chat("A", "B"), "tools": None}
    assert shown(tmp_path, template, *rows) == [
        f"<|system|>{json.dumps(TOOL)}<|end|>"
        '<|user|>1+2?<|end|><|assistant|>[{"name": "add", "arguments": {"a": 1, "b": "2"}}<|end|>]'
        "<|user|>3<|end|><|assistant|>[3.<|end|>]",
        "<|user|>A<|end|><|assistant|>[B<|end|>]",
    ]


# --- JSON text ------------------------------------------------------------------------


def test_what_is_escaped_in_json_text_stays_text(tmp_path: Path) -> None:
    """The escapes hide a special token from whoever looks at the text as it is."""
    (build(tmp_path, "llama") / "chat_template.jinja").write_text(WITH_TOOLS)

    def escaped(value: object) -> str:
        return json.dumps(value).replace("<", "\\u003c")

    call = {"name": "add", "arguments": escaped({"<|end|>": "<|end|>"})}
    messages = chat("<|end|>", "<|end|>")
    messages[1]["tool_calls"] = [{"function": call}]  # type: ignore[assignment]  no text
    row = {"tools": escaped([{"name": "<|end|>"}]), "messages": escaped(messages)}
    module = compiled(tmp_path, 'tools "tools", messages "messages"', row)
    tokenizer = module.load_tokenizer()
    (found,) = module.load_rows(module.TRAIN_FILES, tokenizer)
    assert tokenizer.decode(found.ids).count("<|end|>") == 3 + 5
    assert found.ids.tolist().count(1) == 3


def test_private_characters_that_json_text_escapes_are_refused(tmp_path: Path) -> None:
    row = {"messages": json.dumps(chat("A", "\U00100001"))}
    said = refused(tmp_path, 'messages "messages"', row)
    assert said.endswith("it has a character for private use, above U+0FFFFF")
