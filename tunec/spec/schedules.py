"""`schedule`: the learning rate over the steps.

In: the settings of one kind. Out: one model per kind. Invariant: every kind is a function of the
step and the number of steps alone.
"""

from typing import Annotated

from tunec.spec.block import Block, setting
from tunec.spec.raw import Amount
from tunec.spec.values import Choice, Either, Measure, Number, Share

Floor = Annotated[
    Amount | float,
    Either((Share(0, 100, example="10%"), Number(whole=False, above=0, example="1e-6"))),
]
FLOOR = setting(
    Amount(0, "%"),
    "Where it ends: a share of the highest rate, or a learning rate.",
    why="to zero, as most runs do",
)


class Schedule(Block):
    """What every kind has."""

    warmup: Annotated[
        Amount, Either((Share(0, 100, example="3%"), Measure(("steps", "epochs"), least=0)))
    ] = setting(
        Amount(3, "%"),
        "Steps, epochs, or share of all steps, in which the rate rises linearly from zero. The "
        "first step has a rate already: of 10 steps of warm-up it has a tenth.",
        why="short enough to cost nothing, long enough for the first moments to settle",
    )


class Constant(Schedule):
    """The learning rate stays as it is after the warm-up."""


class Linear(Schedule):
    """The learning rate falls along a straight line."""

    floor: Floor = FLOOR


class Cosine(Schedule):
    """The learning rate falls along half a cosine (arXiv 1608.03983)."""

    floor: Floor = FLOOR
    cycles: Annotated[int, Number(least=1, example="3")] = setting(
        1, "So many halves of a cosine, each from the highest rate on.", why="without restarts"
    )


class Polynomial(Schedule):
    """The learning rate falls with a power of the share of steps that are left."""

    power: Annotated[float, Number(whole=False, above=0, example="2.0")] = setting(
        2.0, "The power.", why="1 is what `linear` does"
    )
    floor: Floor = FLOOR


class InverseSqrt(Schedule):
    """The learning rate falls with the square root of the steps after the warm-up (arXiv
    1706.03762), and does not depend on how many there will be.
    """

    timescale: Annotated[Amount | None, Measure(("steps",), example=1000)] = setting(
        None,
        "After three times so many steps it has fallen to half.",
        why="as in the paper",
        shown="the steps of the warm-up",
    )


class WarmupStableDecay(Schedule):
    """The learning rate stays as it is, and falls at the end (arXiv 2404.06395)."""

    decay: Annotated[Amount, Either((Share(0, 100, example="20%"), Measure(("steps",))))] = setting(
        Amount(20, "%"),
        "Steps, or share of all steps, at the end in which it falls.",
        why="enough to match a cosine (arXiv 2405.18392)",
    )
    shape: Annotated[str, Choice(("sqrt", "linear", "cosine"))] = setting(
        "sqrt",
        "How it falls: with 1 minus the square root of the share of these steps that are done, "
        "along a straight line, or along half a cosine.",
        why="`sqrt` is the best of those compared in arXiv 2405.18392",
    )
    floor: Floor = FLOOR
