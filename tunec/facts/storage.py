"""Ways to store frozen weights: what each is made by, and what is known to work on it.

In: a kind of `quantize`, or the `quantization_config` of a model that comes quantized. Out:
`STORAGES`, `kind_of`. Invariant: weights stored as a kind that is listed were trained on, saved,
loaded and resumed on the pinned versions; what does not work on them says why.
"""

from collections.abc import Mapping

from tunec.record import record


@record
class Storage:
    """How one kind stores a weight."""

    family: str
    """What the templates and the rows of `facts.methods` go by: `fp4` is computed as `nf4` is."""
    packages: tuple[str, ...]
    """What a script needs that it need not import itself."""
    no_dora: str = ""
    """Why DoRA does not work."""


_BITSANDBYTES, _TORCHAO = ("accelerate", "bitsandbytes"), ("accelerate", "torchao")
_LOST = "On a CPU, peft 0.21 loses the scales of weights in `int8` when it takes their norms."

STORAGES: dict[str, Storage] = {
    "nf4": Storage("nf4", _BITSANDBYTES),
    "fp4": Storage("nf4", _BITSANDBYTES),
    "int8": Storage("int8", _BITSANDBYTES, no_dora=_LOST),
    "torchao_int8": Storage("torchao", _TORCHAO),
    "torchao_fp8": Storage("torchao", _TORCHAO),
}

_UNTRIED = "No method was seen to train on weights stored so."
_GPTQMODEL = (
    "gptqmodel 7.7, which loads them, asks for a later PyTorch than scripts are tested with, 2.13."
)
REFUSED = {
    "gptq": _GPTQMODEL,
    "awq": _GPTQMODEL,
    "hqq": "transformers 5.23 does not load them yet.",
    "quanto": "They cannot be saved, and an adapter merges into them wrongly.",
    "torchao": "Of torchao's kinds, `Int8WeightOnlyConfig` and `Float8WeightOnlyConfig` can be "
    "trained on: peft 0.21 adapts none in 4 bits, and those that round activations have other "
    "gradients.",
}
"""Why models that come so cannot be trained on, by transformers' name."""


def refusal(kind: str) -> str:
    """Why weights of a kind that is none of `STORAGES` are not trained on."""
    return REFUSED.get(kind, _UNTRIED)


def kind_of(quantization: Mapping[str, object]) -> str:
    """The kind that a model's `quantization_config` says, by transformers' name where it is none of
    `STORAGES`.
    """
    method = str(quantization.get("quant_method", "bitsandbytes"))
    if method == "torchao":
        return _kind_of_torchao(quantization.get("quant_type"))
    if method != "bitsandbytes":
        return method
    if quantization.get("load_in_8bit"):
        return "int8"
    return str(quantization.get("bnb_4bit_quant_type", "fp4"))


def _kind_of_torchao(quant_type: object) -> str:
    """Of `{"default": {"_type": "Int8WeightOnlyConfig", …}}`."""
    default = quant_type.get("default") if isinstance(quant_type, dict) else None
    name = default.get("_type") if isinstance(default, dict) else None
    kinds = {
        "Int8WeightOnlyConfig": "torchao_int8",
        "Float8WeightOnlyConfig": "torchao_fp8",
    }
    return kinds.get(str(name), "torchao")
