"""`tunec preview --report`: what was planted in the rows is found, and counted right."""

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from commands import ROOT
from previews import Preview, rows_file

from tunec.run.preview.alike import Near
from tunec.run.preview.figures import Figures
from tunec.run.preview.looked import KINDS
from tunec.run.preview.report import report

pytestmark = pytest.mark.torch

WORDS = (
    "refund invoice printer login password broken screen order late please help account delete "
    "update thanks shipping address card charge twice monday support team ticket warranty cable"
).split()


def sentence(start: int) -> str:
    return " ".join(WORDS[(start * step + 3 * start) % len(WORDS)] for step in range(1, 6))


GOOD = [{"question": f"{n}?", "answer": sentence(n)} for n in range(1, 13)]
LONG = {"question": "x" * 150, "answer": "Too long."}
BAD = [
    LONG,
    {"question": "Nothing?", "answer": ""},
    {"question": "Repeat: a quick brown fox", "answer": "a quick brown fox"},
    {"question": "<|end|>?", "answer": "A special token."},
    {"question": "", "answer": "To nobody."},
]
TRAIN = [*GOOD, *BAD, GOOD[2], GOOD[4], {**GOOD[6], "answer": f"{GOOD[6]['answer']}."}]
VALIDATION = [
    GOOD[0],
    {**GOOD[1], "answer": f"{GOOD[1]['answer']}!"},
    {"question": "Never?", "answer": "Not among those."},
    LONG,
]
DATA = """data train { source "rows.jsonl" }
data validation { source "held.jsonl", overlap = allow }"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Preview:
    folder = tmp_path_factory.mktemp("report")
    rows_file(folder / "rows.jsonl", TRAIN)
    rows_file(folder / "held.jsonl", VALIDATION)
    return Preview(folder, DATA)


@pytest.fixture(scope="module")
def figures(planted: Preview) -> Figures:
    return report(planted.loaded(), planted.wanted(report=True)).figures


def test_rows_and_tokens(figures: Figures) -> None:
    train = figures["data"]["train"]
    assert train["rows"] == {
        "read": 20,
        "trained": 19,
        "sequences": 19,
        "refused": 0,
        "dropped": 1,
        "truncated": 0,
        "split": 0,
    }
    # Of a row, the turns' two markers and two ends are tokens too, and bytes are the rest.
    lengths = [len(f"{row['question']}{row['answer']}".encode()) + 4 for row in TRAIN]
    answers = [len(row["answer"].encode()) + 1 for row in TRAIN]
    kept = [at for at, row in enumerate(TRAIN) if row is not LONG]
    assert train["tokens"]["read"] == sum(lengths)
    assert train["tokens"]["kept"] == sum(lengths[at] for at in kept)
    assert train["tokens"]["trained"] == sum(answers[at] for at in kept)
    assert train["lengths"]["max"] == max(lengths) == len(LONG["question"]) + 9 + 4
    assert train["lengths"]["min"] == min(lengths)
    assert train["lengths"]["p50"] in lengths
    assert figures["said"]["train"]["rows over 64 tokens dropped"] == 1


def test_a_histogram_counts_every_row_once(figures: Figures) -> None:
    train = figures["data"]["train"]
    bins = train["histogram"]
    assert sum(each["rows"] for each in bins) == 20
    assert all(a["to"] + 1 == b["from"] for a, b in pairwise(bins))
    assert bins[0]["from"] <= train["lengths"]["min"]
    assert sum(train["shares"]) == 20


def test_troubles(figures: Figures) -> None:
    found = {each["kind"]: each for each in figures["data"]["train"]["troubles"]}
    assert {kind: each["rows"] for kind, each in found.items()} == {
        "dropped": 1,
        "empty_answer": 1,
        "spelled_token": 1,
        "answer_in_prompt": 1,
        "empty_column": 2,
    }
    assert [each["place"] for each in found["dropped"]["examples"]] == ["rows.jsonl:13"]
    assert [each["row"] for each in found["empty_column"]["examples"]] == [14, 17]
    assert list(found) == [kind for kind in KINDS if kind in found]


def test_duplicates_and_overlap(figures: Figures) -> None:
    train = figures["data"]["train"]
    assert train["exact_duplicates"]["rows"] == 2
    assert train["exact_duplicates"]["groups"] == [
        {"rows": 2, "places": ["rows.jsonl:3", "rows.jsonl:18"]},
        {"rows": 2, "places": ["rows.jsonl:5", "rows.jsonl:19"]},
    ]
    near = {"rows": 2, "places": ["rows.jsonl:7", "rows.jsonl:20"]}
    assert train["near_duplicates"] == {"rows": 1, "groups": [near]}
    assert figures["overlap"] == [
        {
            "data": "validation",
            "exact": {"rows": 1, "pairs": [["held.jsonl:1", "rows.jsonl:1"]]},
            "near": {"rows": 1, "pairs": [["held.jsonl:2", "rows.jsonl:2"]]},
        }
    ]


def test_packs_are_those_of_training(planted: Preview, figures: Figures) -> None:
    planted.loaded()
    script = sys.modules["script"]
    rows, _ = script.load_data(script.load_tokenizer())
    batches, ends = script.plan_batches(rows)
    packs = [
        pack for batch in batches[: ends[0]] for pack in script.packs_of([rows[n] for n in batch])
    ]
    found = figures["packing"]
    assert (found["steps_per_epoch"], found["steps_looked_at"]) == (ends[0], ends[0])
    assert found["packs"] == len(packs) == sum(found["fills"])
    tokens = sum(len(row.ids) for pack in packs for row in pack)
    assert found["efficiency"] == pytest.approx(tokens / (128 * len(packs)), abs=1e-6)


def test_rows_held_out_are_counted_apart(tmp_path: Path) -> None:
    rows_file(tmp_path / "rows.jsonl", [*GOOD, LONG, *GOOD])
    data = 'data train { source "rows.jsonl" }\ndata validation { split = 25% }'
    held_out = Preview(tmp_path, data)
    figures = report(held_out.loaded(), held_out.wanted(report=True)).figures
    train, validation = figures["data"]["train"], figures["data"]["validation"]
    assert (validation["rows"]["read"], train["rows"]["read"]) == (6, 19)
    assert train["rows"]["dropped"] == 1
    script = sys.modules["script"]
    rows, held = script.load_data(script.load_tokenizer())
    known = {tuple(row.ids.tolist()) for row in rows}
    leaked = sum(tuple(row.ids.tolist()) in known for row in held["validation"])
    assert figures["overlap"][0]["exact"]["rows"] == leaked == 0


@pytest.mark.parametrize(
    ("overflow", "said"),
    [
        ("truncate", {"trained": 12, "truncated": 0, "dropped": 1}),
        ("truncate_prompt", {"trained": 13, "truncated": 1, "dropped": 0}),
        ("error", {"trained": 12, "refused": 1}),
    ],
)
def test_rows_that_are_too_long(tmp_path: Path, overflow: str, said: dict[str, int]) -> None:
    rows_file(tmp_path / "rows.jsonl", [*GOOD, LONG])
    data = f'data train {{ source "rows.jsonl", overflow = {overflow} }}'
    shown = Preview(tmp_path, data, overflow)
    told = report(shown.loaded(), shown.wanted(report=True))
    rows = told.figures["data"]["train"]["rows"]
    assert rows == rows | said
    refused = "rows.jsonl:13: 163 tokens are more than 64" if overflow == "error" else ""
    assert told.refusal == refused


def test_rows_that_are_split(tmp_path: Path) -> None:
    rows_file(tmp_path / "rows.jsonl", [*GOOD, LONG])
    template = 'objective pretrain\ntemplate page { text "{{ question }}{{ answer }}" }\n'
    data = 'data train { source "rows.jsonl", overflow = split }'
    shown = Preview(tmp_path, data, "split", template)
    train = report(shown.loaded(), shown.wanted(report=True)).figures["data"]["train"]
    assert train["rows"] == train["rows"] | {"trained": 13, "split": 1, "sequences": 15}
    [text] = [each["text"] for each in train["troubles"][0]["examples"]]
    # The first token of a piece has nothing before it to be predicted from.
    assert text == "160 tokens, at most 64: split into 3; 2 trained ones lost"


def test_rows_that_a_source_repeats_are_no_duplicates(tmp_path: Path) -> None:
    rows_file(tmp_path / "rows.jsonl", GOOD)
    shown = Preview(tmp_path, 'data train { source "rows.jsonl" { repeat = 3 } }')
    figures = report(shown.loaded(), shown.wanted(report=True)).figures
    train = figures["data"]["train"]
    assert train["rows"]["read"] == 36
    assert train["exact_duplicates"]["rows"] == train["near_duplicates"]["rows"] == 0
    assert figures["notes"] == ["rows.jsonl: 12 rows taken 3 times"]


# --- Near duplicates ------------------------------------------------------------------


def near(*texts: list[str]) -> Near:
    found = Near()
    for each in texts:
        found.see(each)
    found.end()
    return found


def test_what_most_rows_share_is_not_compared() -> None:
    prompt = " ".join(f"Rule {at * at}." for at in range(60))
    answers = [[prompt, sentence(at)] for at in range(1, 9)]
    found = near(*answers)
    assert found.first == list(range(8))
    assert found.common == [prompt]
    assert near(*([prompt] for _ in range(2))).first == [0, 0]


def test_case_and_spaces_make_no_difference() -> None:
    assert near(["The printer is broken."], ["the  PRINTER\nis broken."]).first == [0, 0]


def test_short_and_unusual_texts() -> None:
    assert near(["Yes"], ["Yes"], [], ["\ud800 lone"], ["日本語のテキスト。"]).first == list(
        range(5)
    )
    assert near(["日本語のテキストを要約して。"], ["日本語のテキストを要約して"]).first == [0, 0]


def test_without_the_library(
    planted: Preview, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Near, "missing", staticmethod(lambda: True))
    figures = json.loads(planted(capsys, report=True, json=True).out)
    assert figures["data"]["train"]["near_duplicates"] is None
    assert figures["overlap"][0]["near"] is None
    assert "`datasketch==2.0.0` is not installed" in figures["near_duplicates_note"]
    assert "`datasketch==2.0.0` is not installed" in planted(capsys, report=True).out


# --- In the terminal and as JSON ------------------------------------------------------


def test_in_the_terminal(planted: Preview, capsys: pytest.CaptureFixture[str]) -> None:
    ended = planted(capsys, report=True)
    assert (ended.code, ended.err) == (0, "")
    for line in (
        "rows          20 read, 19 of them used",
        "at most       64; longer ones: drop, 1 dropped",
        "! 1 row (5.0%): dropped",
        "    rows.jsonl:13: 163 tokens, at most 64: dropped; 10 trained ones lost",
        "! 2 rows: the same as an earlier row",
        "    rows.jsonl:3, rows.jsonl:18",
        "! 1 row of validation: the same as one trained on",
        "    held.jsonl:1 = rows.jsonl:1",
    ):
        assert f"{line}\n" in ended.out
    assert "\x1b" not in ended.out
    assert (
        "\x1b[31m! 1 row (5.0%): dropped\x1b[0m\n" in planted(capsys, report=True, colour=True).out
    )


def test_a_row_that_stops_the_run_stops_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows_file(tmp_path / "rows.jsonl", GOOD)
    shown = Preview(tmp_path, 'data train { source "rows.jsonl" }')
    rows_file(tmp_path / "rows.jsonl", [*GOOD, {"question": "?"}, *GOOD])
    ended = shown(capsys, report=True)
    assert ended.err == "rows.jsonl:13: `answer` is missing, or neither text nor number"
    assert "rows          25 read, 24 of them used\n" in ended.out
    assert "! 1 row (4.0%): stops the run\n" in ended.out


@pytest.mark.parametrize(
    ("row", "stops", "said"),
    [
        (LONG, "data train: no rows are left", "! 1 row (100.0%): dropped\n"),
        (
            {"question": "?"},
            "rows.jsonl:1: `answer` is missing",
            "! 1 row (100.0%): stops the run\n",
        ),
    ],
)
def test_nothing_is_left(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    row: dict[str, str],
    stops: str,
    said: str,
) -> None:
    rows_file(tmp_path / "rows.jsonl", GOOD)
    shown = Preview(tmp_path, 'data train { source "rows.jsonl" }')
    rows_file(tmp_path / "rows.jsonl", [row])
    page = tmp_path / "report.html"
    ended = shown(capsys, report=True, page=str(page))
    assert ended.err.startswith(stops)
    assert said in ended.out
    assert "Nothing is left to pack.\n" in ended.out
    assert f"<strong>This run would stop.</strong> <code>{stops}" in page.read_text()


def keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from keys(each)
    elif isinstance(value, list):
        for each in value:
            yield from keys(each)


def test_every_key_of_the_json_is_described(
    planted: Preview, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = json.loads(planted(capsys, report=True, json=True).out)
    del figures["said"]  # words of the script
    page = (ROOT / "docs" / "preview.md").read_text()
    assert not {key for key in keys(figures) if f"`{key}`" not in page}
    assert not {kind for kind in KINDS if f"`{kind}`" not in page}
