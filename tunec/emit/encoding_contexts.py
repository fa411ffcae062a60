"""What the encoding of rows is given.

In: a plan. Out: contexts. Invariant: that of `contexts`.
"""

from tunec.emit.cleaning_contexts import Checked
from tunec.emit.contexts import Context, runs_code
from tunec.emit.literals import py
from tunec.emit.template_contexts import Arranged, Suffixed, marked
from tunec.plan.data import TemplatePlan
from tunec.plan.plan import Plan
from tunec.record import fields_of, record


def generates(plan: Plan) -> bool:
    return plan.evaluate is not None and plan.evaluate.generate is not None


def prompts_differ(plan: Plan) -> bool:
    """Whether rows are to be read again, and asked in another way."""
    return plan.evaluate is not None and bool(plan.evaluate.against)


def whole(plan: Plan) -> bool:
    """Whether every token is trained on."""
    return plan.data.train_on.value == "all"


@record
class Fields(Context):
    """What a row has besides its tokens."""

    headed: bool
    """A label, instead of tokens that are trained on."""
    single: bool
    segments: bool
    generate: bool
    placed: bool
    valued: bool
    origin: bool

    @classmethod
    def found(cls, plan: Plan) -> tuple[bool, bool, bool, bool, bool, bool, bool]:
        data = plan.data
        origin = data.split is not None and data.one_row_per_answer.value
        placed = data.placed or prompts_differ(plan) or runs_code(plan)
        head = plan.head
        single = head is not None and head.kind == "single_label_classification"
        of_head = (head is not None, single, head is not None and head.segments)
        return *of_head, generates(plan), placed, data.sort_by is not None, origin

    @classmethod
    def of(cls, plan: Plan) -> "Fields":
        return cls(*cls.found(plan))


@record
class Row(Fields):
    weighted: bool
    multiple: bool
    """A row has several labels."""

    @classmethod
    def of(cls, plan: Plan) -> "Row":
        multiple = plan.head is not None and plan.head.kind == "multi_label_classification"
        return cls(*cls.found(plan), plan.weighted, multiple)

    def more(self, plan: Plan) -> str:
        """What is said of a row when it is encoded, as arguments."""
        spoken = all(each.kind in ("chat", "completion") for each in plan.templates)
        said = {
            "trained=part.trained.float()": self.weighted and (whole(plan) or not spoken),
            "place=place": self.placed,
            "value=value_of(row)": self.valued,
            "origin=content(found[0])": self.origin,
        }
        return ", ".join(name for name, is_said in said.items() if is_said)


@record
class RowClass(Row):
    unasked: bool
    """Whether some rows have no answer: general text."""

    @classmethod
    def of(cls, plan: Plan) -> "RowClass":
        unasked = any(template.kind == "text" for template in plan.templates)
        return cls(**fields_of(Row.of(plan)), unasked=unasked)


@record
class Opening(Context):
    own: bool
    """The spec names the token."""


@record
class Render(Context):
    tools: bool
    marked: bool
    ends: bool
    """Ends of turns are looked for in several places."""

    @classmethod
    def of(cls, plan: Plan) -> "Render":
        ends = trains_on_roles(plan) or not plan.in_memory
        return cls(has_tools(plan), plan.weighted or plan.flagged, ends)


def trains_on_roles(plan: Plan) -> bool:
    return isinstance(plan.data.train_on.value, tuple)


@record
class Answer(Context):
    mixed: bool
    tools: bool
    reasoning: bool

    @classmethod
    def found(cls, plan: Plan) -> tuple[bool, bool, bool]:
        turns = [part for each in plan.templates for part in each.texts]
        messages = [part for each in plan.templates for part in each.messages]
        reasoning = any(turn.reasoning for turn in turns)
        read = any(part.reasoning_field or part.think_tags == "split" for part in messages)
        return plan.stops_differ, has_tools(plan), reasoning or read


