"""Ways to store frozen weights: what each is made by, and what is known to work on it.

In: a kind of `quantize`, or the `quantization_config` of a model that comes quantized. Out:
`STORAGES`, `kind_of`. Invariant: a kind is listed once weights stored so were trained on, saved,
loaded and resumed on the pinned versions, or says that it was not; all others have their reason
in `REFUSED`.
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
    merges: bool = True
    """Whether the weights can be had back as numbers, for an adapter to be merged into."""
    dora: bool = True
    """Whether peft computes the norm of a weight stored so."""


_BITSANDBYTES = ("accelerate", "bitsandbytes")

STORAGES: dict[str, Storage] = {
    "nf4": Storage("nf4", _BITSANDBYTES),
    "fp4": Storage("nf4", _BITSANDBYTES),
    "int8": Storage("int8", _BITSANDBYTES),
}


def kind_of(quantization: Mapping[str, object]) -> str:
    """The kind that a model's `quantization_config` says, by transformers' name where it is none of
    `STORAGES`.
    """
    method = str(quantization.get("quant_method", "bitsandbytes"))
    if method != "bitsandbytes":
        return method
    if quantization.get("load_in_8bit"):
        return "int8"
    return str(quantization.get("bnb_4bit_quant_type", "fp4"))
