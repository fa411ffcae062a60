"""Rules on how long the first rows are, where data and tokenizer are at hand.

In: a context. Out: warnings. Invariant: a row counts as too long only if its text alone is, without
the marks that a chat template adds; no tokenizer is read where rows have few bytes.
"""

import json
from collections.abc import Iterator, Mapping

from tunec.checks.columns import known_sources
from tunec.checks.context import LABELS, Context, Rule, problem
from tunec.checks.conversations import fields_of, roles_of
from tunec.checks.parts import texts_in
from tunec.checks.placeholders import PLAIN, BadTemplate, placeholders
from tunec.diagnostics import Diagnostic
from tunec.spec.data import TrainData
from tunec.spec.template import Messages, Part, Segments, Template, Tokens

_FATES = {
    "drop": "and are dropped",
    "truncate": "and are cut at their end",
    "truncate_prompt": "and are cut at their start",
    "error": "and the run stops at the first",
}
Row = Mapping[str, object]


def rows_mostly_fit(context: Context) -> Iterator[Diagnostic]:
    """Most of the first rows are not longer than `max_length`."""
    block = context.spec.data.get("train")
    if not isinstance(block, TrainData) or block.one_row_per_answer:
        return
    overflow = block.overflow or ("split" if context.objective == "pretrain" else "drop")
    if overflow == "split":
        return
    limit = context.max_length
    for path, template, _ in context.forms():
        for source, file, facts in known_sources(context, path):
            lengths = sorted(_lengths(context, template, facts.sample, limit.tokens))
            over = sum(length > limit.tokens for length in lengths)
            if 2 * over <= len(lengths):
                continue
            yield problem(
                "E445",
                f"{over} of the first {len(lengths)} rows of `{file}` are longer than "
                f"`max_length`, which is {limit.said}, {_FATES[overflow]}.",
                context.at(source),
                context.at("model.max_length", "the longest row") if limit.written else None,
                notes=(f"Half of them have {lengths[len(lengths) // 2]} tokens or more.",),
                remedy=_remedy(context, lengths[len(lengths) * 9 // 10]),
                severity="warning",
            )


def _remedy(context: Context, wanted: int) -> str:
    enough = 1 << wanted.bit_length()
    model = context.facts.model
    most = model.max_positions if model and model.where != "scratch" else None
    if most is None or enough <= most:
        return f"Write `max_length = {enough} tokens` in `model`, or leave such rows out."
    if context.objective == "pretrain":
        return "Write `overflow = split` in `data train`, or shorten the rows."
    return "Shorten the rows, or say with `overflow` in `data train` how they are cut."


def _lengths(context: Context, template: Template, rows: tuple[Row, ...], limit: int) -> list[int]:
    """Tokens of each row; empty where they cannot be told, or surely are few."""
    (part, *_) = template.turns
    if isinstance(part, Tokens):
        columns = [row.get(part.text) for row in rows]
        return [len(column) for column in columns if isinstance(column, list)]
    texts = ["\n".join(said(template.turns, row)) for row in rows]
    # Hardly a tokenizer makes more tokens of a text than it has bytes.
    if 2 * sum(len(text.encode(errors="replace")) > limit for text in texts) <= len(texts):
        return []
    return context.facts.counter.count(texts) or []


def said(parts: tuple[Part, ...], row: Row) -> Iterator[str]:
    """What certainly stands in the row as the model sees it, of these parts of a template."""
    for part in parts:
        if part.role in LABELS:
            continue
        if isinstance(part, (Messages, Segments)):
            texts = _in_column(part, row)
        else:
            texts = _placed(part, row)
        yield from (text for text in texts if isinstance(text, str))


def _placed(part: Part, row: Row) -> Iterator[object]:
    for _, text in texts_in(part):
        try:
            found = placeholders(text)
        except BadTemplate:
            continue
        if found.plain:
            yield PLAIN.sub(lambda name: str(row.get(name[1], "")), text)
        else:
            yield from (row.get(name) for name in found.placed)


def _in_column(part: Messages | Segments, row: Row) -> Iterator[object]:
    value = row.get(part.text)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    if isinstance(part, Segments):
        yield from (item.get(part.text_field) for item in items)
        return
    roles, (role, content) = roles_of(part), fields_of(part)
    for item in items:
        written = item.get(content)
        if part.system_turns == "drop" and roles.get(str(item.get(role))) == "system":
            continue
        if part.think_tags == "strip" and isinstance(written, str):
            written = written.rpartition("</think>")[2]
        yield written


RULES: tuple[Rule, ...] = (rows_mostly_fit,)