@record
class AnswerIn(Answer):
    roles: bool

    @classmethod
    def of(cls, plan: Plan) -> "AnswerIn":
        return cls(*cls.found(plan), trains_on_roles(plan))


@record
class AnswerInPart(Answer):
    together: bool

    @classmethod
    def of(cls, plan: Plan) -> "AnswerInPart":
        return cls(*cls.found(plan), not plan.data.one_row_per_answer.value)


def has_tools(plan: Plan) -> bool:
    return any(template.tools for template in plan.templates)


def answers_once(plan: Plan) -> bool:
    """Whether the last turn of every conversation is its only answer."""
    chats = [each for each in plan.templates if each.kind == "chat"]
    return not any(each.messages for each in chats) and all(
        sum(part.role == "assistant" for part in each.texts) == 1 for each in chats
    )


@record
class EncodeChat(Context):
    """For each way of choosing among the turns what is trained on."""

    tools: bool
    generate: bool
    dtype: str
    weight: str

    @classmethod
    def chosen(cls, plan: Plan) -> tuple[bool, bool, str, str]:
        trains = "True"
        if plan.data.train_on.value == "last_assistant" and not answers_once(plan):
            trains = "at == answers[-1]"
        if plan.flagged:
            trains = f'turn.get("train", {trains})'
        if plan.weighted:
            trains = (
                f'turn.get("weight", 1.0) * {trains}'
                if trains != "True"
                else 'turn.get("weight", 1.0)'
            )
        dtype = "torch.float32" if plan.weighted else "torch.bool"
        return has_tools(plan), generates(plan), dtype, trains

    @classmethod
    def of(cls, plan: Plan) -> "EncodeChat":
        return cls(*cls.chosen(plan))


@record
class EncodeAnswers(EncodeChat):
    whole: bool
    marked: bool

    @classmethod
    def of(cls, plan: Plan) -> "EncodeAnswers":
        marked = plan.flagged or plan.weighted
        return cls(*cls.chosen(plan), whole=whole(plan), marked=marked)


@record
class Answered(Context):
    roles: bool

    @classmethod
    def of(cls, plan: Plan) -> "Answered":
        return cls(trains_on_roles(plan))


def leaves_out_turns(plan: Plan) -> bool:
    """Whether a conversation may go on after the last turn that is trained on."""
    trained = plan.data.train_on.value
    if plan.objective == "pretrain" or not any(each.kind == "chat" for each in plan.templates):
        return False
    unanswered = isinstance(trained, tuple) and "assistant" not in trained
    return unanswered or Arranged.of(plan).free


@record
class EncodeCompletion(Context):
    generate: bool
    whole: bool
    weighted: bool


@record
class EncodeSegments(Context):
    verbatim: bool


@record
class Encode(Suffixed):
    counted: bool
    columns: bool
    placed: str
    encoded: str

    @classmethod
    def of(cls, plan: Plan, template: TemplatePlan) -> "Encode":
        suffix, lines = cls.named(plan, template)
        return cls(
            suffix and f"_by{suffix}",
            lines,
            leaves_out_turns(plan),
            bool(template.columns),
            py(list(template.columns)),
            encoding(plan, template, "row"),
        )


