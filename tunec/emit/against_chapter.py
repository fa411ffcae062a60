"""What the tuned model is compared with besides the base: what asks it, and its constants.

In: a plan. Out: sections and constants. Invariant: only what a comparison of the plan needs has
code in the script.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant
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
    parsed: bool
    sources: str
    turns: str
    limit: str
    on: str

    @classmethod
    def of(cls, plan: Plan, generate: GeneratePlan) -> "Against":
        turns = "messages_of(hide(used, tokenizer))"
        examples = any(each.examples for each in generate.against)
        return cls(
            examples=examples,
            both=examples and any(each.system for each in generate.against),
            parsed=any(each.messages for each in plan.templates),
            sources=_sources(plan, generate),
            turns=f"answered({turns}, Counter())" if leaves_out_turns(plan) else turns,
            limit="POSITIONS"
            if generate.positions
            else 'getattr(model.config, "max_position_embeddings", math.inf)',
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


def against(plan: Plan, generate: GeneratePlan) -> Iterator[Section]:
    if generate.against:
        yield Section("evaluate/against", Against.of(plan, generate))


def against_settings(generate: GeneratePlan) -> Iterator[Constant]:
    if generate.against:
        each = ", ".join(f"{quoted(one.name)}: {{{_options(one)}}}" for one in generate.against)
        origins = ", ".join(one.origin for one in generate.against)
        yield Constant("AGAINST", f"{{{each}}}", origins)
        if generate.positions:
            yield Constant("POSITIONS", str(generate.positions), "the model's config")


def _options(one: AgainstPlan) -> str:
    settings = {"examples": one.examples, "system": one.system}
    return ", ".join(f'"{name}": {py(each.value)}' for name, each in settings.items() if each)
