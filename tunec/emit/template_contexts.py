"""What the templates of rows are given.

In: a plan. Out: contexts. Invariant: that of `contexts`.
"""

from tunec.emit.contexts import Context
from tunec.emit.literals import Raw, prose, py, text, text_of_row
from tunec.plan.data import MessagesPlan, TemplatePlan, TurnPlan
from tunec.plan.plan import Plan
from tunec.record import record

# --- The texts of a template ----------------------------------------------------------


@record
class Suffixed(Context):
    """Functions are named after their template where a spec has several."""

    suffix: str
    lines: str

    @classmethod
    def named(cls, plan: Plan, template: TemplatePlan) -> tuple[str, str]:
        suffix = f"_{template.name}" if len(plan.templates) > 1 else ""
        return suffix, prose(template.lines)


@record
class MessagesOf(Suffixed):
    turns: tuple[str, ...]
    arranged: bool
    system: bool
    system_text: str

    @classmethod
    def of(cls, plan: Plan, template: TemplatePlan) -> "MessagesOf":
        arranged = bool(template.messages)
        default = next((part for part in template.texts if part.role == "system"), None)
        turns, system_text = [], ""
        for at, part in enumerate(template.turns, start=1):
            if isinstance(part, MessagesPlan):
                function = messages_function(plan, template, part)
                turns.append(f"*{function}(row, {py(part.column)})")
            elif isinstance(part, TurnPlan) and arranged and part is default:
                system_text = expression(plan, template, part, at)
            elif isinstance(part, TurnPlan):
                turns.append(_turn(plan, template, part, at))
        suffix, lines = cls.named(plan, template)
        return cls(suffix, lines, tuple(turns), arranged, bool(system_text), system_text)


def _turn(plan: Plan, template: TemplatePlan, turn: TurnPlan, at: int) -> str:
    fields = {"role": turn.role, "content": Raw(expression(plan, template, turn, at))}
    if turn.reasoning:
        name = Raw(expression(plan, template, turn.reasoning, at))
        fields["reasoning_content"] = name
    if turn.train is not None:
        fields["train"] = Raw(marked(turn.train, "truth_of"))
    if turn.weight is not None:
        fields["weight"] = Raw(marked(turn.weight, "weight_of"))
    made = py(fields)
    return f"*unless_empty({made})" if turn.optional else made


def marked(said: bool | float | str, function: str, row: str = "row") -> str:
    """A value, or the column that says it."""
    return f"{function}({row}.get({py(said)}))" if isinstance(said, str) else py(said)


def messages_function(plan: Plan, template: TemplatePlan, part: MessagesPlan) -> str:
    """Name of the function that reads a column of messages."""
    suffix, _ = Suffixed.named(plan, template)
    number = template.messages.index(part)
    return f"messages_in{suffix}" + (f"_{number + 1}" if number else "")


@record
class TextsOf(Suffixed):
    prompt: str
    completion: str

    @classmethod
    def of(cls, plan: Plan, template: TemplatePlan) -> "TextsOf":
        texts = [
            expression(plan, template, part, at) for at, part in enumerate(template.texts, start=1)
        ]
        return cls(*cls.named(plan, template), *texts)


@record
class TextOf(Suffixed):
    text: str

    @classmethod
    def of(cls, plan: Plan, template: TemplatePlan) -> "TextOf":
        return cls(*cls.named(plan, template), expression(plan, template, template.texts[0], 1))


def expression(plan: Plan, template: TemplatePlan, turn: TurnPlan, at: int) -> str:
    """A text with columns, as an expression over `row`."""
    if turn.plain:
        return text_of_row(turn.text)
    return f"{_name(plan, template, turn, at)}.render(row)"


def _name(plan: Plan, template: TemplatePlan, turn: TurnPlan, at: int) -> str:
    suffix, _ = Suffixed.named(plan, template)
    return f"{turn.role}{suffix}_{at}".upper()


@record
class JinjaTexts(Context):
    """The parts that Jinja renders: the name of each, and its text as a literal."""

    lines: str
    turns_as_templates: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, plan: Plan) -> "JinjaTexts":
        texts = tuple(
            (_name(plan, template, turn, at), text(turn.text))
            for template in plan.templates
            for at, turn in template.numbered_texts()
            if not turn.plain
        )
        return cls(", ".join(prose(each.lines) for each in plan.templates), texts)


# --- Columns of messages --------------------------------------------------------------


@record
class MessagesIn(Context):
    """The function that reads a column of messages."""

    function: str
    names: str
    roles: str
    role_field: str
    content_field: str
    nulls: bool
    drop_system: bool
    tools: bool
    reasoning_field: bool
    reasoning: str
    think_tags: bool
    think: str
    trains: bool
    train: str
    weight: bool
    weight_field: str

    @classmethod
    def of(cls, plan: Plan, template: TemplatePlan, part: MessagesPlan) -> "MessagesIn":
        train = py(part.train)
        if isinstance(part.train, str):
            train = f"truth_of(message.get({py(part.train)}, True))"
        return cls(
            function=messages_function(plan, template, part),
            names=messages_function(plan, template, part).replace("messages_in", "ROLES").upper(),
            roles=py(part.roles),
            role_field=py(part.role_field),
            content_field=py(part.content_field),
            nulls=bool(template.tools or part.weight or isinstance(part.train, str)),
            drop_system=not part.keep_system,
            tools=template.tools is not None,
            reasoning_field=part.reasoning_field is not None,
            reasoning=py(part.reasoning_field),
            think_tags=part.think_tags != "keep",
            think=f"{part.think_tags}_thoughts",
            trains=part.train is not None,
            train=train,
            weight=part.weight is not None,
            weight_field=py(part.weight),
        )


@record
class Parsed(Context):
    """The columns that may hold JSON text."""

    what: str
    columns: str
    tools: bool
    talks: str

    @classmethod
    def of(cls, plan: Plan) -> "Parsed":
        talks = [part.column for each in plan.templates for part in each.messages]
        tools = [each.tools for each in plan.templates if each.tools]
        what = "conversations and tools" if tools else "conversations"
        columns = list(dict.fromkeys([*talks, *tools]))
        return cls(what, py(columns), bool(tools), py(list(dict.fromkeys(talks))))


@record
class Arranged(Context):
    free: bool
    merge: bool
    strict: bool
    drop: bool
    error: str

    @classmethod
    def of(cls, plan: Plan) -> "Arranged":
        kinds = {part.alternation for each in plan.templates for part in each.messages}
        drop = "drop" in kinds
        return cls(
            free="any" in kinds,
            merge="merge" in kinds,
            strict=bool(kinds & {"error", "drop"}),
            drop=drop,
            error="NotAlternating" if drop else "ValueError",
        )


@record
class Thoughts(Context):
    split: bool


@record
class Marks(Context):
    """What rows say of turns: whether and how much they are trained on."""

    truths: bool
    weights: bool
    both: bool

    @classmethod
    def of(cls, plan: Plan) -> "Marks":
        truths = any(isinstance(part.train, str) for part in plan.marked)
        weights = any(isinstance(part.weight, str) for part in plan.marked)
        return cls(truths, weights, truths and weights)
