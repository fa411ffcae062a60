"""Rules on the labels of rows, and on how much each counts.

In: a context. Out: diagnostics. Invariant: the labels of a spec that passes are known, at least two
where a row has one of them, and every row that was looked at has such a label.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import NamedTuple

from tunec.checks.columns import known_sources, place_of
from tunec.checks.context import LABELS, Context, Rule, problem
from tunec.checks.placeholders import PLAIN
from tunec.diagnostics import Diagnostic, Label
from tunec.diagnostics.suggest import nearest
from tunec.facts.data import sources
from tunec.facts.paths import enumerated
from tunec.spec.classify import Classify

_LABELS = "objective.labels"
_WEIGHTS = "objective.class_weights"
_MOST = 1000
"""More labels than this are rather the texts themselves."""


def _classify(context: Context) -> Classify | None:
    found = context.spec.objective
    return found if isinstance(found, Classify) else None


def _known(context: Context) -> tuple[str, ...]:
    """The labels, written or counted; empty where they are not known."""
    classify = _classify(context)
    if classify is None:
        return ()
    counted = context.facts.labels
    return classify.labels or (tuple(counted.counts) if counted else ())


def labels_are_known(context: Context) -> Iterator[Diagnostic]:
    """The head has a number for each label, so all have to be known before it is made."""
    if _classify(context) is None:
        return
    labels = _known(context)
    templates = [template for _, template, form in context.forms() if form == "labelled"]
    lasts = [template.turns[-1].role for template in templates]
    found = [path for path, _ in sources(context.lowered) if path.startswith("data.train.")]
    whole = bool(found) and all(path in context.facts.sources for path in found)
    if not whole or not lasts or not {*lasts} <= {*LABELS}:
        return  # what is wrong is said already
    if not labels:
        yield problem(
            "E303",
            "`objective classify` needs `labels`: they can be counted only where a `label` is "
            "nothing but a column of local files (JSON Lines, JSON, CSV) that are read whole.",
            context.at("objective"),
            remedy='Write them: `objective classify { labels = ["negative", "positive"] }`.',
        )
    elif len(labels) == 1 and "label" in lasts:
        yield problem(
            "E303",
            f"There is one label only, `{labels[0]}`, so nothing is to be told apart.",
            context.at(_LABELS),
            remedy="Name all labels, or other data.",
        )
    elif len(labels) > _MOST and not context.written(_LABELS):
        yield problem(
            "E303",
            f"The rows have {len(labels):,} different labels, which is hardly meant.",
            context.at("data.train.sources.0.path"),
            remedy="Name the column of the labels, or write all of them in `labels`.",
        )


class _Said(NamedTuple):
    """What a row that was looked at says of itself."""

    found: object
    several: bool
    """Whether it is to be a list of labels."""
    place: str
    where: Label | None
    source: Label | None
    line: tuple[str, ...]


def _said(context: Context) -> Iterator[_Said]:
    """Of the first rows of every source, where a column says it and nothing else."""
    for path, template, form in context.forms():
        index = len(template.turns) - 1
        part = template.turns[index]
        if form != "labelled" or part.role not in ("label", "labels"):
            continue
        found = PLAIN.fullmatch(part.text)
        column = part.text if part.role == "labels" else (found[1] if found else None)
        if column is None:
            continue
        where = context.at(f"{path}.turns.{index}.text")
        for source, file, facts in known_sources(context, path):
            for number, row in enumerate(facts.sample):
                if column not in row:
                    continue
                line = (f"{file}:{facts.lines[number]}",) if facts.noun == "line" else ()
                place = place_of(file, facts, number)
                yield _Said(
                    row[column],
                    part.role == "labels",
                    place,
                    where,
                    context.at(source, "in this file"),
                    line,
                )


def labels_are_among_them(context: Context) -> Iterator[Diagnostic]:
    """No row has a label that the head has no number for."""
    labels = _known(context)
    counted = context.facts.labels
    if not labels:
        return
    if counted is not None and context.written(_LABELS):
        strange = [label for label in counted.counts if label not in labels]
        if strange:
            yield _strange(context, strange[0], "A row of `data train`", labels, None)
            return
    for said in _said(context):
        found = said.found if isinstance(said.found, list) else [said.found]
        for label in found:
            if isinstance(label, str) and label not in labels:
                yield _strange(context, label, said.place, labels, said)
                return


def _strange(
    context: Context, label: str, place: str, labels: tuple[str, ...], said: _Said | None
) -> Diagnostic:
    close = nearest(label, labels)
    written = context.written(_LABELS)
    remedy = f"Write `{close[0]}` in the row." if close else "Correct the row."
    if written:
        remedy = f'{remedy[:-1]}, or add `"{label}"` to `labels`.'
    labelled = context.at(_LABELS, "all labels") if written else None
    return problem(
        "E423",
        f"{place} has the label `{label}`, which is none of {enumerated(labels, 12)}.",
        said.where if said else context.at(_LABELS),
        labelled if said else None,
        said.source if said else None,
        notes=said.line if said else (),
        remedy=remedy,
    )


def labels_are_of_their_sort(context: Context) -> Iterator[Diagnostic]:
    """`labels` is a list of texts, and `objective regress` needs a number."""
    if not context.headed:
        return
    for said in _said(context):
        wrong, remedy = _wrong(context.objective, said)
        if wrong:
            yield problem(
                "E423",
                f"{said.place} has {wrong}.",
                said.where,
                said.source,
                context.at("objective", "the objective") if "number" in wrong else None,
                notes=said.line,
                remedy=remedy,
            )
            return


def _wrong(objective: str, said: _Said) -> tuple[str, str]:
    found = said.found
    if said.several:
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return "", ""
        return "no list of texts as its labels", 'Write `"topics": ["price", "staff"]` in the row.'
    if objective == "regress" and isinstance(found, str) and not _is_number(found):
        return (
            f"`{found}` as its label, which is no number",
            "Correct the row, or write `objective classify` for labels that are words.",
        )
    return "", ""


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def weights_are_of_the_labels(context: Context) -> Iterator[Diagnostic]:
    """There is a weight for each label."""
    classify, labels = _classify(context), _known(context)
    if classify is None or classify.class_weights is None or not labels:
        return
    weights, where = classify.class_weights, context.at(_WEIGHTS)
    if weights == "balanced":
        yield from _balanced(context, labels)
    elif classify.labels is None:
        yield problem(
            "E303",
            "`class_weights` needs `labels`, which say whose each weight is.",
            where,
            remedy=f"Write `labels = {_list(labels)}` beside it.",
        )
    elif len(weights) != len(labels):
        yield problem(
            "E302",
            f"`class_weights` has {len(weights)} weights, but there are {len(labels)} labels.",
            where,
            context.at(_LABELS, "the labels"),
            remedy="Write a weight for each label, in their order.",
        )


def _list(labels: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{label}"' for label in labels) + "]"


def _balanced(context: Context, labels: tuple[str, ...]) -> Iterator[Diagnostic]:
    counted = context.facts.labels
    if counted is None:
        yield problem(
            "E303",
            "`class_weights = balanced` needs rows that can be counted when compiling: local "
            "files, with a `label` that is nothing but a column.",
            context.at(_WEIGHTS),
            remedy="Write the weights: `class_weights = [1.0, 3.0]`.",
        )
        return
    counts: Mapping[str, int] = counted.counts
    for label in labels:
        if not 0 < counts.get(label, 0) < counted.rows:
            share = "every row has" if counts.get(label) else "no row has"
            yield problem(
                "E302",
                f"`class_weights = balanced` has no weight for `{label}`, which {share}.",
                context.at(_WEIGHTS),
                context.at(_LABELS, "the labels"),
                remedy="Remove the label, or write the weights.",
            )
            return


def threshold_is_chosen_on_something(context: Context) -> Iterator[Diagnostic]:
    """It parts the rows that have a label from those that do not, and is not chosen on rows that
    were trained on.
    """
    classify, labels = _classify(context), _known(context)
    if classify is None or classify.threshold != "best_f1":
        return
    several = any(
        part.role == "labels" for _, template, _ in context.forms() for part in template.turns
    )
    where = context.name("objective.threshold")
    if len(labels) > 2 and not several:
        yield problem(
            "E301",
            f"`threshold` has no effect with {len(labels)} labels, of which a row has one: the "
            "most probable is given.",
            where,
            remedy="Remove it.",
        )
    elif not context.part_of_data("validation"):
        yield problem(
            "E306",
            "`threshold = best_f1` is chosen on validation rows, but the spec has none.",
            where,
            remedy="Add `data validation { split = 10% }`.",
        )


def head_is_the_models_own(context: Context) -> Iterator[Diagnostic]:
    """A model that has a head already has it for as many labels, in the same order."""
    model, labels = context.facts.model, _known(context)
    if model is None or not context.headed:
        return
    ends = ("score.weight", "classifier.weight", "classifier.out_proj.weight")
    shapes = [shape for name, shape in (model.weights or {}).items() if name in ends]
    size = len(labels) or (1 if context.objective == "regress" else 0)
    if not shapes or not size:
        return
    own = model.config.get("id2label")
    names = [str(name) for name in own.values()] if isinstance(own, dict) else []
    if shapes[0][0] != size:
        yield problem(
            "E414",
            f"The model has a head of {shapes[0][0]} outputs already, but this one needs {size}.",
            context.at("model.path"),
            context.at(_LABELS, "the labels") if context.written(_LABELS) else None,
            remedy="Name the model that this one was made from.",
        )
    elif sorted(names) == sorted(labels) and names != [*labels]:
        yield problem(
            "E302",
            f"The model's own head numbers the labels in another order: {', '.join(names)}.",
            context.at(_LABELS),
            context.at("model.path", "has a head"),
            remedy=f"Write `labels = {_list(names)}`.",
        )


RULES: tuple[Rule, ...] = (
    labels_are_known,
    labels_are_among_them,
    labels_are_of_their_sort,
    weights_are_of_the_labels,
    threshold_is_chosen_on_something,
    head_is_the_models_own,
)
