"""Whatever a template's texts say, the script has the same code, and a row gets those texts."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # an extracted function returns what its script says

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from properties.compiling import MODEL, comments, compiled, script_of, shape
from properties.hostile import COLUMNS, FRAGMENTS, few, hostile, some, texts, written

from tunec.syntax.strings import quoted

# --- Templates ------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """A part of a turn's text, and what it makes of a row."""

    text: str
    value: Callable[[dict[str, str]], str]
    literal: bool = False


def literal(text: str) -> Piece:
    """A text without anything that opens a placeholder, also together with what comes next."""
    safe = re.sub(r"\{(?=[{%#]|\Z)", "{ ", text)
    return Piece(safe, lambda row: safe, literal=True)


def column(name: str, space: str) -> Piece:
    return Piece("{{" + space + name + space + "}}", lambda row: row[name])


OTHERS = [
    Piece("{{ '{{' }}", lambda row: "{{"),
    Piece("{{ '{% if %}' }}", lambda row: "{% if %}"),
    Piece('{# a remark """ #}', lambda row: ""),
    Piece(
        "{% if question %}yes{% else %}no{% endif %}",
        lambda row: "yes" if row["question"] else "no",
    ),
    Piece("{{ question | replace('e', \"'\") }}", lambda row: row["question"].replace("e", "'")),
    Piece("{% raw %}{{ question }}{% endraw %}", lambda row: "{{ question }}"),
    Piece("{{ answer ~ '\"' }}", lambda row: row["answer"] + '"'),
]
literals = hostile.map(literal)
columns = st.builds(column, st.sampled_from(COLUMNS), st.sampled_from(["", " ", "  ", "\n"]))
plain_turns = st.lists(st.one_of(literals, columns), min_size=1, max_size=5)
jinja_turns = st.builds(
    lambda parts, other, at: [*parts[:at], other, *parts[at:]],
    plain_turns,
    st.sampled_from(OTHERS),
    st.integers(0, 5),
)
Turn = list[Piece]


def needs_jinja(turn: Turn) -> bool:
    return any(part in OTHERS for part in turn)


def without_returns(turn: Turn) -> Turn:
    """Jinja would make newlines of them, so they are refused."""
    return [literal(part.text.replace("\r", "")) if part.literal else part for part in turn]


turns = (
    st.one_of(plain_turns, plain_turns, jinja_turns)
    .map(lambda turn: without_returns(turn) if needs_jinja(turn) else turn)
    .map(lambda turn: turn if any(part.text.strip() for part in turn) else [*turn, literal("x")])
)


def text_of(turn: Turn) -> str:
    return "".join(part.text for part in turn)


def harmless(turn: Turn) -> Turn:
    """The same with every literal text replaced; neighbours become one, as they are in a script."""
    return [literal("x") if part.literal and part.text else part for part in turn]


def rendered(turn: Turn, row: dict[str, str]) -> str:
    return "".join(part.value(row) for part in turn)


ROLES = {
    "messages_of": ("system", "user", "assistant", "user", "assistant"),
    "texts_of": ("prompt", "completion"),
    "text_of": ("text",),
}


def spec_with(function: str, turns: list[Turn], write: Callable[[str], str], name: str) -> str:
    lines = [
        f"  {role} {write(text_of(turn))}"
        for role, turn in zip(ROLES[function], turns, strict=True)
    ]
    if function == "messages_of":
        lines[-1] = '  assistant "{{ answer }}"'
    objective = "objective pretrain\n" if function == "text_of" else ""
    body = "\n".join(lines)
    return (
        f"{MODEL}method lora\n{objective}template {name} {{\n{body}\n}}\n"
        'data train { source "rows.jsonl" }\n'
    )


def function_of(script: str, name: str) -> Callable[[dict[str, str]], Any]:
    """The function that makes texts of a row, taken out of the script with what it needs."""
    wanted = []
    for node in ast.parse(script).body:
        made = isinstance(node, ast.Assign) and "JINJA" in ast.dump(node)
        if made or (isinstance(node, ast.FunctionDef) and node.name in (name, "text_or_number")):
            wanted.append(node)
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    known: dict[str, Any] = {
        "StrictUndefined": StrictUndefined,
        "ImmutableSandboxedEnvironment": ImmutableSandboxedEnvironment,
    }
    exec(compile(ast.Module(wanted, []), "script.py", "exec"), known)
    found: Callable[[dict[str, str]], Any] = known[name]
    return found


