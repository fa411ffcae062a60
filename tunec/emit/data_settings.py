"""The settings of a script that are about its data.

In: a plan. Out: constants. Invariant: that of `settings`.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, constant
from tunec.emit.literals import py
from tunec.plan.data import SourcePlan
from tunec.plan.plan import Plan
from tunec.spec.raw import Amount

Files = list[str] | list[tuple[str, str]]


def _files(plan: Plan, sources: tuple[SourcePlan, ...]) -> Files:
    """Paths, each with the name of its template where there are several."""
    if len(plan.templates) > 1:
        return [(source.path, source.template) for source in sources]
    return [source.path for source in sources]


def data_settings(plan: Plan) -> Iterator[Constant]:
    data = plan.data
    files = {name: part for name, part in data.parts().items() if data.plain}
    for name in ("train", "validation"):
        if name in files:
            part = files[name]
            yield constant(f"{name.upper()}_FILES", part, value=_files(plan, part.value))
    if data.split and isinstance(data.split.value, Amount):
        amount = data.split.value.value
        yield constant("VALIDATION_ROWS", data.split, "of the rows to train on", amount)
    elif data.split:
        yield constant("VALIDATION_SPLIT", data.split, "of the rows to train on")
    for name in ("test", "general"):
        if name in files:
            part = files[name]
            yield constant(f"{name.upper()}_FILES", part, value=_files(plan, part.value))
    if "exclude" in files:
        paths = [source.path for source in files["exclude"].value]
        yield constant("EXCLUDE_FILES", files["exclude"], value=paths)
    if data.exclusion:
        if data.exclusion.columns:
            chosen = list(data.exclusion.columns.value)
            yield constant("EXCLUDE_COLUMNS", data.exclusion.columns, value=chosen)
        yield constant("NGRAM", data.exclusion.ngram, "words")
    columns = dict.fromkeys(
        column for template in plan.templates for column in (*template.columns, *template.others)
    )
    lines = ", ".join(template.lines for template in plan.templates)
    yield Constant("COLUMNS", py(list(columns)), lines)
    if data.sort_by:
        yield constant("SORT_BY", data.sort_by)
    if data.threshold:
        yield constant("THRESHOLD", data.threshold, "of similarity")
    if isinstance(data.train_on.value, tuple):
        yield constant("TRAIN_ON", data.train_on, value=list(data.train_on.value))
