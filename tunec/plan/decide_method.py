"""The plan stage for `method`.

In: a decider. Out: the plan of the method. Invariant: that of `decide`.
"""

from typing import Any  # settings are of any sort

from tunec.facts import Facts
from tunec.facts.methods import METHODS
from tunec.plan.decide_tokenizer import together
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.plan.plan import ContinuePlan, FreezePlan, FullPlan, LoraPlan, MethodPlan, PeftPlan


def decide_method(decider: Decider, facts: Facts, kind: str) -> MethodPlan:
    if kind == "full":
        return FullPlan()
    if kind == "freeze":
        return FreezePlan(decider.written("method.last_layers"), decider.written("method.modules"))
    if kind == "continue":
        (adapter,) = facts.adapters["method.adapter"]
        origin = decider.origin("method.adapter") or "default"
        return ContinuePlan(Decided(adapter.path, origin), adapter.local)
    if kind in METHODS:
        names = METHODS[kind].arguments
        return PeftPlan(kind, {name: decider.value(f"method.{name}") for name in names})
    rank = decider.value("method.rank")
    return LoraPlan(
        kind="dora" if kind == "dora" else "lora",
        rank=rank,
        alpha=decider.value("method.alpha", 2 * rank.value, "2 * rank"),
        dropout=decider.value("method.dropout"),
        target_modules=_targets(decider, facts),
        options={
            name: decided
            for name in OPTIONS
            if (decided := decider.value(f"method.{name}")).value not in (None, False, "default")
        },
        ranks=_of_modules(decider, "rank"),
        alphas=_of_modules(decider, "alpha"),
        merge=decider.read("method.merge"),
    )


OPTIONS = (
    "exclude_modules",
    "layers",
    "modules_to_save",
    "rslora",
    "init",
)
"""Settings of `lora` that a script has only where they say something."""


def _targets(decider: Decider, facts: Facts) -> Decided[Any]:
    """A list of names where peft takes no other with `layers`."""
    decided = decider.value("method.target_modules")
    if decided.value != "all_linear" or decider.read("method.layers") is None:
        return decided
    assert facts.model is not None, "checked: the modules are known"
    names = dict.fromkeys(name.rpartition(".")[2] for name in facts.model.linear_modules())
    excluded = decider.read("method.exclude_modules") or ()
    return Decided(
        tuple(name for name in names if name not in excluded), f"{decided.origin}: all_linear"
    )


def _of_modules(decider: Decider, setting: str) -> Decided[dict[str, Any]] | None:
    """One setting of the blocks `module`, by the names that these are for."""
    found = []
    for index, block in enumerate(decider.read("method.ranks")):
        written = decider.written(f"method.ranks.{index}.{setting}")
        if written is not None:
            found.append(({block.path: written.value}, written.origin))
    return together(found)
