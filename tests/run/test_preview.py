"""`tunec preview` of rows: each option, and that what is shown is what is trained on."""

import re
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from commands import Ended
from emitted.golden_cases import CASES, FOLDER, plan_of
from previews import Preview, rows_file

from tunec.run.preview.choose import looked_at
from tunec.run.preview.script import Encoded, Script
from tunec.run.preview.shown import Terminal, begin_of, stop_of
from tunec.run.preview.wanted import Wanted

pytestmark = pytest.mark.torch

ROWS = [
    {"question": "One?", "answer": "1"},
    {"question": "A longer question, is it?", "answer": "Yes."},
    {"question": "Two?", "answer": "Two\nlines."},
    {"question": "x" * 100, "answer": "Too long."},
    {"question": "Nothing?", "answer": ""},
    {"question": "Here?", "answer": "An answer longer than its question."},
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Preview:
    folder = tmp_path_factory.mktemp("rows")
    rows_file(folder / "rows.jsonl", ROWS)
    return Preview(folder, 'data train { source "rows.jsonl" }')


def places(ended: Ended) -> list[str]:
    return re.findall(r"^--- (\S+) -", ended.out, re.MULTILINE)


# --- What is shown is what is trained on ----------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_what_is_shown_is_what_is_trained_on(case: str, tmp_path: Path) -> None:
    if plan_of(case).evaluate and plan_of(case).evaluate.harness:
        pytest.importorskip("lm_eval", reason="the extra `harness` is not installed")
    script = Script(str(FOLDER / case / "script.py"))
    overflow = plan_of(case).data.overflow.value
    looked = {name: list(looked_at(script, overflow, name)) for name in script.data_sets()}
    dealt = script.deal(
        {name: [each for row in rows for each in row.rows] for name, rows in looked.items()}
    )
    shown = Counter()
    for name, numbers in dealt.items():
        left = [each for row in looked.get(name, looked["train"]) for each in row.left]
        shown.update((tuple(left[at].ids), tuple(left[at].weights)) for at in numbers)
    module = sys.modules["script"]
    module.CACHE = tmp_path
    train, held_out = module.load_data(module.load_tokenizer())
    rows = [row for part in (train, *held_out.values()) for row in part]
    weights = [
        [0.0] * len(row.ids) if hasattr(row, "label") else [0.0, *row.trained[1:].tolist()]
        for row in rows
    ]
    trained = Counter(
        (tuple(row.ids.tolist()), tuple(each)) for row, each in zip(rows, weights, strict=True)
    )
    assert shown == trained
    assert trained


# --- Choices --------------------------------------------------------------------------


def test_the_first_rows(tiny: Preview, capsys: pytest.CaptureFixture[str]) -> None:
    assert places(tiny(capsys, first=2)) == ["rows.jsonl:1", "rows.jsonl:2"]


@pytest.mark.parametrize(
    ("picked", "found"),
    [
        (("3",), [3]),
        (("6", "1"), [1, 6]),
        (("rows.jsonl:5",), [5]),
        (("specs/rows.jsonl:5", "2"), [2, 5]),
    ],
)
def test_rows_by_number_and_place(
    tiny: Preview, capsys: pytest.CaptureFixture[str], picked: tuple[str, ...], found: list[int]
) -> None:
    ended = tiny(capsys, picked=picked)
    assert places(ended) == [f"rows.jsonl:{number}" for number in found]
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize(
    ("picked", "said"),
    [
        ("7", "E514: There is no row 7 in `data train`, which has 6 rows. Write a number from 1"),
        (
            "rows.jsonl:7",
            "E514: There is no row at `rows.jsonl:7` in `data train`. Write a place as a preview "
            "does: the last of its 6 rows is `rows.jsonl:6`.",
        ),
        ("ws.jsonl:1", "E514: There is no row at `ws.jsonl:1`"),
    ],
)
def test_rows_that_are_not_there(
    tiny: Preview, capsys: pytest.CaptureFixture[str], picked: str, said: str
) -> None:
    ended = tiny(capsys, picked=("1", picked))
    assert ended.err.startswith(said)
    assert (ended.code, ended.out) == (1, "")


def test_the_longest(tiny: Preview, capsys: pytest.CaptureFixture[str]) -> None:
    ended = tiny(capsys, longest=3)
    assert places(ended) == ["rows.jsonl:4", "rows.jsonl:6", "rows.jsonl:2"]


def test_the_worst(tiny: Preview, capsys: pytest.CaptureFixture[str]) -> None:
    """The dropped one, the empty answer, then by what is trained on."""
    ended = tiny(capsys, worst=4)
    assert places(ended) == [f"rows.jsonl:{number}" for number in (4, 5, 2, 1)]
    assert "! 113 tokens, at most 64: dropped; 10 trained ones lost\n" in ended.out
    assert "! the answer is empty: only its stop token is trained on\n" in ended.out
    assert "! `answer` is empty\n" in ended.out


def test_both_have_titles(tiny: Preview, capsys: pytest.CaptureFixture[str]) -> None:
    ended = tiny(capsys, worst=1, longest=1)
    assert ended.out.index("=== longest ===") < ended.out.index("=== most likely to be a problem =")


def test_rows_that_are_held_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows_file(tmp_path / "rows.jsonl", ({"question": f"{n}?", "answer": "!"} for n in range(1, 13)))
    data = 'data train { source "rows.jsonl" }\ndata validation { split = 3 examples }'
    held_out = Preview(tmp_path, data)
    found = places(held_out(capsys, data="validation", first=9))
    held_out.loaded()
    script = sys.modules["script"]
    _, held = script.load_data(script.load_tokenizer())
    texts = {bytes(number - 5 for number in row.ids if number >= 5) for row in held["validation"]}
    assert {b"%s?!" % place.partition(":")[2].encode() for place in found} == texts
    assert len(found) == 3
    assert places(held_out(capsys, data="validation", picked=("2",))) == found[1:2]
    ended = held_out(capsys, data="validation", picked=("4",))
    assert ended.err.startswith("E514: There is no row 4 in `data validation`, which has 3 rows.")


def test_a_row_that_stops_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows_file(tmp_path / "rows.jsonl", ROWS)
    shown = Preview(tmp_path, 'data train { source "rows.jsonl" }')
    rows_file(tmp_path / "rows.jsonl", [ROWS[0], {"question": "?"}, ROWS[1]])
    ended = shown(capsys)
    assert places(ended) == [f"rows.jsonl:{number}" for number in (1, 2, 3)]
    assert ended.err == "rows.jsonl:2: `answer` is missing, or neither text nor number"
    assert f"! {ended.err.partition(': ')[2]}\nquestion  ?\n" in ended.out


# --- How a row is shown ---------------------------------------------------------------


def test_columns_whole(tiny: Preview, capsys: pytest.CaptureFixture[str]) -> None:
    assert "answer    Two\\nlines.\n" in tiny(capsys, picked=("3",)).out
    assert "answer    Two\n          lines.\n" in tiny(capsys, picked=("3",), raw=True).out


def test_token_by_token(tiny: Preview, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tiny(capsys, picked=("1",), ids=True).out.splitlines()
    table = lines[lines.index("        id  weight  text") + 1 :][:8]
    assert [line.split(maxsplit=2)[1:] for line in table] == [
        ["-", "|<|user|>|"],
        *(["-", f"|{letter}|"] for letter in "One?"),
        ["-", "|<|end|>|"],
        ["-", "|<|assistant|>|"],
        ["1", "|1|"],
    ]


def test_colour_ends_where_a_line_does(tiny: Preview, capsys: pytest.CaptureFixture[str]) -> None:
    out = tiny(capsys, picked=("3",), colour=True).out
    assert "\x1b[32mTwo\x1b[0m\n\x1b[32mlines.\x1b[0m\x1b[1;30;42m<|end|>\x1b[0m" in out
    assert "⟦" not in out


def test_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows_file(tmp_path / "rows.jsonl", [{**ROWS[0], "w": 0.5}, {**ROWS[0], "w": 1}])
    template = (
        'template pair { prompt "{{ question }} ", completion "{{ answer }}" { weight = "w" } }'
    )
    shown = Preview(tmp_path, 'data train { source "rows.jsonl" }', template=template + "\n")
    out = shown(capsys).out
    assert "One? ⟦×0.5 1<|end|>⟧\n" in out
    assert "One? ⟦1<|end|>⟧\n" in out


def test_text_that_would_move_the_cursor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "\x1b[2J \u202etxt\r \x07 <|end|>"
    rows_file(tmp_path / "rows.jsonl", [{"question": hostile, "answer": hostile}])
    out = Preview(tmp_path, 'data train { source "rows.jsonl" }')(capsys, raw=True).out
    assert out.count("\\x1b[2J \\u202etxt\\r \\x07 <|end|>") == 4
    assert not re.search("[^\n -~⟦⟧]", out)
    assert "! text of it looks like a special token\n" in out


def test_begin_and_stop_tokens() -> None:
    tokens = {1: SimpleNamespace(content="<s>"), 2: SimpleNamespace(content="</s>")}
    tokenizer = SimpleNamespace(bos_token_id=1, bos_token="<s>", added_tokens_decoder=tokens)
    whole = Encoded([1, 5, 2], [0, 1, 1])
    assert begin_of(tokenizer, whole) == "with <s> (1)"
    assert begin_of(tokenizer, Encoded([1, 1, 5], [0, 1, 1])) == "with <s> (1) twice"
    assert begin_of(tokenizer, Encoded([5, 5], [0, 1])).startswith("without the begin-of-sequence")
    assert stop_of(tokenizer, whole) == "at </s> (2), trained on"
    assert stop_of(tokenizer, Encoded([1, 5, 2], [0, 1, 0])).startswith("nowhere: the last token")


# --- Sources --------------------------------------------------------------------------


def test_no_more_is_read_than_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows_file(tmp_path / "rows.jsonl", ROWS)
    shown = Preview(tmp_path, 'data train { source "rows.jsonl" }')
    (tmp_path / "rows.jsonl").write_text('{"question": "?", "answer": "!"}\nnot JSON\n')
    assert shown(capsys, first=1).code == 0
    assert shown(capsys, picked=("1",)).code == 0
    ended = shown(capsys, first=2)
    assert ended.err.startswith("rows.jsonl:1: rows.jsonl:2: not JSON")


def test_the_same_words_reach_the_process() -> None:
    wanted = Wanted("a.py", "a.tune", "drop", picked=("1", "a.jsonl:2"), ids=True)
    assert Wanted.from_word(wanted.to_word()) == wanted


# --- Heads ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "labels"),
    [
        ("classify", ["positive", "positive"]),
        ("classify_several", ["food, room", "room, staff"]),
        ("regress", ["4.0", "4.0"]),
    ],
)
def test_a_label_is_shown_in_place_of_what_is_trained_on(case: str, labels: list[str]) -> None:
    script = Script(str(FOLDER / case / "script.py"))
    rows = [row for row, _ in zip(looked_at(script, "truncate", "train"), labels, strict=False)]
    assert [each.label for row in rows for each in row.whole] == labels
    assert not [trouble for row in rows for trouble in row.troubles if "trained" in trouble.kind]
    text = Terminal(script, colour=False).text(rows[0])
    assert f"label   {labels[0]}\n" in text
    assert "trained on" not in text
