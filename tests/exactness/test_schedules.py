"""Schedules equal those of transformers at every step, after the warm-up and in it.

transformers gives the first of 5 steps of warm-up no rate and the second a fifth; a script gives
the first a fifth. So within the warm-up a script is one step ahead.
"""

from pathlib import Path
from types import ModuleType
from typing import Any  # arguments are of any sort

import pytest
import torch
from exactness.tiny_models import build, script, spec
from transformers import optimization

pytestmark = pytest.mark.torch

RATE = 2e-3
STEPS = 40
WARMUP = 5


def learning_rate(folder: Path, kind: str, settings: str, train: str = f"steps = {STEPS}") -> Any:  # noqa: ANN401 a function of the script
    build(folder, "llama")
    text = f"{train}\n  optimizer sgd {{ learning_rate = {RATE} }}\n"
    text += f"  schedule {kind} {{ {settings} }}"
    module: ModuleType = script(folder, f"schedule_{kind}", spec("llama", "full {}", train=text))
    return module.learning_rate


def theirs(name: str, **options: Any) -> list[float]:  # noqa: ANN401 of any sort
    """The rates of transformers' schedule, at each step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    schedule = getattr(optimization, name)(optimizer, num_warmup_steps=WARMUP, **options)
    rates = []
    for _ in range(STEPS):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return rates


LENGTH = {"num_training_steps": STEPS}
CASES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "constant": ("constant", "", "get_constant_schedule_with_warmup", {}),
    "linear": ("linear", "", "get_linear_schedule_with_warmup", LENGTH),
    "linear_floor": (
        "linear",
        "floor = 1e-5",
        "get_polynomial_decay_schedule_with_warmup",
        {**LENGTH, "lr_end": 1e-5},
    ),
    "cosine": ("cosine", "", "get_cosine_schedule_with_warmup", LENGTH),
    "cosine_share": (
        "cosine",
        "floor = 10%",
        "get_cosine_with_min_lr_schedule_with_warmup",
        {**LENGTH, "min_lr_rate": 0.1},
    ),
    "cosine_rate": (
        "cosine",
        "floor = 1e-5",
        "get_cosine_with_min_lr_schedule_with_warmup",
        {**LENGTH, "min_lr": 1e-5},
    ),
    "cosine_restarts": (
        "cosine",
        "cycles = 3",
        "get_cosine_with_hard_restarts_schedule_with_warmup",
        {**LENGTH, "num_cycles": 3},
    ),
    "polynomial": (
        "polynomial",
        "power = 3, floor = 1e-5",
        "get_polynomial_decay_schedule_with_warmup",
        {**LENGTH, "power": 3.0, "lr_end": 1e-5},
    ),
    "polynomial_zero": (
        "polynomial",
        "",
        "get_polynomial_decay_schedule_with_warmup",
        {**LENGTH, "power": 2.0, "lr_end": 0.0},
    ),
    "inverse_sqrt": ("inverse_sqrt", "", "get_inverse_sqrt_schedule", {}),
    "inverse_sqrt_scale": (
        "inverse_sqrt",
        "timescale = 11 steps",
        "get_inverse_sqrt_schedule",
        {"timescale": 11},
    ),
    **{
        f"warmup_stable_decay_{shape}": (
            "warmup_stable_decay",
            f"shape = {shape}, decay = 8 steps, floor = 20%",
            "get_wsd_schedule",
            {
                **LENGTH,
                "num_decay_steps": 8,
                "decay_type": "1-sqrt" if shape == "sqrt" else shape,
                "min_lr_ratio": 0.2,
            },
        )
        for shape in ("sqrt", "linear", "cosine")
    },
}


@pytest.mark.parametrize("case", CASES)
def test_equal_to_transformers(case: str, shared: Path) -> None:
    kind, settings, name, options = CASES[case]
    rate = learning_rate(shared, kind, f"warmup = {WARMUP} steps, {settings}".rstrip(", "))
    wanted = theirs(name, **options)
    for step in range(WARMUP, STEPS):
        assert rate(step, STEPS) == pytest.approx(wanted[step], rel=1e-12), step
    for step in range(WARMUP - 1):
        risen = (step + 1) / WARMUP
        assert rate(step, STEPS) == pytest.approx(risen * RATE, rel=1e-12)
    assert rate(WARMUP - 1, STEPS) == RATE
    assert len({round(each, 15) for each in wanted}) > 5


UNITS = {"10%": 4, "0%": 0, "4 steps": 4, "2 epochs": 8}


@pytest.mark.parametrize("kind", ["constant", "linear", "cosine", "polynomial"])
@pytest.mark.parametrize("unit", UNITS)
def test_units_of_the_warmup(unit: str, kind: str, shared: Path) -> None:
    rate = learning_rate(shared, kind, f"warmup = {unit}", "epochs = 10")
    length = UNITS[unit]
    risen = [rate(step, STEPS) for step in range(length)]
    assert risen == pytest.approx([RATE * (step + 1) / length for step in range(length)])
    assert rate(length, STEPS) == RATE
    if kind != "constant":
        assert rate(length + 1, STEPS) < RATE


def test_the_floor_is_where_it_ends(shared: Path) -> None:
    for kind in ("linear", "cosine", "polynomial", "warmup_stable_decay"):
        rate = learning_rate(shared, kind, "floor = 10%")
        assert rate(STEPS, STEPS) == pytest.approx(0.1 * RATE), kind
        rate = learning_rate(shared, kind, "floor = 3e-5")
        assert rate(STEPS, STEPS) == pytest.approx(3e-5), kind


def test_a_decay_in_percent(shared: Path) -> None:
    rate = learning_rate(shared, "warmup_stable_decay", "decay = 25%, shape = linear")
    assert rate(30, STEPS) == RATE
    assert rate(31, STEPS) == pytest.approx(0.9 * RATE)
