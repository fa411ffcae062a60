"""`tunec run` and `tunec preview`, with torch, on a model of a few thousand weights."""

import json
import os
import shutil
from pathlib import Path

import pytest
from commands import ROOT, Ended, apart

pytestmark = pytest.mark.torch

SPEC = """\
model scratch {
  architecture        = llama
  tokenizer           = "tokenizer"
  hidden_size         = 32
  intermediate_size   = 64
  num_hidden_layers   = 1
  num_attention_heads = 2
  max_length          = 64 tokens
}

method full

template chat {
  user      "{{ question }}"
  assistant "{{ answer }}"
}

data train      { source "rows.jsonl" }
data validation { split = 25% }

train {
  epochs = 2
  batch  = 4 examples
  optimizer adamw { learning_rate = 1e-3 }
}
"""


class Project:
    """A folder with a spec that can be run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "specs" / "runs" / "tiny"
        specs = folder / "specs"
        shutil.copytree(ROOT / "samples" / "tokenizers" / "bytes", specs / "tokenizer")
        rows = [{"question": f"Is it {n}?", "answer": f"It is {n}."} for n in range(16)]
        (specs / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (specs / "tiny.tune").write_text(SPEC)

    def __call__(self, command: str, *words: str, **environment: str) -> Ended:
        return apart(
            command,
            "specs/tiny.tune",
            *words,
            cwd=self.folder,
            TUNEC_CACHE=str(self.folder / "cache"),
            **environment,
        )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose spec has been run once."""
    project = Project(tmp_path_factory.mktemp("project"))
    ended = project("run")
    assert ended.code == 0, ended.err
    assert "specs/tiny.tune -> specs/runs/tiny/tiny.py\n" in ended.out
    return project


def test_the_folder_of_a_run(project: Project) -> None:
    names = {path.name for path in project.output.iterdir()}
    assert names >= {"tiny.py", "metrics.jsonl", "results.json", "checkpoints", "model"}
    assert "failure.txt" not in names


def test_what_runs_is_what_compile_writes(project: Project) -> None:
    script = project.output / "tiny.py"
    ended = project("compile", "-o", str(script.relative_to(project.folder)), "--check")
    assert (ended.code, ended.out) == (0, "specs/runs/tiny/tiny.py: up to date.\n")
    assert str(project.folder) not in script.read_text()


def test_another_script_is_refused_before_anything_starts(project: Project) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.output.rglob("*")}
    ended = project("run", "--set", "seed=7")
    assert (ended.code, ended.out) == (1, "")
    assert "error[E503]: `specs/runs/tiny` holds a run of another script" in ended.err
    assert "      -SEED = 42\n      +SEED = 7\n" in ended.err
    assert {path: path.stat().st_mtime_ns for path in project.output.rglob("*")} == before


def test_a_spec_with_errors_starts_nothing(project: Project) -> None:
    ended = project("run", "--set", "train.epochs=0", "--output", "new")
    assert (ended.code, ended.out) == (1, "")
    assert "error[E203]" in ended.err
    assert not (project.folder / "new").exists()


def test_a_folder_that_cannot_be_made(project: Project) -> None:
    ended = project("run", "--output", "specs/rows.jsonl/x")
    assert ended.code == 1
    assert "error[E513]: The folder `specs/rows.jsonl/x` cannot be made" in ended.err


def test_someones_own_script_is_kept(project: Project) -> None:
    own = project.folder / "own"
    own.mkdir()
    (own / "tiny.py").write_text("print('mine')\n")
    ended = project("run", "--output", "own", "--fresh")
    assert ended.code == 1
    assert "error[E512]: `own/tiny.py` exists and was not written by tunec." in ended.err
    assert (own / "tiny.py").read_text() == "print('mine')\n"


