"""`tunec eval` measures what the run measured, number for number, whatever was trained how."""

import json
import re
import shutil
from pathlib import Path
from typing import Any  # results are plain values of any sort

import pytest
from emitted_script import run
from evaluations import Evaluations, answers, files
from exactness.small_runs import CASES, small_script
from exactness.tiny_models import script

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluations")


@pytest.fixture
def evaluate(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Evaluations:
    monkeypatch.chdir(place)
    monkeypatch.setenv("TUNEC_CACHE", str(place / "cache"))
    return Evaluations(capsys, monkeypatch)


def finished(folder: Path, case: str) -> Path:
    """The folder of a run by hand, with the script's own output."""
    output = folder / "runs" / f"{case}-6"
    if not output.exists():
        run(small_script(folder, case))
    return output


def assert_same(results: dict[str, Any], output: Path) -> None:
    """All numbers are those that the run wrote."""
    wanted = json.loads((output / "results.json").read_text())
    names = {
        "value": "tuned",
        "against": "base",
        "difference": "difference",
        "interval": "tuned_interval",
        "against_interval": "base_interval",
        "difference_interval": "difference_interval",
        "p_value": "p_value",
    }
    assert results["measures"].keys() == wanted.keys()
    for name, each in results["measures"].items():
        for key, theirs in names.items():
            if theirs in wanted[name]:
                assert each[key] == wanted[name][theirs], (name, key)


SOME = ("lora", "full", "dora", "schedule_free_adamw", "lisa", "bottleneck", "compacter", "qlora")


@pytest.mark.parametrize("case", SOME)
def test_it_finds_the_numbers_of_the_run(case: str, place: Path, evaluate: Evaluations) -> None:
    assert case in CASES
    output = finished(place, case)
    before = files(output)
    results = evaluate.results(output, "--against", "base")
    assert results["model"]["weights"] == "checkpoints/step-000006"
    assert (results["model"]["step"], results["model"]["finished"]) == (6, True)
    assert_same(results, output)
    made = answers(output / "evaluations" / "held-out-against-base" / "answers.jsonl")
    against = [answer.pop("against") for answer in made]
    assert made == answers(output / "answers" / "step-000006.jsonl")
    wanted = answers(output / "answers" / "step-000000.jsonl")
    assert against == [{key: each[key] for key in ("given", "scores")} for each in wanted]
    assert files(output) == before


@pytest.mark.parametrize("case", ["lora", "full", "bottleneck", "qlora"])
def test_without_checkpoints_what_was_handed_over_is_measured(
    case: str, place: Path, evaluate: Evaluations
) -> None:
    output = finished(place, case)
    shutil.move(output / "checkpoints", place / "aside")
    try:
        results = evaluate.results(output)
    finally:
        shutil.move(place / "aside", output / "checkpoints")
    assert results["model"]["kind"] == "result"
    wanted = json.loads((output / "results.json").read_text())
    found = {name: each["value"] for name, each in results["measures"].items()}
    assert found == pytest.approx({name: each["tuned"] for name, each in wanted.items()}, rel=1e-6)


def test_the_best_weights_are_those_of_their_step(place: Path, evaluate: Evaluations) -> None:
    """They are handed over, and the newest checkpoint is of another step."""
    small_script(place, "lora")
    text = (place / "lora-6.tune").read_text()
    best = "generate { max_new_tokens = 5 tokens, limit = 3 examples }, best { min_change = 9 }\n}"
    spec = re.sub(r"generate \{.*\n\}", best, text)
    run(script(place, "best", spec))
    output = place / "runs" / "best"
    results = evaluate.results(output, "--against", "base")
    assert results["model"]["weights"] == "best.safetensors"
    assert results["model"]["step"] == 3
    assert_same(results, output)


def test_a_stopped_run_is_measured_where_it_stopped(place: Path, evaluate: Evaluations) -> None:
    stopped = place / "runs" / "stopped"
    shutil.copytree(finished(place, "lora"), stopped)
    shutil.rmtree(stopped / "adapter")
    shutil.rmtree(stopped / "checkpoints" / "step-000006")
    (stopped / "results.json").unlink()
    ended = evaluate(stopped, "--spec", place / "lora-6.tune", "--json")
    assert "runs/stopped: it was stopped; its newest checkpoint is measured.\n" in ended.err
    results = json.loads(ended.out)
    assert results["model"]["weights"] == "checkpoints/step-000004"
    assert (results["model"]["step"], results["model"]["finished"]) == (4, False)
    wanted = json.loads((place / "runs" / "lora-6" / "results.json").read_text())
    assert results["measures"]["validation_loss"]["value"] > wanted["validation_loss"]["tuned"]
