"""Small runs on the sample model, and what they leave.

In: a method, an optimizer, a number of steps. Out: a script's module, and the bytes of what a run
of it made. Invariant: a run takes about a second, has four forward passes a step, and saves,
evaluates and generates at different steps.
"""

import json
import shutil
import time
from functools import cache
from pathlib import Path
from types import ModuleType

from emitted_script import ROOT, run
from exactness.tiny_models import script

STEPS = 6

_SPEC = """\
model "pico" {{ max_length = 36 tokens }}
method {method}
template dates {{
  user      "{{{{ question }}}}"
  assistant "{{{{ answer }}}}"
}}
data train      {{ source "dates.jsonl" }}
data validation {{ split = 25% }}
train {{
  steps     = {steps}
  batch     = 4 examples
  forward   = 40 tokens
  optimizer {optimizer}
}}
evaluate {{
  every = {evaluate} steps
  generate {{ metrics = [exact_match], max_new_tokens = 5 tokens, limit = 3 examples }}
}}
checkpoint {{ every = {save} steps, keep = 2 }}
"""

_MONTHS = ["May", "July", "January", "September"]
_ROWS = [
    {
        "question": f"On {day} {_MONTHS[day % 4]} {1900 + 4 * day}",
        "answer": f"{1900 + 4 * day}-{(day % 4) ** 2:02}-{day:02}",
    }
    for day in range(1, 25)
]
"""24 rows of 27 to 34 tokens: no two fit in one forward pass."""

CASES = {
    "lora": ("lora { rank = 4, dropout = 5% }", "adamw { learning_rate = 1e-2 }"),
    "full": ("full {}", "adamw { learning_rate = 1e-3 }"),
    "adamw_8bit": ("full {}", "adamw_8bit { learning_rate = 1e-3 }"),
    "sgd": ("freeze { last_layers = 1 }", "sgd { learning_rate = 1e-2, momentum = 0.9 }"),
    "adafactor": ("full {}", "adafactor { learning_rate = 1e-3 }"),
    "lion": ("full {}", "lion { learning_rate = 1e-4 }"),
    "lion_8bit": ("full {}", "lion_8bit { learning_rate = 1e-4 }"),
    "ademamix": ("full {}", "ademamix { learning_rate = 1e-3 }"),
    "ademamix_8bit": (
        "full {}",
        "ademamix_8bit { learning_rate = 1e-3 }\n  neftune_noise_alpha = 5",
    ),
    "paged_adamw": ("full {}", "paged_adamw { learning_rate = 1e-3 }"),
    "rmsprop": ("full {}", "rmsprop { learning_rate = 1e-3, momentum = 0.9 }"),
    "muon": ("full {}", "muon { learning_rate = 1e-3, weight_decay = 0.1 }"),
    "galore_adamw": (
        "full {}",
        "galore_adamw { learning_rate = 1e-2, rank = 4, update_every = 3 steps }",
    ),
    "apollo_adamw": (
        "full {}",
        "apollo_adamw { learning_rate = 1e-3, rank = 4, update_every = 3 steps }",
    ),
    "schedule_free_adamw": ("full {}", "schedule_free_adamw { learning_rate = 1e-3 }"),
    "rounded": (
        "full {}",
        "adamw { learning_rate = 1e-3, weight_decay = 0.1 }\n  trained_dtype = bfloat16",
    ),
    "rounded_8bit": (
        "full {}",
        "adamw_8bit { learning_rate = 1e-3 }\n  trained_dtype = bfloat16",
    ),
    "loraplus": (
        "dora { rank = 4 }",
        "adamw { learning_rate = 1e-3, weight_decay = 0.1, loraplus_ratio = 16 }",
    ),
    "dora": ("dora { rank = 4, dropout = 5% }", "adamw { learning_rate = 1e-2 }"),
    "eva": ("lora { rank = 4, init = eva, init_rows = 8 }", "adamw { learning_rate = 1e-2 }"),
    "corda": ("dora { rank = 4, init = corda, init_rows = 8 }", "adamw { learning_rate = 1e-2 }"),
    "lora_ga": ("lora { rank = 4, init = lora_ga }", "adamw { learning_rate = 1e-3 }"),
    "loftq": ("qlora { rank = 4, init = loftq }", "adamw { learning_rate = 1e-3 }"),
    "lisa": ("lisa { layers = 1, every = 2 steps }", "adamw { learning_rate = 1e-3 }"),
    "bottleneck": ("bottleneck { size = 4 }", "adamw { learning_rate = 1e-2 }"),
    "compacter": ("compacter { size = 8 }", "adamw { learning_rate = 1e-2 }"),
    "qlora": ("qlora { rank = 4, dropout = 5% }", "adamw { learning_rate = 1e-2 }"),
    "p_tuning": (
        "p_tuning { virtual_tokens = 4, encoder = lstm, hidden_size = 8, dropout = 5% }",
        "adamw { learning_rate = 1e-2 }",
    ),
    "prefix_tuning": (
        "prefix_tuning { virtual_tokens = 4, projection = 8 }",
        "adamw { learning_rate = 1e-2 }",
    ),
    **{
        kind: (f"lora {{ rank = 4, dropout = 5% }}\nquantize {kind}", "adamw {}")
        for kind in ("fp4", "int8", "torchao_int8", "torchao_fp8")
    },
}


