"""The plan stage for `template`.

In: a decider. Out: `TemplatePlan`. Invariant: it is called only for templates that passed.
"""

from tunec.checks.placeholders import placeholders
from tunec.plan.data import TemplatePlan, TurnPlan
from tunec.plan.decider import Decider


def decide_template(decider: Decider) -> TemplatePlan:
    name, template = next(iter(decider.spec.template.items()))
    roles = {turn.role for turn in template.turns}
    kind = "completion" if "prompt" in roles else "text" if "text" in roles else "chat"
    turns: list[TurnPlan] = []
    placed: dict[str, None] = {}
    used: dict[str, None] = {}
    for turn in template.turns:
        found = placeholders(turn.text)
        turns.append(TurnPlan(turn.role, turn.text, found.plain))
        placed |= dict.fromkeys(each for each in found.placed if each in found.columns)
        used |= dict.fromkeys(found.all)
    lines = _lines(decider, name, len(turns))
    others = tuple(each for each in used if each not in placed)
    return TemplatePlan(kind, tuple(turns), tuple(placed), others, lines)


def _lines(decider: Decider, name: str, count: int) -> str:
    """`L12-L16` for a template of the main file; the origin of its header otherwise."""
    places = decider.places
    lines = [places.line(f"template.{name}.turns.{number}") for number in range(count)]
    known = [line for line in [places.line(f"template.{name}"), *lines] if line is not None]
    if not known:
        return places.origin(f"template.{name}") or "default"
    return f"L{min(known)}" if min(known) == max(known) else f"L{min(known)}-L{max(known)}"
