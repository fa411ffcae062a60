"""Rules on what is measured.

In: a context. Out: diagnostics. Invariant: what is asked for can be measured on rows that exist.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.paths import enumerated
from tunec.spec.evaluate import FORGETTING, Generate
from tunec.spec.expression import function_of
from tunec.spec.measures import of_head
from tunec.spec.metrics import WORDS

_ADD = "Add `data validation { split = 10% }`."


_ALONE = ("evaluate.every", "evaluate.harness", "evaluate.forgetting")
"""What needs no rows, or says by itself that it has none."""


def measures_on_something(context: Context) -> Iterator[Diagnostic]:
    """A cadence needs validation or general rows; answers need validation or test rows."""
    validation, test, general = map(context.part_of_data, ("validation", "test", "general"))
    if context.written("evaluate.forgetting") and not general:
        yield problem(
            "E306",
            "`forgetting` is measured on the rows of `data general`, but the spec has none.",
            context.at("evaluate.forgetting"),
            remedy='Add `data general { source "general.jsonl" }`, with rows of what the model '
            "knew before.",
        )
    if validation:
        return
    if context.written("evaluate.every") and not general:
        yield problem(
            "E306",
            "`every` says how often to measure on validation rows, but the spec has none.",
            context.name("evaluate.every"),
            context.at("data.test", "measured before and after training only") if test else None,
            remedy=_ADD,
        )
    if test:
        return
    if _generate(context) is not None:
        yield problem(
            "E306",
            "`generate` needs validation or test rows to answer, but the spec has neither.",
            context.at("evaluate.generate"),
            remedy=_ADD,
        )
    elif (
        context.written("evaluate")
        and not general
        and not any(
            context.written(f"evaluate.{name}") for name in ("every", "harness", "forgetting")
        )
    ):
        yield problem(
            "E306",
            "`evaluate` needs validation or test rows, but the spec has neither.",
            context.at("evaluate"),
            remedy=_ADD,
        )


def _generate(context: Context) -> Generate | None:
    return context.spec.evaluate.generate if context.spec.evaluate else None


def answers_can_be_told(context: Context) -> Iterator[Diagnostic]:
    """Running text has no answer, and with `pretrain` all is running text."""
    if _generate(context) is None:
        return
    if context.objective == "pretrain":
        yield problem(
            "E308",
            "`generate` needs answers, but `objective pretrain` tells none from its question.",
            context.at("evaluate.generate"),
            context.at("objective", "the objective"),
            remedy="Remove `generate`, or write `objective sft`.",
        )
        return
    for path, template, form in context.asked():
        if form in ("text", "segments", "tokens"):
            what = "running text" if form == "text" else f"made of {form}"
            yield problem(
                "E308",
                f"`generate` needs answers, but template `{template.name}` is {what}.",
                context.at("evaluate.generate"),
                context.at(f"{path}.turns.0", "nothing to answer"),
                remedy="Remove `generate`, or write the template with `prompt` and `completion`.",
            )


def shown_are_generated(context: Context) -> Iterator[Diagnostic]:
    """No more answers are printed than there are."""
    generate = _generate(context)
    if generate is None or generate.limit is None or not context.written("evaluate.generate.show"):
        return
    if generate.show > generate.limit.value:
        said = "" if context.written("evaluate.generate.limit") else " by default"
        yield problem(
            "E302",
            f"`show` is {generate.show}, but `limit` is {generate.limit.value}{said}.",
            context.at("evaluate.generate.show"),
            context.at("evaluate.generate.limit", "all answers") if not said else None,
            remedy=f"Write `show = {generate.limit.value}` or less, or raise `limit`.",
        )


def answers_fit(context: Context) -> Iterator[Diagnostic]:
    """An answer is no longer than a row may be."""
    generate = _generate(context)
    length = context.max_length
    path = "evaluate.generate.max_new_tokens"
    if (
        generate is None
        or not context.written(path)
        or generate.max_new_tokens.value <= length.tokens
    ):
        return
    yield problem(
        "E302",
        f"`max_new_tokens` is {generate.max_new_tokens.value}, more than a whole row of "
        "`max_length`, "
        f"which is {length.said}.",
        context.at(path),
        context.at("model.max_length", "the longest row") if length.written else None,
        remedy="Lower `max_new_tokens`, or raise `max_length`.",
    )


def _metrics(generate: Generate) -> list[str]:
    """Those that are tunec's own, by name: others may fail."""
    words = generate.metrics or (() if generate.metric else ("exact_match",))
    blocks = (kind for kind in generate.metric if kind != "judge")
    return [*(word for word in words if word in WORDS), *blocks]


def best_is_measured(context: Context) -> Iterator[Diagnostic]:
    """The measure that tells which weights are best is one of every evaluation."""
    best = context.spec.evaluate.best if context.spec.evaluate else None
    if best is None:
        return
    if not context.part_of_data("validation"):
        yield problem(
            "E306",
            "`best` needs validation rows to measure on, but the spec has none.",
            context.at("evaluate.best"),
            remedy=_ADD,
        )
        return
    generate = _generate(context)
    head = [each.name for each in of_head(context.spec) if each.sure]
    known = ["validation_loss", *head, *(_metrics(generate) if generate else ())]
    where = context.at("evaluate.best.measure")
    if best.measure == FORGETTING:
        yield problem(
            "E303",
            f"`{FORGETTING}` is least where least was learnt, so it cannot choose among "
            "evaluations.",
            where,
            remedy=f"Write `measure = {known[-1]}`.",
        )
    elif best.measure not in known:
        whole = [name for name in known if name == f"validation_{best.measure}"]
        close = whole or nearest(best.measure, known) or known
        own = [function_of(text) for text in (generate.metrics or () if generate else ())]
        judge = best.measure == "judge" and generate is not None and "judge" in generate.metric
        if judge or best.measure in [named[1] for named in own if named]:
            what = "comes from another model" if judge else "is a function of a Python file"
            yield problem(
                "E303",
                f"`{best.measure}` {what}, whose value may be missing, "
                "so it cannot choose among evaluations.",
                where,
                remedy=f"Write `measure = {known[-1]}`.",
            )
            return
        yield problem(
            "E303",
            f"No measure is called `{best.measure}`.",
            where,
            notes=(f"Measured are {enumerated(known)}.",),
            remedy=f"Write `measure = {close[0]}`"
            + ("." if context.headed else ", or add it to `metrics` of `generate`."),
        )
    elif best.measure not in ("validation_loss", *head) and context.part_of_data("test"):
        yield problem(
            "E306",
            f"`{best.measure}` is measured on test rows, at the end, so it cannot choose among "
            "evaluations.",
            where,
            context.at("data.test", "answers are generated for these"),
            remedy="Write `measure = validation_loss`.",
        )


RULES: tuple[Rule, ...] = (
    measures_on_something,
    answers_can_be_told,
    shown_are_generated,
    answers_fit,
    best_is_measured,
)
