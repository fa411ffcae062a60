"""What the tuned model is compared with besides the base: what asks it, and its constants.

In: a plan. Out: sections and constants. Invariant: only what a comparison of the plan needs has
code in the script.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, in_folder
from tunec.emit.contexts import Context
from tunec.emit.encoding_contexts import is_of_texts, leaves_out_turns
from tunec.emit.literals import py, quoted
from tunec.emit.row_functions import reader_of
from tunec.emit.section import Section
from tunec.plan.evaluate import AgainstPlan, GeneratePlan
from tunec.plan.plan import Plan
from tunec.record import record


@record
class Hidden(Context):
    """A row is all texts, or it is walked through, for the special tokens that it spells out."""

    texts: bool


@record
class Other(Hidden):
    turns: bool


@record
class Texts(Hidden):
    examples: bool


@record
class Turns(Hidden):
    examples: bool
    """Whether any comparison has some."""
    both: bool
    """Whether any has another system prompt, too; `plain`: none has either."""
    plain: bool
    parsed: bool
    turns: str

    @classmethod
    def of(cls, plan: Plan, generate: GeneratePlan) -> "Turns":
        examples = has_examples(generate)
        system = any(each.system for each in generate.against)
        turns = "messages_of(used)"
        return cls(
            texts=is_of_texts(plan),
            examples=examples,
            both=examples and system,
            plain=not examples and not system,
            parsed=any(each.messages for each in plan.templates),
            turns=f"answered({turns}, Counter())" if leaves_out_turns(plan) else turns,
        )


@record
class Against(Context):
    examples: bool
    others: bool
    """Whether another model answers."""
    sources: str
    arguments: str
    end: str
    limited: bool
    asked: str
    limit: str
    limit_said: str
    """The same within a text."""
    on: str

    @classmethod
    def of(cls, plan: Plan, generate: GeneratePlan) -> "Against":
        examples = has_examples(generate)
        limit = "POSITIONS" if _known(generate) else "limit"
        return cls(
            examples=examples,
            others=has_others(generate),
            sources=_sources(plan, generate),
            arguments="shots, " if examples else "",
            end=_end(generate) if parts_examples(plan) else "",
            limited=not _known(generate),
            asked="model" if has_others(generate) else "base",
            limit=limit,
            limit_said=f"{{{limit}}}",
            on=generate.on,
        )


def has_examples(generate: GeneratePlan) -> bool:
    return any(each.examples for each in generate.against)


def has_others(generate: GeneratePlan) -> bool:
    return any(each.model for each in generate.against)


def has_turns(plan: Plan) -> bool:
    return all(each.kind == "chat" for each in plan.templates)


def parts_examples(plan: Plan) -> bool:
    """Whether examples are texts, which something has to part."""
    generate = plan.evaluate.generate if plan.evaluate else None
    return generate is not None and has_examples(generate) and not has_turns(plan)


def _end(generate: GeneratePlan) -> str:
    """The argument that says where an answer after examples ends."""
    if all(each.examples for each in generate.against):
        return ", SEPARATOR"
    return ', SEPARATOR if "examples" in options else None'


def _known(generate: GeneratePlan) -> bool:
    """Whether the compiler knows how many positions there are."""
    return generate.positions is not None and not has_others(generate)


def _sources(plan: Plan, generate: GeneratePlan) -> str:
    """All rows that may be asked or be examples, as they are read."""
    names = dict.fromkeys(("train", generate.on))
    parts = [name for name in names if name in plan.data.parts()]
    if plan.data.plain:
        files = [f"{name.upper()}_FILES" for name in parts]
        listed = files[0] if len(files) == 1 else f"[*{', *'.join(files)}]"
        return f"for file in {listed}\n        for place, row in {reader_of(plan)}(file)"
    calls = ", ".join(f"{name}_rows()" for name in parts)
    return f"for place, row in chain({calls})" if len(parts) > 1 else f"for place, row in {calls}"


def against(plan: Plan, generate: GeneratePlan) -> Iterator[Section]:
    if not generate.against:
        return
    if has_turns(plan):
        yield Section("evaluate/against_turns", Turns.of(plan, generate))
    else:
        yield Section("evaluate/against_texts", Texts(is_of_texts(plan), has_examples(generate)))
    if has_others(generate):
        yield Section("evaluate/against_other", Other(is_of_texts(plan), has_turns(plan)))
    yield Section("evaluate/against", Against.of(plan, generate))


def against_settings(plan: Plan, generate: GeneratePlan) -> Iterator[Constant]:
    if not generate.against:
        return
    each = ", ".join(f"{quoted(one.name)}: {{{_options(one)}}}" for one in generate.against)
    origins = ", ".join(one.origin for one in generate.against)
    yield Constant("AGAINST", f"{{{each}}}", origins)
    if parts_examples(plan):
        yield Constant(
            "SEPARATOR", py("\n\n"), "default, between examples; ends an answer after them"
        )
    if _known(generate):
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
