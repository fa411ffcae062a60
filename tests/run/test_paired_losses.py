"""Intervals of losses, and how likely chance is."""

import random

import pytest

pytestmark = pytest.mark.torch


def test_losses_are_means_over_tokens() -> None:
    from tunec.run.evaluate.paired import compared

    one = [(2.0 * weight, weight) for weight in (1.0, 5.0, 20.0)]
    found = compared(one, [(loss / 2, weight) for loss, weight in one], seed=1)
    assert found["against_interval"] == pytest.approx([2, 2])
    assert found["interval"] == pytest.approx([1, 1])
    assert found["difference_interval"] == pytest.approx([-1, -1])


def test_an_interval_covers_and_chance_is_found() -> None:
    """Of 60 samples without a difference, few are off; a difference of all rows is no chance."""
    from tunec.run.evaluate.paired import compared

    covered, unlikely = 0, 0
    for seed in range(60):
        draw = random.Random(seed)
        one = [(draw.gauss(2, 1), 1.0) for _ in range(40)]
        two = [(draw.gauss(2, 1), 1.0) for _ in range(40)]
        found = compared(one, two, seed)
        low, high = found["difference_interval"]
        covered += low <= 0 <= high
        unlikely += found["p_value"] < 0.05
    assert 52 <= covered <= 60
    assert unlikely <= 8
    better = [(loss - 0.5, weight) for loss, weight in one]
    assert compared(one, better, 1)["p_value"] == 0.001
