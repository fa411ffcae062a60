"""What is measured of answers: the functions of each metric, and how a script calls them.

In: the metrics of a plan. Out: sections, constants, and the pieces of code that name them.
Invariant: a function, a library and a constant are in a script if and only if one of its metrics
needs it.
"""

from collections.abc import Iterator, Mapping
from typing import Any  # settings are of any sort

from tunec.emit.constants import Constant, constant, in_folder
from tunec.emit.contexts import Context
from tunec.emit.literals import prose, py, quoted, text_of_row
from tunec.emit.row_functions import reader_of
from tunec.emit.section import Section
from tunec.plan.decided import Decided
from tunec.plan.evaluate import GeneratePlan, MetricPlan
from tunec.plan.plan import Plan
from tunec.record import record

BEFORE = {
    "normalised_match": "normalised",
    "f1": "normalised",
    "json_valid": "json_of",
    "json_fields": "json_of",
    "json_schema": "json_of",
}
"""From a metric to the function that its own needs."""
SACREBLEU = {"bleu": "BLEU()", "chrf": "CHRF()"}
ROUGE = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}
"""By metric, what its library calls it."""
REPLY = "Reply with a whole number from 0 to 10, and with nothing else."
ROWS = ("own", "python_tests", "judge", "similarity")
"""Metrics of answers with their rows, computed when all are there."""


@record
class Sacrebleu(Context):
    metrics: str


@record
class Rouge(Context):
    kinds: str


@record
class Numeric(Context):
    relative: bool


@record
class Judge(Context):
    key: bool
    question: str
    origin: str

    @classmethod
    def of(cls, metric: MetricPlan) -> "Judge":
        prompt, key = metric.settings["prompt"], metric.settings["key_from"]
        question = text_of_row(f"{prompt.value}\n\n{REPLY}")
        return cls(key.value is not None, question, prose(prompt.origin))


@record
class PythonTests(Context):
    rows: str

    @classmethod
    def of(cls, plan: Plan) -> "PythonTests":
        """Where the rows that are asked are read."""
        assert plan.evaluate
        assert plan.evaluate.generate
        on = plan.evaluate.generate.on
        name = on if on in plan.data.parts() else "train"
        if not plan.data.plain:
            return cls(f"for place, row, *_ in {name}_rows():")
        file = "file" if len(plan.templates) == 1 else "file, _"
        read = f"each for {file} in {name.upper()}_FILES for each in {reader_of(plan)}(file)"
        return cls(f"for place, row in ({read}):")


def metrics(plan: GeneratePlan) -> Iterator[Section]:
    """The functions of the metrics, each once."""
    kinds = plan.kinds()
    before = dict.fromkeys(BEFORE[kind] for kind in kinds if kind in BEFORE)
    yield from (Section(f"metrics/{name}") for name in before)
    if chosen := [kind for kind in kinds if kind in SACREBLEU]:
        inside = ", ".join(f"{py(kind)}: {SACREBLEU[kind]}" for kind in chosen)
        yield Section("metrics/sacrebleu", Sacrebleu("{" + inside + "}"))
    if chosen := [ROUGE[kind] for kind in kinds if kind in ROUGE]:
        yield Section("metrics/rouge", Rouge(py(chosen)))
    for metric in plan.metrics:
        if metric.kind == "numeric":
            yield Section("metrics/numeric", Numeric(metric.relative))
        elif metric.kind not in (*SACREBLEU, *ROUGE, *ROWS):
            yield Section(f"metrics/{metric.kind}")
        if metric.kind == "similarity":
            yield Section("metrics/similarity")
        if metric.kind == "judge":
            yield Section("metrics/judge", Judge.of(metric))
    if "own" in kinds:
        yield Section("metrics/own")


def score(metric: MetricPlan) -> str:
    """The entry of a metric in the scores of an answer."""
    name, call = metric.kind, f"{metric.kind}(given, wanted)"
    if name in SACREBLEU:
        call = f"counted(SACREBLEU[{py(name)}], given, wanted)"
    elif name in ROUGE:
        call = f"rouge({py(ROUGE[name])}, given, wanted)"
    elif name == "macro_f1":
        call = "label_pair(given, wanted)"
    return f'"{name}": {call},'


def metric_settings(plan: GeneratePlan) -> Iterator[Constant]:
    own = []
    for metric in plan.metrics:
        settings = metric.settings
        if metric.kind in ("regex_match", "regex_extract"):
            yield constant(metric.kind.upper(), settings["pattern"])
        elif metric.kind == "json_schema":
            file = settings["schema"]
            yield constant("JSON_SCHEMA", file, value=in_folder(file.value))
        elif metric.kind == "numeric":
            note = "of the wanted number" if metric.relative else ""
            yield constant("NUMERIC_TOLERANCE", settings["tolerance"], note)
        elif metric.kind == "python_tests":
            yield constant("TESTS", settings["tests"], "a column")
            yield constant("TEST_SECONDS", settings["timeout"])
            yield constant("TEST_MEMORY", settings["memory"], "MB")
        elif metric.kind == "similarity":
            folder = settings["model"]
            yield constant("SIMILARITY_MODEL", folder, value=in_folder(folder.value))
        elif metric.kind == "judge":
            yield from _judge_settings(settings)
        elif metric.kind == "own":
            own.append(f"{quoted(metric.name)}: ({py(metric.file)}, {py(metric.name)})")
    if own and plan.metric_timeout:
        origin = next(metric.origin for metric in plan.metrics if metric.kind == "own")
        yield Constant("OWN_METRICS", "{" + ", ".join(own) + "}", origin)
        yield constant("METRIC_SECONDS", plan.metric_timeout, "for the answers of an evaluation")


def _judge_settings(settings: Mapping[str, Decided[Any]]) -> Iterator[Constant]:
    yield constant("JUDGE_ADDRESS", settings["address"])
    yield constant("JUDGE_MODEL", settings["model"])
    if settings["key_from"].value is not None:
        yield constant("JUDGE_KEY_FROM", settings["key_from"], "of the environment")
    yield constant("JUDGE_SECONDS", settings["timeout"])
    yield Constant("JUDGE_WAITS", "(0, 2, 8)", "default, seconds before it is asked again")
    yield constant("JUDGE_AT_ONCE", settings["at_once"])
