"""What misses `accept` is not handed over, and the exit code says so."""

import json
from pathlib import Path
from types import ModuleType

import pytest
from emitted_script import run
from exactness.tiny_models import build, script
from transformers import AutoModelForCausalLM

pytestmark = pytest.mark.torch

SPEC = """\
model "llama" {{ max_length = 256 tokens }}
method {method}
template it {{ user "{{{{ q }}}}", assistant "{{{{ a }}}}" }}
data train {{ source "rows.jsonl" }}
data validation {{ source "held.jsonl" }}
train {{ steps = 2, batch = 2 examples, optimizer adamw {{ learning_rate = 1e-3 }} }}
evaluate {{
  every = 2 steps
  {generate}
  accept {{ {accept} }}
}}
"""


def compiled(
    folder: Path, accept: str, method: str = "lora { rank = 4 }", generate: str = ""
) -> ModuleType:
    build(folder, "llama")
    for name in ("rows", "held"):
        rows = [{"q": f"{name} {at}", "a": "x" * at} for at in range(1, 5)]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "metrics.py").write_text("def fails(given, wanted, row):\n    raise ValueError\n")
    spec = SPEC.format(accept=accept, method=method, generate=generate)
    return script(folder, "accept", spec)


def folders(output: Path) -> set[str]:
    return {"adapter", "model", "merged", "rejected"} & {each.name for each in output.iterdir()}


def refuse(module: ModuleType, *arguments: str | Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(module, *arguments)
    assert stopped.value.code == 4


def test_what_has_all_that_is_asked_is_handed_over(tmp_path):
    run(
        compiled(tmp_path, "validation_loss < 1000, validation_perplexity > 1"),
        "--output",
        tmp_path / "out",
    )
    assert folders(tmp_path / "out") == {"adapter"}


@pytest.mark.parametrize("method", ["lora { rank = 4 }", "full"])
def test_what_misses_something_is_kept_aside(method, tmp_path, capsys):
    module = compiled(tmp_path, "validation_loss < 0.5, validation_perplexity > 1", method)
    result = "model" if method == "full" else "adapter"
    for earlier in (result, "merged"):
        (tmp_path / "out" / earlier).mkdir(parents=True)
    refuse(module, "--output", tmp_path / "out")
    assert folders(tmp_path / "out") == {"rejected"}
    loss = json.loads((tmp_path / "out/results.json").read_text())["validation_loss"]["tuned"]
    said = f"not accepted: validation_loss is {loss:.6g}, not < 0.5: off by {loss - 0.5:.3g}\n"
    assert said in capsys.readouterr().out
    if method == "full":
        AutoModelForCausalLM.from_pretrained(tmp_path / "out/rejected")
    refuse(module, "--output", tmp_path / "out")
    run(module, "--output", tmp_path / "out", "--accept-anyway")
    assert folders(tmp_path / "out") == {result}


@pytest.mark.parametrize(
    ("sign", "missed"), [(">=", False), ("<=", False), (">", True), ("<", True)]
)
def test_a_bound_that_is_met_exactly(sign, missed, tmp_path):
    module = compiled(tmp_path, f"validation_loss {sign} 3")
    results = {"validation_loss": {"tuned": 3.0}}
    (tmp_path / "results.json").write_text(json.dumps(results))
    assert bool(module.misses(tmp_path)) == missed


def test_each_sign_is_of_its_own_measure(tmp_path):
    module = compiled(tmp_path, "validation_loss <= 3, validation_perplexity > 5")
    for loss, perplexity, missed in (
        (3, 6, 0),
        (4, 6, 1),
        (2, 5, 1),
        (4, 4, 2),
        (float("nan"), 6, 1),
    ):
        results = {"validation_loss": loss, "validation_perplexity": perplexity}
        text = json.dumps({name: {"tuned": value} for name, value in results.items()})
        (tmp_path / "results.json").write_text(text)
        assert len(module.misses(tmp_path)) == missed


def test_a_measure_that_is_missing_is_missed(tmp_path, capsys):
    generate = 'generate { metrics = ["metrics.py:fails"], max_new_tokens = 4 tokens }'
    refuse(compiled(tmp_path, "fails >= 3", generate=generate), "--output", tmp_path / "out")
    assert "not accepted: fails is missing, not >= 3\n" in capsys.readouterr().out
