"""A learned prompt: the template that makes it, what that is given, and its constants.

In: a plan whose method is a `PromptPlan`. Out: a section, constants, words. Invariant: what a
setting is called in peft stands here alone.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, constant
from tunec.emit.contexts import Context
from tunec.emit.section import Section
from tunec.facts.soft_prompts import SOFT_PROMPTS
from tunec.plan.plan import PromptPlan
from tunec.record import record
from tunec.spec.soft_prompts import STARTS

ARGUMENTS = {
    "encoder": "encoder_reparameterization_type",
    "hidden_size": "encoder_hidden_size",
    "layers": "encoder_num_layers",
    "dropout": "encoder_dropout",
    "projection": "encoder_hidden_size",
}
"""By setting, the argument of peft, where it is the same for all kinds."""
IN_PEFT = {"vocabulary": "SAMPLE_VOCAB", "random": "RANDOM", "mlp": "MLP", "lstm": "LSTM"}
"""Words that peft writes in another way."""


@record
class Prompt(Context):
    summary: str
    config: str
    arguments: str
    text: bool
    """Whether it begins as a text."""
    checkpointing: bool


@record
class Prefix(Context):
    windowed: bool
    """Whether layers may have a sliding window, for all that is known."""


def prefix(windowed: bool) -> Section:
    """Attention that sees it."""
    return Section("model/attend_by_row_prefix", Prefix(windowed))


def prompt(how: PromptPlan, checkpointing: bool, revision: bool) -> Iterator[Section]:
    """The functions that make the model, and put the prompt before rows."""
    known = SOFT_PROMPTS[how.kind]
    context = Prompt(
        summary=known.named,
        config=known.config,
        arguments=" ".join(f"{name}={value}," for name, value in _arguments(how, revision)),
        text=_begins_as_text(how),
        checkpointing=checkpointing,
    )
    yield Section("model/method_prompt", context)
    yield Section("model/before_rows")
    if how.place == "embeddings":
        yield Section("model/prompted")


def _begins_as_text(how: PromptPlan) -> bool:
    return how.kind == "prompt_tuning" and how.settings["init"].value not in STARTS


def _arguments(how: PromptPlan, revision: bool) -> Iterator[tuple[str, str]]:
    if _begins_as_text(how):
        yield "prompt_tuning_init", '"TEXT"'
        yield "prompt_tuning_init_text", "PROMPT_INIT"
        yield "tokenizer_name_or_path", "str(MODEL)"
        if revision:
            yield "tokenizer_kwargs", '{"revision": REVISION}'
    for name in how.settings:
        if name in ARGUMENTS:
            yield ARGUMENTS[name], _name(how, name)
        elif how.kind == "prefix_tuning":
            yield "init_weights", _name(how, name)
        elif not _begins_as_text(how):
            yield "prompt_tuning_init", _name(how, name)
    if "projection" in how.settings:
        yield "prefix_projection", "True"


def _name(how: PromptPlan, setting: str) -> str:
    """Of the constant: `PROMPT_INIT`."""
    part = {"p_tuning": "encoder", "prefix_tuning": "prefix"}.get(how.kind, "prompt")
    return f"{part}_{setting}".upper().replace("ENCODER_ENCODER", "ENCODER")


def prompt_settings(how: PromptPlan) -> Iterator[Constant]:
    """`VIRTUAL_TOKENS` and what else is written."""
    yield constant("VIRTUAL_TOKENS", how.virtual_tokens, "before every row")
    for name, decided in how.settings.items():
        value = IN_PEFT.get(decided.value)
        yield constant(_name(how, name), decided, "" if value is None else decided.value, value)


def prompt_described(how: PromptPlan) -> str:
    """What is trained, for the first line of the script."""
    return f"{SOFT_PROMPTS[how.kind].named}, {how.virtual_tokens.value} tokens"
