"""Rules on what is trained on: that each setting about it has an effect.

In: a context. Out: diagnostics. Invariant: a setting that passes changes which tokens count, or how
much.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.spec.data import TrainData
from tunec.spec.template import Answer, Assistant, Messages, Part, Segments, System, Tokens

_TRAIN_ON = "data.train.train_on"
_EACH = "data.train.one_row_per_answer"


def _train_data(context: Context) -> TrainData | None:
    block = context.spec.data.get("train")
    return block if isinstance(block, TrainData) else None


def _parts(context: Context) -> Iterator[tuple[str, Part]]:
    for path, template, _ in context.forms():
        for index, part in enumerate(template.turns):
            yield f"{path}.turns.{index}", part


def train_on_has_effect(context: Context) -> Iterator[Diagnostic]:
    """`train_on` chooses among turns, or between a completion and all."""
    block = _train_data(context)
    if block is None or block.train_on is None:
        return
    forms = {form for _, _, form in context.forms()}
    chosen = block.train_on
    if context.objective == "pretrain":
        if chosen != "all":
            yield problem(
                "E301",
                "`train_on` has no effect with `objective pretrain`, which trains on every token.",
                context.name(_TRAIN_ON),
                context.at("objective", "the objective"),
                remedy="Remove `train_on`, or write `objective sft`.",
            )
    elif forms and not forms & {"turns", "prompt"}:
        form = min(forms)
        yield problem(
            "E301",
            f"`train_on` has no effect on `{form}`, which say themselves what is trained on.",
            context.name(_TRAIN_ON),
            remedy="Remove it.",
        )
    elif forms and "turns" not in forms and chosen not in ("assistant", "all"):
        yield problem(
            "E301",
            "`train_on` chooses among turns, but the template has a `prompt` and a `completion`.",
            context.name(_TRAIN_ON),
            remedy="Remove it to train on the completion, or write `train_on = all`.",
        )


def roles_are_there(context: Context) -> Iterator[Diagnostic]:
    """Each role of `train_on` has turns."""
    block = _train_data(context)
    if block is None or not isinstance(block.train_on, tuple):
        return
    roles = {part.role for _, part in _parts(context)}
    if not roles or "messages" in roles:
        return
    for role in block.train_on:
        if role not in roles:
            yield problem(
                "E301",
                f"`train_on` names `{role}`, but no template has such a turn.",
                context.at(_TRAIN_ON),
                remedy=f"Remove `{role}` from the list.",
            )


def one_row_per_answer_has_effect(context: Context) -> Iterator[Diagnostic]:
    """It makes several rows of a conversation."""
    block = _train_data(context)
    if block is None or not block.one_row_per_answer:
        return
    forms = {form for _, _, form in context.forms()}
    because = ""
    if context.objective == "pretrain":
        because = "`objective pretrain` trains on whole rows"
    elif forms and "turns" not in forms:
        because = "no template has turns"
    elif len(forms) > 1:
        because = "rows that are no conversations have one answer at most"
    if because:
        yield problem(
            "E301",
            f"`one_row_per_answer` has no effect: {because}.",
            context.name(_EACH),
            remedy="Remove it, or train on conversations alone.",
        )
    elif isinstance(block.train_on, tuple):
        yield problem(
            "E302",
            "`one_row_per_answer` makes a row of each answer, so `train_on` cannot name roles.",
            context.name(_EACH),
            context.at(_TRAIN_ON, "names roles"),
            remedy="Remove one of the two.",
        )


def marks_have_effect(context: Context) -> Iterator[Diagnostic]:
    """Where every token is trained on alike, a turn cannot say otherwise."""
    block = _train_data(context)
    everything = block is not None and block.train_on == "all"
    if context.objective != "pretrain" and not everything:
        return
    for path, part in _parts(context):
        for name in ("train", "weight"):
            if not isinstance(part, (Answer, Messages)) or getattr(part, name, None) is None:
                continue
            by = "`train_on = all`" if everything else "`objective pretrain`"
            yield problem(
                "E302",
                f"`{name}` has no effect: with {by} every token of a row is trained on alike.",
                context.name(f"{path}.{name}"),
                context.at(_TRAIN_ON if everything else "objective", "trains on all"),
                remedy="Remove one of the two.",
            )


def something_is_trained_on(context: Context) -> Iterator[Diagnostic]:
    """Not every answer of a template is `train = false`."""
    if context.objective == "pretrain":
        return
    for path, template, form in context.forms():
        answers = [part for part in template.turns if isinstance(part, (Assistant, Messages))]
        if form == "turns" and answers and all(part.train is False for part in answers):
            yield problem(
                "E302",
                f"Nothing in template `{template.name}` is trained on.",
                context.at(path),
                remedy="Remove `train = false` from an answer.",
            )


def turns_alternate_in_one_way(context: Context) -> Iterator[Diagnostic]:
    """All conversations of a spec are held to the same order."""
    first: tuple[str, str] | None = None
    for path, part in _parts(context):
        if not isinstance(part, Messages):
            continue
        here = f"{path}.alternation"
        if first is None:
            first = (here, part.alternation)
        elif part.alternation != first[1]:
            yield problem(
                "E302",
                f"`alternation` is `{part.alternation}` here, but `{first[1]}` in other "
                "`messages`.",
                context.at(here),
                context.at(first[0], "the other one"),
                remedy=f"Write the same for all, such as `alternation = {first[1]}`.",
            )


def own_tokens_go_alone(context: Context) -> Iterator[Diagnostic]:
    """Rows that bring their own special tokens are not mixed with rows that must not."""
    if len(context.spec.template) < 2:
        return
    for path, part in _parts(context):
        verbatim = isinstance(part, Segments) and part.verbatim
        if verbatim or isinstance(part, Tokens):
            yield problem(
                "E302",
                f"Rows of `{part.role}` bring their own special tokens, so their template goes "
                "alone.",
                context.name(f"{path}.verbatim" if verbatim else f"{path}.text"),
                remedy="Train on them with a spec of their own.",
            )


def optional_has_effect(context: Context) -> Iterator[Diagnostic]:
    """Before `messages`, a system turn stands in where there is none; it has a text then."""
    for path, template, _ in context.forms():
        first = template.turns[0]
        messages = any(isinstance(part, Messages) for part in template.turns)
        if messages and isinstance(first, System) and first.optional:
            yield problem(
                "E301",
                "`optional` has no effect before `messages`: the turn stands in for a missing one.",
                context.name(f"{path}.turns.0.optional"),
                remedy="Remove it.",
            )


RULES: tuple[Rule, ...] = (
    train_on_has_effect,
    roles_are_there,
    one_row_per_answer_has_effect,
    marks_have_effect,
    something_is_trained_on,
    turns_alternate_in_one_way,
    own_tokens_go_alone,
    optional_has_effect,
)
