"""Overfitting is said while it happens, when it happens, and the same after a stop."""

import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from emitted_script import ROOT, run
from exactness.tiny_models import script

pytestmark = pytest.mark.torch

SPEC = """\
model "pico" {{ max_length = 128 tokens }}
method full {{}}
template dates {{ user "{{{{ question }}}}", assistant "{{{{ answer }}}}" }}
data train {{ source "dates.jsonl" {{ first = {rows} examples }} }}
data validation {{ source "held_out.csv" }}
train {{ epochs = {epochs}, batch = 4 examples, optimizer adamw {{ learning_rate = 5e-3 }} }}
evaluate {{ every = 2 per_epoch }}
checkpoint {{ every = 1 per_epoch, keep = 99 }}
"""
SAID = "overfitting since step"


def compiled(folder: Path, rows: int, epochs: int) -> ModuleType:
    shutil.copytree(ROOT / "samples" / "models" / "pico", folder / "pico")
    for file in ("dates.jsonl", "held_out.csv"):
        shutil.copy(ROOT / "tests" / "golden" / "data" / file, folder / file)
    return script(folder, "fit", SPEC.format(rows=rows, epochs=epochs))


def evaluations(output: Path) -> dict[int, float]:
    """Validation loss by step."""
    lines = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
    return {line["step"]: line["validation_loss"] for line in lines if "loss" not in line}


def test_a_few_rows_learnt_by_heart(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    module = compiled(tmp_path, rows=12, epochs=10)
    run(module, "--output", tmp_path / "out")
    measured = evaluations(tmp_path / "out")
    assert list(measured) == sorted({3 * epoch + at for epoch in range(10) for at in (0, 1, 3)})
    lowest = min(measured, key=measured.__getitem__)
    assert 0 < lowest < 24
    said = [line for line in capfd.readouterr().out.splitlines() if SAID in line]
    assert len([line for line in said if f"{SAID} {lowest}:" in line]) == 1, said
    results = json.loads((tmp_path / "out" / "results.json").read_text())["validation_loss"]
    assert results["lowest_step"] == lowest
    assert results["lowest"] == measured[lowest] < results["tuned"] == measured[30]

    # From a checkpoint between the lowest loss and the evaluation that says so.
    again = tmp_path / "again"
    shutil.copytree(tmp_path / "out", again)
    at = list(measured).index(lowest)
    for late in module.checkpoints(again):
        if int(late.name[-6:]) > list(measured)[at + 2]:
            shutil.rmtree(late)
    run(module, "--output", again)
    resumed = [line for line in capfd.readouterr().out.splitlines() if SAID in line]
    assert f"{SAID} {lowest}:" in resumed[-1]
    assert resumed == said[-len(resumed) :]
    assert evaluations(again) == measured


def test_many_rows_seen_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(compiled(tmp_path, rows=64, epochs=1), "--output", tmp_path / "out")
    assert SAID not in capfd.readouterr().out
    results = json.loads((tmp_path / "out" / "results.json").read_text())["validation_loss"]
    assert results["tuned"] == results["lowest"]
    assert results["lowest_step"] == 16


def lines(folder: Path, *evaluated: tuple[float, float]) -> Path:
    """Metrics of evaluations: mean training loss before each, and its validation loss."""
    found: list[dict[str, float]] = []
    for step, (trained, measured) in enumerate(evaluated):
        if step:
            found += [{"step": step, "loss": trained - 1}, {"step": step, "loss": trained + 1}]
        found.append({"step": step, "validation_loss": measured})
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in found))
    return folder


def test_what_counts(tmp_path: Path) -> None:
    module = compiled(tmp_path, rows=12, epochs=1)

    def overfits(*evaluated: tuple[float, float]) -> bool:
        return bool(module.overfits(module.evaluations(lines(tmp_path, *evaluated))))

    assert not overfits((0, 5))
    assert not overfits((0, 5), (4, 4), (3, 4.5))
    assert overfits((0, 5), (4, 4), (3, 4.5), (2, 4.4))
    assert overfits((0, 3), (4, 4), (3, 5)), "worse from the first step on"
    assert not overfits((0, 5), (4, 4), (3, 4.5), (2, 4)), "as low as it was"
    assert not overfits((0, 5), (4, 4), (5, 4.5), (6, 4.8)), "training fails too"
