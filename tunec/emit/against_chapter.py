"""What the tuned model is compared with besides the base: what asks it, and its constants.

In: a plan. Out: sections and constants. Invariant: only what a comparison of the plan needs has
code in the script.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, in_folder
from tunec.emit.contexts import Context
from tunec.emit.encoding_contexts import leaves_out_turns
from tunec.emit.literals import py, quoted
from tunec.emit.row_functions import reader_of
from tunec.emit.section import Section
from tunec.plan.evaluate import AgainstPlan, GeneratePlan
from tunec.plan.plan import Plan
from tunec.record import record


@record
class Against(Context):
    examples: bool
    """Whether any comparison has some."""
    both: bool
    """Whether any has another system prompt, too; `plain`: none has either."""
    plain: bool
    others: bool
    """Whether another model answers."""
    parsed: bool
    sources: str
    turns: str
    arguments: str
    limit: str
    on: str

    @classmethod
    def of(cls, plan: Plan, generate: GeneratePlan) -> "Against":
        turns = "messages_of(hide(used, tokenizer))"
        examples = any(each.examples for each in generate.against)
        system = any(each.system for each in generate.against)
        return cls(
            examples=examples,
            both=examples and system,
            plain=not examples and not system,
            others=any(each.model for each in generate.against),
            parsed=any(each.messages for each in plan.templates),
            sources=_sources(plan, generate),
            turns=f"answered({turns}, Counter())" if leaves_out_turns(plan) else turns,
            arguments="shots, " if examples else "",
            limit=_limit(generate),
            on=generate.on,
        )


def _sources(plan: Plan, generate: GeneratePlan) -> str:
    """All rows that may be asked or be examples, as they are read."""
    names = dict.fromkeys(("train", generate.on))
    parts = [name for name in names if name in plan.data.parts()]
    if plan.data.plain:
        files = [f"{name.upper()}_FILES" for name in parts]
        listed = files[0] if len(files) == 1 else f"[*{', *'.join(files)}]"
        return f"for file in {listed} for place, row in {reader_of(plan)}(file)"
    calls = ", ".join(f"{name}_rows()" for name in parts)
    return f"for place, row in chain({calls})" if len(parts) > 1 else f"for place, row in {calls}"


def _limit(generate: GeneratePlan) -> str:
    """Most tokens of a prompt and its answer."""
    others = any(each.model for each in generate.against)
    if generate.positions and not others:
        return "POSITIONS"
    asked = "model" if others else "base"
    return f'getattr({asked}.config, "max_position_embeddings", math.inf)'


def against(plan: Plan, generate: GeneratePlan) -> Iterator[Section]:
    if any(each.model for each in generate.against):
        yield Section("evaluate/against_other")
    if generate.against:
        yield Section("evaluate/against", Against.of(plan, generate))


def against_settings(generate: GeneratePlan) -> Iterator[Constant]:
    if generate.against:
        each = ", ".join(f"{quoted(one.name)}: {{{_options(one)}}}" for one in generate.against)
        origins = ", ".join(one.origin for one in generate.against)
        yield Constant("AGAINST", f"{{{each}}}", origins)
        if _limit(generate) == "POSITIONS":
            yield Constant("POSITIONS", str(generate.positions), "the model's config")
        others = [(one.name, one.model, one.local) for one in generate.against if one.model]
        if others:
            paths = {
                name: in_folder(path.value) if local else path.value for name, path, local in others
            }
            lines = ", ".join(path.origin for _, path, _ in others)
            yield Constant("OTHER_MODELS", py(paths), lines)


def _options(one: AgainstPlan) -> str:
    settings = {"examples": one.examples, "system": one.system}
    return ", ".join(f'"{name}": {py(each.value)}' for name, each in settings.items() if each)
