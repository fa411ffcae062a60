"""`watchdog`: what becomes of a step that would spoil the weights.

In: its settings. Out: their model. Invariant: whatever it does is printed and counted.
"""

from typing import Annotated

from tunec.spec.block import Block, setting
from tunec.spec.raw import Amount
from tunec.spec.values import Choice, Measure, Number, OrNone


class Watchdog(Block):
    """Steps are judged before they are taken, and those that would spoil the weights are not:
    where the gradient is not finite or zero, where it is far longer than usual, or where the loss
    is too high. Without this block a gradient that is not finite, or zero, ends the run.
    """

    grad_norm: Annotated[float | None, OrNone(Number(whole=False, above=1, example="10"))] = (
        setting(
            10.0,
            "A gradient is too long if its norm, before `max_grad_norm`, is over so many times the "
            "median of the last steps; `none` for any length.",
            why="a spike, not the noise of small batches",
        )
    )
    window: Annotated[Amount, Measure(("steps",), least=5, example=50)] = setting(
        Amount(50, "steps"),
        "How many steps the median is of; until there are so many, no length is too long.",
        why="enough for a steady median, and beyond most warm-ups",
    )
    loss: Annotated[float | None, Number(whole=False, above=0, example="5.0")] = setting(
        None, "A loss above this is too high.", why="what is high depends on the data", shown="none"
    )
    then: Annotated[str, Choice(("skip", "stop", "go_back"))] = setting(
        "skip",
        "`skip` goes on with the next rows, `stop` ends the run, `go_back` takes the weights and "
        "the optimizer of the newest checkpoint and goes on with the next rows.",
        why="one bad batch costs one step",
    )
    patience: Annotated[Amount, Measure(("steps",), example=10)] = setting(
        Amount(10, "steps"),
        "So many bad steps in a row end the run.",
        why="then it is not the batch that is bad",
    )
