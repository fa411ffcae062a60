"""Rules on chat templates: the one that the spec names, and the model's own.

In: a context. Out: diagnostics. Invariant: a chat template that passes renders the turns of the
spec's templates, each answer after its own prompt, the same today as tomorrow.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any  # arguments of a chat template are of any sort

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic, Label
from tunec.diagnostics.suggest import nearest
from tunec.facts.paths import enumerated
from tunec.facts.told import PATH
from tunec.spec.chat_templates import LIBRARY
from tunec.spec.template import Template
from tunec.spec.tokens import ChatArguments

if TYPE_CHECKING:
    from tunec.checks.chat_rendering import Turn

_ARGUMENTS = "model.chat_arguments"
_OF_ROWS = ("messages", "tools", "documents", "add_generation_prompt", "strftime_now")
"""Variables that rows, or transformers, give a value."""
_PLAIN = ("system", "user", "assistant", "tool")


def _named(context: Context) -> str | None:
    model = context.pretrained or context.scratch
    return model.chat_template if model else None


def _text(context: Context) -> str | None:
    """The chat template in force, where it is known and is valid Jinja."""
    from jinja2 import TemplateSyntaxError

    from tunec.checks.chat_rendering import compiled

    tokenizer = context.facts.tokenizer
    text = tokenizer.chat_template if tokenizer else None
    try:
        compiled(text or "")
    except TemplateSyntaxError:
        return None
    return text


def _given(context: Context) -> dict[str, Any]:
    """Variables besides the messages: special tokens, and the spec's arguments."""
    tokenizer = context.facts.tokenizer
    assert tokenizer is not None, "called where a chat template is known"
    tokens = {
        name: token
        for name in ("bos_token", "eos_token", "pad_token")
        if (token := getattr(tokenizer, name)) is not None
    }
    return {**tokens, **_arguments(context)}


def _arguments(context: Context) -> dict[str, Any]:
    model = context.pretrained or context.scratch
    block = model.chat_arguments if model else None
    return block.given if isinstance(block, ChatArguments) else {}


def markers_are_tokens(context: Context) -> Iterator[Diagnostic]:
    """What marks the turns is a token each, which no text can be taken for."""
    name, tokenizer = _named(context), context.facts.tokenizer
    if name not in LIBRARY or tokenizer is None or not tokenizer.general:
        return
    missing = [each for each in LIBRARY[name].markers if each not in tokenizer.special_tokens]
    if missing:
        listed = ", ".join(f'"{each}"' for each in missing)
        yield problem(
            "E418",
            f"Chat template `{name}` marks turns with {enumerated(missing)}, which the tokenizer "
            "does not have as special tokens.",
            context.at(PATH),
            notes=("New tokens have embeddings that are trained, and saved with the result.",),
            remedy=f"Write `add_special_tokens = [{listed}]`, or take one that needs none: "
            "`chat_template = vicuna`.",
        )


def chat_template_has_effect(context: Context) -> Iterator[Diagnostic]:
    """Only conversations go through a chat template."""
    forms = {form for _, _, form in context.forms()}
    if not forms or "turns" in forms:
        return
    for path, what in ((PATH, "chat_template"), (_ARGUMENTS, "chat_arguments")):
        if context.written(path):
            yield problem(
                "E301",
                f"`{what}` has no effect: no template has turns.",
                context.name(path),
                remedy="Remove it.",
            )


def chat_template_is_valid(context: Context) -> Iterator[Diagnostic]:
    """It is Jinja, and shows the messages."""
    from jinja2 import TemplateSyntaxError

    from tunec.checks.chat_rendering import compiled

    name, tokenizer = _named(context), context.facts.tokenizer
    text = tokenizer.chat_template if tokenizer else None
    if name is None or name in LIBRARY or text is None:
        return
    reason = "" if "messages" in text else "it never shows `messages`"
    try:
        compiled(text)
    except TemplateSyntaxError as wrong:
        reason = f"line {wrong.lineno} is not valid Jinja"
    if reason:
        yield problem(
            "E224",
            f"The chat template `{name}` cannot be used: {reason}.",
            context.at(PATH),
            remedy="Correct the file, or name one of the library, such as `chatml`.",
        )


def arguments_are_read(context: Context) -> Iterator[Diagnostic]:
    """A variable that the chat template never reads changes nothing."""
    arguments = _arguments(context)
    for name in arguments:
        if name in _OF_ROWS:
            yield problem(
                "E302",
                f"`{name}` is given by the rows, so it cannot be an argument too.",
                context.name(f"{_ARGUMENTS}.{name}"),
                remedy="Remove it.",
            )
        elif name.endswith("_token"):
            yield problem(
                "E302",
                f"`{name}` is a token of the tokenizer, not an argument.",
                context.name(f"{_ARGUMENTS}.{name}"),
                remedy=f'Write `{name} = "…"` in `model` itself.',
            )
    forms = {form for _, _, form in context.forms()}
    text = _text(context) if arguments and "turns" in forms else None
    if text is None:
        return
    from tunec.checks.chat_rendering import environment, variables

    read = variables(text) - environment().globals.keys() - {*_OF_ROWS}
    read = frozenset(name for name in read if not name.endswith("_token"))
    for name in arguments:
        if name in read or name in _OF_ROWS or name.endswith("_token"):
            continue
        close = nearest(name, read)
        note = f"It reads {enumerated(sorted(read))}." if read else "It reads no variable."
        yield problem(
            "E301",
            f"`{name}` has no effect: the chat template never reads it.",
            context.name(f"{_ARGUMENTS}.{name}"),
            notes=(note,),
            remedy=f"Write `{close[0]}`." if close else "Remove it.",
        )


