"""The weights that measured best are handed over, and training stops when that was long ago."""

import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest
import torch
from emitted_script import run
from exactness.tiny_models import build, script
from peft import PeftModel
from transformers import AutoModelForCausalLM

pytestmark = pytest.mark.torch

SPEC = """\
model "llama" {{ max_length = 256 tokens }}
method {method}
template it {{ user "{{{{ q }}}}", assistant "{{{{ a }}}}" }}
data train {{ source "rows.jsonl" }}
data validation {{ source "held.jsonl" }}
train {{ steps = 12, batch = 2 examples, optimizer adamw {{ learning_rate = 3e-2 }} }}
evaluate {{ every = 2 steps, best {{ {best} }} }}
checkpoint {{ every = 3 steps, keep = 9 }}
"""


def compiled(folder: Path, best: str, method: str = "lora { rank = 4 }") -> ModuleType:
    """What is trained is nothing like what is measured, so it soon measures worse."""
    build(folder, "llama")
    rows = [{"q": f"Say {at}", "a": "x" * at} for at in range(1, 5)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "held.jsonl").write_text('{"q": "And you?", "a": "xyz, never mind"}\n')
    return script(folder, "best", SPEC.format(best=best, method=method))


def evaluations(output: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if "loss" not in line]


@pytest.mark.parametrize("method", ["lora { rank = 4 }", "full"])
def test_what_is_saved_is_what_measured_best(method: str, tmp_path: Path) -> None:
    module = compiled(tmp_path, "min_change = 0", method)
    run(module, "--output", tmp_path / "out")
    measured = evaluations(tmp_path / "out")
    tuned = [line for line in measured[:-1] if line["step"]]
    best = min(tuned, key=lambda line: line["validation_loss"])
    assert 0 < best["step"] < 12, measured
    assert measured[-1] == best
    result = tmp_path / "out" / ("model" if method == "full" else "adapter")
    loaded = AutoModelForCausalLM.from_pretrained(
        result if method == "full" else tmp_path / "llama",
        dtype=torch.float32,
        attn_implementation=module.ATTENTION,
    )
    if method != "full":
        loaded = PeftModel.from_pretrained(loaded, result)
    _, held_out = module.load_data(module.load_tokenizer())
    found = module.mean_loss(loaded, held_out["validation"])
    assert found == pytest.approx(best["validation_loss"], abs=1e-5)
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["validation_loss"]["tuned"] == best["validation_loss"]


def test_it_stops_when_the_best_was_long_ago(tmp_path: Path) -> None:
    run(compiled(tmp_path, "patience = 2"), "--output", tmp_path / "out")
    steps = [line["step"] for line in evaluations(tmp_path / "out")]
    best = steps[-1]
    assert steps[:-1] == [0, *range(2, best + 5, 2)]
    assert best + 4 < 12


def test_what_is_better_by_less_is_not(tmp_path: Path) -> None:
    run(compiled(tmp_path, "min_change = 100"), "--output", tmp_path / "out")
    assert evaluations(tmp_path / "out")[-1]["step"] == 2


def test_stopped_and_run_again_it_ends_the_same(tmp_path: Path) -> None:
    """From each of its checkpoints, also those after the best step."""
    module = compiled(tmp_path, "patience = 2")
    run(module, "--output", tmp_path / "whole")
    wanted = (tmp_path / "whole" / "adapter" / "adapter_model.safetensors").read_bytes()
    metrics = (tmp_path / "whole" / "metrics.jsonl").read_bytes()
    for kept in range(1, len(module.checkpoints(tmp_path / "whole"))):
        again = tmp_path / f"from-{kept}"
        shutil.copytree(tmp_path / "whole", again)
        shutil.rmtree(again / "adapter")
        for late in module.checkpoints(again)[kept:]:
            shutil.rmtree(late)
        run(module, "--output", again)
        assert (again / "adapter" / "adapter_model.safetensors").read_bytes() == wanted
        assert (again / "metrics.jsonl").read_bytes() == metrics
