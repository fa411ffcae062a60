"""Settings that are refused, as diagnostics.

In: what pydantic says of a block, and the values as written. Out: diagnostics. Invariant: only the
sorts' own words reach a message; of pydantic's, none do.
"""

import re
from typing import Any  # the context of a pydantic error is of any type

from pydantic_core import PydanticCustomError

from tunec.diagnostics import Diagnostic, Edit, Fix, Label
from tunec.diagnostics.suggest import nearest
from tunec.source import Span
from tunec.spec.legal import example, settings_of
from tunec.spec.raw import Amount, Word, show
from tunec.spec.tree import Given, Section
from tunec.spec.values import Choice, Either, OrNone, Several, Sort
from tunec.spec.vocabulary import Place

_NAME = re.compile(r"`NAME(?=`| [=<>])")
"""Where a sort's remedy has the name of the setting."""


def refused(
    section: Section, name: str, sort: Sort | None, value: Given, context: dict[str, Any]
) -> Diagnostic:
    """For a value that its sort does not take; `name` is the setting, or a label's keyword."""
    culprit = _element(sort, value)
    if culprit is None:
        context = _of_the_list(sort, value) or context
        remedy = _NAME.sub(f"`{name}", str(context["help"]))
        words = _words(sort) if sort else []
        return _refusal(
            section, f"`{name}`", f"{name} = ", words, value, {**context, "help": remedy}
        )
    item, element, reason = culprit
    remedy = str(reason["help"]).replace("NAME = ", "").replace("`NAME`", "the element")
    reason = {**reason, "help": remedy}
    inner = _refusal(section, f"An element of `{name}`", "", _words(item), element, reason)
    if value.defined is None:
        return inner
    # The list stands in a `let`; what is wrong is its use here.
    labels = (Label(element.span, "this element"), *inner.secondary)
    return Diagnostic(inner.code, inner.message, Label(value.span), labels, help=inner.help)


def _refusal(
    section: Section,
    subject: str,
    assigned: str,
    words: list[str],
    value: Given,
    context: dict[str, Any],
) -> Diagnostic:
    """`words` are those that would be taken; `assigned` is what a help writes before one."""
    labels = list(around(section, value.span))
    if value.defined is not None:
        labels.append(Label(value.defined, "the value comes from here"))
    remedy, fix = str(context["help"]), None
    if isinstance(value.raw, Word) and (close := nearest(value.raw, words, limit=1)):
        remedy = f"Write `{assigned}{close[0]}`."
        if value.defined is None:
            fix = Fix(f"Write `{close[0]}`", (Edit(value.span, close[0]),), safe=False)
    return Diagnostic(
        str(context["code"]),
        f"{subject} must be {context['expected']}, but it is {spelled(value)}.",
        Label(value.span),
        tuple(labels),
        help=remedy,
        fix=fix,
    )


def _words(sort: Sort) -> list[str]:
    return [word for each in _unwrapped(sort) if isinstance(each, Choice) for word in each.words]


def around(section: Section, span: Span) -> tuple[Label, ...]:
    """A label on the block's header, unless `span` is in it or in the same `--set`."""
    header = section.header
    if header is None or (header.source is span.source and span.start < header.end):
        return ()
    if header.source.name.startswith("--set"):
        return () if header.source is span.source else (Label(header, "set here"),)
    return (Label(header, "in this block"),)


def spelled(value: Given) -> str:
    """A plain number as the user wrote it; any other value as one would write it."""
    raw = value.raw
    if isinstance(raw, Word):
        return f"`{raw}`"
    if value.spelling is None:
        shown = show(raw)
        return shown if len(shown) <= 60 else shown[:57] + "..."
    return f"{value.spelling} {raw.unit}" if isinstance(raw, Amount) else value.spelling


def _element(sort: Sort | None, value: Given) -> tuple[Sort, Given, dict[str, Any]] | None:
    """The first element of a list that is refused, with its sort and the reason."""
    if sort is None:
        return None
    several = next((each for each in _unwrapped(sort) if isinstance(each, Several)), None)
    if several is None:
        return None
    for item in value.items:
        try:
            several.item.check(item.raw)
        except PydanticCustomError as problem:
            return several.item, item, dict(problem.context or {})
    return None


def _of_the_list(sort: Sort | None, value: Given) -> dict[str, Any] | None:
    """Why a list as such is refused by the one of several sorts that takes lists."""
    several = (
        next((each for each in _unwrapped(sort) if isinstance(each, Several)), None)
        if sort
        else None
    )
    if several is None or not isinstance(value.raw, list):
        return None
    try:
        several.check(value.raw)
    except PydanticCustomError as problem:
        return dict(problem.context or {})
    return None


def _unwrapped(sort: Sort) -> tuple[Sort, ...]:
    if isinstance(sort, OrNone):
        return _unwrapped(sort.sort)
    if isinstance(sort, Either):
        return tuple(inner for each in sort.sorts for inner in _unwrapped(each))
    return (sort,)


def missing(section: Section, kind: str, name: str) -> Diagnostic:
    """For a required setting that is not written."""
    sort = settings_of(section.place, kind)[name]
    return Diagnostic(
        "E210",
        f"{section.title} needs the setting `{name}`.",
        Label(section.header) if section.header else None,
        help=f"Add, for example, `{name} = {sort.sample()}`.",
    )


def missing_block(place: Place, end: Span) -> Diagnostic:
    """For a required block that is not written; `end` is that of the main file."""
    name = (
        f"{place.keyword} {next(iter(place.kinds))}"
        if place.label == "kind" and place.holds == "map"
        else place.keyword
    )
    return Diagnostic(
        "E211",
        f"The spec has no `{name}` block.",
        Label(end),
        help=f"Add, for example, `{example(place)}`.",
    )
