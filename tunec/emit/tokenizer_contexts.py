"""What the loading of the tokenizer is given, and the constants that it reads.

In: a plan. Out: contexts, constants and the choice of templates. Invariant: that of `contexts`.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, constant, in_folder
from tunec.emit.contexts import Context
from tunec.emit.literals import Raw, py, text
from tunec.emit.section import Section
from tunec.plan.decided import Decided
from tunec.plan.plan import LoraPlan, Plan, PretrainedPlan, ScratchPlan
from tunec.record import record
from tunec.resources import chat_template
from tunec.spec.chat_templates import LIBRARY


@record
class Plain(Context):
    scratch: bool
    options: bool
    revision: bool
    trust: bool


@record
class Tokenizer(Plain):
    library: bool
    file: bool
    arguments: bool
    new_tokens: bool
    special_tokens: bool


@record
class Rows(Context):
    named: bool
    both: bool
    """There are new tokens, too."""


def tokenizer(plan: Plan) -> Section:
    """The loading of the tokenizer."""
    source, told = plan.model.source, plan.model.tokenizer
    revision = isinstance(source, PretrainedPlan) and source.revision is not None
    trust = isinstance(source, PretrainedPlan) and source.trust_remote_code.value
    plain = (isinstance(source, ScratchPlan), revision or trust, revision, trust)
    if not told.changed:
        return Section("model/tokenizer_plain", Plain(*plain))
    named = told.chat_template
    library = named is not None and named.value in LIBRARY
    context = Tokenizer(
        *plain,
        library=library,
        file=named is not None and not library,
        arguments=told.chat_arguments is not None,
        new_tokens=told.new_tokens is not None,
        special_tokens=told.special_tokens is not None,
    )
    return Section("model/tokenizer", context)


def has_new_rows(plan: Plan) -> bool:
    """Whether tokens are added to a model that has weights already."""
    added = plan.model.tokenizer.new_tokens is not None
    return added and isinstance(plan.model.source, PretrainedPlan)


def new_tokens(plan: Plan) -> Iterator[Section]:
    """The rows of new tokens; a model of random weights is made with them."""
    if has_new_rows(plan):
        yield Section("model/new_tokens")


def trained_rows(plan: Plan) -> Iterator[Section]:
    """The tokens whose rows an adapter has, new ones and those that the spec names."""
    new, named = has_new_rows(plan), _names_rows(plan)
    if plan.adapter and (new or named):
        yield Section("model/trained_rows", Rows(named, new and named))


def has_trained_rows(plan: Plan) -> bool:
    return has_new_rows(plan) or _names_rows(plan)


def _names_rows(plan: Plan) -> bool:
    return isinstance(plan.method, LoraPlan) and "train_tokens" in plan.method.options


def tokenizer_settings(plan: Plan) -> Iterator[Constant]:
    told = plan.model.tokenizer
    if told.chat_template:
        yield _chat_template(told.chat_template)
    if told.chat_arguments:
        arguments = told.chat_arguments
        lines = [_default(name, value) for name, value in arguments.value.items()]
        note = "where the caller gives none"
        yield constant("CHAT_ARGUMENTS", arguments, note, _joined(lines))
    if told.special_tokens:
        yield constant("SPECIAL_TOKENS", told.special_tokens)
    if told.new_tokens:
        code = ", ".join(
            f"AddedToken({py(token)}, special={special})"
            for token, special in told.new_tokens.value.items()
        )
        yield constant("NEW_TOKENS", told.new_tokens, value=Raw(f"[{code}]"))


def _default(name: str, value: object) -> str:
    """Jinja that gives a variable a value, unless it has one."""
    return f"{{%- set {name} = {name} | default({py(value)}) %}}\n"


def _joined(lines: list[str]) -> Raw:
    """Lines of one text, each a literal of its own."""
    return Raw("(" + " ".join(text(line) for line in lines) + ")")


def _chat_template(named: Decided[str]) -> Constant:
    """The text of one of the library, for a reader to see, or the file."""
    if named.value not in LIBRARY:
        return constant("CHAT_TEMPLATE", named, value=in_folder(named.value))
    lines = chat_template(named.value).splitlines(keepends=True)
    return constant("CHAT_TEMPLATE", named, named.value, _joined(lines))
