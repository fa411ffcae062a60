"""Rules on rows that are alike, or that say nothing.

In: a context. Out: diagnostics. Invariant: rows are compared by something that they have.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.data import sources
from tunec.facts.paths import enumerated
from tunec.spec.data import ExcludedData, HeldOut, TrainData, ValidationData

_SPOKEN = ("turns", "prompt")
"""What a template is made of where its rows have a question and an answer."""


def _train(context: Context) -> TrainData | None:
    block = context.spec.data.get("train")
    return block if isinstance(block, TrainData) else None


def _ways(context: Context) -> dict[str, str | None]:
    """By the path of a setting, how rows are compared there."""
    train = _train(context)
    ways = {"data.train.deduplicate": train.deduplicate if train else None}
    for name, block in context.spec.data.items():
        if isinstance(block, HeldOut):
            ways[f"data.{name}.overlap_by"] = block.overlap_by
    return ways


def threshold_has_effect(context: Context) -> Iterator[Diagnostic]:
    """Only rows that are nearly the same are so to a degree."""
    if context.written("data.train.threshold") and "near" not in _ways(context).values():
        yield problem(
            "E301",
            "`threshold` has no effect where no rows are compared by `near`.",
            context.name("data.train.threshold"),
            remedy="Remove it, or write `deduplicate = near`.",
        )


def copies_are_not_asked_for(context: Context) -> Iterator[Diagnostic]:
    """Rows that a spec takes several times are not dropped as copies."""
    train = _train(context)
    if train is None or train.deduplicate is None:
        return
    repeats = [n for n, source in enumerate(train.sources) if source.repeat is not None]
    path = f"data.train.sources.{repeats[0]}.repeat" if repeats else "data.train.stop"
    if repeats or train.stop == "all_exhausted":
        yield problem(
            "E302",
            "`deduplicate` drops the rows that are taken again.",
            context.name("data.train.deduplicate"),
            context.name(path, "takes rows again"),
            remedy="Keep one of the two.",
        )


def overlap_has_effect(context: Context) -> Iterator[Diagnostic]:
    """Rows that are held out of those to train on are not among them."""
    block = context.spec.data.get("validation")
    if not isinstance(block, ValidationData) or block.split is None:
        return
    for name in ("overlap", "overlap_by"):
        if context.written(f"data.validation.{name}"):
            yield problem(
                "E301",
                f"`{name}` has no effect: `split` keeps equal rows together.",
                context.name(f"data.validation.{name}"),
                context.name("data.validation.split", "takes from the rows to train on"),
                remedy="Remove it; for rows that are nearly equal, write `deduplicate = near`.",
            )


def prompts_can_be_compared(context: Context) -> Iterator[Diagnostic]:
    """Where all of a row is trained on, nothing is its prompt."""
    train = _train(context)
    if context.headed:
        whole = context.at("objective", "trains a head on all of a row")
    elif context.objective == "pretrain":
        whole = context.at("objective", "trains on all of a row")
    elif train is not None and train.train_on == "all":
        whole = context.at("data.train.train_on", "all of a row")
    else:
        return
    for path, way in _ways(context).items():
        if way == "prompt":
            yield problem(
                "E302",
                "Rows cannot be compared by `prompt`: all of a row is trained on.",
                context.at(path),
                whole,
                remedy="Write `exact` or `near`.",
            )


def texts_can_be_looked_at(context: Context) -> Iterator[Diagnostic]:
    """`empty` and `answer_in_prompt` are about texts of the template."""
    train = _train(context)
    forms = [(path, form) for path, _, form in context.forms()]
    if train is None or not forms:
        return
    for name, looked_at in (("empty", (*_SPOKEN, "text")), ("answer_in_prompt", _SPOKEN)):
        if getattr(train, name) == "keep" or any(form in looked_at for _, form in forms):
            continue
        path, form = forms[0]
        yield problem(
            "E301",
            f"`{name}` has no effect on a template of `{form}`.",
            context.name(f"data.train.{name}"),
            context.at(f"{path}.turns.0", "has no question and no answer"),
            remedy="Remove it; a `filter` of the source can look at columns.",
        )


def excluded_columns_are_there(context: Context) -> Iterator[Diagnostic]:
    """The rows of `data exclude` have the columns that count."""
    block = context.spec.data.get("exclude")
    if not isinstance(block, ExcludedData) or block.columns is None:
        return
    for path, _ in sources(context.lowered):
        facts = context.facts.sources.get(path)
        if not path.startswith("data.exclude.") or facts is None or not facts.columns:
            continue
        for column in block.columns:
            if column not in facts.columns:
                close = nearest(column, facts.columns)
                yield problem(
                    "E407",
                    f"`{facts.shown}` has no column `{column}`.",
                    context.at("data.exclude.columns"),
                    context.at(f"{path}.path", "in this file"),
                    notes=(f"Its columns are {enumerated(facts.columns, 12)}.",),
                    remedy=f'Write `"{close[0]}"`.' if close else "Write one of these.",
                )


RULES: tuple[Rule, ...] = (
    threshold_has_effect,
    copies_are_not_asked_for,
    overlap_has_effect,
    prompts_can_be_compared,
    texts_can_be_looked_at,
    excluded_columns_are_there,
)
