"""The plan stage for `method`.

In: a decider. Out: the plan of the method. Invariant: that of `decide`.
"""

from tunec.facts.methods import METHODS
from tunec.plan.decider import Decider
from tunec.plan.plan import FreezePlan, FullPlan, LoraPlan, MethodPlan, PeftPlan

WHOLE = ("full", "freeze")
"""Kinds that change the model's own weights."""


def decide_method(decider: Decider, kind: str) -> MethodPlan:
    if kind == "full":
        return FullPlan()
    if kind == "freeze":
        return FreezePlan(decider.written("method.last_layers"), decider.written("method.modules"))
    if kind in METHODS:
        names = METHODS[kind].arguments
        return PeftPlan(kind, {name: decider.value(f"method.{name}") for name in names})
    rank = decider.value("method.rank")
    return LoraPlan(
        kind="dora" if kind == "dora" else "lora",
        rank=rank,
        alpha=decider.value("method.alpha", 2 * rank.value, "2 * rank"),
        dropout=decider.value("method.dropout"),
        target_modules=decider.value("method.target_modules"),
    )


def usual_learning_rate(kind: str) -> float:
    """Of the kind, where the optimizer has none of its own."""
    if kind in METHODS:
        return METHODS[kind].learning_rate
    return 2e-5 if kind in WHOLE else 2e-4
