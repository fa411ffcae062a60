"""The settings of a script that are about its data.

In: a plan. Out: constants. Invariant: that of `settings`.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, constant
from tunec.emit.literals import py
from tunec.plan.data import SourcePlan
from tunec.plan.plan import Plan

Files = list[str] | list[tuple[str, str]]


def _files(plan: Plan, sources: tuple[SourcePlan, ...]) -> Files:
    """Paths, each with the name of its template where there are several."""
    if len(plan.templates) > 1:
        return [(source.path, source.template) for source in sources]
    return [source.path for source in sources]


def data_settings(plan: Plan) -> Iterator[Constant]:
    data = plan.data
    yield constant("TRAIN_FILES", data.train, value=_files(plan, data.train.value))
    if data.validation:
        yield constant(
            "VALIDATION_FILES", data.validation, value=_files(plan, data.validation.value)
        )
    if data.split:
        yield constant("VALIDATION_SPLIT", data.split, "of the rows to train on")
    if data.test:
        yield constant("TEST_FILES", data.test, value=_files(plan, data.test.value))
    columns = dict.fromkeys(
        column for template in plan.templates for column in (*template.columns, *template.others)
    )
    lines = ", ".join(template.lines for template in plan.templates)
    yield Constant("COLUMNS", py(list(columns)), lines)
    if isinstance(data.train_on.value, tuple):
        yield constant("TRAIN_ON", data.train_on, value=list(data.train_on.value))
