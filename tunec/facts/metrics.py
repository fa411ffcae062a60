"""What metrics name: functions of Python files, and JSON schemas.

In: a lowered spec. Out: `MetricFacts`. Invariant: nothing is imported or run.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from tunec.facts.functions import Function, functions_of
from tunec.facts.paths import is_absolute, missing
from tunec.files import Files
from tunec.spec.expression import function_of
from tunec.spec.metrics import JsonSchema, Similarity
from tunec.spec.places import Lowered, Places

METRICS = "evaluate.generate.metrics"
SCHEMA = "evaluate.generate.metric.json_schema.schema"
EMBEDDER = "evaluate.generate.metric.similarity.model"


class MetricFacts(NamedTuple):
    """What is known of the files of metrics."""

    functions: Mapping[str, Mapping[str, Function] | str] = {}
    """By what the spec writes, `metrics.py:cites`: what the file has, or why that is not known."""
    schema: str = ""
    """What is wrong with the schema."""
    embedder: str = ""
    """What is wrong with the folder of the model that embeds."""


def gather_metrics(lowered: Lowered, files: Files) -> MetricFacts:
    evaluate = lowered.spec.evaluate
    if evaluate is None or evaluate.generate is None:
        return MetricFacts()
    found, schema = {}, ""
    for text in evaluate.generate.metrics or ():
        if named := function_of(text):
            folder = lowered.places.folder(METRICS)
            found[text] = functions_of(files, folder, named[0])
    metric = evaluate.generate.metric.get("json_schema")
    if isinstance(metric, JsonSchema):
        schema = _wrong(files, lowered.places, metric.schema)
    similarity, embedder = evaluate.generate.metric.get("similarity"), ""
    if isinstance(similarity, Similarity):
        embedder = _no_model(files, lowered.places, similarity.model)
    return MetricFacts(found, schema, embedder)


def _no_model(files: Files, places: Places, name: str) -> str:
    folder = places.folder(EMBEDDER)
    if is_absolute(name):
        return f"`{name}` is an absolute path"
    if not files.is_folder(folder / name):
        _, fact = missing(files, folder, name, "folders")
        return f"there is no folder `{name}`. {fact}".strip().rstrip(".")
    has = files.is_file(folder / name / "config.json")
    return "" if has else f"`{name}` has no `config.json`"


def _wrong(files: Files, places: Places, name: str) -> str:
    folder = places.folder(SCHEMA)
    if is_absolute(name):
        return f"`{name}` is an absolute path"
    if not files.is_file(folder / name):
        _, fact = missing(files, folder, name, "files")
        return f"there is no file `{name}`. {fact}".strip().rstrip(".")
    try:
        schema = json.loads(files.read_text(folder / name))
    except (OSError, ValueError, RecursionError) as problem:
        return f"`{name}` is not JSON: {problem}"
    return "" if isinstance(schema, (dict, bool)) else f"`{name}` is JSON, but no schema"
