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


def cleaning(plan: Plan) -> Iterator[Section]:
    """What compares rows, and what is done then."""
    data, ways = plan.data, plan.data.compared
    if "exact" in ways or data.split:
        yield Section("data/content")
    if "exact" in ways:
        yield Section("data/same", Same("SameRows", "content", "all that the model sees"))
    if "prompt" in ways:
        yield Section("data/prompt_of")
        what = "what is before the first token that is trained on"
        yield Section("data/same", Same("SamePrompts", "prompt_of", what))
    if "near" in ways:
        yield Section("data/similar")
    if data.deduplicate:
        yield Section("data/deduplicated")
    if data.overlaps:
        yield Section("data/overlap")
    for policy in dict.fromkeys(each.policy.value for each in data.overlaps.values()):
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
