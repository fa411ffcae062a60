"""`tunec eval --html`: one page, whose texts are text whatever they say."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any  # results are plain values of any sort

import pytest
from emitted_script import run
from evaluations import Evaluations
from exactness.small_runs import small_script
from parsed_pages import (
    HOSTILE,
    SHOWN,
    Parsed,
    assert_nothing_invisible,
    assert_nothing_outside_is_named,
)

from tunec.run.evaluate.page import MOST, page_of

MEASURES = {
    "validation_loss": {
        "value": 0.5,
        "against": 0.75,
        "difference": -0.25,
        "interval": [0.4, 0.6],
        "against_interval": [0.7, 0.8],
        "difference_interval": [-0.3, -0.2],
        "p_value": 0.001,
    },
    "f1": {
        "value": 0.5,
        "against": 0.25,
        "difference": 0.25,
        "interval": [0.4, 0.6],
        "against_interval": [0.2, 0.3],
        "difference_interval": [0.1, 0.4],
        "p_value": 0.01,
    },
    "bleu": {
        "value": 40.0,
        "against": 50.0,
        "difference": -10.0,
        "interval": [30.0, 45.0],
        "against_interval": [44.0, 55.0],
        "difference_interval": [-20.0, -5.0],
        "p_value": 0.02,
        "signature": HOSTILE[1],
    },
    "own": {"value": None, "against": None, "problem": HOSTILE[0]},
    "answer_tokens": {"value": 3.0, "against": 3.0, "difference": 0.0},
}


def results(answers: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  of any sort
    model = {"name": f"runs/{HOSTILE[0]}", "step": 3, "script": HOSTILE[2], "script_is": "differs"}
    return {
        "tunec": "0",
        "model": {**model, "finished": False},
        "against": {"name": HOSTILE[4]},
        "data": [HOSTILE[5]],
        "rows": {"data": answers},
        "trained_on": {"model": 0, "against": 7},
        "answers": answers,
        "measures": MEASURES,
        **changes,
    }


def answer(text: str, other: float, own: float) -> dict[str, Any]:
    scores = {"f1": own, "bleu": [1, 2], "answer_tokens": 3.0}
    against = {"given": text, "scores": {**scores, "f1": other}, "prompt": f"{text} too"}
    return {"prompt": text, "wanted": text, "given": text, "scores": scores, "against": against}


LINES = [
    {"step": 0, "validation_loss": 3.0, "f1": 0.25},
    {"step": 1, "loss": 3.0},
    {"step": 2, "loss": 0.1},
    {"step": 2, "validation_loss": 2.0, "f1": 0.5},
]


@pytest.fixture(scope="module")
def page() -> str:
    pairs = zip(HOSTILE, range(len(HOSTILE)), strict=True)
    answers = [answer(text, 0.5, 0.5 + at / 100 * (-1) ** at) for text, at in pairs]
    return page_of(results(len(answers)), answers, LINES).decode()


def test_answers_are_text(page: str) -> None:
    parsed = Parsed(page)
    assert not parsed.open
    for text in HOSTILE:
        shown = SHOWN.get(text, text).replace("\n", "\n")
        assert shown in parsed.texts
        assert f"{shown} too" in parsed.texts
    assert parsed.tags["script"] == parsed.tags["style"] == 1
    assert not parsed.tags.keys() & {"img", "base", "link", "iframe", "object", "embed"}
    assert_nothing_outside_is_named(page)
    assert_nothing_invisible(page)


def test_the_largest_change_is_first(page: str) -> None:
    numbers = [int(number) for number in re.findall('<article data-number="([0-9]+)"', page)]
    assert numbers == [*range(len(HOSTILE), 0, -1)]
    assert '<option value="0">f1</option><option value="1">answer_tokens</option></select>' in page


def test_it_says_what_is_better_and_what_is_wrong(page: str) -> None:
    assert '<p class="verdict good"><strong>Better than' in page
    assert "f1 differs by 0.1000 to 0.4000 (95 %), p = 0.010." in page
    assert "The run was not finished" in page
    assert " was trained on 7 of these rows" in page
    assert "The script is not what its spec compiles to" in page
    assert (
        "Differences, in points of 100: f1 25.0 (10.0 to 40.0), bleu -10.0 (-20.0 to -5.0)." in page
    )
    assert "Loss by step: training from 3 to 0.1, validation from 3 to 2." in page


@pytest.mark.parametrize(
    ("ends", "kind"), [((0.1, 0.2), "good"), ((-0.1, 0.2), "warn"), ((-0.2, -0.1), "bad")]
)
def test_the_verdict(ends: tuple[float, float], kind: str) -> None:
    measures = {"f1": {**MEASURES["f1"], "difference_interval": [*ends]}}
    page = page_of(results(0, measures=measures), [], []).decode()
    assert f'<p class="verdict {kind}"><strong>' in page


def test_it_can_be_read_without_seeing_it(page: str) -> None:
    parsed = Parsed(page)
    assert ("lang", "en") in parsed.attributes
    assert parsed.tags["h1"] == parsed.tags["main"] == parsed.tags["title"] == 1
    assert (
        page.count("<svg") == len(re.findall('<svg [^>]*role="img" aria-label="[^"]+"', page)) == 3
    )
    assert page.count("<select") == len(re.findall("<label>[^<]+<select", page)) == 3
    ids = [value for name, value in parsed.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    plots = re.findall("<svg.*?</svg>", page, re.DOTALL)
    assert not [found for plot in plots for found in re.findall("#[0-9a-f]{6}", plot)]


def test_many_answers_are_those_that_changed_most() -> None:
    answers = [answer(f"row {at}", 0.0, at / 1000) for at in range(MOST + 7)]
    page = page_of(results(len(answers)), answers, []).decode()
    assert page.count("<article") == MOST
    assert f"{MOST} of {MOST + 7}, those that changed most." in page
    assert "row 6<" not in page
    assert "row 7<" in page


def test_without_another_model(page: str) -> None:
    alone = answer("?", 0.0, 1.0)
    del alone["against"]
    measures = {"f1": {"value": 1.0, "interval": [1.0, 1.0]}}
    found = page_of(
        results(1, against=None, trained_on=None, measures=measures), [alone], []
    ).decode()
    assert not Parsed(found).open
    assert "verdict good" not in found
    assert "Difference" not in found
    assert page.count("<th ") > found.count("<th ")


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs a browser")
def test_in_a_browser(page: str, tmp_path: Path) -> None:
    """Its own script runs, and none of a row's; answers can be chosen and put in order."""

    def dom(text: str) -> str:
        path = tmp_path / "page.html"
        path.write_text(text)
        words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
        ended = subprocess.run([*words, path.as_uri()], capture_output=True, text=True, check=True)
        return ended.stdout

    count = len(HOSTILE)
    assert "pwned" not in re.findall("<title>(.*?)</title>", dom(page))[0].replace("'pwned'", "")
    assert f">{count} of {count} answers</output>" in dom(page)
    chosen = dom(page.replace('<option value="more">', '<option value="more" selected>'))
    assert f">{count // 2 - 1} of {count} answers</output>" in chosen
    found = dom(page.replace('<option value="low">', '<option value="low" selected>'))
    values = [float(value) for value in re.findall('data-value0="([^"]+)"', found)]
    assert values == sorted(values)
    found = dom(page.replace('name="find"', 'name="find" value="FORGED"'))
    assert f">1 of {count} answers</output>" in found