def encoding(plan: Plan, template: TemplatePlan, row: str) -> str:
    """The call that encodes what the template makes of a row, once it is looked at."""
    suffix, _ = Suffixed.named(plan, template)
    check = Checked.of(plan).function(template.kind)
    if template.kind == "chat":
        tools = f", tools_of({row}, {py(template.tools)})" if template.tools else ""
        messages = f"messages_of{suffix}({row})"
        if leaves_out_turns(plan):
            messages = f"answered({messages}, counts)"
        if check:
            messages = f"{check}({messages})"
        return f"encode_chat({messages}, tokenizer{tools})"
    if template.kind == "completion":
        weight = template.texts[-1].weight
        more = "" if weight is None else f", {marked(weight, 'weight_of', row)}"
        texts = f"*{check}(*texts_of{suffix}({row}))" if check else f"*texts_of{suffix}({row})"
        return f"encode_completion({texts}, tokenizer{more})"
    if template.kind == "labelled":
        pair = [part.role for part in template.turns].count("text") > 1
        encode, texts = ("encode_pair", "texts_of") if pair else ("encode_text", "text_of")
        return f"{encode}(*{texts}{suffix}({row}), tokenizer)"
    if template.kind == "text":
        text = f"{check}(text_of{suffix}({row}))" if check else f"text_of{suffix}({row})"
        return f"encode_text({text}, tokenizer)"
    part = template.column
    column = f"{row}.get({py(part.column)})"
    if template.kind == "segments":
        fields = f"{py(part.settings['text_field'])}, {py(part.settings['train_field'])}"
        return f"encode_segments({column}, {fields}, tokenizer)"
    labels = part.settings["labels"]
    if labels:
        return f"encode_labelled_tokens({column}, {row}.get({py(labels)}), tokenizer)"
    return f"encode_tokens({column}, tokenizer)"


@record
class Encoders(Context):
    functions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, plan: Plan) -> "Encoders":
        return cls(tuple((each.name, f"encode_by_{each.name}") for each in plan.templates))


ARGUMENTS = {"error": "place", "truncate_prompt": "tokenizer, counts"}
"""What the function for a way of `overflow` needs besides the row."""


@record
class Encoded(Context):
    headed: bool
    bare_text: bool
    """No special token is sure to be around the text of a row."""
    several: bool
    parsed: bool
    texts: bool
    hidden: bool
    """Special tokens that a row spells out are hidden, in its texts alone or wherever they are."""
    checked: bool
    source: str
    placed: str
    call: str
    unordered: bool
    unwanted: bool
    each: bool
    bare: bool
    bare_each: bool
    extended: bool
    more: str
    flags: bool
    trained: str
    arguments: str

    @classmethod
    def of(cls, plan: Plan) -> "Encoded":
        each = plan.data.one_row_per_answer.value
        more = Row.of(plan).more(plan)
        several, texts = len(plan.templates) > 1, is_of_texts(plan)
        hidden = not texts and not is_verbatim(plan)
        source = "hidden" if hidden else "used"
        call = f"encode({source}, tokenizer{', counts' if leaves_out_turns(plan) else ''})"
        if not several:
            call = encoding(plan, plan.templates[0], source)
        columns = plan.templates[0].columns
        overflow = plan.data.overflow.value
        arguments = ARGUMENTS.get(overflow, "counts")
        if plan.head and overflow == "truncate":
            arguments = "tokenizer, counts"
        return cls(
            headed=plan.head is not None,
            bare_text=plan.head is not None and plan.head.causal,
            several=several,
            parsed=any(each.messages or each.tools for each in plan.templates),
            texts=texts,
            hidden=hidden,
            checked=bool(columns) and not several and not texts,
            source=source,
            placed=py(list(columns)),
            call=call,
            unordered=Arranged.of(plan).drop,
            unwanted=plan.data.drops_unwanted,
            each=each,
            bare=not each and not more,
            bare_each=each and not more,
            extended=bool(more),
            more=more,
            flags=plan.flagged or plan.weighted,
            trained="found" if each else "found.trained[1:].any()",
            arguments=arguments,
        )


def is_of_texts(plan: Plan) -> bool:
    """Whether rows have nothing but columns that must be text, for one template."""
    template = plan.templates[0]
    alone = len(plan.templates) == 1 and not template.others and not template.tools
    kinds = ("chat", "completion", "text", "labelled")
    return alone and template.kind in kinds and not template.messages


@record
class SpecialTokens(Context):
    texts: bool
    in_memory: bool


def is_verbatim(plan: Plan) -> bool:
    """Whether rows bring their own special tokens."""
    return any(
        each.kind == "tokens" or (each.kind == "segments" and each.column.settings["verbatim"])
        for each in plan.templates
    )


@record
class CutAtStart(Context):
    whole: bool
    generate: bool


@record
class Weighted(Context):
    weighted: bool