def test_a_new_comment_goes_on_with_the_same_run(project: Project) -> None:
    spec = project.folder / "specs" / "tiny.tune"
    metrics = (project.output / "metrics.jsonl").read_bytes()
    spec.write_text(f"# a comment\n{SPEC}")
    try:
        ended = project("run")
    finally:
        spec.write_text(SPEC)
    assert ended.code == 0, ended.err
    assert "going on from specs/runs/tiny/checkpoints/step-" in ended.out
    assert (project.output / "metrics.jsonl").read_bytes() == metrics


def test_a_row_that_stops_the_script_is_told_with_its_place(project: Project) -> None:
    (project.folder / "specs" / "bad.jsonl").write_text(
        '{"question": "a", "answer": "b"}\n' * 150 + "{}\n"
    )
    spec = project.folder / "specs" / "bad.tune"
    spec.write_text(SPEC.replace("rows.jsonl", "bad.jsonl"))
    ended = apart("run", "specs/bad.tune", cwd=project.folder)
    assert ended.code == 1
    assert "error[E506]: bad.jsonl:151: `question` is missing" in ended.err
    assert "Traceback" not in ended.err


def test_preview_marks_what_is_trained_on(project: Project) -> None:
    before = sorted(project.folder.rglob("*"))
    ended = project("preview", "-n", "2", "--set", "model.max_length=20 tokens")
    assert (ended.code, ended.err) == (0, "")
    first, second = ended.out.split("\n\n--- ")
    tokens = len("Is it 0?" + "It is 0.") + 4
    line, *lines = first.splitlines()
    assert line.startswith("--- rows.jsonl:1 ---")
    assert lines == [
        "question  Is it 0?",
        "answer    It is 0.",
        "",
        "<|user|>Is it 0?<|end|><|assistant|>⟦It is 0.<|end|>⟧",
        "",
        "begins  without a begin-of-sequence token: the tokenizer has none",
        "stops   at <|end|> (1), trained on",
        lines[7],
        f"tokens  {tokens}, 9 of them trained on ({9 / tokens:.1%}); at most 20",
    ]
    assert lines[7].startswith("ids     3 ")
    assert len(lines[7].split()) == 1 + tokens
    assert second.startswith("rows.jsonl:2 ---")
    after = [path for path in sorted(project.folder.rglob("*")) if "cache" not in path.parts]
    assert after == [path for path in before if "cache" not in path.parts]


@pytest.mark.parametrize("name", ["test", "valid"])
def test_preview_of_a_data_set_that_is_not_there(project: Project, name: str) -> None:
    ended = project("preview", "--data", name)
    assert (ended.code, ended.out) == (1, "")
    assert f"error[E514]: The spec has no `data {name}`." in ended.err
    assert "help: Write `--data train` or `--data validation`." in ended.err


def test_a_package_that_is_missing_is_told_before_the_start(project: Project) -> None:
    hidden = project.folder / "hidden"
    hidden.mkdir()
    # As in an environment without torch: nothing by that name is found.
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "found = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'torch' else found(name, *rest)\n"
    )
    ended = project("run", "--output", "new", PYTHONPATH=f"{hidden}{os.pathsep}{ROOT}")
    assert (ended.code, ended.out) == (1, "")
    assert "error[E501]: `torch` is not installed, and the script imports it." in ended.err
    assert "-m pip install torch==" in ended.err
    assert not (project.folder / "new").exists()


def test_what_misses_accept_ends_with_its_own_code(project: Project) -> None:
    asked = "evaluate.accept.validation_loss<0.01"
    words = ("run", "--set", asked, "--output", "missed")
    ended = project(*words)
    assert ended.code == 4
    assert "error[E515]" in ended.err
    assert (project.folder / "missed" / "rejected").is_dir()
    assert not (project.folder / "missed" / "model").exists()
    assert project(*words, "--accept-anyway").code == 0
    assert (project.folder / "missed" / "model").is_dir()


def test_nothing_can_be_accepted_anyway_that_is_not_asked(project: Project) -> None:
    ended = project("run", "--accept-anyway")
    assert ended.code == 2
    assert "The spec has no `accept`" in ended.err
