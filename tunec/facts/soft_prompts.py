"""What is known of the methods that train a prompt: their names in peft, and where they work.

In: a model's configuration. Out: `SOFT_PROMPTS`, and how many weights each trains. Invariant: a
kind is listed here once its packed rows were seen to compute what peft computes for each row alone.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple  # settings are of any sort

from tunec.facts.model import ModelFacts
from tunec.record import record


class Sizes(NamedTuple):
    """Of a model, those that a prompt has."""

    width: int
    layers: int
    keys: int
    """Of all heads together."""


def sizes_of(model: ModelFacts) -> Sizes | None:
    """None where the configuration does not say."""
    heads = model.whole("num_attention_heads", "n_head", "num_heads")
    width, layers = model.hidden_size, model.layers
    if width is None or layers is None or heads is None:
        return None
    head = model.whole("head_dim") or width // heads
    return Sizes(width, layers, head * (model.whole("num_key_value_heads") or heads))


def _linear(inputs: int, outputs: int) -> int:
    return (inputs + 1) * outputs


def _prompt(sizes: Sizes, settings: dict[str, Any]) -> int:
    count: int = settings["virtual_tokens"] * sizes.width
    return count


def _encoder(sizes: Sizes, settings: dict[str, Any]) -> int:
    """The prompt's own vectors, and the network of peft that changes them."""
    width, hidden = sizes.width, settings["hidden_size"] or sizes.width
    vectors = _prompt(sizes, settings)
    if settings["encoder"] == "mlp":
        linear = _linear(width, hidden) + _linear(hidden, hidden) + _linear(hidden, width)
        return vectors + linear
    inputs = [width, *[2 * hidden] * ((settings["layers"] or 2) - 1)]
    # Two directions of four gates, each with two biases.
    lstm = sum(2 * 4 * hidden * (size + hidden + 2) for size in inputs)
    return vectors + lstm + _linear(2 * hidden, 2 * hidden) + _linear(2 * hidden, width)


def _prefix(sizes: Sizes, settings: dict[str, Any]) -> int:
    tokens, hidden = settings["virtual_tokens"], settings["projection"]
    whole = 2 * sizes.layers * sizes.keys
    count: int = tokens * whole
    if hidden is not None:
        count = tokens * sizes.keys + _linear(sizes.keys, hidden) + _linear(hidden, whole)
    return count


@record
class SoftPrompt:
    """A method of peft 0.21 that learns what stands before every row."""

    config: str
    """The class of its configuration."""
    named: str
    """As a sentence calls it: "the frozen model with …"."""
    place: Literal["embeddings", "keys"]
    """What the prompt is put before: the embeddings of a row, or its keys and values."""
    learning_rate: float
    """Where none is written: what peft's own guides train with."""
    count: Callable[[Sizes, dict[str, Any]], int]
    """How many weights are trained."""
    when: str
    """What it is good for, in a few words."""
    unsaid: str | None = None
    """What peft does where it is told nothing, and has no word for."""
    storage: frozenset[str] = frozenset()
    """How the frozen weights may be stored besides as they are."""


_STORED = frozenset({"nf4", "int8"})

SOFT_PROMPTS: dict[str, SoftPrompt] = {
    "prompt_tuning": SoftPrompt(
        "PromptTuningConfig",
        "a learned prompt",
        "embeddings",
        3e-2,
        _prompt,
        "large models, one small task each; almost nothing to store",
        storage=_STORED,
    ),
    "p_tuning": SoftPrompt(
        "PromptEncoderConfig",
        "a prompt that a small network computes",
        "embeddings",
        1e-3,
        _encoder,
        "the same, where vectors alone learn too slowly",
        storage=_STORED,
    ),
    "prefix_tuning": SoftPrompt(
        "PrefixTuningConfig",
        "learned keys and values before each row",
        "keys",
        1e-2,
        _prefix,
        "more to learn than one prompt holds, and no room for it in a row",
        "random",
        _STORED,
    ),
}

_PER_LAYER = "its layers have embeddings of tokens of their own"

NO_EMBEDDINGS = {
    "gemma3n_text": _PER_LAYER,
    "gemma4_text": _PER_LAYER,
    "xglm": "peft cannot read its sizes",
}
"""Types of models that take no prompt of embeddings, nor a prefix, and why."""

NO_KEYS = {
    "openai-gpt": "it keeps no keys and values",
    "diffllama": "it compares two attentions, each with half of the heads",
}
"""Types of models that take no prefix of keys and values, and why."""
