"""Rules on what is asked of the tuned model.

In: a context. Out: diagnostics. Invariant: what is asked can be measured, and a model can have it
or miss it.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.paths import enumerated
from tunec.spec.measures import Measured, measures
from tunec.spec.raw import Amount, Bound

PATH = "evaluate.accept"


def _asked(context: Context) -> dict[str, Bound] | None:
    accept = context.spec.evaluate.accept if context.spec.evaluate else None
    return accept.given if accept else None


def something_is_asked(context: Context) -> Iterator[Diagnostic]:
    """An empty block accepts all."""
    if _asked(context) == {}:
        yield problem(
            "E301",
            "`accept` has no effect: it asks nothing.",
            context.at(PATH),
            remedy="Write, for example, `accept { validation_loss <= 0.5 }`, or remove it.",
        )


def asked_is_measured(context: Context) -> Iterator[Diagnostic]:
    """A bound is on a measure of the spec."""
    known = measures(context.spec)
    for name in _asked(context) or {}:
        if name in known or not known:
            continue
        close = nearest(name, known)
        yield problem(
            "E303",
            f"No measure is called `{name}`.",
            context.name(f"{PATH}.{name}"),
            notes=(f"Measured are {enumerated(list(known))}.",),
            remedy=f"Write `{close[0]}`, or add it to `metrics` of `generate`."
            if close
            else "Add it to `metrics` of `generate`, or remove it.",
        )


def bounds_are_within_reach(context: Context) -> Iterator[Diagnostic]:
    """A bound is a value that the measure may have, and may not have."""
    known = measures(context.spec)
    for name, bound in (_asked(context) or {}).items():
        measured, where = known.get(name), context.at(f"{PATH}.{name}")
        if measured is None:
            continue
        asked = bound.value
        if isinstance(asked, Amount):
            if measured.most != 1 and not measured.relative:
                yield problem(
                    "E207",
                    f"`{name}` is no share, so it has no percentage.",
                    where,
                    remedy=f"Write the number alone: `{name} {bound.operator} {asked.value}`.",
                )
                continue
            asked = asked.value / 100
        span = f"from {measured.least:g} to {measured.most:g}"
        if asked < measured.least or asked > measured.most:
            yield problem(
                "E203",
                f"`{name}` goes {span}, so it is never compared with {asked:g}.",
                where,
                remedy=f"Write `{name} {bound.operator} {asked:g}%`."
                if measured.most == 1 < asked <= 100
                else "Write a bound within that.",
            )
        elif (always := _always(bound.operator, asked, measured)) is not None:
            yield problem(
                "E301" if always else "E302",
                f"`{name} {bound}` "
                + ("asks nothing" if always else "can never be")
                + f": the measure goes {span}.",
                where,
                remedy="Write a bound that a model can have and can miss.",
            )


def _always(operator: str, asked: float, measured: Measured) -> bool | None:
    """Whether all values fulfil it, for True, or none, for False."""
    least, most = measured.least, measured.most
    return {
        (">=", least): True,
        ("<=", most): True,
        (">", most): False,
        ("<", least): False,
    }.get((operator, asked))


RULES: tuple[Rule, ...] = (something_is_asked, asked_is_measured, bounds_are_within_reach)
