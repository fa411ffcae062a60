"""Rules on methods that learn a prompt: its length, what it begins as, and what takes it.

In: a context. Out: diagnostics. Invariant: a combination that passes computes, with rows packed,
what peft computes for each row alone.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts.soft_prompts import NO_EMBEDDINGS, NO_KEYS, SOFT_PROMPTS
from tunec.spec.soft_prompts import STARTS, PrefixTuning, PromptTuning, PTuning


def prompt_leaves_room(context: Context) -> Iterator[Diagnostic]:
    """The model has positions for the prompt and a row."""
    virtual, model = context.virtual_tokens, context.facts.model
    limit = model.max_positions if model else None
    if limit is None or not virtual or virtual < limit or context.scratch is not None:
        return
    yield problem(
        "E409",
        f"`virtual_tokens` is {virtual}, and the model has {limit} positions: none are left for "
        "rows.",
        context.at("method.virtual_tokens"),
        remedy=f"Write `virtual_tokens = {min(20, limit // 2)}`.",
    )


def text_begins_prompt(context: Context) -> Iterator[Diagnostic]:
    """The text that a prompt begins as fits into it, and peft can load the tokenizer for it."""
    method, model = context.spec.method, context.pretrained
    if not isinstance(method, PromptTuning) or method.init in STARTS:
        return
    if model is not None and model.trust_remote_code:
        yield problem(
            "E302",
            "A prompt cannot begin as a text where the model brings code of its own: peft loads "
            "the tokenizer without it.",
            context.at("method.init"),
            context.name("model.trust_remote_code", "code of its own"),
            remedy="Write `init = vocabulary`.",
        )
    counted = context.facts.counter.count([method.init])
    if counted and counted[0] > method.virtual_tokens:
        yield problem(
            "E302",
            f"The text of `init` has {counted[0]} tokens, more than `virtual_tokens`, which is "
            f"{method.virtual_tokens}: its end would be lost.",
            context.at("method.init"),
            context.at("method.virtual_tokens", "the prompt's length")
            if context.written("method.virtual_tokens")
            else None,
            remedy=f"Write `virtual_tokens = {counted[0]}`, or a shorter text.",
        )


def encoder_has_what_is_set(context: Context) -> Iterator[Diagnostic]:
    """`layers` and `dropout` are of an LSTM, and `dropout` is between its layers."""
    method = context.spec.method
    if not isinstance(method, PTuning):
        return
    for name in ("layers", "dropout"):
        if method.encoder == "mlp" and getattr(method, name) is not None:
            yield problem(
                "E301",
                f"`{name}` has no effect on `encoder = mlp`, which has three layers and no "
                "dropout.",
                context.name(f"method.{name}"),
                remedy="Remove it, or write `encoder = lstm`.",
            )
    if method.encoder == "lstm" and method.layers == 1 and method.dropout:
        yield problem(
            "E301",
            "`dropout` has no effect on one layer: it is between layers.",
            context.name("method.dropout"),
            context.at("method.layers", "one layer"),
            remedy="Remove it, or write `layers = 2`.",
        )


def prefix_is_attended_to(context: Context) -> Iterator[Diagnostic]:
    """Only attention that is called once per row takes a prefix."""
    if not isinstance(context.spec.method, PrefixTuning):
        return
    model, known = context.pretrained, context.facts.model
    if model is not None and model.attention != "sdpa":
        yield problem(
            "E302",
            f"`attention = {model.attention}` cannot put a prefix before each row of a pack.",
            context.at("model.attention"),
            context.at("method", "the prefix"),
            remedy="Remove it, or write `method prompt_tuning`.",
        )
    elif known is not None and known.attention_softcap:
        yield problem(
            "E414",
            "This model caps its attention scores, and such attention cannot put a prefix before "
            "each row of a pack.",
            context.at("model.path"),
            context.at("method", "the prefix"),
            remedy="Write `method prompt_tuning`, or `method lora`.",
        )


def prefix_stays_in_sight(context: Context) -> Iterator[Diagnostic]:
    """A sliding window shorter than prefix and row would leave the prefix behind."""
    known = context.facts.model
    if not isinstance(context.spec.method, PrefixTuning) or known is None:
        return
    virtual, length = context.virtual_tokens, context.max_length
    window = known.sliding_window
    if window is None or window >= virtual + length.tokens:
        return
    fits = window - virtual
    yield problem(
        "E302",
        f"This model's layers look {window} tokens back: in rows of `max_length`, which is "
        f"{length.said}, the last tokens would not see the prefix.",
        context.at("method"),
        context.at("model.max_length", "the longest row"),
        remedy=(f"Write `max_length = {fits} tokens`, or less, or " if fits > 0 else "Write ")
        + "`method prompt_tuning`.",
    )


def model_takes_prompts(context: Context) -> Iterator[Diagnostic]:
    """In some architectures a layer needs more than embeddings, or keys of one shape."""
    known, method = context.facts.model, SOFT_PROMPTS.get(context.method)
    if known is None or method is None:
        return
    reason = NO_EMBEDDINGS.get(known.model_type or "")
    if reason is None and method.place == "keys":
        reason = NO_KEYS.get(known.model_type or "")
        if known.whole("kv_lora_rank"):
            reason = "its keys and values come out of one compressed vector"
        elif known.config.get("multi_query") is True:
            reason = "all its heads share keys and values"
    if reason is not None:
        yield problem(
            "E414",
            f"`method {context.method}` does not work on a model of type `{known.model_type}`: "
            f"{reason}.",
            context.at("method"),
            context.at("model.path", "the model"),
            remedy="Write `method lora`.",
        )


def noise_is_on_tokens(context: Context) -> Iterator[Diagnostic]:
    """NEFTune's noise is for embeddings that stay as they are."""
    known = SOFT_PROMPTS.get(context.method)
    if known is None or known.place != "embeddings" or context.train.neftune_noise_alpha is None:
        return
    yield problem(
        "E302",
        f"`neftune_noise_alpha` makes embeddings noisy, and `method {context.method}` learns some "
        "of them: what the two make together is no method that is known.",
        context.name("train.neftune_noise_alpha"),
        context.at("method", "learns embeddings"),
        remedy="Remove it, or write `method lora`.",
    )


RULES: tuple[Rule, ...] = (
    prompt_leaves_room,
    text_begins_prompt,
    encoder_has_what_is_set,
    prefix_is_attended_to,
    prefix_stays_in_sight,
    model_takes_prompts,
    noise_is_on_tokens,
)
