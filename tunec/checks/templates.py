"""Rules on templates by themselves: their parts, the order of turns, their Jinja.

In: a context. Out: diagnostics. Invariant: a template that passes renders to a conversation that a
chat template takes, to a prompt with its completion, or to one text.
"""

from collections.abc import Iterator

from tunec.checks import columns
from tunec.checks.context import Context, Rule, form_of, problem
from tunec.checks.placeholders import BadTemplate, placeholders
from tunec.diagnostics import Diagnostic
from tunec.spec.template import Template

_FORMS = {
    "turns": "turns of a conversation",
    "prompt": "a prompt and a completion",
    "text": "running text",
}


def one_template(context: Context) -> Iterator[Diagnostic]:
    """Sources cannot choose between templates yet."""
    first, *others = context.spec.template
    for name in others:
        yield problem(
            "E302",
            f"A spec has one template, but here are `{first}` and `{name}`.",
            context.at(f"template.{name}"),
            context.at(f"template.{first}", "the other one"),
            remedy="Remove one of them.",
        )


def has_parts(context: Context) -> Iterator[Diagnostic]:
    """An empty template renders to nothing."""
    for name, template in context.spec.template.items():
        if not template.turns:
            yield problem(
                "E303",
                f"Template `{name}` needs parts.",
                context.at(f"template.{name}"),
                remedy='Write, for example, `user "{{ question }}"` and `assistant "{{ answer '
                '}}"` in it.',
            )


def parts_are_in_order(context: Context) -> Iterator[Diagnostic]:
    """Turns alternate and end with the assistant; a prompt has its completion; a text is alone."""
    for path, template, form in context.forms():
        mixed = _mixed(context, path, template, form)
        if mixed is not None:
            yield mixed
        elif form == "turns":
            yield from _turns(context, path, template)
        else:
            yield from _pair(context, path, template)


def _mixed(context: Context, path: str, template: Template, form: str) -> Diagnostic | None:
    for index, turn in enumerate(template.turns):
        if form_of(turn.role) != form:
            return problem(
                "E307",
                f"`{turn.role}` does not go with `{template.turns[0].role}`: a template is either "
                "turns, or a `prompt` and a `completion`, or a `text`.",
                context.name(f"{path}.turns.{index}.text"),
                context.name(f"{path}.turns.0.text", f"begins {_FORMS[form]}"),
                remedy=f"Remove `{turn.role}`, or `{template.turns[0].role}`.",
            )
    return None


def _turns(context: Context, path: str, template: Template) -> Iterator[Diagnostic]:
    """The first turn that is out of order."""
    previous = ""
    for index, turn in enumerate(template.turns):
        here = f"{path}.turns.{index}.text"
        before = (
            context.name(f"{path}.turns.{index - 1}.text", "the turn before") if index else None
        )
        message = remedy = ""
        if turn.role == "system":
            if index:
                message = "`system` must be the first turn, and there is only one."
                remedy = "Move its text to the start of the template."
        elif turn.role == previous:
            message = f"`{turn.role}` follows `{previous}`, but turns alternate."
            remedy = f"Join the two into one `{turn.role}`, or write the turn between them."
        elif turn.role == "assistant" and previous != "user":
            message = "`assistant` must follow a `user` turn: it answers."
            remedy = 'Write a `user` turn before it, such as `user "{{ question }}"`.'
        if message:
            yield problem("E307", message, context.name(here), before, remedy=remedy)
            return
        previous = turn.role
    if previous != "assistant":
        yield problem(
            "E307",
            f"The template ends with `{previous}`, but what is trained is the `assistant` turn "
            "after it.",
            context.name(f"{path}.turns.{len(template.turns) - 1}.text"),
            remedy='Add the answer: `assistant "{{ answer }}"`.',
        )


def _pair(context: Context, path: str, template: Template) -> Iterator[Diagnostic]:
    roles = [turn.role for turn in template.turns]
    if roles in (["text"], ["prompt", "completion"]):
        return
    last = f"{path}.turns.{len(roles) - 1}.text"
    if roles[0] == "text":
        message, remedy = "A template has one `text`.", "Join the texts into one."
    elif roles == ["prompt"]:
        message, remedy = "`prompt` needs a `completion`.", 'Add `completion "{{ answer }}"`.'
    elif roles == ["completion"]:
        message, remedy = (
            "`completion` needs a `prompt` before it.",
            'Add `prompt "{{ question }}"`.',
        )
    else:
        message = "A template has one `prompt` and then one `completion`."
        remedy = "Write them in this order, each once."
    yield problem("E307", message, context.name(last), remedy=remedy)


def fits_objective(context: Context) -> Iterator[Diagnostic]:
    """`sft` trains on answers, which running text does not have."""
    said = context.at("objective", "the objective")
    for path, template, form in context.forms():
        if context.objective != "sft" or form != "text":
            continue
        default = "" if said else ", the default,"
        yield problem(
            "E305",
            f"`objective sft`{default} trains on answers, but template `{template.name}` has "
            "none: it is running text.",
            context.name(f"{path}.turns.0.text"),
            said,
            remedy="Write `objective pretrain`, or a `prompt` and a `completion`.",
        )


def texts_are_valid(context: Context) -> Iterator[Diagnostic]:
    """The text of each part is Jinja."""
    for path, template, _ in context.forms():
        for index, turn in enumerate(template.turns):
            try:
                placeholders(turn.text)
            except BadTemplate as bad:
                yield problem(
                    "E224",
                    f"The text of `{turn.role}` is not valid Jinja: {bad.reason}.",
                    context.inside(f"{path}.turns.{index}.text", turn.text, bad.start, bad.end),
                    remedy=bad.remedy,
                )


def has_chat_template(context: Context) -> Iterator[Diagnostic]:
    """Turns are marked as the model's own chat template says."""
    tokenizer = context.facts.tokenizer
    if tokenizer is None or tokenizer.chat_template is not None or not tokenizer.whole:
        return
    for path, template, form in context.forms():
        if form == "turns":
            which = "the tokenizer" if context.scratch else "this model"
            yield problem(
                "E404",
                f"Template `{template.name}` has turns, but {which} has no chat template to mark "
                "them.",
                context.name(f"{path}.turns.0.text"),
                context.at(
                    "model.tokenizer" if context.scratch else "model.path", "without chat template"
                ),
                remedy="Write the template with `prompt` and `completion`.",
            )


RULES: tuple[Rule, ...] = (
    one_template,
    has_parts,
    parts_are_in_order,
    fits_objective,
    texts_are_valid,
    has_chat_template,
    *columns.RULES,
)
