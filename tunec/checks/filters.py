"""Rules on `filter` and `map`: expressions, and functions of Python files.

In: a context. Out: diagnostics. Invariant: an expression that passes is one that `compiled` takes.
"""

import re
from collections.abc import Iterator, Mapping

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic, Label
from tunec.diagnostics.suggest import nearest
from tunec.facts.data import SourceFacts, sources
from tunec.facts.functions import Function
from tunec.facts.paths import enumerated
from tunec.spec.expression import BadExpression, Expression, compiled, function_of, predicate


def _expressions(context: Context) -> Iterator[tuple[str, str, Expression, SourceFacts]]:
    """Path and text of each filter that is a valid expression, where first rows are known."""
    for path, source in sources(context.lowered):
        facts = context.facts.sources.get(path)
        if source.filter is None or function_of(source.filter) or not facts:
            continue
        try:
            expression = compiled(source.filter)
        except BadExpression:
            continue
        if facts.read.columns:
            yield f"{path}.filter", source.filter, expression, facts


def filters_are_expressions(context: Context) -> Iterator[Diagnostic]:
    """A filter says only what certainly does what it seems to."""
    for path, source in sources(context.lowered):
        if source.filter is None or function_of(source.filter):
            continue
        try:
            compiled(source.filter)
        except BadExpression as bad:
            label = context.inside(f"{path}.filter", source.filter, bad.start, bad.end)
            yield problem("E442", bad.reason, label, remedy=bad.remedy)


def filters_know_their_columns(context: Context) -> Iterator[Diagnostic]:
    """The data has every column that a filter looks at."""
    for path, text, expression, facts in _expressions(context):
        columns = facts.read.columns or ()
        for name in expression.columns:
            if name in columns:
                continue
            close = nearest(name, columns)
            written = " or ".join(f"`{each}`" for each in close)
            yield problem(
                "E407",
                f"`{facts.shown}` has no column `{name}`.",
                _column(context, path, text, name),
                notes=(f"Its columns are {enumerated(columns, 12)}.",),
                remedy=f"Write {written}." if close else "Write one of these.",
            )


def _column(context: Context, path: str, text: str, name: str) -> Label | None:
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    return context.inside(path, text, *found.span()) if found else context.at(path)


def filters_can_be_applied(context: Context) -> Iterator[Diagnostic]:
    """The first rows have what a filter compares, and it keeps some of them."""
    for path, text, expression, facts in _expressions(context):
        if not set(expression.columns) <= set(facts.read.columns or ()):
            continue
        keeps, kept = predicate(expression), 0
        for row, line in zip(facts.read.rows, facts.read.lines, strict=True):
            try:
                kept += bool(keeps(row))
            except Exception as error:  # whatever the row makes of it
                reason = f"it has no {error}" if isinstance(error, KeyError) else str(error)
                yield problem(
                    "E412",
                    f"The filter cannot be applied to {facts.noun} {line} of `{facts.shown}`: "
                    f"{reason}.",
                    context.at(path),
                    remedy="Complete the row, or ask first: `score is not None and score > 0.5`.",
                )
                break
        else:
            if facts.read.complete and facts.read.rows and not kept:
                yield problem(
                    "E415",
                    f"The filter keeps none of the {len(facts.read.rows)} rows of `{facts.shown}`.",
                    context.at(path),
                    remedy=f"Change `{text}` so that it holds for some rows.",
                )


def functions_are_there(context: Context) -> Iterator[Diagnostic]:
    """A Python file has the function that a spec names, and it takes a row."""
    for path, source in sources(context.lowered):
        if source.map is not None and not function_of(source.map):
            yield problem(
                "E443",
                "`map` names a Python function: a file, a colon and a name.",
                context.at(f"{path}.map"),
                remedy='Write, for example, `map = "rows.py:to_row"`.',
            )
        facts = context.facts.sources.get(path)
        for setting, known in facts.functions.items() if facts else ():
            named = function_of(getattr(source, setting))
            if named:
                yield from _of_file(context, f"{path}.{setting}", *named, known)


def _of_file(
    context: Context, path: str, file: str, name: str, known: Mapping[str, Function] | str
) -> Iterator[Diagnostic]:
    setting = path.rpartition(".")[2]
    if isinstance(known, str):
        yield problem(
            "E443",
            f"The function `{name}` cannot be found: {known}.",
            context.at(path),
            remedy="Write the path of the file, relative to the folder of the spec.",
        )
    elif name not in known:
        close = nearest(name, known)
        written = " or ".join(f'`{setting} = "{file}:{each}"`' for each in close)
        yield problem(
            "E443",
            f"`{file}` has no function `{name}`.",
            context.at(path),
            notes=(f"It has {enumerated(known)}." if known else "It has no functions.",),
            remedy=f"Write {written}." if close else f"Write `def {name}(row):` there.",
        )
    elif known[name].needs > 1 or not known[name].takes:
        count = known[name].needs
        yield problem(
            "E443",
            f"`{name}` of `{file}` is called with a row, but takes {count or 'no'} arguments.",
            context.at(path),
            remedy=f"Write it as `def {name}(row):`.",
        )


RULES: tuple[Rule, ...] = (
    filters_are_expressions,
    filters_know_their_columns,
    filters_can_be_applied,
    functions_are_there,
)
