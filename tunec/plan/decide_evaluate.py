"""The plan stage for `evaluate`.

In: a decider. Out: `EvaluatePlan`. Invariant: metrics are in the order of the spec, words first.
"""

from collections.abc import Iterator

from tunec.facts import Facts
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.plan.evaluate import (
    AgainstPlan,
    BestPlan,
    BoundPlan,
    EvaluatePlan,
    GeneratePlan,
    HarnessPlan,
    MetricPlan,
)
from tunec.spec.evaluate import Generate
from tunec.spec.expression import function_of
from tunec.spec.harness import FILES
from tunec.spec.raw import Amount

_PATH = "evaluate.generate"
PATHS = {"json_schema": "schema", "similarity": "model"}
"""Settings of metrics that are relative to the spec."""
AMOUNTS = frozenset({"timeout", "memory"})
"""Settings of metrics with one unit, which their constants leave out."""
_LESS_IS_BETTER = ("_loss", "_ece", "_error")
"""How the names of measures end of which less is better."""


def decide_evaluate(decider: Decider, facts: Facts) -> EvaluatePlan | None:
    harness = _harness(decider)
    if harness is None and not ({"validation", "test", "general"} & decider.spec.data.keys()):
        return None
    block = decider.spec.evaluate.generate if decider.spec.evaluate else None
    return EvaluatePlan(
        every=decider.value("evaluate.every"),
        generate=_generate(decider, facts, block) if block else None,
        best=_best(decider),
        accept=tuple(_accept(decider)),
        harness=harness,
        forgetting=_forgetting(decider),
    )


def _harness(decider: Decider) -> HarnessPlan | None:
    if decider.spec.evaluate is None or decider.spec.evaluate.harness is None:
        return None
    path = "evaluate.harness"
    written = decider.value(f"{path}.tasks")
    tasks = tuple(
        decider.relative(task, f"{path}.tasks") if task.endswith(FILES) else task
        for task in written.value
    )
    return HarnessPlan(
        tasks=Decided(tasks, written.origin),
        named=not all(task.endswith(FILES) for task in tasks),
        limit=decider.number(f"{path}.limit"),
        few_shot=decider.written(f"{path}.few_shot"),
        batch=decider.number(f"{path}.batch"),
        apply_chat_template=decider.value(f"{path}.apply_chat_template"),
    )


def _best(decider: Decider) -> BestPlan | None:
    if decider.spec.evaluate is None or decider.spec.evaluate.best is None:
        return None
    measure = decider.value("evaluate.best.measure")
    return BestPlan(
        measure=measure,
        patience=decider.written("evaluate.best.patience"),
        min_change=decider.value("evaluate.best.min_change"),
        more_is_better=not measure.value.endswith(_LESS_IS_BETTER),
    )


def _accept(decider: Decider) -> Iterator[BoundPlan]:
    accept = decider.spec.evaluate.accept if decider.spec.evaluate else None
    for name, bound in (accept.given if accept else {}).items():
        asked = bound.value
        share = asked.value / 100 if isinstance(asked, Amount) else asked
        origin = decider.origin(f"evaluate.accept.{name}") or "default"
        yield BoundPlan(name, bound.operator, Decided(share, origin))


def _forgetting(decider: Decider) -> Decided[float] | None:
    return (
        decider.value("evaluate.forgetting.warn_above") if "general" in decider.spec.data else None
    )


def _generate(decider: Decider, facts: Facts, block: Generate) -> GeneratePlan:
    def value(name: str) -> Decided[int]:
        return decider.number(f"{_PATH}.{name}")

    metrics = tuple(_metrics(decider, block))
    sampled = block.temperature is not None
    own = any(metric.kind == "own" for metric in metrics)
    return GeneratePlan(
        metrics=metrics,
        max_new_tokens=value("max_new_tokens"),
        limit=value("limit"),
        compare=decider.value(f"{_PATH}.compare"),
        batch=value("batch"),
        show=decider.value(f"{_PATH}.show"),
        temperature=decider.value(f"{_PATH}.temperature") if sampled else None,
        top_p=decider.value(f"{_PATH}.top_p") if sampled else None,
        metric_timeout=value("metric_timeout") if own else None,
        against=tuple(_against(decider, facts, name) for name in block.against),
        positions=_positions(facts) if block.against else None,
        on="test" if "test" in decider.spec.data else "validation",
    )


def _positions(facts: Facts) -> int | None:
    """Those of a model that is at hand, where it has a limit."""
    model = facts.model
    return model.max_positions if model and model.where != "scratch" else None


def _against(decider: Decider, facts: Facts, name: str) -> AgainstPlan:
    path, other = f"{_PATH}.against.{name}", facts.others.get(name)
    return AgainstPlan(
        name=name,
        origin=decider.origin(path) or "default",
        model=Decided(other.path, decider.origin(f"{path}.model") or "default") if other else None,
        local=other is not None and other.kind == "folder",
        examples=decider.written(f"{path}.examples"),
        system=decider.written(f"{path}.system"),
    )


def _metrics(decider: Decider, block: Generate) -> Iterator[MetricPlan]:
    default = () if block.metric else ("exact_match",)
    words = decider.value(f"{_PATH}.metrics", default)
    for word in words.value:
        function = function_of(word)
        if function:
            file = decider.relative(function[0], f"{_PATH}.metrics")
            yield MetricPlan("own", function[1], words.origin, {}, file)
        else:
            yield MetricPlan(word, word, words.origin, {})
    for kind, metric in block.metric.items():
        path = f"{_PATH}.metric.{kind}"
        settings = {name: decider.value(f"{path}.{name}") for name in metric.model_fields}
        tolerance, relative = settings.get("tolerance"), False
        if tolerance and isinstance(tolerance.value, Amount):
            share = tolerance.value.value / 100
            settings["tolerance"], relative = Decided(share, tolerance.origin), True
        if name := PATHS.get(kind):
            place = decider.relative(settings[name].value, f"{path}.{name}")
            settings[name] = Decided(place, settings[name].origin)
        for name in AMOUNTS & settings.keys():
            settings[name] = decider.number(f"{path}.{name}")
        origin = decider.origin(path) or words.origin
        yield MetricPlan(kind, kind, origin, settings, relative=relative)
