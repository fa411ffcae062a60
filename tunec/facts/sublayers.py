"""Where adapters go in a layer, what is trained by the methods that peft lacks, and how much.

In: what a model's files say. Out: names and counts. Invariant: an architecture is listed once it
was seen that both parts return what is added to the residual stream, without that stream itself.
"""

import re

from tunec.facts.model import ModelFacts


def _types(words: str) -> frozenset[str]:
    return frozenset(words.split())


_USUAL = ("self_attn", "mlp")
_OTHERS = {
    "gpt2": ("attn", "mlp"),
    "gpt_bigcode": ("attn", "mlp"),
    "gpt_neox": ("attention", "mlp"),
    "falcon": ("self_attention", "mlp"),
    "granitemoe": ("self_attn", "block_sparse_moe"),
}
SUBLAYERS = {
    **dict.fromkeys(
        _types(
            "apertus arcee cohere cohere2 ernie4_5 exaone4 gemma gemma2 gemma3_text glm glm4 "
            "granite llama mistral mixtral nemotron olmo olmo2 olmo3 olmoe persimmon phi "
            "phi3 phimoe qwen2 qwen2_moe qwen3 qwen3_moe seed_oss smollm3 stablelm starcoder2"
        ),
        _USUAL,
    ),
    **_OTHERS,
}
"""By model type, the names of attention and of the feed-forward part in a layer."""

_WITHOUT_BIASES = _types(
    "apertus arcee cohere cohere2 ernie4_5 exaone4 gemma gemma2 gemma3_text granite granitemoe "
    "llama mistral mixtral olmo olmo2 olmo3 olmoe phi3 qwen3 qwen3_moe smollm3"
)
_TELL_OF_BIASES = ("attention_bias", "mlp_bias", "use_bias", "bias")

_OF_LAYER = re.compile(r"^(?:.+\.)?(?:layers|h|blocks)\.(\d+)\.([^.]+)\.")


def sublayers(model: ModelFacts | None) -> tuple[str, str] | None:
    """The usual names where nothing is known, which the script then looks for; None where it is
    known that the architecture is not one of those.
    """
    kind = model.model_type if model else None
    return _USUAL if kind is None else SUBLAYERS.get(kind)


def parts_of_layers(model: ModelFacts) -> list[set[str]]:
    """For each layer, what stands in it and has weights, by its name there."""
    found: dict[str, set[str]] = {}
    for name in model.weights or {}:
        if match := _OF_LAYER.match(name):
            found.setdefault(match[1], set()).add(match[2])
    return list(found.values())


def biases(model: ModelFacts | None) -> int | None:
    """How many numbers all biases have; None where that is not known.

    Of more than one dimension are masks, which the files of some models have under that name.
    """
    if model is None:
        return None
    shapes = [shape for name, shape in (model.weights or {}).items() if name.endswith(".bias")]
    sizes = [shape[0] for shape in shapes if len(shape) == 1]
    told = any(model.config.get(name) is True for name in _TELL_OF_BIASES)
    if not sizes and (told or not (model.weights or model.model_type in _WITHOUT_BIASES)):
        return None
    return sum(sizes)


def adapter_weights(model: ModelFacts | None, size: int, parts: int, terms: int) -> int | None:
    """How many weights the adapters have on `parts` parts of each layer; `terms` are those of
    Compacter, 0 for others.
    """
    if model is None or model.hidden_size is None or model.layers is None:
        return None
    width, adapters = model.hidden_size, model.layers * parts
    matrices = 2 * (width + size) if terms else 2 * width * size
    return adapters * (matrices + width + size) + terms**3