def turns_are_taken(context: Context) -> Iterator[Diagnostic]:
    """The chat template marks the turns of each template, and does not rewrite earlier ones."""
    for path, template, form in context.forms():
        turns = _sample(template) if form == "turns" else None
        text = _text(context) if turns else None
        if turns is None or text is None:
            continue
        from tunec.checks.chat_rendering import Refused

        where = context.name(f"{path}.turns.0.text")
        chosen = context.at(PATH) if context.written(PATH) else context.at("model.path")
        try:
            yield from _rewritten(context, text, turns, where, chosen)
            yield from _dated(context, text, turns, chosen)
        except Refused as refused:
            yield problem(
                "E404",
                f"The chat template does not take the turns of `{template.name}`: "
                f"it says, “{refused}”.",
                where,
                chosen,
                remedy="Write the template with turns that it has, or name another chat template.",
            )
        except Exception:
            continue


def _sample(template: Template) -> "Sequence[Turn] | None":
    """Turns as a row might fill them; None where only rows tell which there are."""
    turns = [{"role": part.role, "content": f"turn {n}"} for n, part in enumerate(template.turns)]
    known = all(turn["role"] in _PLAIN for turn in turns)
    return turns if turns and known and turns[-1]["role"] == "assistant" else None


def _rewritten(
    context: Context,
    text: str,
    turns: "Sequence[Turn]",
    where: Label | None,
    chosen: Label | None,
) -> Iterator[Diagnostic]:
    """Each answer continues its prompt, and each conversation the one before it."""
    from tunec.checks.chat_rendering import rendered

    given = _given(context)
    answers = [n for n, turn in enumerate(turns) if turn["role"] == "assistant"]
    each = getattr(context.spec.data.get("train"), "one_row_per_answer", False)
    before = ""
    for number in answers:
        whole = rendered(text, turns[: number + 1], given)
        if not whole.startswith(rendered(text, turns[:number], given, answer=True)):
            yield problem(
                "E404",
                "The chat template begins an answer as no prompt ends, so what is trained would "
                "never be asked for.",
                where,
                chosen,
                remedy="Give it other `chat_arguments`, or name another chat template.",
            )
            return
        if not whole.startswith(before) and not each and context.objective == "sft":
            yield problem(
                "E404",
                "The chat template writes earlier turns in another way once later ones follow, "
                "so a conversation is no text that the model will see.",
                where,
                chosen,
                remedy="Write `one_row_per_answer = true` in `data train`.",
            )
            return
        before = whole


def _dated(
    context: Context, text: str, turns: "Sequence[Turn]", chosen: Label | None
) -> Iterator[Diagnostic]:
    """Rows that hold the day of the run are others tomorrow."""
    from tunec.checks.chat_rendering import rendered, variables

    given = _given(context)

    def dated(more: dict[str, Any]) -> bool:
        two = (rendered(text, turns, {**given, **more}, date=day) for day in ("1 May", "2 May"))
        return len(set(two)) > 1

    if not dated({}):
        return
    read = sorted(variables(text) - {*_OF_ROWS})
    fixed = next((name for name in read if not dated({name: "3 May"})), None)
    remedy = "Write a `system` turn in place of its own, or name another chat template."
    if fixed is not None:
        remedy = f'Write `chat_arguments {{ {fixed} = "1 May 2026" }}` in `model`.'
    yield problem(
        "E419", "The chat template writes the day of the run into every row.", chosen, remedy=remedy
    )


def other_prompts_are_taken(context: Context) -> Iterator[Diagnostic]:
    """The chat template shows the system prompts of comparisons."""
    generate = context.spec.evaluate.generate if context.spec.evaluate else None
    prompts = {
        name: against.system
        for name, against in (generate.against if generate else {}).items()
        if against.system is not None and against.model is None
    }
    text = _text(context) if prompts else None
    if text is None:
        return
    from tunec.checks.chat_rendering import rendered

    for name, prompt in prompts.items():
        turns = [{"role": "system", "content": prompt}, {"role": "user", "content": "turn 1"}]
        try:
            if prompt.strip() in rendered(text, turns, _given(context), answer=True):
                continue
        except Exception:  # whatever its code raises, it takes no system turn
            pass
        yield problem(
            "E404",
            "The chat template has no place for a system turn.",
            context.at(f"evaluate.generate.against.{name}.system"),
            context.at(PATH) if context.written(PATH) else context.at("model.path"),
            remedy="Remove `system`, or name another chat template.",
        )


RULES: tuple[Rule, ...] = (
    markers_are_tokens,
    chat_template_has_effect,
    chat_template_is_valid,
    arguments_are_read,
    turns_are_taken,
    other_prompts_are_taken,
)
