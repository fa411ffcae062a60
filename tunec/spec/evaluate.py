"""`evaluate` and `checkpoint`: what is measured, and what is kept.

In: the settings as written. Out: `Evaluate`, `Generate`, `Checkpoint`.
Invariant: cadences are amounts with a unit, so that steps and epochs cannot be confused.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, setting
from tunec.spec.values import Amount, Choice, Measure, Name, Number, OrNone, Several

Cadence = Annotated[Amount, Measure(("steps", "epochs"), example=100)]


class Generate(Block):
    """Answers generated greedily for validation (or test) rows, and measured, before and after
    training.
    """

    metrics: Annotated[tuple[str, ...], Several(Choice(("exact_match",)))] = setting(
        ("exact_match",),
        "What is measured. `exact_match`: the answer is the row's own, white space at the "
        "ends aside.",
        why="the one measure that cannot be argued with",
    )
    max_new_tokens: Annotated[Amount, Measure(("tokens",), example=128)] = setting(
        Amount(128, "tokens"),
        "Longest answer.",
        why="long enough for short answers; longer ones count as they are cut",
    )
    limit: Annotated[Amount | None, OrNone(Measure(("examples",), example=200))] = setting(
        Amount(200, "examples"),
        "Rows that answers are generated for, the first of the held-out ones; `none` is all.",
        why="an interval of about 7 points either way, in little time",
    )
    compare: Annotated[str | None, OrNone(Choice(("base",)))] = setting(
        "base",
        "What the tuned model is compared with: `base` is the model before training.",
        why="a measure says little without what it was before",
    )
    batch: Annotated[Amount, Measure(("examples",), example=32)] = setting(
        Amount(32, "examples"),
        "Prompts generated for at a time: memory and speed, not the result.",
        why="fits small GPUs",
    )
    show: Annotated[int, Number(least=0, example="4")] = setting(
        4, "Answers printed side by side at the end.", why="enough to see what changed"
    )


class Best(Block):
    """What is handed over is the model as it was when a measure was best, not as it is at the end;
    with `patience`, training stops when that was long ago.
    """

    measure: Annotated[str, Name("validation_loss")] = setting(
        "validation_loss",
        "`validation_loss`, of which less is better, or one of the `metrics` of `generate`, of "
        "which more is.",
        why="it is measured wherever there are validation rows",
    )
    patience: Annotated[int | None, Number(least=1, example="3")] = setting(
        None,
        "Stop after so many evaluations in a row that were not better.",
        why="a schedule that is cut short never gets to its low rates",
        shown="none: train to the end",
    )
    min_change: Annotated[float, Number(whole=False, least=0, example="0.01")] = setting(
        0.0, "What counts as better must be so by more than this.", why="any improvement is one"
    )


class Evaluate(Block):
    """What is measured: the loss on validation rows, before, at a cadence, and after."""

    every: Cadence = setting(
        Amount(1, "epochs"), "How often.", why="once an epoch shows overfitting as it starts"
    )
    generate: Generate | None = nested(None, "Answers generated and measured.")
    best: Best | None = nested(None, "Which evaluation's weights are handed over.")


class Checkpoint(Block):
    """What a run can go on from after it was stopped: trained weights, optimizer state and step."""

    every: Cadence = setting(
        Amount(1, "epochs"),
        "How often, besides at the end.",
        why="an epoch is the most that can be lost",
    )
    keep: Annotated[int, Number(least=1, example="2")] = setting(
        2, "How many are kept, the newest.", why="one to go on from, and one before it"
    )
