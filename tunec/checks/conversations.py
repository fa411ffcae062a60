"""Rules on columns of messages, segments, tokens and tools, where the data is at hand.

In: a context. Out: diagnostics. Invariant: at most one problem for each part and source, at the
first row that has it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tunec.checks.columns import known_sources, place_of
from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts.paths import enumerated
from tunec.spec.template import FORMATS, Messages, Part, Segments, Template, Tokens, Tools


class _Wrong(NamedTuple):
    """What a row has that a part cannot take."""

    what: str
    """Completes "Line 3 of `rows.jsonl` …"."""
    remedy: str
    setting: str = "text"
    """The setting of the part that is in doubt."""


_MAP = "Bring the rows into the shape that the part expects, or leave this one out."


def columns_hold_their_kind(context: Context) -> Iterator[Diagnostic]:
    """Messages, segments, tokens and tools are what their parts expect."""
    for path, template, _ in context.forms():
        for index, part in enumerate(template.turns):
            if isinstance(part, (Messages, Segments, Tokens, Tools)):
                yield from _first_wrong(context, path, template, index)


def _first_wrong(
    context: Context, path: str, template: Template, index: int
) -> Iterator[Diagnostic]:
    part = template.turns[index]
    for source, file, facts in known_sources(context, path):
        for number, row in enumerate(facts.sample):
            wrong = _wrong(part, row, part is template.turns[-1])
            if wrong is None:
                continue
            yield problem(
                "E417",
                f"{place_of(file, facts, number)} {wrong.what}.",
                context.at(f"{path}.turns.{index}.{wrong.setting}"),
                context.at(source, "in this file"),
                remedy=wrong.remedy,
            )
            break


def _wrong(part: Part, row: Mapping[str, object], last: bool) -> _Wrong | None:
    value = row.get(part.text)
    if value is None or value == "":
        if isinstance(part, Tools) or part.text not in row:
            return None  # a missing column has a rule of its own
        return _Wrong(f"has nothing as its `{part.text}`", "Complete the row, or leave it out.")
    if isinstance(part, Tokens):
        return _wrong_tokens(part, row)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return _Wrong(f"has text as its `{part.text}` that is not JSON", _MAP)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        what = f"has a `{part.text}` that is no list of objects"
        placed = f'Place text with a turn: `user "{{{{ {part.text} }}}}"`.'
        return _Wrong(what, placed if isinstance(part, Messages) else _MAP)
    for item in value:
        wrong = _wrong_item(part, item)
        if wrong is not None:
            return wrong
    if isinstance(part, Messages) and part.alternation in ("error", "merge"):
        return _wrong_order(part, value, last)
    return None


def _wrong_item(part: Part, item: Mapping[str, object]) -> _Wrong | None:
    if isinstance(part, Messages):
        return _wrong_message(part, item)
    if isinstance(part, Segments):
        for setting, sort, noun in (("text_field", str, "text"), ("train_field", bool, "truth")):
            name = getattr(part, setting)
            if not isinstance(item.get(name), sort):
                has = f"It has {enumerated(map(str, item))}: " if item else ""
                what = f"has a segment without {noun} in `{name}`"
                return _Wrong(what, f"{has}write `{setting} = …`.", setting)
    return None


def roles_of(part: Messages) -> dict[str, str]:
    """From the rows' names of roles to those of chat templates."""
    usual = FORMATS[part.format or "openai"]
    return {
        name: role
        for role in ("system", "user", "assistant", "tool")
        for name in getattr(part, role) or usual[role]
    }


def fields_of(part: Messages) -> tuple[str, str]:
    """The fields of a message that say who speaks, and what."""
    usual = FORMATS[part.format or "openai"]
    role, content = usual["role_field"], usual["content_field"]
    return part.role_field or str(role), part.content_field or str(content)


