"""The plan stage for `objective classify` and `objective regress`.

In: a decider and the facts. Out: `HeadPlan`. Invariant: it is called only for specs whose labels
are written or were counted.
"""

from tunec.facts import Facts
from tunec.facts.architectures import CLASSIFYING_ENCODERS, TWO_SEGMENTS
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.plan.plan import HeadPlan
from tunec.spec.classify import HEADED


def decide_head(decider: Decider, facts: Facts, objective: str) -> HeadPlan | None:
    if objective not in HEADED:
        return None
    several = _says_several(decider)
    kind = "multi_label_classification" if several else "single_label_classification"
    classifies = objective == "classify"
    labels = _labels(decider, facts) if classifies else None
    model = facts.model
    pairs = any(
        [part.role for part in template.turns].count("text") > 1
        for template in decider.spec.template.values()
    )
    return HeadPlan(
        kind if classifies else "regression",
        labels,
        _weights(decider, facts, labels.value, several) if labels else None,
        decider.value("objective.threshold") if classifies else None,
        causal=model is None or model.model_type not in CLASSIFYING_ENCODERS,
        segments=pairs and model is not None and model.model_type in TWO_SEGMENTS,
    )


def _says_several(decider: Decider) -> bool:
    """Whether a row may have several labels."""
    parts = [part for template in decider.spec.template.values() for part in template.turns]
    return any(part.role == "labels" for part in parts)


def _labels(decider: Decider, facts: Facts) -> Decided[tuple[str, ...]]:
    found = tuple(facts.labels.counts) if facts.labels else ()
    return decider.value("objective.labels", found, "those of the files of data train")


def _weights(
    decider: Decider, facts: Facts, labels: tuple[str, ...], several: bool
) -> Decided[tuple[float, ...]] | None:
    written = decider.written("objective.class_weights")
    if written is None or written.value != "balanced":
        return written
    assert facts.labels is not None, "checked: the labels were counted"
    counts, rows = [facts.labels.counts[label] for label in labels], facts.labels.rows
    if several:
        weights = [(rows - count) / count for count in counts]
    else:
        weights = [rows / (len(labels) * count) for count in counts]
    said = ", ".join(f"{count:,}" for count in counts)
    origin = f"{written.origin}, balanced: {said} of {rows:,} rows"
    return Decided(tuple(float(f"{weight:.4g}") for weight in weights), origin)


__all__ = ["decide_head"]
