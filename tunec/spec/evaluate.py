"""`evaluate` and `checkpoint`: what is measured, and what is kept.

In: the settings as written. Out: `Evaluate`, `Generate`, `Checkpoint`.
Invariant: cadences are amounts with a unit, so that steps and epochs cannot be confused.
"""

from typing import Annotated

from tunec.spec.accept import Accept
from tunec.spec.block import Block, nested, setting
from tunec.spec.harness import Harness
from tunec.spec.metrics import WORDS, Metric
from tunec.spec.raw import Amount
from tunec.spec.values import Choice, Either, Measure, Name, Number, OrNone, Several, Share, Text

Cadence = Annotated[Amount, Measure(("steps", "epochs", "per_epoch"), example=100)]
"""`4 per_epoch` parts each epoch into four."""


FORGETTING = "forgetting"
"""The measure of `data general`: the share by which its loss is above that before training."""


class Against(Block):
    """What else the tuned model is compared with, by a name of one's own: the model before training
    with examples or another system prompt before each question, or another model.
    """

    name: str = nested("", "Its name.")
    examples: Annotated[int | None, Number(least=1, example="8")] = setting(
        None,
        "Rows to train on that stand before each question, with their answers, in the same chat "
        "template. The seed chooses them; they are the same for all questions.",
        why="a question by itself is what a model is asked",
        shown="none",
    )
    system: Annotated[str | None, Text("Answer with the date alone, as 1999-07-02.")] = setting(
        None,
        "A system prompt in place of that of the template or the rows, word for word.",
        why="that of the template or the rows",
        shown="none",
    )
    model: Annotated[str | None, Text("hub:Qwen/Qwen3-4B")] = setting(
        None,
        "Another model that answers, with its own chat template: a folder with a model or an "
        "adapter, relative to the spec, or a name on the hub.",
        why="the model before training",
        shown="none",
    )


class Generate(Block):
    """Answers generated for validation (or test) rows, and measured, before and after training."""

    metric: dict[str, Metric] = nested({}, "A metric with settings of its own.")
    against: dict[str, Against] = nested({}, "What else the tuned model is compared with.")
    metrics: Annotated[
        tuple[str, ...] | None, Several(Either((Choice(WORDS), Text("metrics.py:is_polite"))))
    ] = setting(
        None,
        "What is measured of each answer, or of all: words of the table in `evaluation.md`, and "
        "functions of one's own as `file.py:function`, called with the answer, the row's own and "
        "the row, that give a number.",
        why="the one measure that cannot be argued with; nothing more where there is a `metric`",
        shown="[exact_match]",
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
    temperature: Annotated[
        float | None, OrNone(Number(whole=False, above=0, most=10, example="0.7"))
    ] = setting(
        None,
        "Answers are drawn at random by the seed, from probabilities sharpened (below 1) or "
        "flattened (above 1); `none` is greedy: always the most probable token. What the model's "
        "own files say of sampling is never used.",
        why="greedy answers do not depend on chance, nor on `batch`",
    )
    top_p: Annotated[float, Number(whole=False, above=0, most=1, example="0.9")] = setting(
        1.0,
        "With `temperature`: only the most probable tokens are drawn, as many as have this much "
        "of the probability together.",
        why="the model's own probabilities",
    )
    metric_timeout: Annotated[Amount, Measure(("seconds",), example=60)] = setting(
        Amount(60, "seconds"),
        "How long a function of `metrics` may take for the answers of one evaluation; then it is "
        "stopped, and its value is missing.",
        why="nothing that was trained waits for a function that hangs",
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
        "`validation_loss`, of which less is better; one of the `metrics` of `generate`, of which "
        "more is; or a measure of a head: `validation_accuracy`, `validation_macro_f1`, …",
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


class Forgetting(Block):
    """How much more loss the rows of `data general` have than before training."""

    warn_above: Annotated[float, Share(0, 1000, example="5%")] = setting(
        0.02,
        "A warning is printed where the loss has risen by more, as a share of that before.",
        why="less is hard to notice in answers",
        shown="2%",
    )


class Evaluate(Block):
    """What is measured: losses on rows that are not trained on, before, at a cadence, and after."""

    every: Cadence = setting(
        Amount(1, "epochs"), "How often.", why="once an epoch shows overfitting as it starts"
    )
    generate: Generate | None = nested(None, "Answers generated and measured.")
    accept: Accept | None = nested(None, "What is asked of the tuned model.")
    best: Best | None = nested(None, "Which evaluation's weights are handed over.")
    harness: Harness | None = nested(None, "Tasks of the lm-evaluation-harness.")
    forgetting: Forgetting | None = nested(None, "What is warned of.")


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