def _wrong_message(part: Messages, message: Mapping[str, object]) -> _Wrong | None:
    role_field, content_field = fields_of(part)
    roles = roles_of(part)
    if role_field not in message:
        remedy = f"Its fields are {enumerated(map(str, message))}: write `role_field = …`."
        if part.format is None and "from" in message:
            remedy = "Write `format = sharegpt`."
        elif "role" in message:
            remedy = 'Write `role_field = "role"`.'
        return _Wrong(f"has a message without `{role_field}`", remedy)
    role = message[role_field]
    if role not in roles:
        near = {"human": "user", "gpt": "assistant", "bot": "assistant", "model": "assistant"}
        ours = near.get(str(role), "user")
        remedy = f'Say which role it is, for example `{ours} = ["{role}"]`.'
        what = f"has a message of the role `{role}`, not one of {enumerated(roles)}"
        return _Wrong(what, remedy)
    content = message.get(content_field)
    if isinstance(content, str) or (content is None and message.get("tool_calls")):
        return None
    if content_field not in message:
        fields = enumerated(map(str, message))
        remedy = f"Its fields are {fields}: write `content_field = …`."
        return _Wrong(f"has a message without `{content_field}`", remedy)
    return _Wrong(f"has a message whose `{content_field}` is no text", _MAP)


_FOLLOWS = {
    "user": ("", "assistant"),
    "assistant": ("user", "tool"),
    "tool": ("assistant", "tool"),
}


def _wrong_order(part: Messages, messages: list[Mapping[str, object]], last: bool) -> _Wrong | None:
    """For a conversation that is not in order, read by itself; parts before it can change that."""
    roles, (role_field, _) = roles_of(part), fields_of(part)
    previous = ""
    for index, message in enumerate(messages):
        role = roles[str(message[role_field])]
        if role == "system":
            if index:
                return _Wrong("has a system turn that is not the first", _MAP)
            continue
        merged = part.alternation == "merge" and role == previous != "tool"
        if previous and not merged and previous not in _FOLLOWS[role]:
            remedy = "Write `alternation = drop` to leave such rows out, or `any` to take them."
            if role == previous:
                remedy = "Write `alternation = merge` to join them, or `drop` to leave them out."
            return _Wrong(f"has a turn of {role} after one of {previous}", remedy)
        previous = role
    if last and previous not in ("assistant", ""):
        remedy = (
            "Write `alternation = drop` to leave such rows out, or `any` to leave out the turn."
        )
        return _Wrong(f"ends with a turn of {previous}", remedy)
    return None


def _wrong_tokens(part: Tokens, row: Mapping[str, object]) -> _Wrong | None:
    for setting, name in (("text", part.text), ("labels", part.labels)):
        if name is None or name not in row:
            continue
        value = row[name]
        if not isinstance(value, list) or not all(_is_whole(each) for each in value):
            what = f"has a `{name}` that is no list of whole numbers"
            return _Wrong(what, "Write ids as `[1, 2, 3]`.", setting)
    return None


def _is_whole(value: object) -> bool:
    return str(value).removeprefix("-").isdecimal() and not isinstance(value, bool)


def chat_template_takes_parts(context: Context) -> Iterator[Diagnostic]:
    """What a chat template never mentions it leaves out without a word."""
    tokenizer = context.facts.tokenizer
    if tokenizer is None or tokenizer.chat_template is None:
        return
    for path, template, _ in context.forms():
        for index, part in enumerate(template.turns):
            for setting, word in _wanted(part):
                if word not in tokenizer.chat_template:
                    yield problem(
                        "E404",
                        f"The chat template of the model has no place for `{word}`.",
                        context.name(f"{path}.turns.{index}.{setting}"),
                        context.at("model.path", "whose chat template leaves it out"),
                        remedy="Put it into the text of a turn, or leave it out.",
                    )


def _wanted(part: Part) -> Iterator[tuple[str, str]]:
    """Settings that need a word in the chat template."""
    if isinstance(part, Tools):
        yield "text", "tools"
    if getattr(part, "reasoning", None) is not None:
        yield "reasoning", "reasoning_content"
    if isinstance(part, Messages) and part.reasoning_field is not None:
        yield "reasoning_field", "reasoning_content"
    if isinstance(part, Messages) and part.think_tags == "split":
        yield "think_tags", "reasoning_content"


RULES: tuple[Rule, ...] = (columns_hold_their_kind, chat_template_takes_parts)
