"""Rules on the schedule.

In: a context. Out: diagnostics. Invariant: a warm-up, a decay and a floor each do something, and
end before the training does.
"""

from collections.abc import Iterator

from tunec.checks.context import EPOCHS, Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts.optimizers import usual_learning_rate
from tunec.spec.raw import Amount
from tunec.spec.schedules import InverseSqrt, Schedule, WarmupStableDecay

PATH = "train.schedule"


def schedule_of(context: Context) -> Schedule:
    schedule = context.train.schedule
    assert schedule is not None, "the block has a default"
    return schedule


def warmup_ends(context: Context) -> Iterator[Diagnostic]:
    """The rate reaches its height before the training ends."""
    warmup, train = schedule_of(context).warmup, context.train
    if warmup.unit == "%" and warmup.value >= 100:
        yield problem(
            "E203",
            "`warmup` must be below 100%: at 100% the rate reaches its height when all is over.",
            context.at(f"{PATH}.warmup"),
            remedy="Write `warmup = 3%`.",
        )
    if warmup.unit == "steps" and train.steps is not None and warmup.value >= train.steps:
        yield problem(
            "E302",
            f"`warmup` lasts {warmup.value} steps, but only {train.steps} are trained.",
            context.at(f"{PATH}.warmup"),
            context.at("train.steps", "all steps"),
            remedy="Write `warmup = 3%`, or more `steps`.",
        )
    if warmup.unit != "epochs":
        return
    if train.steps is not None:
        yield problem(
            "E302",
            "`warmup` counts epochs, but `steps` says how long to train.",
            context.at(f"{PATH}.warmup"),
            context.at("train.steps", "no epochs"),
            remedy="Write `warmup = 3%`, or a number of steps.",
        )
    elif warmup.value >= (epochs := train.epochs or EPOCHS):
        yield problem(
            "E302",
            f"`warmup` lasts as long as the training: {epochs} epoch{'s' if epochs > 1 else ''}.",
            context.at(f"{PATH}.warmup"),
            context.at("train.epochs", "all epochs") if context.written("train.epochs") else None,
            remedy="Write `warmup = 3%`, or more `epochs`.",
        )


def floor_is_below(context: Context) -> Iterator[Diagnostic]:
    """What ends where it starts is constant."""
    floor = getattr(schedule_of(context), "floor", None)
    if isinstance(floor, Amount) and floor.value >= 100:
        yield problem(
            "E203",
            "`floor` must be below 100%: at 100% the rate never falls.",
            context.at(f"{PATH}.floor"),
            remedy="Write `floor = 10%`, or `schedule constant`.",
        )
    if not isinstance(floor, float):
        return
    optimizer = context.train.optimizer
    rate = optimizer.learning_rate if optimizer else None
    if rate is None:
        kind = context.kind("train.optimizer")
        rate = usual_learning_rate(kind, context.method, context.scratch is not None)
    if floor >= rate:
        yield problem(
            "E203",
            f"`floor` must be below `learning_rate`, which is {rate:g}"
            f"{'' if context.written('train.optimizer.learning_rate') else ' by default'}.",
            context.at(f"{PATH}.floor"),
            context.at("train.optimizer.learning_rate", "the highest rate")
            if context.written("train.optimizer.learning_rate")
            else None,
            remedy="Write `floor = 10%`, or a lower rate.",
        )


def inverse_sqrt_has_a_scale(context: Context) -> Iterator[Diagnostic]:
    """Without a warm-up, nothing says how fast the rate falls."""
    schedule = schedule_of(context)
    if not isinstance(schedule, InverseSqrt):
        return
    if schedule.timescale is None and schedule.warmup.value == 0:
        yield problem(
            "E303",
            "`schedule inverse_sqrt` without a warm-up needs `timescale`.",
            context.at(PATH),
            context.at(f"{PATH}.warmup", "no warm-up"),
            remedy="Write, for example, `timescale = 1000 steps`.",
        )


def decay_fits(context: Context) -> Iterator[Diagnostic]:
    """Warm-up and decay together are no longer than the training."""
    schedule, steps = schedule_of(context), context.train.steps
    if not isinstance(schedule, WarmupStableDecay):
        return
    total = Amount(100, "%") if steps is None else Amount(steps, "steps")
    parts = [_in(total, part) for part in (schedule.warmup, schedule.decay)]
    known = [part for part in parts if part is not None]
    if schedule.decay.value == 0:
        yield problem(
            "E301",
            "`decay` of 0% has no effect: the rate never falls.",
            context.at(f"{PATH}.decay"),
            remedy="Write `decay = 20%`, or `schedule constant`.",
        )
    elif sum(known) > total.value:
        yield problem(
            "E302",
            "`warmup` and `decay` together are longer than the training.",
            context.at(f"{PATH}.decay"),
            context.at(f"{PATH}.warmup") if context.written(f"{PATH}.warmup") else None,
            context.at("train.steps", "all steps") if steps is not None else None,
            remedy="Write less of one of them, such as `decay = 20%`.",
        )


def _in(total: Amount, part: Amount) -> float | None:
    """A part in the unit of the whole; None where that cannot be told."""
    if part.unit == total.unit:
        return part.value
    return part.value / 100 * total.value if part.unit == "%" else None


RULES: tuple[Rule, ...] = (warmup_ends, floor_is_below, inverse_sqrt_has_a_scale, decay_fits)
