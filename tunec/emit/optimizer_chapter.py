"""The optimizer and the schedule: their templates, what they are given, their constants.

In: a plan. Out: sections, contexts, constants. Invariant: the only place that tells kinds of
optimizers and schedules apart when emitting.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, constant
from tunec.emit.contexts import Context
from tunec.emit.literals import Raw, comment, py
from tunec.emit.section import Section
from tunec.facts.optimizers import OPTIMIZERS
from tunec.plan.decided import Decided
from tunec.plan.plan import GroupPlan, OptimizerPlan, Plan, SchedulePlan
from tunec.record import record


@record
class Optimizer(Context):
    call: str
    weights: str
    arguments: str


@record
class Groups(Context):
    summary: str
    matrices: bool
    """Weight decay is for matrices alone."""
    decays: bool
    """Some modules have a decay of their own."""
    decay_differs: bool
    rates: bool
    """Some modules have a rate of their own."""
    rate_differs: bool
    both: bool
    loraplus: bool
    named: bool
    """Some modules have settings of their own."""
    by_name: bool


@record
class Step(Context):
    rate_differs: bool


@record
class Schedule(Context):
    summary: str
    warmup: bool
    warmup_steps: str


@record
class Cosine(Schedule):
    floor: bool


# --- Optimizer ------------------------------------------------------------------------


def optimizer(plan: Plan) -> Iterator[Section]:
    """The schedule, the optimizer, the step."""
    yield _schedule(plan.train.schedule)
    how = plan.train.optimizer
    if how.rates_differ or how.decays_differ:
        yield Section("loss/parameter_groups", _groups(how))
    yield Section("loss/optimizer", _optimizer(how))
    yield Section("loss/train_step", Step(how.rates_differ))


def _optimizer(how: OptimizerPlan) -> Optimizer:
    known = OPTIMIZERS[how.kind]
    named = {argument: name.upper() for name, argument in known.arguments.items()}
    fixed = {name: py(value) for name, value in known.fixed.items()}
    grouped = how.rates_differ or how.decays_differ
    return Optimizer(
        call=known.call,
        weights="parameter_groups(model)" if grouped else "trained_weights(model).values()",
        arguments="\n        ".join(
            f"{name}={value}," for name, value in {**named, **fixed}.items()
        ),
    )


def _groups(how: OptimizerPlan) -> Groups:
    decay = how.settings["weight_decay"].value > 0 and how.decay.value == "matrices"
    rates = any(group.learning_rate for group in how.groups)
    decays = any(group.weight_decay for group in how.groups)
    said = "Matrices decay, vectors do not" if decay else "Weights with the same settings, together"
    if how.rates_differ:
        said += "; `times` is the share of the rate"
    return Groups(
        summary=f"{said}.",
        matrices=decay,
        decays=decays,
        decay_differs=how.decays_differ,
        rates=rates,
        rate_differs=how.rates_differ,
        both=how.rates_differ and how.decays_differ,
        loraplus=how.loraplus_ratio is not None,
        named=rates or decays,
        by_name=rates or decays or how.loraplus_ratio is not None,
    )


def optimizer_settings(plan: Plan) -> Iterator[Constant]:
    how = plan.train.optimizer
    yield constant("LEARNING_RATE", how.learning_rate, "the highest")
    for name in sorted(how.settings, key=lambda name: name != "weight_decay"):
        yield constant(name.upper(), how.settings[name])
    if how.loraplus_ratio:
        ratio = how.loraplus_ratio
        yield constant("LORAPLUS_RATIO", ratio, "of the rates of LoRA's B and A")
    if how.groups:
        lines = [decided.origin for group in how.groups for decided in _of(group).values()]
        values = {
            group.module: {name: Raw(_number(decided)) for name, decided in _of(group).items()}
            for group in how.groups
        }
        yield Constant("GROUPS", py(values), ", ".join(dict.fromkeys(lines)))
    yield from _schedule_settings(plan.train.schedule)


def _of(group: GroupPlan) -> dict[str, Decided[float]]:
    """The settings of its own."""
    both = {"learning_rate": group.learning_rate, "weight_decay": group.weight_decay}
    return {name: decided for name, decided in both.items() if decided is not None}


def _number(decided: Decided[float]) -> str:
    return (decided.spelling or py(decided.value)).lower()


# --- Schedule -------------------------------------------------------------------------

_SHAPES = {
    "constant": "constant",
    "linear": "a straight line to zero",
    "cosine": "half a cosine",
}


def _schedule(how: SchedulePlan) -> Section:
    warmup = how.warmup.value
    shape = _SHAPES[how.kind]
    summary = f"Linear warm-up, then {shape}" if warmup.value else shape.capitalize()
    steps = "max(1, round(WARMUP * steps))" if warmup.unit == "%" else "WARMUP"
    common = (f"{summary} ({comment(how.line)}).", bool(warmup.value), steps)
    if how.kind == "cosine":
        context: Schedule = Cosine(*common, bool(how.floor and how.floor.value))
    else:
        context = Schedule(*common)
    return Section(f"loss/schedule_{how.kind}", context)


def _schedule_settings(how: SchedulePlan) -> Iterator[Constant]:
    warmup = how.warmup
    if warmup.value.value:
        share = warmup.value.unit == "%"
        number = warmup.value.value / 100 if share else warmup.value.value
        yield constant("WARMUP", warmup, "of all steps" if share else "steps", number)
    if how.floor and how.floor.value:
        yield constant("FLOOR", how.floor, "of the highest learning rate")
