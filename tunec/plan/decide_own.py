"""The plan stage for the methods that peft lacks.

In: a decider. Out: the plan of the method. Invariant: that of `decide`.
"""

from tunec.facts import Facts
from tunec.facts.sublayers import adapter_weights, biases, sublayers
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.plan.plan import OwnPlan


def decide_own(decider: Decider, facts: Facts, kind: str) -> OwnPlan:
    if kind == "bitfit":
        return OwnPlan(kind, {}, biases(facts.model), decider.read("method.merge"))
    placement = decider.value("method.placement")
    settings = {
        "placement": placement,
        "modules": _modules(decider, facts, placement),
        "size": decider.value("method.size"),
        "activation": decider.value("method.activation"),
    }
    terms = 0
    if kind == "compacter":
        settings["terms"] = decider.value("method.terms")
        terms = settings["terms"].value
    else:
        scale = 4.0 if placement.value == "parallel" else 1.0
        settings["scale"] = decider.value("method.scale", scale, placement.value)
    parts = len(settings["modules"].value)
    count = adapter_weights(facts.model, settings["size"].value, parts, terms)
    return OwnPlan(kind, settings, count, merge=False)


def _modules(decider: Decider, facts: Facts, placement: Decided[str]) -> Decided[tuple[str, ...]]:
    written = decider.written("method.modules")
    if written is not None:
        return written
    parts = sublayers(facts.model)
    assert parts is not None, "checked: the parts are known, or named"
    both = placement.value == "houlsby"
    return Decided(parts if both else parts[1:], f"{placement.origin}, {placement.value}")
