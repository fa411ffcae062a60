"""Rules on the order in which rows are trained on.

In: a context. Out: diagnostics. Invariant: a curriculum that passes has a number to go by, in all
first rows that are known.
"""

from collections.abc import Iterator

from tunec.checks.columns import place_of
from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.data import SourceFacts, sources
from tunec.facts.paths import enumerated
from tunec.spec.data import TrainData

_BY = "data.train.sort_by"


def descending_has_effect(context: Context) -> Iterator[Diagnostic]:
    """What is not sorted is not descending."""
    block = context.spec.data.get("train")
    written = context.written("data.train.descending")
    if isinstance(block, TrainData) and block.sort_by is None and written:
        yield problem(
            "E301",
            "`descending` has no effect without `sort_by`.",
            context.name("data.train.descending"),
            remedy='Write `sort_by = "difficulty"`, the column to go by, or remove it.',
        )


def a_curriculum_goes_by_numbers(context: Context) -> Iterator[Diagnostic]:
    """All rows to train on have the column, and a number in it."""
    block = context.spec.data.get("train")
    if not isinstance(block, TrainData) or block.sort_by is None:
        return
    for path, _ in sources(context.lowered):
        facts = context.facts.sources.get(path)
        if not path.startswith("data.train.") or facts is None or not facts.columns:
            continue
        if block.sort_by not in facts.columns:
            close = nearest(block.sort_by, facts.columns)
            written = " or ".join(f'`sort_by = "{each}"`' for each in close)
            yield problem(
                "E407",
                f"`{facts.shown}` has no column `{block.sort_by}`.",
                context.at(_BY),
                context.at(f"{path}.path", "in this file"),
                notes=(f"Its columns are {enumerated(facts.columns, 12)}.",),
                remedy=f"Write {written}." if close else "Write one of these.",
            )
            continue
        yield from _first_without(context, path, facts, block.sort_by)


def _first_without(
    context: Context, path: str, facts: SourceFacts, column: str
) -> Iterator[Diagnostic]:
    for number, row in enumerate(facts.sample):
        if not _is_number(row.get(column)):
            yield problem(
                "E412",
                f"{place_of(facts.shown, facts, number)} has no number as its `{column}`.",
                context.at(_BY),
                context.at(f"{path}.path", "in this file"),
                remedy="Name a column of numbers, or complete the row.",
            )
            return


def _is_number(value: object) -> bool:
    try:
        number = float(str(value))
    except ValueError:
        return False
    return abs(number) < float("inf")


RULES: tuple[Rule, ...] = (descending_has_effect, a_curriculum_goes_by_numbers)
