"""The plan stage for `data`.

In: a decider and the facts. Out: `DataPlan`. Invariant: sources keep their order.
"""

from collections.abc import Iterator
from typing import Any  # settings are of any sort

from tunec.facts import Facts
from tunec.plan.data import DataPlan, ExcludePlan, OverlapPlan, SourcePlan, StepPlan
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.spec.classify import HEADED
from tunec.spec.expression import function_of
from tunec.spec.raw import Amount


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
    overlaps = {
        name: OverlapPlan(
            decider.value(f"data.{name}.overlap"), decider.value(f"data.{name}.overlap_by")
        )
        for name in ("validation", "test", "general")
        if sources(name)
    }
    deduplicate = decider.written("data.train.deduplicate")
    ways = [deduplicate, *(each.by for each in overlaps.values())]
    near = any(way is not None and way.value == "near" for way in ways)
    overflow, trained = ("split", "all") if objective == "pretrain" else ("drop", "assistant")
    interleave = decider.value("data.train.stop", "first_exhausted")
    return DataPlan(
        size=_size(decider, facts),
        train=train,
        interleave=interleave if decider.read("data.train.mix") == "interleave" else None,
        validation=sources("validation"),
        split=_share(decider.written("data.validation.split")) if "validation" in data else None,
        test=sources("test"),
        general=sources("general"),
        order=decider.value("data.train.order"),
        sort_by=decider.written("data.train.sort_by"),
        descending=decider.value("data.train.descending"),
        deduplicate=deduplicate,
        threshold=decider.value("data.train.threshold") if near else None,
        overlaps=overlaps,
        exclude=sources("exclude"),
        exclusion=_exclusion(decider) if "exclude" in data else None,
        empty=decider.value("data.train.empty"),
        answer_in_prompt=decider.value("data.train.answer_in_prompt"),
        overflow=decider.value("data.train.overflow", overflow),
        train_on=decider.value("data.train.train_on", trained),
        one_row_per_answer=decider.value("data.train.one_row_per_answer"),
        labelled=objective in HEADED,
    )


IN_MEMORY = 8_000_000
"""Bytes of data that are encoded by one process in ten to twenty seconds (`docs/benchmarks.md`)."""
CACHE = "runs/encoded"


def decide_cache(decider: Decider, size: int | None) -> Decided[str | None]:
    """Few rows are encoded at every start, by code that is short."""
    if size is None:
        return decider.value("cache", CACHE, "the size of the data is not known")
    if size > IN_MEMORY:
        return decider.value("cache", CACHE, f"over {IN_MEMORY // 10**6} MB of data")
    return decider.value("cache", None, f"up to {IN_MEMORY // 10**6} MB of data")


def _size(decider: Decider, facts: Facts) -> int | None:
    """Bytes of the text that is encoded, about; None where it is not known."""
    total = 0
    for path, source in facts.sources.items():
        if path.startswith("data.exclude."):
            continue  # it is read, not encoded
        if source.size is None:
            return None
        total += source.size * (decider.read(f"{path}.repeat") or 1)
    return total


def _exclusion(decider: Decider) -> ExcludePlan:
    return ExcludePlan(
        decider.written("data.exclude.columns"),
        decider.value("data.exclude.ngram"),
        decider.value("data.exclude.overlap"),
    )


def _share(decided: Decided[Any] | None) -> Decided[Any] | None:
    """A percentage becomes its fraction; what counts rows stays."""
    if decided is None or not isinstance(decided.value, Amount) or decided.value.unit != "%":
        return decided
    return Decided(decided.value.value / 100, decided.origin)


def _source(decider: Decider, facts: Facts, path: str) -> SourcePlan:
    located = facts.sources[path].located
    assert located is not None, "gathered: it was found"
    local = located.kind in ("file", "files")
    text = located.format == "text"
    return SourcePlan(
        decider.read(f"{path}.template") or next(iter(decider.spec.template)),
        decider.relative(located.path, f"{path}.path") if local else located.path,
        located.format,
        (decider.read(f"{path}.sample_by") or "document") if text else None,
        located.kind,
        located.packed,
        decider.origin(f"{path}.path") or "default",
        _of_hub(decider, path) if located.kind == "hub" else {},
        tuple(_steps(decider, path)),
        decider.written(f"{path}.share"),
        decider.written(f"{path}.probability"),
    )


def _of_hub(decider: Decider, path: str) -> dict[str, Decided[Any]]:
    """Arguments of reading from the hub; those that say nothing are left out."""
    found = {"split": decider.value(f"{path}.split", "train")}
    for name in ("subset", "revision", "streaming", "buffer"):
        if decider.read(f"{path}.{name}"):
            found[name] = decider.number(f"{path}.{name}")
    return found


def _steps(decider: Decider, path: str) -> Iterator[StepPlan]:
    """In the order in which they are applied."""
    for kind in ("filter", "map", "first", "sample", "repeat"):
        value = _share(decider.written(f"{path}.{kind}"))
        if value is None:
            continue
        function = function_of(value.value) if kind in ("filter", "map") else None
        if function:
            file = decider.relative(function[0], f"{path}.{kind}")
            value = Decided((file, function[1]), value.origin)
        yield StepPlan(kind, value)