@some
@given(st.data())
def test_texts_of_turns_arrive_as_they_are(folder: Path, data: st.DataObject) -> None:
    function = data.draw(st.sampled_from(list(ROLES)))
    chosen = [data.draw(turns) for _ in ROLES[function]]
    chosen[0] = [*chosen[0], column("question", " ")]
    if function == "messages_of":
        chosen[-1] = [column("answer", " ")]
    write = data.draw(written)
    script = script_of(spec_with(function, chosen, write, "t"), folder)
    tame = script_of(spec_with(function, [harmless(turn) for turn in chosen], quoted, "t"), folder)
    assert shape(script) == shape(tame)
    assert comments(script) == comments(tame)
    row = {name: data.draw(hostile, label=name) for name in COLUMNS}
    made = function_of(script, function)(row)
    if function == "messages_of":
        made = [message["content"] for message in made]
    expected = [rendered(turn, row) for turn in chosen]
    assert made == {"messages_of": expected, "texts_of": tuple(expected)}.get(function, expected[0])


@settings(few, max_examples=6)
@given(st.lists(turns, min_size=5, max_size=5), texts, written)
def test_black_leaves_scripts_with_odd_texts_as_they_are(
    folder: Path, chosen: list[Turn], output: str, write: Callable[[str], str]
) -> None:
    """Parts are laid out apart and joined; the whole would be laid out no other way."""
    import black

    turns = [[*chosen[0], column("question", " ")], *chosen[1:]]
    spec = spec_with("messages_of", turns, write, "t")
    script, _ = compiled(f"output = {write('runs/' + output)}\n{spec}", folder)
    script = script or script_of(spec, folder)
    mode = black.Mode(target_versions={black.TargetVersion.PY311})
    assert black.format_str(script, mode=mode) == script


@few
@given(texts)
def test_the_same_text_in_a_plain_turn_and_in_one_that_needs_jinja(folder: Path, text: str) -> None:
    """What decides between the two is no business of the text's."""
    plain = [literal(text), column("question", " ")]
    jinja = [literal(text), Piece("{{ question | string }}", lambda row: row["question"])]
    row = dict.fromkeys(COLUMNS, "a\r\nb")
    made = function_of(script_of(spec_with("text_of", [plain], quoted, "t"), folder), "text_of")
    assert made(row) == rendered(plain, row)
    script, problems = compiled(spec_with("text_of", [jinja], quoted, "t"), folder)
    if "\r" in text:
        assert [problem.code for problem in problems] == ["E224"]
    else:
        assert function_of(script, "text_of")(row) == rendered(jinja, row)


@pytest.mark.parametrize("text", [*FRAGMENTS, *(f"{a}{b}" for a in "{}" for b in "{}'\"\\\n#%")])
def test_every_fragment_beside_a_placeholder(folder: Path, text: str) -> None:
    """Each alone, before and after a placeholder, where an f-string would take it for its own."""
    part = literal(text)
    around = [part, column("question", " "), part]
    row = {**dict.fromkeys(COLUMNS, "value"), "question": text + "{{ answer }}"}
    script = script_of(spec_with("text_of", [around], quoted, "t"), folder)
    assert function_of(script, "text_of")(row) == rendered(around, row)


def test_very_long_texts(folder: Path) -> None:
    for text in ("x" * 50_000, "a b " * 10_000, "é\n" * 5_000, "{ " * 5_000, "\\" * 5_000):
        turn = [literal(text), column("question", " ")]
        script = script_of(spec_with("text_of", [turn], quoted, "t"), folder)
        row = dict.fromkeys(COLUMNS, "value")
        assert function_of(script, "text_of")(row) == rendered(turn, row)


@few
@given(name=st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True))
def test_names_of_templates_are_not_in_the_script(folder: Path, name: str) -> None:
    turn = [column("question", " ")]
    script, _ = compiled(spec_with("text_of", [turn], quoted, name), folder)
    assume(script)  # some names are words of the language
    tame = script_of(spec_with("text_of", [turn], quoted, "t"), folder)
    assert script.partition('"""\n\nimport')[2] == tame.partition('"""\n\nimport')[2]
