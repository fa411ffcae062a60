"""The chapter on data: which templates make it up.

In: a plan. Out: sections. Invariant: this and `page` are the only places that choose between
templates.
"""

from collections.abc import Iterator

from tunec.emit import data_contexts as c
from tunec.emit import template_contexts as t
from tunec.emit.literals import Raw, py
from tunec.emit.section import Section
from tunec.plan.plan import Plan


def readers(plan: Plan) -> dict[str, str]:
    """Template of each reader that the sources need, by the name of its function."""
    found = {}
    for source in plan.data.sources():
        suffix = f"_{source.sample_by}" if source.format == "text" else ""
        found[f"read_{source.format}"] = f"data/read_{source.format}{suffix}"
    return found


def data(plan: Plan) -> Iterator[Section]:
    """Reading, the template, encoding, batches."""
    functions = readers(plan)
    yield from (Section(template) for template in functions.values())
    reader = next(iter(functions))
    if len(functions) > 1:
        reader = "read_rows"
        formats = {each.path: Raw(f"read_{each.format}") for each in plan.data.sources()}
        yield Section("data/read_mixed", c.Mixed(py(formats)))
    if not all(turn.plain for turn in plan.template.turns):
        yield Section("data/jinja", t.JinjaTexts.of(plan))
    yield Section(f"data/{TEMPLATES[plan.template.kind]}", t.TemplateText.of(plan))
    yield encode(plan)
    yield Section("data/load_rows", c.LoadRows.of(plan, reader))
    yield Section("data/load_data", c.LoadData.of(plan))
    by_tokens = plan.train.batch.value.unit == "tokens"
    if by_tokens:
        yield Section("data/batches_of_tokens")
    yield Section("data/plan_batches", c.Batches(plan.train.epochs is not None, by_tokens))
    yield Section("data/packs")


TEMPLATES = {"chat": "messages", "completion": "prompt_and_completion", "text": "text"}


def encode(plan: Plan) -> Section:
    generate = plan.evaluate is not None and plan.evaluate.generate is not None
    whole = plan.objective == "pretrain"
    if plan.template.kind == "text":
        return Section("data/encode_text")
    if plan.template.kind == "completion":
        return Section("data/encode_completion", t.EncodeCompletion(generate, whole))
    if whole:
        return Section("data/encode_chat_whole")
    return Section("data/encode_chat", t.Encode(generate))
