"""The chapter on data: which templates make it up.

In: a plan. Out: sections. Invariant: templates are chosen here, in `row_functions` and in `page`,
and nowhere else.
"""

from collections.abc import Iterator

from tunec.emit import data_contexts as c
from tunec.emit import encoding_contexts as e
from tunec.emit import head_chapter as h
from tunec.emit import template_contexts as t
from tunec.emit.cleaning_contexts import checked, cleaning
from tunec.emit.contexts import Packs
from tunec.emit.literals import Raw, py
from tunec.emit.row_functions import reader_of, readers, rows_of
from tunec.emit.section import Section
from tunec.plan.plan import Plan


def data(plan: Plan) -> Iterator[Section]:
    """Reading, the templates, encoding. Encoded rows are kept under a digest of this chapter."""
    if e.has_tools(plan):
        yield Section("data/number")
    if plan.data.plain:
        yield from (section for _, section in readers(plan))
        if reader_of(plan) == "read_rows":
            formats = {each.path: Raw(f"read_{each.format}") for each in plan.data.sources()}
            yield Section("data/read_mixed", c.Mixed(py(formats)))
    else:
        yield from rows_of(plan)
    yield from texts(plan)
    yield from encoders(plan)
    several = len(plan.templates) > 1
    if several and plan.data.plain:
        yield Section("data/encoders", e.Encoders.of(plan))
    if plan.data.sort_by:
        yield Section("data/value_of")
    yield Section("data/encoded", e.Encoded.of(plan))
    headed = plan.head is not None
    if plan.in_memory:
        context = c.LoadRows(headed, plan.data.plain, several, reader_of(plan))
        yield Section("data/small/load_rows", context)
        return
    yield Section("data/large/encode_rows", e.Fields.of(plan))
    yield Section("data/large/rows", e.Row.of(plan))
    if plan.data.kept:
        yield Section("data/large/cache", c.CacheKey.of(plan))
    yield Section(
        "data/large/load_rows",
        c.KeepRows(headed, plan.data.plain, several, reader_of(plan), plan.data.kept),
    )


def batches(plan: Plan) -> Iterator[Section]:
    """Data sets and batches: what changes here changes no encoded row."""
    yield from cleaning(plan, reader_of(plan))
    if plan.data.split:
        yield Section("data/split_by_content", c.SplitRows.of(plan))
    yield Section("data/load_data", c.LoadData.of(plan))
    if plan.head is None:
        yield Section("data/trained_tokens", e.Weighted(plan.weighted))
    batches = c.Batches.of(plan)
    if batches.by_tokens:
        yield Section("data/batches_of_tokens")
    yield Section("data/plan_batches", batches)
    if plan.parts_epochs:
        yield Section("data/parts_of")
    if plan.head:
        yield Section("head/packs")
    else:
        yield Section("data/packs", Packs(plan.prompted))


# --- Templates of rows ----------------------------------------------------------------


def texts(plan: Plan) -> Iterator[Section]:
    """What makes texts and conversations of rows."""
    turns = [turn for each in plan.templates for _, turn in each.numbered_texts()]
    if not all(turn.plain for turn in turns):
        yield Section("data/jinja", t.JinjaTexts.of(plan))
    if any(each.columns for each in plan.templates) and not e.is_of_texts(plan):
        yield Section("data/check_columns")
    marks = t.Marks.of(plan)
    if marks.truths or marks.weights:
        yield Section("data/marks", marks)
    if any(turn.optional for turn in turns):
        yield Section("data/optional_turn")
    yield from conversations(plan)
    if plan.head:
        yield from h.labels(plan)
    for template in plan.templates:
        if template.kind == "chat":
            yield Section("data/messages", t.MessagesOf.of(plan, template))
        elif template.kind == "completion":
            yield Section("data/prompt_and_completion", t.TextsOf.of(plan, template))
        elif template.kind == "text":
            yield Section("data/text", t.TextOf.of(plan, template))


def conversations(plan: Plan) -> Iterator[Section]:
    """What reads columns of messages and tools."""
    messages = [(each, part) for each in plan.templates for part in each.messages]
    if e.has_tools(plan):
        yield Section("data/tool_calls")
    for way in sorted({part.think_tags for _, part in messages} - {"keep"}):
        yield Section("data/thoughts", t.Thoughts(way == "split"))
    for template, part in messages:
        yield Section("data/messages_in", t.MessagesIn.of(plan, template, part))
    if messages:
        yield Section("data/arranged", t.Arranged.of(plan))
    if messages or e.has_tools(plan):
        yield Section("data/parsed", t.Parsed.of(plan))


# --- Encoding -------------------------------------------------------------------------


def encoders(plan: Plan) -> Iterator[Section]:
    """What makes token ids of texts and conversations, and the functions that put both together."""
    kinds = {each.kind for each in plan.templates}
    if not e.is_verbatim(plan):
        hiding = e.SpecialTokens(e.is_of_texts(plan), plan.in_memory)
        yield Section("data/special_tokens", hiding)
    yield Section("data/row", e.RowClass.of(plan))
    if kinds & {"completion", "text", "segments"} and not e.is_verbatim(plan):
        own = plan.model.tokenizer.special_tokens
        yield Section("data/opening", e.Opening(own is not None and "bos_token" in own.value))
    if plan.head:
        yield from h.encoders(plan)
    if "chat" in kinds:
        yield from chat(plan)
    if "completion" in kinds:
        context = e.EncodeCompletion(e.generates(plan), e.whole(plan), plan.weighted)
        yield Section("data/encode_completion", context)
    if "text" in kinds:
        yield Section("data/encode_text")
    if "segments" in kinds:
        yield Section("data/encode_segments", e.EncodeSegments(e.is_verbatim(plan)))
    for template in plan.templates:
        if template.kind == "tokens":
            labels = template.column.settings["labels"]
            yield Section("data/encode_labelled_tokens" if labels else "data/encode_tokens")
    yield from checked(plan)
    if len(plan.templates) > 1:
        for template in plan.templates:
            yield Section("data/encode", e.Encode.of(plan, template))
    overflow = plan.data.overflow.value
    if plan.head and overflow == "truncate":
        yield Section("head/fitted_truncate")
    elif overflow == "truncate_prompt":
        yield Section("data/fitted_truncate_prompt", e.CutAtStart(e.whole(plan), e.generates(plan)))
    else:
        yield Section(f"data/fitted_{overflow}")
    if plan.objective == "sft" and "chat" not in kinds:
        yield Section("data/eos_token")


def chat(plan: Plan) -> Iterator[Section]:
    """The encoder of conversations."""
    if plan.objective == "pretrain":
        yield Section("data/encode_chat_whole")
        return
    size = "small" if plan.in_memory else "large"
    if not plan.in_memory:
        yield Section("data/large/parted")
    yield Section("data/render", e.Render.of(plan))
    if plan.in_memory:
        yield Section("data/small/answer_in", e.AnswerIn.of(plan))
    else:
        yield Section("data/large/answer_in", e.AnswerInPart.of(plan))
    if e.leaves_out_turns(plan):
        yield Section("data/answered", e.Answered.of(plan))
    if e.trains_on_roles(plan):
        yield Section(f"data/{size}/encode_chat_roles", e.EncodeChat.of(plan))
    elif plan.data.one_row_per_answer.value:
        yield Section(f"data/{size}/encode_chat_each", e.EncodeAnswers.of(plan))
    elif plan.in_memory and e.answers_once(plan):
        yield Section("data/small/encode_chat_one", e.EncodeAnswers.of(plan))
    else:
        yield Section(f"data/{size}/encode_chat", e.EncodeAnswers.of(plan))
