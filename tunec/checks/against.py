"""Rules on what the tuned model is compared with besides the base.

In: a context. Out: diagnostics. Invariant: a comparison that passes asks something else than the
base is asked, of rows that can be asked so, in a column of its own.
"""

from collections.abc import Iterator

from tunec.checks.columns import known_sources
from tunec.checks.context import Context, Rule, problem
from tunec.checks.row_lengths import said
from tunec.diagnostics import Diagnostic
from tunec.facts.methods import METHODS
from tunec.facts.soft_prompts import SOFT_PROMPTS
from tunec.spec.data import TrainData
from tunec.spec.evaluate import Against
from tunec.spec.template import Messages, Tools

PATH = "evaluate.generate.against"
COLUMNS = ("base", "tuned", "wanted", "difference")
"""What the results call by these names already."""


def _against(context: Context) -> dict[str, Against]:
    generate = context.spec.evaluate.generate if context.spec.evaluate else None
    return generate.against if generate else {}


def names_are_free(context: Context) -> Iterator[Diagnostic]:
    """A comparison is called like nothing else in the results."""
    for name in _against(context):
        if name in COLUMNS:
            yield problem(
                "E302",
                f"`{name}` is what the results call something else already.",
                context.at(f"{PATH}.{name}"),
                remedy="Give the comparison another name, such as `few_shot`.",
            )


def base_is_measured(context: Context) -> Iterator[Diagnostic]:
    """What is compared with the base with examples is compared with the base without."""
    evaluate = context.spec.evaluate
    if not _against(context) or evaluate is None or evaluate.generate is None:
        return
    if evaluate.generate.compare is None:
        yield problem(
            "E302",
            "`compare = none` compares with nothing, but the spec has `against`.",
            context.at("evaluate.generate.compare"),
            context.at(f"{PATH}.{next(iter(_against(context)))}"),
            remedy="Write `compare = base`, or remove `against`.",
        )


def something_differs(context: Context) -> Iterator[Diagnostic]:
    """A comparison says in what it is another than the base."""
    for name, against in _against(context).items():
        path = f"{PATH}.{name}"
        if (against.model, against.examples, against.system) == (None, None, None):
            yield problem(
                "E303",
                f"`against {name}` says nothing in which it differs from the base.",
                context.at(path),
                remedy="Write, for example, `examples = 8`, or remove it.",
            )
        elif against.system is not None and "{{" in against.system:
            yield problem(
                "E301",
                "Braces have no effect in `system` of `against`, which is taken word for word.",
                context.at(f"{path}.system"),
                remedy="Write the prompt without columns.",
            )


def base_is_at_hand(context: Context) -> Iterator[Diagnostic]:
    """Before training, the model is the base, so that it can answer as the base."""
    known = METHODS.get(context.method)
    soft = context.method in SOFT_PROMPTS
    if not soft and (known is None or known.identity):
        return
    for name, against in _against(context).items():
        if soft or against.model is None:
            yield problem(
                "E302",
                f"`against {name}` asks the base, but with `method {context.method}` the model is "
                "another one from the start.",
                context.at(f"{PATH}.{name}"),
                context.at("method"),
                remedy="Remove `against`."
                if soft
                else "Remove it, or name the base as its `model`.",
            )


def rows_can_be_asked(context: Context) -> Iterator[Diagnostic]:
    """Other rows can stand before a row, and it has one answer."""
    if not _against(context):
        return
    where = context.at(f"{PATH}.{next(iter(_against(context)))}")
    train = context.spec.data.get("train")
    for path, template, form in context.forms():
        if form == "prompt" and (told := _with_system(context)):
            yield problem(
                "E308",
                f"Template `{template.name}` has no turns, and so no place for a system turn.",
                context.name(f"{PATH}.{told}.system"),
                context.at(f"{path}.turns.0", "no turn"),
                remedy="Remove `system`, or write the template with `user` and `assistant`.",
            )
        elif any(isinstance(part, Tools) for part in template.turns):
            yield problem(
                "E302",
                "`against` cannot ask rows that have tools.",
                where,
                context.at(path, "it has `tools`"),
                remedy="Remove `against`.",
            )
    if len(context.spec.template) > 1:
        yield problem(
            "E302",
            "`against` needs rows that all go through one template, but the spec has "
            f"{len(context.spec.template)}.",
            where,
            context.at(f"template.{list(context.spec.template)[1]}", "another one"),
            remedy="Remove `against`, or measure in a spec with one template.",
        )
    if not isinstance(train, TrainData):
        return
    ways = {"one_row_per_answer": train.one_row_per_answer, "overflow": train.overflow == "split"}
    for name in (name for name, parts in ways.items() if parts):
        yield problem(
            "E302",
            f"`against` needs rows with one answer each, but `{name}` makes several of one.",
            where,
            context.at(f"data.train.{name}", "several rows of one"),
            remedy=f"Remove `against`, or `{name}`.",
        )


def _with_system(context: Context) -> str | None:
    """The first comparison with a system prompt."""
    found = (name for name, each in _against(context).items() if each.system is not None)
    return next(found, None)


def examples_fit(context: Context) -> Iterator[Diagnostic]:
    """The model has positions for the examples, the question and the answer."""
    model = context.facts.model
    most = model.max_positions if model and model.where != "scratch" else None
    generate = context.spec.evaluate.generate if context.spec.evaluate else None
    if most is None or generate is None:
        return
    room = most - generate.max_new_tokens.value
    for name, against in _against(context).items():
        if against.examples is None or against.model or len(context.spec.template) > 1:
            continue
        shortest = _shortest(context)
        if shortest * (against.examples + 1) <= room:
            continue
        yield problem(
            "E409",
            f"{against.examples} examples and a question leave no room for an answer among the "
            f"model's {most} positions.",
            context.at(f"{PATH}.{name}.examples"),
            notes=(f"The shortest of the first rows has {shortest} tokens.",),
            remedy=f"Write `examples = {room // shortest - 1}`, or less."
            if room // shortest > 1
            else "Remove `examples`.",
        )


def _shortest(context: Context) -> int:
    """Tokens of the shortest row that is known, its system turn aside; 0 if that is not known."""
    found = [0]
    for path, template, _ in context.forms():
        if any(isinstance(part, Messages) for part in template.turns):
            continue
        parts = tuple(part for part in template.turns if part.role != "system")
        for source, _, facts in known_sources(context, path):
            if source.startswith("data.train."):
                texts = ["\n".join(said(parts, row)) for row in facts.sample]
                found = context.facts.counter.count(texts) or [0]
    return min(found)


RULES: tuple[Rule, ...] = (
    names_are_free,
    base_is_measured,
    something_differs,
    base_is_at_hand,
    rows_can_be_asked,
    examples_fit,
)
