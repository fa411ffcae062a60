"""Losses of held-out rows, of all and by source, are those of one row at a time."""

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
model "pico" {{ max_length = 128 tokens }}
method full {{}}
template dates {{ user "{{{{ question }}}}", assistant "{{{{ answer }}}}" }}
data train {{ source "parts/*.jsonl", source "more/b.jsonl" }}
data validation {{ {validation} }}
data test {{ source "rows.csv" }}
train {{ epochs = 1, batch = 8 examples, optimizer adamw {{ learning_rate = 1e-3 }} }}
"""


@pytest.mark.parametrize(
    ("validation", "sources"),
    [
        ("split = 50%", {"parts/*.jsonl": "parts/", "b.jsonl": "more/"}),
        ('source "a.jsonl", source "c.jsonl"', {"a.jsonl": "a.", "c.jsonl": "c."}),
    ],
)
@pytest.mark.parametrize("in_memory", [True, False])
def test_losses_by_source(
    validation: str,
    sources: dict[str, str],
    in_memory: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not in_memory:
        monkeypatch.setattr("tunec.plan.decide_data.IN_MEMORY", 0)
    golden = ROOT / "tests" / "golden" / "data"
    shutil.copytree(ROOT / "samples" / "models" / "pico", tmp_path / "pico")
    shutil.copy(golden / "held_out.csv", tmp_path / "rows.csv")
    lines = (golden / "dates.jsonl").read_text().splitlines(keepends=True)
    for at, name in enumerate(("parts/a.jsonl", "parts/c.jsonl", "more/b.jsonl")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("".join(lines[at * 12 : at * 12 + 12]))
    (tmp_path / "a.jsonl").write_text("".join(lines[40:50]))
    (tmp_path / "c.jsonl").write_text("".join(lines[50:64]))
    module = script(tmp_path, "sources", SPEC.format(validation=validation))
    assert hasattr(module, "Rows") != in_memory
    run(module, "--output", tmp_path / "out")
    metrics = (tmp_path / "out" / "metrics.jsonl").read_text().splitlines()
    measured = [line for line in map(json.loads, metrics) if "validation_loss" in line]
    _, held_out = module.load_data(module.load_tokenizer())
    folders = (tmp_path / "pico", tmp_path / "out" / "model")
    for line, folder in zip((measured[0], measured[-1]), folders, strict=True):
        losses = one_by_one(folder, held_out["validation"])
        found = {name for name in line if "[" in name}
        assert found == {f"validation_loss[{name}]" for name in sources}
        for name, start in sources.items():
            part = [loss for place, loss in losses if place.startswith(start)]
            assert part
            assert line[f"validation_loss[{name}]"] == pytest.approx(mean(part), abs=1e-5)
        whole = mean([loss for _, loss in losses])
        assert line["validation_loss"] == pytest.approx(whole, abs=1e-5)
        tested = mean([loss for _, loss in one_by_one(folder, held_out["test"])])
        assert line["test_loss"] == pytest.approx(tested, abs=1e-5)


Loss = tuple[float, int]


def mean(losses: list[Loss]) -> float:
    """Per trained token."""
    return sum(loss * count for loss, count in losses) / sum(count for _, count in losses)


def one_by_one(folder: Path, rows: list[torch.Tensor]) -> list[tuple[str, Loss]]:
    """By row its place, its loss by transformers, and its trained tokens."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    found = []
    with torch.no_grad():
        for row in rows:
            labels = row.ids.where(row.trained, -100)[None]
            loss = model(input_ids=row.ids[None], labels=labels).loss.item()
            found.append((row.place, (loss, int((labels[0, 1:] != -100).sum()))))
    return found
