"""Two losses on the same rows: intervals, and how likely chance is.

In: of each row, the loss summed over its trained tokens, and their weight. Out: plain values.
Invariant: a loss is a mean over tokens and not over rows, and rows are what is drawn.
"""

from typing import Any  # tensors are those of torch

DRAWS = 1000
"""As many as a script makes of answers."""

Losses = list[tuple[float, float]]


def compared(base: Losses, tuned: Losses, seed: int) -> dict[str, Any]:
    """A percentile bootstrap over rows, and a paired permutation test, as scripts have them."""
    import torch

    chance = torch.Generator().manual_seed(seed)
    one, two = (torch.tensor(losses, dtype=torch.double) for losses in (base, tuned))
    count = len(one)
    before: list[Any] = []
    after: list[Any] = []
    apart: list[Any] = []
    for _ in range(DRAWS):
        rows = torch.randint(count, (count,), generator=chance)
        before.append(_mean(one[rows]))
        after.append(_mean(two[rows]))
        # What was seen is one of the cases.
        swapped = torch.randint(2, (count, 1), generator=chance).bool() & bool(apart)
        apart.append(_mean(torch.where(swapped, one, two)) - _mean(torch.where(swapped, two, one)))
    differences = torch.stack(apart).abs()
    return {
        "interval": _interval(torch.stack(after)),
        "against_interval": _interval(torch.stack(before)),
        "difference_interval": _interval(torch.stack(after) - torch.stack(before)),
        "p_value": (differences >= differences[0] - 1e-12).double().mean().item(),
    }


def _mean(losses: Any) -> Any:  # noqa: ANN401  of torch
    total, weight = losses.sum(dim=0)
    return total / weight


def _interval(values: Any) -> list[float]:  # noqa: ANN401  of torch
    ends: list[float] = values.quantile(values.new_tensor([0.025, 0.975])).tolist()
    return ends
