"""The plan stage for `optimizer` and `schedule`.

In: a decider, and the kinds of all blocks. Out: their plans. Invariant: that of `decide`.
"""

from tunec.facts.optimizers import OPTIMIZERS
from tunec.plan.decide_method import usual_learning_rate
from tunec.plan.decide_model import is_scratch
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.plan.plan import GroupPlan, OptimizerPlan

PATH = "train.optimizer"


def decide_optimizer(decider: Decider, kinds: dict[str, str]) -> OptimizerPlan:
    kind = kinds[PATH]
    groups = range(len(decider.read(f"{PATH}.groups")))
    return OptimizerPlan(
        kind=kind,
        learning_rate=_learning_rate(decider, kinds),
        settings={name: decider.value(f"{PATH}.{name}") for name in OPTIMIZERS[kind].arguments},
        decay=decider.value(f"{PATH}.decay"),
        loraplus_ratio=decider.written(f"{PATH}.loraplus_ratio"),
        groups=tuple(_group(decider, f"{PATH}.groups.{number}") for number in groups),
    )


def _learning_rate(decider: Decider, kinds: dict[str, str]) -> Decided[float]:
    known = OPTIMIZERS[kinds[PATH]]
    adamw = 1e-3 if is_scratch(decider) else usual_learning_rate(kinds["method"])
    usual = known.learning_rate or float(f"{adamw * known.rate:.6g}")
    return decider.value(f"{PATH}.learning_rate", usual)


def _group(decider: Decider, path: str) -> GroupPlan:
    return GroupPlan(
        module=decider.read(f"{path}.text"),
        learning_rate=decider.written(f"{path}.learning_rate"),
        weight_decay=decider.written(f"{path}.weight_decay"),
    )