def small_script(folder: Path, case: str, steps: int = STEPS) -> ModuleType:
    """The script of a case, with its model and rows beside it."""
    if not (folder / "pico").exists():
        shutil.copytree(ROOT / "samples" / "models" / "pico", folder / "pico")
        rows = "".join(json.dumps(row) + "\n" for row in _ROWS)
        (folder / "dates.jsonl").write_text(rows, encoding="utf-8")
    method, optimizer = CASES[case]
    cadence = {"evaluate": steps // 2, "save": max(2, steps // 6)}
    text = _SPEC.format(method=method, optimizer=optimizer, steps=steps, **cadence)
    return script(folder, f"{case}-{steps}", text)


@cache
def undisturbed(folder: Path, case: str, steps: int = STEPS) -> tuple[ModuleType, dict[str, bytes]]:
    """A case's script, and what it makes when nothing interrupts it."""
    module = small_script(folder, case, steps)
    output = folder / f"undisturbed-{case}-{steps}"
    run(module, "--output", output)
    made = results(output)
    lines = [json.loads(line) for line in made["metrics.jsonl"].splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == [*range(1, steps + 1)]
    return module, made


def results(output: Path) -> dict[str, bytes]:
    """The bytes of each file that a finished run is for, by name: all but its checkpoints."""
    files = [path for path in sorted(output.rglob("*")) if path.is_file()]
    named = {str(path.relative_to(output)): path for path in files}
    return {
        name: _content(path)
        for name, path in named.items()
        if not name.startswith("checkpoints/") and path.suffix != ".py" and name != ".lock"
    }


def _content(path: Path) -> bytes:
    if path.name != "adapter_config.json":
        return path.read_bytes()
    config = json.loads(path.read_bytes())
    # peft writes a set, in an order that differs from process to process.
    if isinstance(config.get("target_modules"), list):
        config["target_modules"].sort()
    return json.dumps(config).encode()


def assert_same_results(found: dict[str, bytes], wanted: dict[str, bytes]) -> None:
    """Byte for byte; says which files differ."""
    assert found.keys() == wanted.keys()
    assert any(name.endswith(".safetensors") for name in wanted)
    assert {"metrics.jsonl", "results.json"} <= wanted.keys()
    assert [name for name in wanted if found[name] != wanted[name]] == []


def wait_for_lines(output: Path, lines: int) -> None:
    """Returns when the file of metrics has so many lines; fails after a minute."""
    deadline = time.monotonic() + 60
    metrics = output / "metrics.jsonl"
    while not metrics.exists() or metrics.read_bytes().count(b"\n") < lines:
        assert time.monotonic() < deadline, "the run did not get so far"
        time.sleep(0.001)
