"""`tunec eval`: which rows, against what, and everything that can be wrong with that."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import ROOT, apart
from emitted_script import run
from evaluations import Evaluations, answers, files
from exactness.small_runs import small_script
from exactness.tiny_models import script

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs on the same rows, `runs/lora-6` and `runs/full-6`."""
    place = tmp_path_factory.mktemp("runs")
    for case in ("lora", "full"):
        run(small_script(place, case))
    rows = [{"question": f"On {day} May 2000", "answer": f"2000-05-{day}"} for day in range(10, 16)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (place / "new.jsonl").write_text(text)
    return place


@pytest.fixture
def evaluate(
    runs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Evaluations:
    monkeypatch.chdir(runs)
    monkeypatch.setenv("TUNEC_CACHE", str(runs / "cache"))
    return Evaluations(capsys, monkeypatch)


# --- Rows -----------------------------------------------------------------------------


def test_other_rows(evaluate: Evaluations, runs: Path) -> None:
    before = files(runs / "runs" / "lora-6")
    results = evaluate.results("runs/lora-6", "--data", "new.jsonl", "--name", "new")
    assert results["data"] == ["new.jsonl"]
    assert (results["rows"], results["answers"]) == ({"data": 6}, 3)
    assert list(results["measures"])[:3] == ["loss", "perplexity", "exact_match"]
    made = answers(runs / "runs" / "lora-6" / "evaluations" / "new" / "answers.jsonl")
    assert [answer["wanted"] for answer in made] == ["2000-05-10", "2000-05-11", "2000-05-12"]
    assert files(runs / "runs" / "lora-6") == before


def test_rows_that_were_trained_on_are_said(evaluate: Evaluations) -> None:
    ended = evaluate("runs/lora-6", "--data", "dates.jsonl", "--json")
    assert "runs/lora-6: it was trained on 18 of the 24 rows" in ended.err
    assert json.loads(ended.out)["trained_on"] == {"model": 18}
    assert evaluate.results("runs/lora-6", "--data", "new.jsonl")["trained_on"] == {"model": 0}


def test_two_files_are_one_set_of_rows(evaluate: Evaluations) -> None:
    one = evaluate.results("runs/lora-6", "--data", "new.jsonl", "--limit", "0")
    two = evaluate.results("runs/lora-6", "--data", "new.jsonl", "--data", "new.jsonl")
    assert two["rows"] == {"data": 12}
    loss = one["measures"]["loss"]["value"]
    assert two["measures"]["loss"]["value"] == pytest.approx(loss, rel=1e-6)


def test_a_limit_is_of_losses_and_answers(evaluate: Evaluations) -> None:
    found = {
        limit: evaluate.results("runs/lora-6", "--data", "new.jsonl", "--limit", limit)
        for limit in ("2", "5", "0")
    }
    counts = {limit: (each["rows"]["data"], each["answers"]) for limit, each in found.items()}
    assert counts == {"2": (2, 2), "5": (5, 5), "0": (6, 6)}
    assert len({each["measures"]["loss"]["value"] for each in found.values()}) == 3


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("none.jsonl", None, "error[E523]: There is no file `none.jsonl`."),
        (
            "rows.csv",
            "question,answer\n?,!\n",
            "error[E523]: `runs/lora-6/lora-6.py` does not read",
        ),
        ("rows.bin", "x", "error[E523]: `runs/lora-6/lora-6.py` does not read"),
        ("empty.jsonl", "\n", "error[E523]: No rows are left of `empty.jsonl`."),
        ("other.jsonl", '{"question": "?"}\n', "error[E506]: other.jsonl:1: `answer` is missing"),
        ("broken.jsonl", '{"question"\n', "error[E506]: broken.jsonl:1: not JSON"),
    ],
)
def test_rows_that_do_not_fit(
    evaluate: Evaluations, runs: Path, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        (runs / name).write_text(text)
    before = sorted((runs / "runs" / "lora-6").rglob("*"))
    ended = evaluate("runs/lora-6", "--data", name)
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err
    assert sorted((runs / "runs" / "lora-6").rglob("*")) == before


# --- Against --------------------------------------------------------------------------


def test_another_run(evaluate: Evaluations, runs: Path) -> None:
    """Each is what it is by itself, and what is between them turns round with them."""
    one, two = (evaluate.results(f"runs/{case}-6")["measures"] for case in ("lora", "full"))
    both = evaluate.results("runs/lora-6", "--against", "runs/full-6")
    back = evaluate.results("runs/full-6", "--against", "runs/lora-6")
    assert (runs / "runs/lora-6/evaluations/held-out-against-full-6/results.json").is_file()
    assert both["against"]["name"] == "runs/full-6"
    for name, each in both["measures"].items():
        assert (each["value"], each["against"]) == (one[name]["value"], two[name]["value"])
        assert each["difference"] == -back["measures"][name]["difference"]
        assert each.get("p_value") == back["measures"][name].get("p_value")


def test_losses_have_intervals_where_two_are_compared(evaluate: Evaluations) -> None:
    both = evaluate.results("runs/lora-6", "--against", "base")["measures"]["validation_loss"]
    low, high = both["difference_interval"]
    assert low < both["difference"] < high < 0
    assert both["interval"][0] < both["value"] < both["interval"][1]
    assert both["against_interval"][0] < both["against"] < both["against_interval"][1]
    assert both["p_value"] < 0.1  # six rows: one of 32 ways to swap is as far apart


def test_a_run_against_itself_is_no_better(evaluate: Evaluations) -> None:
    for each in evaluate.results("runs/lora-6", "--against", "runs/lora-6")["measures"].values():
        assert each["difference"] == 0
        assert each.get("p_value", 1) == 1
        assert each.get("difference_interval", [0, 0]) == [0, 0]


def test_a_model_is_measured_by_the_script_of_the_run(evaluate: Evaluations) -> None:
    """That the run started from gives what its base does."""
    model = evaluate.results("runs/lora-6", "--against", "pico")["measures"]
    base = evaluate.results("runs/lora-6", "--against", "base")["measures"]
    assert {name: each["against"] for name, each in model.items()} == {
        name: each["against"] for name, each in base.items()
    }


def test_runs_that_hold_out_different_rows(evaluate: Evaluations, runs: Path) -> None:
    text = (runs / "lora-6.tune").read_text()
    run(script(runs, "seeded", f"seed = 7\n{text}"))
    ended = evaluate("runs/lora-6", "--against", "runs/seeded")
    assert (ended.code, ended.out) == (1, "")
    assert "error[E522]: `runs/lora-6` and `runs/seeded` hold out different rows" in ended.err
    assert "--data FILE" in ended.err
    results = evaluate.results("runs/lora-6", "--against", "runs/seeded", "--data", "new.jsonl")
    assert results["measures"]["loss"]["difference"] != 0


def test_another_prompt_is_said(evaluate: Evaluations, runs: Path) -> None:
    text = (runs / "lora-6.tune").read_text()
    run(script(runs, "polite", text.replace('user      "', 'user "Please: ')))
    words = ("--against", "runs/polite", "--data", "new.jsonl", "--name", "polite")
    ended = evaluate("runs/lora-6", *words)
    assert "6 prompts are not the same" in ended.err
    made = answers(runs / "runs" / "lora-6" / "evaluations" / "polite" / "answers.jsonl")
    assert "Please: " in made[0]["against"]["prompt"]
    assert "Please: " not in made[0]["prompt"]


# --- By a spec ------------------------------------------------------------------------


def test_other_measures(evaluate: Evaluations, runs: Path) -> None:
    words = ("--spec", "lora-6.tune", "--set", "evaluate.generate.metrics=[f1, chrf]")
    results = evaluate.results("runs/lora-6", *words, "--against", "runs/full-6")
    assert list(results["measures"])[2:4] == ["f1", "chrf"]
    assert results["measures"]["chrf"]["signature"]
    assert "p_value" in results["measures"]["chrf"]


def test_a_spec_that_compares_nothing_still_can(evaluate: Evaluations) -> None:
    words = ("--spec", "lora-6.tune", "--set", "evaluate.generate.compare=none")
    one = evaluate.results("runs/lora-6", *words, "--against", "base")
    two = evaluate.results("runs/lora-6", "--against", "base")
    assert one["measures"] == two["measures"]


def test_a_model_by_a_spec(evaluate: Evaluations, runs: Path) -> None:
    results = evaluate.results("pico", "--spec", "lora-6.tune", "--against", "runs/lora-6/adapter")
    assert (runs / "evaluations" / "held-out-against-adapter").is_dir()
    known = evaluate.results("runs/lora-6", "--against", "base")
    for name, each in results["measures"].items():
        theirs = known["measures"][name]
        assert each["value"] == pytest.approx(theirs["against"], rel=1e-6)
        assert each["against"] == pytest.approx(theirs["value"], rel=1e-6)


# --- What is measured, and what is said of it ----------------------------------------


def test_the_table(evaluate: Evaluations) -> None:
    ended = evaluate("runs/lora-6", "--against", "base")
    lines = ended.out.splitlines()
    assert lines[0].split() == ["base", "runs/lora-6", "difference"]
    assert lines[1].split()[0] == "validation_loss"
    assert len(lines[1].split()) == 4
    assert [line.startswith("  95%, p = ") for line in lines[1:6]] == [0, 1, 0, 0, 1]
    assert ended.err.splitlines()[-1].startswith("runs/lora-6/evaluations/held-out-against-base")
    assert "trained" not in ended.err.partition("measuring")[2]


def test_a_script_that_was_changed_by_hand(evaluate: Evaluations, runs: Path) -> None:
    """What it says counts, and that it is not tunec's is said."""
    edited = runs / "runs" / "edited"
    shutil.copytree(runs / "runs" / "lora-6", edited)
    file = edited / "lora-6.py"
    text = file.read_text().replace('OUTPUT = "runs/lora-6"', 'OUTPUT = "runs/edited"')
    file.write_text(text.replace("MAX_NEW_TOKENS = 5", "MAX_NEW_TOKENS = 2"))
    ended = evaluate(edited, "--json")
    assert "warning[E511]" in ended.err
    assert "      -MAX_NEW_TOKENS = 5\n      +MAX_NEW_TOKENS = 2\n" in ended.err
    results = json.loads(ended.out)
    assert results["model"]["script_is"] == "differs"
    assert results["measures"]["answer_tokens"]["value"] <= 2
    assert "warning" not in evaluate("runs/lora-6").err


def test_a_spec_that_was_changed_since(evaluate: Evaluations, runs: Path) -> None:
    spec = runs / "lora-6.tune"
    text = spec.read_text()
    spec.write_text(text + "\n# later\n")
    try:
        ended = evaluate("runs/lora-6", "--json")
    finally:
        spec.write_text(text)
    assert "cannot be told: `lora-6.tune` was changed since.\n" in ended.err
    assert json.loads(ended.out)["model"]["script_is"] == "unknown"


def test_nothing_is_replaced(evaluate: Evaluations, runs: Path) -> None:
    assert evaluate("runs/lora-6", "--name", "mine").code == 0
    before = files(runs)
    ended = evaluate("runs/lora-6", "--name", "mine")
    assert ended.code == 1
    assert "error[E524]: There is an evaluation `runs/lora-6/evaluations/mine`" in ended.err
    assert "`--name mine-2`" in ended.err
    assert files(runs) == before
    assert evaluate("runs/lora-6", "--output", "aside").code == 0
    assert sorted(path.name for path in (runs / "aside" / "held-out").iterdir()) == [
        "answers.jsonl",
        "results.json",
    ]
    (runs / "file").write_text("")
    ended = evaluate("runs/lora-6", "--output", "file")
    assert "error[E513]: `file` cannot be written" in ended.err


def test_what_is_no_run(evaluate: Evaluations, runs: Path) -> None:
    ended = evaluate("runs/lora-7")
    assert (ended.code, ended.out) == (1, "")
    assert "error[E520]: There is no folder `runs/lora-7`." in ended.err
    assert "`runs/full-6`" in ended.err
    ended = evaluate("runs/lora-6/adapter")
    assert "Write `tunec eval runs/lora-6`" in ended.err
    (runs / "nothing").mkdir(exist_ok=True)
    ended = evaluate("nothing")
    assert "error[E520]: `nothing` is neither the folder of a run nor that of a model." in ended.err
    empty = runs / "runs" / "empty"
    empty.mkdir()
    shutil.copy(runs / "runs" / "lora-6" / "lora-6.py", empty)
    ended = evaluate(empty, "--spec", "lora-6.tune")
    assert "error[E521]" in ended.err
    assert "has no weights yet" in ended.err


def test_a_script_that_does_not_find_its_data(evaluate: Evaluations, runs: Path) -> None:
    shutil.copytree(runs / "runs" / "lora-6", runs / "moved")
    ended = evaluate("moved")
    assert "error[E521]: `moved/lora-6.py` reads `pico`, which is not where it says." in ended.err
    assert evaluate("moved", "--spec", "lora-6.tune").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "RUN is missing."),
        ("runs/lora-6 --limit few", "`few` is not a number of rows."),
        ("runs/lora-6 --name a/b", "`a/b` is no name of a folder."),
        ("runs/lora-6 --set seed=1", "`--set` changes a spec, and none is given."),
        ("runs/lora-6 --against", "`--against` lacks its value."),
    ],
)
def test_misuse(evaluate: Evaluations, words: str, said: str) -> None:
    ended = evaluate(*words.split())
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


# --- The process ----------------------------------------------------------------------


def test_in_a_process_of_its_own(runs: Path) -> None:
    """Standard output has the results alone."""
    ended = apart("eval", "runs/lora-6", "--json", "--name", "apart", cwd=runs)
    assert ended.code == 0, ended.err
    stored = (runs / "runs" / "lora-6" / "evaluations" / "apart" / "results.json").read_text()
    assert json.loads(ended.out) == json.loads(stored)


def test_ctrl_c_leaves_nothing(runs: Path, tmp_path: Path) -> None:
    before = files(runs)
    words = [sys.executable, "-m", "tunec", "eval", "runs/lora-6", "--name", "stopped"]
    child = subprocess.Popen(
        words,
        cwd=runs,
        env={"PATH": "/usr/bin", "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    for line in child.stderr:
        if "measuring" in line:
            break
    child.send_signal(signal.SIGINT)
    said = child.stderr.read()
    assert child.wait() == 130, said
    assert said.endswith("Stopped; nothing was written.\n")
    assert "Traceback" not in said
    time.sleep(0.1)
    assert files(runs) == before
    assert not list(tmp_path.glob("tunec-*"))
