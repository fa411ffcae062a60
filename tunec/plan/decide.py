"""The plan stage, block by block.

In: a lowered spec, the facts, and the way from the script's folder to the spec's. Out: a `Plan`.
Invariant: it is called only for specs without errors, reads no files, and leaves nothing open.
"""

import re

from tunec.facts import Facts
from tunec.plan.decide_data import decide_cache, decide_data
from tunec.plan.decide_evaluate import decide_evaluate
from tunec.plan.decide_head import decide_head
from tunec.plan.decide_method import decide_method
from tunec.plan.decide_model import (
    decide_max_length,
    decide_model,
    decide_quantize,
    virtual_tokens,
)
from tunec.plan.decide_optimizer import decide_optimizer, decide_schedule
from tunec.plan.decide_template import decide_templates
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.plan.plan import (
    CheckpointPlan,
    Plan,
    TrainPlan,
    WatchdogPlan,
)
from tunec.spec.places import Lowered

FORWARD = 8192


def decide(lowered: Lowered, facts: Facts, home: str) -> Plan:
    """Decide everything; `home` leads from the script's folder to the spec's (`.` for the same)."""
    decider = Decider(lowered)
    kinds = lowered.places.kinds
    spec_name = lowered.places.root.name.replace("\\", "/").rsplit("/", 1)[-1]
    name = lowered.spec.name or run_name(spec_name)
    max_length = decide_max_length(decider, facts)
    data = decide_data(decider, facts, kinds["objective"])
    return Plan(
        name=name,
        spec_name=spec_name,
        home=home,
        seed=decider.value("seed"),
        output=decider.value("output", f"runs/{name}"),
        cache=decide_cache(decider, data.size),
        model=decide_model(decider, facts, max_length),
        quantize=decide_quantize(decider, kinds, facts),
        method=decide_method(decider, facts, kinds["method"]),
        templates=decide_templates(decider),
        data=data,
        objective=kinds["objective"],
        head=decide_head(decider, facts, kinds["objective"]),
        train=_train(decider, kinds, max_length),
        evaluate=decide_evaluate(decider, facts),
        checkpoint=CheckpointPlan(
            decider.value("checkpoint.every"), decider.value("checkpoint.keep")
        ),
    )


def run_name(spec_name: str) -> str:
    """A name for files and folders from the name of a spec: `my spec.tune` gives `my-spec`."""
    stem = spec_name.strip("<>").removesuffix(".tune")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:64] or "run"


# --- Optimisation ---------------------------------------------------------------------


def _train(decider: Decider, kinds: dict[str, str], max_length: Decided[int]) -> TrainPlan:
    steps = decider.written("train.steps")
    longest = max_length.value + virtual_tokens(decider)
    return TrainPlan(
        epochs=None if steps else decider.value("train.epochs", 3),
        steps=steps,
        batch=decider.value("train.batch"),
        forward=decider.number("train.forward", max(FORWARD, longest)),
        gradient_checkpointing=decider.value("train.gradient_checkpointing"),
        max_grad_norm=decider.value("train.max_grad_norm"),
        trained_dtype=decider.value("train.trained_dtype"),
        neftune_noise_alpha=decider.written("train.neftune_noise_alpha"),
        optimizer=decide_optimizer(decider, kinds),
        schedule=decide_schedule(decider, kinds),
        watchdog=_watchdog(decider) if decider.read("train.watchdog") else None,
    )


def _watchdog(decider: Decider) -> WatchdogPlan:
    return WatchdogPlan(
        grad_norm=decider.value("train.watchdog.grad_norm"),
        window=decider.number("train.watchdog.window"),
        loss=decider.written("train.watchdog.loss"),
        then=decider.value("train.watchdog.then"),
        patience=decider.number("train.watchdog.patience"),
    )


__all__ = ["decide", "run_name"]
