"""What a run makes the sample model forget of what it was trained on."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from emitted_script import ROOT, run
from exactness.tiny_models import script
from transformers import AutoModelForCausalLM

pytestmark = pytest.mark.torch

SPEC = """\
model "pico" {{ max_length = 160 tokens }}
method full {{}}
template dates {{
  system "You rewrite dates.", user "{{{{ question }}}}", assistant "{{{{ answer }}}}"
}}
template known {{
  system "{{{{ system }}}}", user "{{{{ question }}}}", assistant "{{{{ answer }}}}"
}}
template plain {{ text "{{{{ answer }}}}" }}
data train {{ source "dates.jsonl" {{ template = dates }} }}
data general {{
  source "pico-corpus.jsonl" {{ template = known, first = 40 examples }}
  source "plain.jsonl" {{ template = plain }}
}}
train {{ epochs = 2, batch = 8 examples, optimizer adamw {{ learning_rate = {rate} }} }}
evaluate {{ forgetting {{ warn_above = 5% }} }}
"""
WARNING = "warning: the loss of general rows is "


def general(output: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if "general_loss" in line]


@pytest.mark.parametrize(("rate", "forgets"), [("8e-3", True), ("1e-6", False)])
def test_forgetting(
    rate: str, forgets: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    models = ROOT / "samples" / "models"
    shutil.copytree(models / "pico", tmp_path / "pico")
    shutil.copy(models / "pico-corpus.jsonl", tmp_path)
    (tmp_path / "plain.jsonl").write_text('{"answer": "Ben went to the barn and saw a cow."}\n')
    shutil.copy(ROOT / "tests" / "golden" / "data" / "dates.jsonl", tmp_path)
    module = script(tmp_path, "forgetting", SPEC.format(rate=rate))
    run(module, "--output", tmp_path / "out")
    measured = general(tmp_path / "out")
    assert [line["step"] for line in measured] == [0, 8, 16]
    assert "forgetting" not in measured[0]
    base, tuned = measured[0]["general_loss"], measured[-1]["general_loss"]
    assert measured[-1]["forgetting"] == tuned / base - 1
    assert (measured[-1]["forgetting"] > 0.05) == forgets
    said = [line for line in capfd.readouterr().out.splitlines() if line.startswith(WARNING)]
    assert len(said) == sum(line.get("forgetting", 0) > 0.05 for line in measured)
    assert bool(said) == forgets
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["forgetting"]["tuned"] == measured[-1]["forgetting"]

    _, held_out = module.load_data(module.load_tokenizer())
    rows = held_out["general"]
    for folder, found in ((tmp_path / "pico", base), (tmp_path / "out" / "model", tuned)):
        assert one_by_one(folder, rows) == pytest.approx(found, abs=1e-5)


def one_by_one(folder: Path, rows: list[torch.Tensor]) -> float:
    """The loss per trained token, by transformers, a row at a time."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for row in rows:
            labels = row.ids.where(row.trained, -100)[None]
            count = int((labels[0, 1:] != -100).sum())
            total += model(input_ids=row.ids[None], labels=labels).loss.item() * count
            tokens += count
    return total / tokens
