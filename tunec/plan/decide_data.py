"""The plan stage for `data`.

In: a decider and the facts. Out: `DataPlan`. Invariant: sources keep their order.
"""

from tunec.facts import Facts
from tunec.plan.data import DataPlan, SourcePlan
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider


def decide_data(decider: Decider, facts: Facts, objective: str) -> DataPlan:
    data = decider.spec.data

    def sources(name: str) -> Decided[tuple[SourcePlan, ...]] | None:
        if name not in data or not data[name].sources:
            return None
        plans = tuple(
            _source(decider, facts, f"data.{name}.sources.{number}")
            for number in range(len(data[name].sources))
        )
        return Decided(plans, decider.origin(f"data.{name}.sources.0") or "default")

    train = sources("train")
    assert train is not None, "checked: there are rows to train on"
    overflow, trained = ("split", "all") if objective == "pretrain" else ("drop", "assistant")
    return DataPlan(
        train=train,
        validation=sources("validation"),
        split=decider.written("data.validation.split") if "validation" in data else None,
        test=sources("test"),
        overflow=decider.value("data.train.overflow", overflow),
        train_on=decider.value("data.train.train_on", trained),
        one_row_per_answer=decider.value("data.train.one_row_per_answer"),
    )


def _source(decider: Decider, facts: Facts, path: str) -> SourcePlan:
    kind = facts.sources[path].format
    sample_by = (decider.read(f"{path}.sample_by") or "document") if kind == "text" else None
    return SourcePlan(
        decider.read(f"{path}.template") or next(iter(decider.spec.template)),
        decider.relative(decider.read(f"{path}.path"), f"{path}.path"),
        kind,
        sample_by,
    )