# --- The command ----------------------------------------------------------------------


@pytest.mark.torch
def test_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured again or stored, both pages show the same numbers."""
    run(small_script(tmp_path, "lora"))
    monkeypatch.chdir(tmp_path)
    evaluate = Evaluations(capsys, monkeypatch)
    pages, measures = [], []
    for words in (["--against", "base"], ["--stored"]):
        ended = evaluate("runs/lora-6", *words, "--json", "--html", "page.html")
        assert (ended.code, ended.err.splitlines()[-1]) == (0, "page.html: written.")
        pages.append((tmp_path / "page.html").read_text())
        measures.append(json.loads(ended.out)["measures"])
    for found in measures:
        del found["validation_loss"]  # a run makes no intervals of it
    assert measures[0] == measures[1]
    articles = [re.findall("<article.*?</article>", page, re.DOTALL) for page in pages]
    assert articles[0] == articles[1] != []
    assert [path.name for path in (tmp_path / "runs/lora-6/evaluations").iterdir()] == [
        "held-out-against-base"
    ]
    (tmp_path / "mine.html").write_text("mine")
    ended = evaluate("runs/lora-6", "--stored", "--html", "mine.html")
    assert (ended.code, ended.out) == (1, "")
    assert "error[E512]: `mine.html` exists and was not written by tunec." in ended.err
    assert evaluate("runs/lora-6", "--stored", "--html", "mine.html", "--force").code == 0
    ended = evaluate("runs/lora-6", "--stored", "--against", "base")
    assert (ended.code, "`--against` says how to measure" in ended.err) == (2, True)
    (tmp_path / "runs" / "lora-6" / "results.json").unlink()
    assert "error[E521]: `runs/lora-6` has no results" in evaluate("runs/lora-6", "--stored").err
