"""The plan stage for `template`.

In: a decider. Out: `TemplatePlan`s. Invariant: it is called only for templates that passed.
"""

from tunec.checks.conversations import fields_of, roles_of
from tunec.checks.parts import columns_in, texts_in
from tunec.checks.placeholders import placeholders
from tunec.plan.data import ColumnPlan, MessagesPlan, PartPlan, TemplatePlan, TurnPlan
from tunec.plan.decider import Decider
from tunec.spec.template import (
    Answer,
    Assistant,
    Labels,
    Messages,
    Part,
    Segments,
    System,
    Template,
    Tokens,
    Tools,
)

KINDS = {"prompt": "completion", "text": "text", "segments": "segments", "tokens": "tokens"}
"""From a part that tells to what a template makes of a row; all others are conversations."""


def decide_templates(decider: Decider) -> tuple[TemplatePlan, ...]:
    return tuple(_template(decider, name, each) for name, each in decider.spec.template.items())


def _template(decider: Decider, name: str, template: Template) -> TemplatePlan:
    roles = [part.role for part in template.turns]
    kind = next((KINDS[role] for role in roles if role in KINDS), "chat")
    if {"label", "labels"} & {*roles}:
        kind = "labelled"
    parts = tuple(_part(part) for part in template.turns if not isinstance(part, Tools))
    tools = next((part.text for part in template.turns if isinstance(part, Tools)), None)
    placed: dict[str, None] = {}
    used: dict[str, None] = {}
    for part in template.turns:
        for _, text in texts_in(part):
            found = placeholders(text)
            placed |= dict.fromkeys(each for each in found.placed if each in found.columns)
            used |= dict.fromkeys(found.all)
        used |= dict.fromkeys(column for _, column in columns_in(part))
    lines = _lines(decider, name, len(template.turns))
    others = tuple(each for each in used if each not in placed)
    return TemplatePlan(name, kind, parts, tools, tuple(placed), others, lines)


def _part(part: Part) -> PartPlan:
    if isinstance(part, Messages):
        return _messages(part)
    if isinstance(part, Segments):
        names = ("text_field", "train_field", "verbatim")
        settings = {name: getattr(part, name) for name in names}
        return ColumnPlan("segments", part.text, settings)
    if isinstance(part, Labels):
        return ColumnPlan("labels", part.text, {})
    if isinstance(part, Tokens):
        return ColumnPlan("tokens", part.text, {"labels": part.labels})
    reasoning = part.reasoning if isinstance(part, Assistant) else None
    return TurnPlan(
        part.role,
        part.text,
        placeholders(part.text).plain,
        train=part.train if isinstance(part, Assistant) else None,
        weight=part.weight if isinstance(part, Answer) else None,
        reasoning=TurnPlan("reasoning", reasoning, placeholders(reasoning).plain)
        if reasoning
        else None,
        optional=isinstance(part, System) and part.optional,
    )


def _messages(part: Messages) -> MessagesPlan:
    role_field, content_field = fields_of(part)
    return MessagesPlan(
        column=part.text,
        role_field=role_field,
        content_field=content_field,
        roles=roles_of(part),
        keep_system=part.system_turns == "keep",
        alternation=part.alternation,
        train=part.train,
        weight=part.weight,
        reasoning_field=part.reasoning_field,
        think_tags=part.think_tags,
    )


def _lines(decider: Decider, name: str, count: int) -> str:
    """`L12-L16` for a template of the main file; the origin of its header otherwise."""
    places = decider.places
    lines = [places.line(f"template.{name}.turns.{number}") for number in range(count)]
    known = [line for line in [places.line(f"template.{name}"), *lines] if line is not None]
    if not known:
        return places.origin(f"template.{name}") or "default"
    return f"L{min(known)}" if min(known) == max(known) else f"L{min(known)}-L{max(known)}"
