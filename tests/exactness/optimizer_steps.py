"""What each optimizer does to a weight, from its paper, in float64.

In: a weight, and a gradient for each step. Out: the weight after them. Invariant: nothing is shared
with the script or with a library; settings are those of `SETTINGS`.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

RATE, DECAY, EPSILON = 1e-2, 0.1, 1e-8
Steps = Callable[[Tensor, Sequence[Tensor]], Tensor]


def adam_direction(grads: Sequence[Tensor], betas: tuple[float, float] = (0.9, 0.999)) -> Tensor:
    """The last direction of Adam (arXiv 1412.6980, algorithm 1)."""
    first = second = torch.zeros_like(grads[0])
    for grad in grads:
        first = betas[0] * first + (1 - betas[0]) * grad
        second = betas[1] * second + (1 - betas[1]) * grad**2
    count = len(grads)
    corrected = second / (1 - betas[1] ** count)
    return first / (1 - betas[0] ** count) / (corrected.sqrt() + EPSILON)


def decayed(weight: Tensor, step: Tensor, decay: float) -> Tensor:
    return weight - RATE * (step + decay * weight)


def adamw(weight: Tensor, grads: Sequence[Tensor], decay: float) -> Tensor:
    """arXiv 1711.05101, algorithm 2."""
    for count in range(1, len(grads) + 1):
        weight = decayed(weight, adam_direction(grads[:count]), decay)
    return weight


def lion(weight: Tensor, grads: Sequence[Tensor], decay: float) -> Tensor:
    """arXiv 2302.06675, algorithm 2."""
    mean = torch.zeros_like(weight)
    for grad in grads:
        weight = decayed(weight, (0.9 * mean + 0.1 * grad).sign(), decay)
        mean = 0.99 * mean + 0.01 * grad
    return weight


def ademamix(weight: Tensor, grads: Sequence[Tensor], decay: float) -> Tensor:
    """arXiv 2409.03137, algorithm 1, without its schedulers; alpha is 5."""
    fast = slow = square = torch.zeros_like(weight)
    for count, grad in enumerate(grads, start=1):
        fast = 0.9 * fast + 0.1 * grad
        square = 0.999 * square + 0.001 * grad**2
        slow = 0.9999 * slow + 0.0001 * grad
        root = (square / (1 - 0.999**count)).sqrt() + EPSILON
        weight = decayed(weight, (fast / (1 - 0.9**count) + 5 * slow) / root, decay)
    return weight


def sgd(weight: Tensor, grads: Sequence[Tensor], decay: float) -> Tensor:
    """With momentum 0.9; the decay is part of the gradient."""
    mean = torch.zeros_like(weight)
    for grad in grads:
        mean = 0.9 * mean + grad + decay * weight
        weight = weight - RATE * mean
    return weight


def rmsprop(weight: Tensor, grads: Sequence[Tensor], decay: float) -> Tensor:
    square = torch.zeros_like(weight)
    for grad in grads:
        whole = grad + decay * weight
        square = 0.99 * square + 0.01 * whole**2
        weight = weight - RATE * whole / (square.sqrt() + EPSILON)
    return weight


def adafactor(weight: Tensor, grads: Sequence[Tensor], decay: float) -> Tensor:
    """arXiv 1804.04235, algorithms 4 and 5, with a rate and a decay from outside."""
    rows = columns = whole = torch.zeros(())
    for count, grad in enumerate(grads, start=1):
        kept = 1 - count**-0.8
        squares = grad**2
        if grad.ndim == 2:
            rows = kept * rows + (1 - kept) * squares.mean(1, keepdim=True)
            columns = kept * columns + (1 - kept) * squares.mean(0, keepdim=True)
            variance = rows @ columns / rows.mean()
        else:
            whole = kept * whole + (1 - kept) * squares
            variance = whole
        step = grad / variance.sqrt()
        step = step / max(1.0, step.square().mean().sqrt())
        rate = RATE * max(1e-3, weight.square().mean().sqrt())
        weight = weight * (1 - RATE * decay) - rate * step
    return weight


def muon(weight: Tensor, grads: Sequence[Tensor], decay: float) -> Tensor:
    """Momentum, Nesterov's, made orthogonal; as long as AdamW's (arXiv 2502.16982, equation 4).

    The polynomial brings singular values near 1, not to it, so its coefficients are part of this.
    """
    mean = torch.zeros_like(weight)
    for grad in grads:
        mean = 0.95 * mean + 0.05 * grad
        left, values, right = torch.linalg.svd(0.05 * grad + 0.95 * mean, full_matrices=False)
        values = values / values.norm()
        for _ in range(5):
            values = 3.4445 * values - 4.775 * values**3 + 2.0315 * values**5
        step = 0.2 * max(weight.shape) ** 0.5 * (left * values) @ right
        weight = decayed(weight, step, decay)
    return weight


def galore(weight: Tensor, grads: Sequence[Tensor], decay: float) -> Tensor:
    """arXiv 2403.03507, algorithm 2: rank 4, scale 0.25, projected along the shorter side."""
    tall = weight.shape[0] >= weight.shape[1]
    flat = [grad if tall else grad.T for grad in grads]
    directions = torch.linalg.svd(flat[0], full_matrices=False)[2][:4]
    for count in range(1, len(grads) + 1):
        low = adam_direction([grad @ directions.T for grad in flat[:count]])
        step = 0.25 * low @ directions
        weight = decayed(weight, step if tall else step.T, decay)
    return weight


def schedule_free(weight: Tensor, grads: Sequence[Tensor], decay: float) -> Tensor:
    """arXiv 2405.15682, algorithm 1: the average x, at a constant rate."""
    average, fast, square = weight, weight, torch.zeros_like(weight)
    for count, grad in enumerate(grads, start=1):
        point = 0.1 * fast + 0.9 * average
        square = 0.999 * square + 0.001 * grad**2
        step = grad / ((square / (1 - 0.999**count)).sqrt() + EPSILON)
        fast = fast - RATE * (step + decay * point)
        average = (1 - 1 / count) * average + fast / count
    return average
