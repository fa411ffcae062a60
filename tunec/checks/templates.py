"""Rules on templates by themselves: their parts, the order of turns, their Jinja.

In: a context. Out: diagnostics. Invariant: a template that passes renders to a conversation that a
chat template takes, to a prompt with its completion, or to one text.
"""

from collections.abc import Iterator

from tunec.checks import columns, conversations, trained
from tunec.checks.context import LABELS, Context, Rule, form_of, problem
from tunec.checks.parts import texts_in
from tunec.checks.placeholders import BadTemplate, placeholders
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.data import sources
from tunec.facts.paths import enumerated
from tunec.spec.template import Template

_FORMS = {
    "turns": "turns of a conversation",
    "prompt": "a prompt and a completion",
    "text": "running text",
    "segments": "segments",
    "tokens": "token ids",
}


def sources_choose_templates(context: Context) -> Iterator[Diagnostic]:
    """Where there are several templates, each source says which one its rows go through."""
    names = list(context.spec.template)
    for path, source in sources(context.lowered):
        if path.startswith("data.exclude."):
            if source.template is not None:
                yield problem(
                    "E301",
                    "`template` has no effect in `data exclude`: its text is compared as it is.",
                    context.name(f"{path}.template"),
                    remedy="Remove it.",
                )
        elif source.template is None and len(names) > 1:
            yield problem(
                "E303",
                f"The spec has the templates {enumerated(names)}, so `source` has to name one.",
                context.at(f"{path}.path"),
                remedy=f'Write `source "{source.path}" {{ template = {names[0]} }}`.',
            )
        elif source.template is not None and names and source.template not in names:
            close = nearest(source.template, names) or names
            yield problem(
                "E303",
                f"There is no template `{source.template}`.",
                context.at(f"{path}.template"),
                notes=(f"The spec has {enumerated(names)}.",),
                remedy=f"Write `template = {close[0]}`.",
            )


def templates_are_used(context: Context) -> Iterator[Diagnostic]:
    """Of several templates, each has a source."""
    chosen = [
        source.template
        for path, source in sources(context.lowered)
        if not path.startswith("data.exclude.")
    ]
    if len(context.spec.template) < 2 or not set(chosen) <= context.spec.template.keys():
        return  # what is wrong with those sources is said already
    for name in context.spec.template:
        if name not in chosen:
            yield problem(
                "E301",
                f"Template `{name}` is used by no source.",
                context.at(f"template.{name}"),
                remedy=f"Write `template = {name}` in a `source`, or remove it.",
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
        if form == "labelled":
            yield from _labelled(context, path, template)
            continue
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
                "turns and `messages`, or a `prompt` and a `completion`, or one of `text`, "
                "`segments` and `tokens`.",
                context.name(f"{path}.turns.{index}.text"),
                context.name(f"{path}.turns.0.text", f"begins {_FORMS[form]}"),
                remedy=f"Remove `{turn.role}`, or `{template.turns[0].role}`.",
            )
    return None


def _turns(context: Context, path: str, template: Template) -> Iterator[Diagnostic]:
    """The first turn that is out of order."""
    parts = [(n, part) for n, part in enumerate(template.turns) if part.role != "tools"]
    previous, here = "", f"{path}.turns.0.text"
    for index, (number, turn) in enumerate(parts):
        before = context.name(here, "the turn before") if index else None
        here = f"{path}.turns.{number}.text"
        message, remedy = _out_of_order(turn.role, previous, index)
        if message:
            yield problem("E307", message, context.name(here), before, remedy=remedy)
            return
        previous = turn.role
    if previous not in ("assistant", "messages"):
        yield problem(
            "E307",
            f"The template ends with `{previous}`, but what is trained is the `assistant` turn "
            "after it.",
            context.name(here),
            remedy='Add the answer: `assistant "{{ answer }}"`.',
        )


