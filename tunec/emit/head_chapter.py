"""The chapters of a script that trains a head: their templates, what they are given, constants.

In: a plan with a head. Out: sections, contexts, constants. Invariant: that of `contexts`; nothing
here is asked of a plan without a head.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, constant
from tunec.emit.contexts import Context, Losses, autocast
from tunec.emit.literals import py
from tunec.emit.section import Section
from tunec.emit.template_contexts import Suffixed, expression
from tunec.plan.data import TemplatePlan
from tunec.plan.plan import HeadPlan, Plan, PretrainedPlan
from tunec.record import record


def head_of(plan: Plan) -> HeadPlan:
    assert plan.head is not None, "asked of a plan with a head"
    return plan.head


# --- Rows -----------------------------------------------------------------------------


@record
class Labelled(Suffixed):
    """The text of a template, and what it says of it."""

    text: str
    label: str


@record
class LabelledPair(Labelled):
    second: str


def labelled(plan: Plan, template: TemplatePlan) -> Section:
    """The function that makes texts and a label of a row."""
    texts = [part for part in template.texts if part.role == "text"]
    found = [expression(plan, template, text, at) for at, text in enumerate(texts, start=1)]
    named, label = Suffixed.named(plan, template), _label(plan, template)
    if len(found) == 1:
        return Section("head/text_and_label", Labelled(*named, found[0], label))
    return Section("head/pair_and_label", LabelledPair(*named, found[0], label, found[1]))


def is_pair(template: TemplatePlan) -> bool:
    return [part.role for part in template.turns].count("text") > 1


def _label(plan: Plan, template: TemplatePlan) -> str:
    for at, part in enumerate(template.texts, start=1):
        if part.role == "label":
            return f"label_of({expression(plan, template, part, at)})"
    return f"labels_of(row.get({py(template.column.column)}))"


@record
class Encoded(Context):
    segments: bool


def labels(plan: Plan) -> Iterator[Section]:
    """What makes numbers of labels, and texts with labels of rows."""
    kinds = {
        "single_label_classification": "head/label",
        "multi_label_classification": "head/labels",
        "regression": "head/number",
    }
    yield Section(kinds[head_of(plan).kind])
    for template in plan.templates:
        yield labelled(plan, template)


def encoders(plan: Plan) -> Iterator[Section]:
    """What makes token ids of one text, and of two."""
    pairs = {is_pair(template) for template in plan.templates}
    context = Encoded(head_of(plan).segments)
    if False in pairs:
        yield Section("head/encode_text", context)
    if True in pairs:
        yield Section("head/encode_pair", context)


# --- Model, loss, evaluation ----------------------------------------------------------


@record
class Base(Context):
    revision: bool
    labelled: bool
    kind: str


@record
class Loss(Context):
    autocast: bool
    segments: bool
    causal: bool
    single: bool
    multiple: bool
    weighted: bool


@record
class Padding(Context):
    in_memory: bool


@record
class Measure(Context):
    test: bool


@record
class Thresholds(Context):
    multiple: bool


def chooses_thresholds(plan: Plan) -> bool:
    """Whether labels are given from another probability on than half."""
    threshold = plan.head.threshold if plan.head else None
    return threshold is not None and threshold.value == "best_f1"


@record
class LabelResults(Losses):
    matrix: str
    columns: str
    """What is counted in the matrix."""


def base(plan: Plan) -> Iterator[Section]:
    """The loading of the model with its head, and what finds the head."""
    source = plan.model.source
    assert isinstance(source, PretrainedPlan), "checked: a head goes on trained weights"
    head = head_of(plan)
    revision = source.revision is not None
    yield Section("head/base", Base(revision, head.labels is not None, py(head.kind)))
    if plan.method.kind != "full":
        yield Section("head/names")


def loss(plan: Plan) -> Section:
    head = head_of(plan)
    context = Loss(
        autocast=autocast(plan),
        segments=head.segments,
        causal=head.causal,
        single=head.kind == "single_label_classification",
        multiple=head.kind == "multi_label_classification",
        weighted=head.weights is not None,
    )
    return Section("head/loss", context)


MEASURES = {
    "single_label_classification": "head/measure_label",
    "multi_label_classification": "head/measure_labels",
    "regression": "head/measure_number",
}


def head_evaluation(plan: Plan) -> Iterator[Section]:
    """The check at the start always, measures where something is held out."""
    yield Section("head/check_padding", Padding(plan.in_memory))
    if plan.evaluate is None:
        return
    kind = head_of(plan).kind
    yield Section("head/predicted")
    yield Section(MEASURES[kind], Measure(plan.data.test is not None))
    if chooses_thresholds(plan):
        yield Section("head/thresholds", Thresholds(kind == "multi_label_classification"))
    if plan.validated:
        yield Section("evaluate/overfitting")
    losses = Losses.of(plan)
    if losses.lowest:
        yield Section("evaluate/lowest_loss")
    if kind == "regression":
        yield Section("evaluate/results", losses)
    elif kind == "single_label_classification":
        yield Section("head/results", LabelResults(losses.lowest, "confusion", "*LABELS"))
    else:
        columns = '"hits", "extra", "missed"'
        yield Section("head/results", LabelResults(losses.lowest, "outcomes", columns))


# --- Constants ------------------------------------------------------------------------


def head_settings(plan: Plan) -> Iterator[Constant]:
    if plan.head is None:
        return
    if plan.head.labels:
        yield constant("LABELS", plan.head.labels, value=list(plan.head.labels.value))
    if plan.head.weights:
        note = "in this order"
        yield constant("CLASS_WEIGHTS", plan.head.weights, note, list(plan.head.weights.value))


def measure_settings(plan: Plan) -> Iterator[Constant]:
    """What the measures of a head depend on."""
    if plan.head and plan.evaluate and plan.head.kind == "single_label_classification":
        yield Constant("CONFIDENCE_BINS", "15", "default, of the calibration error")
