"""The optimizer and the schedule: their templates, what they are given, their constants.

In: a plan. Out: sections, contexts, constants. Invariant: the only place that tells kinds of
optimizers and schedules apart when emitting.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, constant
from tunec.emit.contexts import Context
from tunec.emit.literals import Raw, prose, py
from tunec.emit.section import Section
from tunec.facts.optimizers import OPTIMIZERS
from tunec.plan.decided import Decided
from tunec.plan.plan import GroupPlan, LoraPlan, OptimizerPlan, Plan, SchedulePlan, WatchdogPlan
from tunec.record import record
from tunec.spec.raw import Amount


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
class Hidden(Context):
    groups: str


@record
class Step(Context):
    watched: bool
    rate_differs: bool
    ranks: bool
    """Ranks are taken away while training."""
    headed: bool


@record
class Watchdog(Context):
    loss: bool
    length: bool
    stop: bool
    back: bool


@record
class Schedule(Context):
    summary: str
    warmup: bool
    warmup_steps: str


@record
class Falling(Schedule):
    floor: bool
    """It ends at a share of the highest rate."""
    absolute: bool
    """It ends at a learning rate."""


@record
class Cosine(Falling):
    restarts: bool


@record
class InverseSqrt(Schedule):
    timescale: bool


@record
class WarmupStableDecay(Falling):
    decay_steps: str
    sqrt: bool
    linear: bool


# --- Optimizer ------------------------------------------------------------------------


def optimizer(plan: Plan) -> Iterator[Section]:
    """The schedule, the optimizer, the step."""
    yield _schedule(plan.train.schedule)
    how = plan.train.optimizer
    known = OPTIMIZERS[how.kind]
    grouped = how.rates_differ or (how.decays_differ and not _decays_alike(plan))
    if grouped:
        yield Section("loss/parameter_groups", _groups(how))
    if known.hidden:
        yield Section("loss/hidden_matrices", Hidden(_groups_of(how)))
        if how.kind != "muon":
            yield Section("loss/projected_adamw")
        yield Section(known.template)
    elif plan.rounded:
        yield Section("loss/rounded")
        yield Section("loss/optimizer_rounded", _optimizer(how, _groups_of(how), 16))
    else:
        groups = "parameter_groups(model)" if grouped else "trained_weights(model).values()"
        yield Section(known.template, _optimizer(how, groups))
    if known.averages and plan.evaluate is not None:
        yield Section("loss/averaged")
    watchdog = plan.train.watchdog
    if watchdog:
        yield Section("loss/watchdog", _watchdog(watchdog))
    yield Section(
        "loss/train_step",
        Step(
            watched=watchdog is not None,
            rate_differs=how.rates_differ,
            ranks=plan.method.kind == "adalora",
            headed=plan.head is not None,
        ),
    )


def _decays_alike(plan: Plan) -> bool:
    """Whether all weights that are trained are matrices, which need no groups."""
    how = plan.method
    if not isinstance(how, LoraPlan) or plan.head or plan.train.optimizer.groups:
        return False
    return how.kind == "lora" and "modules_to_save" not in how.options


def _watchdog(how: WatchdogPlan) -> Watchdog:
    return Watchdog(
        loss=how.loss is not None,
        length=how.grad_norm.value is not None,
        stop=how.then.value == "stop",
        back=how.then.value == "go_back",
    )


def averages(plan: Plan) -> bool:
    """Whether what is evaluated and saved is an average of the weights that are trained."""
    return OPTIMIZERS[plan.train.optimizer.kind].averages


def _groups_of(how: OptimizerPlan) -> str:
    """An expression for a list of groups."""
    if how.rates_differ or how.decays_differ:
        return "parameter_groups(model)"
    return '[{"params": [*trained_weights(model).values()]}]'


def _optimizer(how: OptimizerPlan, weights: str, indent: int = 8) -> Optimizer:
    known = OPTIMIZERS[how.kind]
    named = {argument: name.upper() for name, argument in known.arguments.items()}
    fixed = {name: py(value) for name, value in known.fixed.items()}
    arguments = {**named, **fixed}
    return Optimizer(
        call=known.call,
        weights=weights,
        arguments=("\n" + indent * " ").join(
            f"{name}={value}," for name, value in arguments.items()
        ),
    )


def _groups(how: OptimizerPlan) -> Groups:
    decay = how.settings["weight_decay"].value > 0 and how.decay.value == "matrices"
    rates = any(group.learning_rate for group in how.groups)
    decays = any(group.weight_decay for group in how.groups)
    said = "Matrices decay, vectors do not" if decay else "What has the same settings, together"
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
        decided = how.settings[name]
        steps = decided.value.value if isinstance(decided.value, Amount) else None
        yield constant(name.upper(), decided, "steps" if steps else "", steps)
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


def watchdog_settings(plan: Plan) -> Iterator[Constant]:
    how = plan.train.watchdog
    if how is None:
        return
    if how.loss:
        yield constant("WATCHDOG_LOSS", how.loss)
    if how.grad_norm.value is not None:
        yield constant("WATCHDOG_GRAD_NORM", how.grad_norm, "times the median")
        yield constant("WATCHDOG_WINDOW", how.window, "steps")
    if how.then.value != "stop":
        yield constant("WATCHDOG_PATIENCE", how.patience, "steps")


def _of(group: GroupPlan) -> dict[str, Decided[float]]:
    """The settings of its own."""
    both = {"learning_rate": group.learning_rate, "weight_decay": group.weight_decay}
    return {name: decided for name, decided in both.items() if decided is not None}


def _number(decided: Decided[float]) -> str:
    return (decided.spelling or py(decided.value)).lower()


# --- Schedule -------------------------------------------------------------------------

_SHAPES = {
    "constant": "constant",
    "linear": "a straight line",
    "cosine": "half a cosine",
    "polynomial": "a power of the share that is left",
    "inverse_sqrt": "the inverse square root",
    "warmup_stable_decay": "constant, and a fall at the end",
}
_UNITS = {
    "%": "max(1, round({} * steps))",
    "epochs": "max(1, round({} * steps / EPOCHS))",
    "steps": "{}",
}
_SAID = {"%": "of all steps", "epochs": "epochs", "steps": "steps"}


def _schedule(how: SchedulePlan) -> Section:
    warmup = how.warmup.value
    shape = _SHAPES[how.kind]
    if how.kind == "cosine" and how.settings["cycles"].value > 1:
        shape = "halves of a cosine"
    summary = f"Linear warm-up, then {shape}" if warmup.value else shape.capitalize()
    steps = _UNITS[warmup.unit].format("WARMUP")
    common = (f"{summary} ({prose(how.line)}).", bool(warmup.value), steps)
    return Section(f"loss/schedule_{how.kind}", _context(how, common))


def _context(how: SchedulePlan, common: tuple[str, bool, str]) -> Schedule:
    if how.kind == "constant":
        return Schedule(*common)
    if how.kind == "inverse_sqrt":
        return InverseSqrt(*common, how.settings["timescale"].value is not None)
    floor = how.settings["floor"].value
    share = isinstance(floor, Amount)
    falling = (*common, share and bool(floor.value), not share)
    if how.kind == "cosine":
        return Cosine(*falling, how.settings["cycles"].value > 1)
    if how.kind == "warmup_stable_decay":
        steps = _UNITS[how.settings["decay"].value.unit].format("DECAY")
        shape = how.settings["shape"].value
        return WarmupStableDecay(*falling, steps, shape == "sqrt", shape == "linear")
    return Falling(*falling)


def _schedule_settings(how: SchedulePlan) -> Iterator[Constant]:
    if how.warmup.value.value:
        yield _duration("WARMUP", how.warmup)
    for name in ("cycles", "power", "timescale"):
        decided = how.settings.get(name)
        if decided and decided.value is not None and (name, decided.value) != ("cycles", 1):
            value = decided.value
            plain = value.value if isinstance(value, Amount) else None
            yield constant(name.upper(), decided, "steps" if plain else "", plain)
    if "decay" in how.settings:
        yield _duration("DECAY", how.settings["decay"])
    floor = how.settings.get("floor")
    if floor and isinstance(floor.value, Amount) and floor.value.value:
        yield constant("FLOOR", floor, "of the highest learning rate", floor.value.value / 100)
    elif floor and not isinstance(floor.value, Amount):
        yield constant("FLOOR", floor, "the lowest learning rate")


def _duration(name: str, decided: Decided[Amount]) -> Constant:
    amount = decided.value
    number = amount.value / 100 if amount.unit == "%" else amount.value
    return constant(name, decided, _SAID[amount.unit], number)
