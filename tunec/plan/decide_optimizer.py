"""The plan stage for `optimizer` and `schedule`.

In: a decider, and the kinds of all blocks. Out: their plans. Invariant: that of `decide`.
"""

from tunec.facts.optimizers import OPTIMIZERS, usual_learning_rate
from tunec.plan.decide_model import is_scratch
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.plan.plan import GroupPlan, OptimizerPlan, SchedulePlan

PATH = "train.optimizer"


def decide_optimizer(decider: Decider, kinds: dict[str, str]) -> OptimizerPlan:
    kind = kinds[PATH]
    usual = usual_learning_rate(kind, kinds["method"], is_scratch(decider))
    groups = range(len(decider.read(f"{PATH}.groups")))
    return OptimizerPlan(
        kind=kind,
        learning_rate=decider.value(f"{PATH}.learning_rate", usual),
        settings={name: decider.value(f"{PATH}.{name}") for name in OPTIMIZERS[kind].arguments},
        decay=decider.value(f"{PATH}.decay"),
        loraplus_ratio=None
        if OPTIMIZERS[kind].hidden
        else decider.written(f"{PATH}.loraplus_ratio"),
        groups=tuple(_group(decider, f"{PATH}.groups.{number}") for number in groups),
    )


def _group(decider: Decider, path: str) -> GroupPlan:
    return GroupPlan(
        module=decider.read(f"{path}.text"),
        learning_rate=decider.written(f"{path}.learning_rate"),
        weight_decay=decider.written(f"{path}.weight_decay"),
    )


def decide_schedule(decider: Decider, kinds: dict[str, str]) -> SchedulePlan:
    kind, line = kinds["train.schedule"], decider.origin("train.schedule") or "default"
    if OPTIMIZERS[kinds[PATH]].averages:  # and its own schedule is none
        return SchedulePlan("constant", decider.value("train.schedule.warmup"), {}, line)
    names = type(decider.read("train.schedule")).model_fields.keys() - {"warmup"}
    settings = {name: decider.value(f"train.schedule.{name}") for name in sorted(names)}
    warmup = decider.value("train.schedule.warmup")
    if kind == "inverse_sqrt" and settings["timescale"].value is None:
        settings["timescale"] = Decided(None, warmup.origin)
    return SchedulePlan(kind, warmup, settings, line)
