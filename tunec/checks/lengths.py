"""Rules on lengths and sizes: of rows, of batches, of the layers of `model scratch`.

In: a context. Out: diagnostics. Invariant: a row that is allowed fits into a forward pass, a step
and the model.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts.soft_prompts import SOFT_PROMPTS


def rows_fit_model(context: Context) -> Iterator[Diagnostic]:
    """The model has positions for the longest row."""
    model = context.facts.model
    length = context.max_length
    if model is None or model.max_positions is None or model.where == "scratch":
        return
    virtual = context.virtual_tokens
    most = model.max_positions - virtual
    if most > 0 and length.tokens > most:
        yield problem(
            "E409",
            f"`max_length` is {length.tokens} tokens, "
            + (f"with {virtual} virtual tokens before them, " if virtual else "")
            + f"but the model has {model.max_positions} positions.",
            context.at("model.max_length"),
            context.at("method.virtual_tokens", "the prompt") if virtual else None,
            remedy=f"Write `max_length = {most} tokens`, or less.",
        )


def rows_fit_forward(context: Context) -> Iterator[Diagnostic]:
    """The longest row fits into one forward pass."""
    forward = context.train.forward
    length = context.max_length
    prompt = SOFT_PROMPTS.get(context.method)
    virtual = context.virtual_tokens if prompt and prompt.place == "embeddings" else 0
    if forward is None or forward.value >= length.tokens + virtual:
        return
    yield problem(
        "E309",
        f"`forward` is {forward.value} tokens, less than `max_length`, which is {length.said}"
        + (f", and {virtual} virtual tokens." if virtual else "."),
        context.at("train.forward"),
        context.at("model.max_length", "the longest row") if length.written else None,
        remedy=f"Write `forward = {length.tokens + virtual} tokens` or more, or lower "
        "`max_length`.",
    )


def rows_fit_batch(context: Context) -> Iterator[Diagnostic]:
    """The longest row fits into the tokens of one step."""
    batch = context.train.batch
    length = context.max_length
    if batch.unit != "tokens" or batch.value >= length.tokens:
        return
    yield problem(
        "E302",
        f"`batch` is {batch.value} tokens, less than `max_length`, which is {length.said}: the "
        "longest "
        "row would fit in no step.",
        context.at("train.batch"),
        context.at("model.max_length", "the longest row") if length.written else None,
        remedy=f"Write `batch = {length.tokens} tokens` or more, or lower `max_length`.",
    )


def heads_divide_width(context: Context) -> Iterator[Diagnostic]:
    """Attention heads share the width of `model scratch` evenly."""
    model = context.scratch
    if model is None:
        return
    width, heads = model.hidden_size, model.num_attention_heads
    if width % heads:
        yield problem(
            "E302",
            f"`num_attention_heads` must divide `hidden_size`, but {heads} does not divide "
            f"{width}.",
            context.at("model.num_attention_heads"),
            context.at("model.hidden_size", "the width"),
            remedy=f"Write `num_attention_heads = {_nearest_divisor(width, heads)}`.",
        )
        return
    # A rotary embedding turns pairs of numbers; Phi turns half of each head only.
    pairs = 4 if model.architecture == "phi" else 2
    if (width // heads) % pairs:
        yield problem(
            "E302",
            f"`hidden_size` / `num_attention_heads` must be a multiple of {pairs} for "
            f"`architecture = {model.architecture}`, but it is {width // heads}.",
            context.at("model.num_attention_heads"),
            context.at("model.hidden_size", "the width"),
            remedy=f"Write `hidden_size = {(width // heads // pairs + 1) * pairs * heads}`.",
        )


def groups_divide_heads(context: Context) -> Iterator[Diagnostic]:
    """Groups of heads share keys and values."""
    model = context.scratch
    if model is None or model.num_key_value_heads is None:
        return
    heads, groups = model.num_attention_heads, model.num_key_value_heads
    if heads % groups:
        yield problem(
            "E302",
            f"`num_key_value_heads` must divide `num_attention_heads`, but {groups} does not "
            f"divide {heads}.",
            context.at("model.num_key_value_heads"),
            context.at("model.num_attention_heads", "the heads"),
            remedy=f"Write `num_key_value_heads = {_nearest_divisor(heads, groups)}`.",
        )


def _nearest_divisor(whole: int, wanted: int) -> int:
    divisors = [number for number in range(1, whole + 1) if whole % number == 0]
    return min(divisors, key=lambda number: abs(number - wanted))


RULES: tuple[Rule, ...] = (
    rows_fit_model,
    rows_fit_forward,
    rows_fit_batch,
    heads_divide_width,
    groups_divide_heads,
)