def _labelled(context: Context, path: str, template: Template) -> Iterator[Diagnostic]:
    """One text or two, and then what is to be said of them."""
    roles = [part.role for part in template.turns]
    texts = roles[:-1]
    if texts in (["text"], ["text", "text"]) and roles[-1] in LABELS:
        return
    at = next((n for n, role in enumerate(roles) if role not in ("text", *LABELS)), len(roles) - 1)
    if roles[at] not in ("text", *LABELS):
        message = f"`{roles[at]}` does not go with `label`, which says what a whole `text` is."
        remedy = 'Write what the model sees as one `text`: `text "{{ question }}"`.'
    elif texts.count("text") > 2:
        message, remedy = "A label is of one `text`, or of two.", "Join texts into one."
    else:
        message = "A template has one `text` or two, and then one `label`, or `labels`."
        remedy = 'Write them in this order: `text "{{ review }}"`, `label "{{ stars }}"`.'
    yield problem("E307", message, context.name(f"{path}.turns.{at}.text"), remedy=remedy)


def _out_of_order(role: str, previous: str, index: int) -> tuple[str, str]:
    """What is wrong with a turn after another, and what to do; empty where nothing is.

    What a column of messages ends with is known to its rows alone.
    """
    if role == "system":
        if index:
            return (
                "`system` must be the first turn, and there is only one.",
                "Move its text to the start of the template.",
            )
    elif "messages" in (role, previous):
        return "", ""
    elif role == previous != "tool":
        return (
            f"`{role}` follows `{previous}`, but turns alternate.",
            f"Join the two into one `{role}`, or write the turn between them.",
        )
    elif role == "assistant" and previous not in ("user", "tool"):
        return (
            "`assistant` must follow a `user` turn: it answers.",
            'Write a `user` turn before it, such as `user "{{ question }}"`.',
        )
    elif role == "tool" and previous not in ("assistant", "tool"):
        return (
            "`tool` must follow an `assistant` turn: it is the result of what that asked for.",
            "Write the `assistant` turn before it.",
        )
    elif role == "user" and previous == "tool":
        return (
            "`user` follows `tool`, but the assistant answers to a result first.",
            "Write the `assistant` turn between them.",
        )
    return "", ""


def _pair(context: Context, path: str, template: Template) -> Iterator[Diagnostic]:
    roles = [turn.role for turn in template.turns]
    if roles in (["text"], ["segments"], ["tokens"], ["prompt", "completion"]):
        return
    last = f"{path}.turns.{len(roles) - 1}.text"
    if roles[0] == "text":
        message, remedy = "A template has one `text`.", "Join the texts into one."
    elif roles[0] in ("segments", "tokens"):
        message, remedy = f"A template has one `{roles[0]}`.", "Keep one of them."
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
    for path, template, form in context.asked():
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
            for setting, text in texts_in(turn):
                try:
                    placeholders(text)
                except BadTemplate as bad:
                    what = turn.role if setting == "text" else setting
                    yield problem(
                        "E224",
                        f"The text of `{what}` is not valid Jinja: {bad.reason}.",
                        context.inside(f"{path}.turns.{index}.{setting}", text, bad.start, bad.end),
                        remedy=bad.remedy,
                    )


def has_chat_template(context: Context) -> Iterator[Diagnostic]:
    """Turns are marked as the model's own chat template says."""
    tokenizer = context.facts.tokenizer
    if tokenizer is None or tokenizer.chat_template is not None or not tokenizer.whole:
        return
    if context.written("model.chat_template"):
        return  # what is wrong with it is said already
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
                remedy="Name one in `model`, such as `chat_template = vicuna`, or write the "
                "template with `prompt` and `completion`.",
            )


RULES: tuple[Rule, ...] = (
    sources_choose_templates,
    templates_are_used,
    has_parts,
    parts_are_in_order,
    fits_objective,
    texts_are_valid,
    has_chat_template,
    *columns.RULES,
    *conversations.RULES,
    *trained.RULES,
)
