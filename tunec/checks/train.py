"""Rules on how long is trained, and on the schedule.

In: a context. Out: diagnostics. Invariant: a cadence, a warm-up and a floor each do something.
"""

from collections.abc import Iterator

from tunec.checks.context import EPOCHS, Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.spec.method import Lora
from tunec.spec.train import Cosine
from tunec.spec.values import Amount


def epochs_or_steps(context: Context) -> Iterator[Diagnostic]:
    """One of the two says how long."""
    if context.train.epochs is not None and context.train.steps is not None:
        yield problem(
            "E302",
            "`epochs` and `steps` both say how long to train.",
            context.name("train.steps"),
            context.name("train.epochs", "says it too"),
            remedy="Keep one of them.",
        )


def warmup_ends(context: Context) -> Iterator[Diagnostic]:
    """The rate reaches its height before the training ends."""
    schedule = context.train.schedule
    warmup = schedule.warmup if schedule else None
    if not isinstance(warmup, Amount):
        return
    if warmup.unit == "%" and warmup.value >= 100:
        yield problem(
            "E203",
            "`warmup` must be below 100%: at 100% the rate reaches its height when all is over.",
            context.at("train.schedule.warmup"),
            remedy="Write `warmup = 3%`.",
        )
    steps = context.train.steps
    if warmup.unit == "steps" and steps is not None and warmup.value >= steps:
        yield problem(
            "E302",
            f"`warmup` lasts {warmup.value} steps, but only {steps} are trained.",
            context.at("train.schedule.warmup"),
            context.at("train.steps", "all steps"),
            remedy="Write `warmup = 3%`, or more `steps`.",
        )


def floor_is_below(context: Context) -> Iterator[Diagnostic]:
    """A cosine that ends where it starts is constant."""
    schedule = context.train.schedule
    if isinstance(schedule, Cosine) and schedule.floor >= 1:
        yield problem(
            "E203",
            "`floor` must be below 100%: at 100% the rate never falls.",
            context.at("train.schedule.floor"),
            remedy="Write `floor = 10%`, or `schedule constant`.",
        )


def dropout_leaves_some(context: Context) -> Iterator[Diagnostic]:
    """An adapter whose inputs are all dropped learns nothing."""
    method = context.spec.method
    if isinstance(method, Lora) and method.dropout >= 1:
        yield problem(
            "E203",
            "`dropout` must be below 100%: at 100% the adapter sees nothing.",
            context.at("method.dropout"),
            remedy="Write `dropout = 5%`.",
        )


def cadences_come_up(context: Context) -> Iterator[Diagnostic]:
    """A cadence longer than the training never comes up."""
    train = context.train
    evaluate, checkpoint = context.spec.evaluate, context.spec.checkpoint
    cadences = {
        "evaluate.every": (
            evaluate.every if evaluate else None,
            "What is measured before and after stays.",
        ),
        "checkpoint.every": (checkpoint.every if checkpoint else None, "The one at the end stays."),
    }
    for path, (every, rest) in cadences.items():
        if every is None or not context.written(path):
            continue
        lasts = train.steps if every.unit == "steps" else train.epochs
        if lasts is None and every.unit == "epochs" and train.steps is None:
            lasts = EPOCHS
        if lasts is None or every.value <= lasts:
            continue
        yield problem(
            "E301",
            f"`every = {_said(every)}` has no effect: training lasts "
            f"{_said(Amount(lasts, every.unit))}.",
            context.name(path),
            context.at(f"train.{every.unit}", "the whole training")
            if context.written(f"train.{every.unit}")
            else None,
            notes=(rest,),
            remedy=f"Write `every = {_said(Amount(max(1, int(lasts) // 2), every.unit))}`, or "
            "remove it.",
        )


def _said(amount: Amount) -> str:
    """`1 epoch`, `2 epochs`."""
    return f"{amount.value} {amount.unit[:-1] if amount.value == 1 else amount.unit}"


RULES: tuple[Rule, ...] = (
    epochs_or_steps,
    warmup_ends,
    floor_is_below,
    dropout_leaves_some,
    cadences_come_up,
)
