"""Rows from files to batches: cleaned, split and sorted, by what the model sees of them."""

import json
from pathlib import Path
from types import ModuleType

import pytest
from exactness.shapes import chat, marked
from exactness.tiny_models import build, script

pytestmark = pytest.mark.torch

CHAT = 'template t { user "{{ q | trim }}", assistant "{{ a }}" }\n'
TALK = 'template t { messages "messages" }\n'


def loaded(
    folder: Path, template: str, data: str, *rows: dict[str, object], more: str = ""
) -> tuple[ModuleType, list[object], dict[str, list[object]]]:
    """The script's module, and the rows to train on and to measure on."""
    build(folder, "llama")
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = f'model "llama" {{ max_length = 200 tokens }}\nmethod full\n{template}{more}\n'
    module = script(folder, "cleaned", f'{text}data train {{ source "rows.jsonl", {data} }}')
    return module, *module.load_data(module.load_tokenizer())


def texts(module: ModuleType, rows: list[object]) -> list[str]:
    tokenizer = module.load_tokenizer()
    return [marked(tokenizer, row) for row in rows]


def pair(question: str, answer: str, **more: object) -> dict[str, object]:
    return {"q": question, "a": answer, **more}


def test_copies_are_those_that_the_model_cannot_tell_apart(tmp_path, capsys):
    rows = [pair("Hi", "Yo", n=1), pair(" Hi ", "Yo", n=2), pair("Hi", "yo", n=3)]
    _, kept, _ = loaded(tmp_path, CHAT, "deduplicate = exact", *rows)
    assert [row.place for row in kept] == ["rows.jsonl:1", "rows.jsonl:3"]
    said = "1 of 3 rows dropped as copies, the first at rows.jsonl:2, of rows.jsonl:1"
    assert said in capsys.readouterr().out
    _, kept, _ = loaded(tmp_path, CHAT, "deduplicate = prompt", *rows)
    assert [row.place for row in kept] == ["rows.jsonl:1"]


def test_a_file_that_is_trained_on_is_not_measured_on(tmp_path):
    (tmp_path / "held.jsonl").write_text(json.dumps(pair("Why? ", "So.")) + "\n")
    rows = [pair("Hi", "Yo"), pair("Why?", "So.")]
    held_out = 'data test { source "held.jsonl" }'
    with pytest.raises(SystemExit, match=r"first at held\.jsonl:1, as rows\.jsonl:2"):
        loaded(tmp_path, CHAT, "order = keep", *rows, more=held_out)
    held_out = 'data test { source "held.jsonl", overlap = drop }'
    _, kept, held = loaded(tmp_path, CHAT, "order = keep", *rows, more=held_out)
    assert [row.place for row in kept] == ["rows.jsonl:1"]
    assert len(held["test"]) == 1


def test_conversations_are_split_whole(tmp_path):
    rows = [{"messages": chat(f"A{n}", f"B{n}", f"C{n}", f"D{n}", f"E{n}", "F")} for n in range(9)]
    data = "one_row_per_answer = true"
    more = "data validation { split = 30% }"
    for _ in range(2):  # and with each twice
        module, kept, held = loaded(tmp_path, TALK, data, *rows, more=more)
        sides = [
            {text[text.index("A") : text.index("A") + 2] for text in texts(module, side)}
            for side in (kept, held["validation"])
        ]
        assert sides[0].isdisjoint(sides[1])
        assert len(sides[0] | sides[1]) == 9
        assert len(kept) + len(held["validation"]) == 3 * len(rows)
        assert len(held["validation"]) >= round(0.3 * 3 * len(rows))
        rows = [*rows, *rows]


def test_a_column_that_rows_are_sorted_by(tmp_path):
    rows = [pair("a", "x", n=5), pair("b", "x", n="-1.5"), pair("c", "x", n="2e1")]
    module, kept, held = loaded(
        tmp_path, CHAT, 'sort_by = "n"', *rows, more="data validation { split = 1 example }"
    )
    assert {row.value for row in (*kept, *held["validation"])} == {5.0, -1.5, 20.0}
    batches, _ = module.plan_batches(kept)
    order = [kept[number].value for number in batches[0]]
    assert order == sorted(order)


def test_rows_that_say_nothing(tmp_path, capsys):
    rows = [pair("a", " "), pair("b", "B"), pair("", "x"), pair("Is it B?", "B"), pair("c", "")]
    module, kept, _ = loaded(tmp_path, CHAT, "empty = drop, answer_in_prompt = drop", *rows)
    assert [text for text in texts(module, kept) if "B" in text] == texts(module, kept)
    assert len(kept) == 1
    said = capsys.readouterr().out
    assert "rows.jsonl: 3 rows dropped: it has an empty turn (first rows.jsonl:1)" in said
    assert "rows.jsonl: 1 rows dropped: its answer is in the prompt" in said
    with pytest.raises(SystemExit, match=r"rows\.jsonl:1: it has an empty turn"):
        loaded(tmp_path, CHAT, "empty = error", *rows)
    _, kept, _ = loaded(tmp_path, CHAT, "order = keep", *rows)
    assert len(kept) == 5, "by default they are kept"


@pytest.mark.parametrize(
    ("template", "rest", "reason"),
    [
        ('prompt "{{ q }}", completion "{{ a }}"', "", "its prompt or its completion is empty"),
        ('text "{{ a }}"', "objective pretrain\n", "its text is empty"),
    ],
)
def test_empty_rows_of_other_templates(tmp_path, template, rest, reason):
    rows = [pair("a", "b"), pair("a", "\n")]
    text = f"{rest}template t {{ {template} }}\n"
    with pytest.raises(SystemExit, match=rf"rows\.jsonl:2: {reason}"):
        loaded(tmp_path, text, "empty = error", *rows)
    _, kept, _ = loaded(tmp_path, text, "empty = drop", *rows)
    assert len(kept) == 1
