"""What is done with rows that are alike, and what the templates of it are given.

In: a plan. Out: contexts, statements, sections. Invariant: that of `contexts`.
"""

from collections.abc import Iterator

from tunec.emit.contexts import Context
from tunec.emit.literals import comment, py
from tunec.emit.section import Section
from tunec.plan.plan import Plan
from tunec.record import record

KNOWN = {
    "exact": "SameRows({rows})",
    "prompt": "SamePrompts({rows})",
    "near": "SimilarRows({rows}, usual_runs(rows))",
}
"""From a way of comparing to the object that finds a row like another."""
OVERLAP = {
    "error": "check_overlap(rows, known, {name})",
    "drop": "rows = without_overlap(rows, known, {name})",
    "allow": "count_overlap(rows, known, {name})",
}
"""From what is done about rows that are measured on and trained on to the call that does it."""


@record
class Same(Context):
    name: str
    key: str
    what: str


@record
class Checked(Context):
    """Rows that say nothing, or that say their answer before it is asked for."""

    empty: bool
    quoted: bool
    empty_error: str
    quoted_error: str

    @classmethod
    def of(cls, plan: Plan) -> "Checked":
        empty, quoted = plan.data.empty.value, plan.data.answer_in_prompt.value
        errors = {"drop": "Unwanted", "error": "ValueError"}
        return cls(empty != "keep", quoted != "keep", errors.get(empty, ""), errors.get(quoted, ""))

    def function(self, kind: str) -> str:
        """The function that looks at what a template of that kind makes of a row; none is empty."""
        names = {"chat": "checked_turns", "completion": "checked_texts"}
        if kind in names and (self.empty or self.quoted):
            return names[kind]
        return "checked_text" if kind == "text" and self.empty else ""


@record
class CheckedText(Context):
    empty_error: str


def checked(plan: Plan) -> Iterator[Section]:
    """What looks at the texts of rows before they are encoded."""
    context = Checked.of(plan)
    functions = [context.function(template.kind) for template in plan.templates]
    if plan.data.drops_unwanted and any(functions):
        yield Section("data/unwanted")
    if context.quoted and any(functions):
        yield Section("data/quoted_in")
    for function in dict.fromkeys(filter(None, functions)):
        alone = function == "checked_text"
        yield Section(f"data/{function}", CheckedText(context.empty_error) if alone else context)


@record
class Excluded(Context):
    plain: bool
    reader: str
    chosen: bool
    drop: bool
    in_memory: bool

    @classmethod
    def of(cls, plan: Plan, reader: str) -> "Excluded":
        exclusion = plan.data.exclusion
        assert exclusion is not None, "chosen where there is one"
        drop = exclusion.policy.value == "drop"
        return cls(plan.data.plain, reader, exclusion.columns is not None, drop, plan.in_memory)


@record
class Chosen(Context):
    """How some of the rows are taken by their numbers."""

    in_memory: bool


def cleaning(plan: Plan, reader: str) -> Iterator[Section]:
    """What compares rows, and what is done then."""
    data, ways = plan.data, plan.data.compared
    if "exact" in ways or data.split:
        yield Section("data/content")
    if "exact" in ways:
        yield Section("data/same", Same("SameRows", "content", "all that the model sees"))
    if "prompt" in ways:
        yield Section("data/prompt_of")
        what = "what is before the first trained token"
        yield Section("data/same", Same("SamePrompts", "prompt_of", what))
    if "near" in ways:
        yield Section("data/similar")
    if data.exclusion:
        yield Section("data/excluded", Excluded.of(plan, reader))
    if data.deduplicate:
        yield Section("data/deduplicated", Chosen(plan.in_memory))
    if data.overlaps:
        yield Section("data/overlap")
    for policy in dict.fromkeys(each.policy.value for each in data.overlaps.values()):
        if policy == "drop":
            yield Section("data/overlap_drop", Chosen(plan.in_memory))
        else:
            yield Section(f"data/overlap_{policy}")


def deduplicate(plan: Plan) -> str:
    """The lines that drop copies, if there are any."""
    way = plan.data.deduplicate
    if way is None:
        return ""
    known = KNOWN[way.value].format(rows="rows")
    return f"    rows = deduplicated(rows, {known})  # {comment(way.origin)}"


def overlaps(plan: Plan, name: str) -> str:
    """The lines that look for rows of a data set among those trained on."""
    overlap = plan.data.overlaps.get(name)
    if overlap is None:
        return ""
    known = KNOWN[overlap.by.value].format(rows=f"held_out[{py(name)}]")
    call = OVERLAP[overlap.policy.value].format(name=py(name))
    return (
        f"    known = {known}  # {comment(overlap.by.origin)}\n"
        f"    {call}  # {comment(overlap.policy.origin)}"
    )
