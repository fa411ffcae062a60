"""Facts: what can be known of a spec's model and data without loading a weight.

In: a lowered spec. Out: `Facts`. Invariant: nothing is downloaded, and what is not at hand is None;
the script then checks it before it trains.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tunec.diagnostics import Report
from tunec.facts.adapters import AdapterFacts, gather_adapters
from tunec.facts.counting import TokenCounter
from tunec.facts.data import SourceFacts, gather_sources
from tunec.facts.gather import gather_model
from tunec.facts.harness import gather_tasks
from tunec.facts.labels import LabelFacts, gather_labels
from tunec.facts.listed import Listed, gather_listed, missing_texts
from tunec.facts.metrics import MetricFacts, gather_metrics
from tunec.facts.model import ModelFacts
from tunec.facts.others import gather_others
from tunec.facts.paths import relative
from tunec.facts.place import ModelPlace, resolve_model
from tunec.facts.tokenizer import TokenizerFacts
from tunec.files import Files
from tunec.spec.places import Lowered

__all__ = [
    "AdapterFacts",
    "Facts",
    "LabelFacts",
    "MetricFacts",
    "ModelFacts",
    "ModelPlace",
    "SourceFacts",
    "TokenizerFacts",
    "gather",
    "relative",
    "resolve_model",
]


class Facts(NamedTuple):
    """What is known."""

    model: ModelFacts | None
    """None for a name on the hub that is not in the cache."""
    tokenizer: TokenizerFacts | None
    sources: Mapping[str, SourceFacts]
    """By path in the spec: `data.train.sources.0`."""
    place: ModelPlace | None = None
    """Where the model is, for `model scratch` its tokenizer; None where that was reported."""
    counter: TokenCounter = TokenCounter(Files(), None)
    """Counts the tokens of texts, where the tokenizer is at hand."""
    adapters: Mapping[str, tuple[AdapterFacts, ...]] = MappingProxyType({})
    """By path in the spec: `method.adapter`."""
    metrics: MetricFacts = MetricFacts()
    others: Mapping[str, ModelPlace] = MappingProxyType({})
    """Where other models are, by the name of the comparison."""
    tasks: Mapping[str, str] = MappingProxyType({})
    """What is wrong with files of tasks, by what the spec writes."""
    listed: Listed = Listed()
    missing_texts: str = ""
    """Why the file of `method.init_texts` is not there."""
    labels: LabelFacts | None = None
    """Those of the rows to train on, for `objective classify`, where all of them can be read."""


def gather(lowered: Lowered, files: Files, report: Report) -> Facts:
    """All that is known; what cannot be right goes to `report`."""
    place, model, tokenizer = gather_model(lowered, files, report)
    counter = TokenCounter(files, place.local if place else None)
    sources = gather_sources(lowered, files, report)
    adapters = gather_adapters(lowered, files, report)
    metrics = gather_metrics(lowered, files)
    classifies = lowered.places.kinds.get("objective") == "classify"
    return Facts(
        model,
        tokenizer,
        sources,
        place,
        counter,
        adapters,
        metrics,
        others=gather_others(lowered, files, report),
        tasks=gather_tasks(lowered, files),
        listed=gather_listed(lowered, files),
        labels=gather_labels(lowered, files, sources) if classifies else None,
        missing_texts=missing_texts(lowered, files),
    )
