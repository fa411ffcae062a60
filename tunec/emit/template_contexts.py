"""What the templates of rows and their encoding are given.

In: a plan. Out: contexts. Invariant: that of `contexts`.
"""

from tunec.emit.contexts import Context
from tunec.emit.literals import comment, text, text_of_row
from tunec.plan.data import TurnPlan
from tunec.plan.plan import Plan
from tunec.record import record


@record
class TemplateText(Context):
    """For the three templates of rows: the role of each part, and an expression over `row`."""

    lines: str
    turns: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, plan: Plan) -> "TemplateText":
        turns = tuple(
            (turn.role, text_of_row(turn.text) if turn.plain else f"{_name(turn, at)}.render(row)")
            for at, turn in enumerate(plan.template.turns, start=1)
        )
        return cls(comment(plan.template.lines), turns)


@record
class JinjaTexts(Context):
    """The parts that Jinja renders: the name of each, and its text as a literal."""

    lines: str
    turns_as_templates: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, plan: Plan) -> "JinjaTexts":
        texts = tuple(
            (_name(turn, at), text(turn.text))
            for at, turn in enumerate(plan.template.turns, start=1)
            if not turn.plain
        )
        return cls(comment(plan.template.lines), texts)


def _name(turn: TurnPlan, at: int) -> str:
    return f"{turn.role.upper()}_{at}"


@record
class Encode(Context):
    generate: bool


@record
class EncodeCompletion(Context):
    generate: bool
    whole: bool
