"""`quantize`: how the frozen weights are stored.

In: the settings of one kind. Out: one model per kind. Invariant: a kind has a row in
`facts.storage`.
"""

from typing import Annotated

from tunec.spec.block import Block, setting
from tunec.spec.model import Dtype
from tunec.spec.values import Choice, Flag, Number, Several, Text

_EXCLUDED = (
    "Linear layers that stay as they are, by the end of their names or of a module's that they "
    "are in (`v_proj`, `layers.0.mlp`). The output layer always does."
)
_FEWER = "the storage is exact enough for all others"
Names = Annotated[tuple[str, ...] | None, Several(Text("v_proj"))]
StorageDtype = Annotated[str, Choice(("uint8", "bfloat16", "float32"))]


class Nf4(Block):
    """Frozen weights stored in 4 bits, in the NormalFloat type of QLoRA (arXiv 2305.14314), by
    bitsandbytes.
    """

    double_quant: Annotated[bool, Flag()] = setting(
        True,
        "Quantize the quantization constants too.",
        why="saves 0.4 bits a weight at no measured cost (arXiv 2305.14314)",
    )
    compute_dtype: Dtype = setting(
        "auto",
        "Number format of the matrix products.",
        why="`auto` is bfloat16 on a GPU and float32 on a CPU",
    )
    storage_dtype: StorageDtype = setting(
        "uint8",
        "What holds the packed codes; that of the other weights lets all be sharded alike.",
        why="nothing is sharded here, and bytes hold two codes each as they are",
    )
    exclude_modules: Names = setting(None, _EXCLUDED, why=_FEWER, shown="none")


class Fp4(Nf4):
    """Frozen weights stored in 4 bits, as small floating-point numbers, by bitsandbytes."""


class Int8(Block):
    """Frozen weights stored in 8 bits, LLM.int8 (arXiv 2208.07339), by bitsandbytes."""

    threshold: Annotated[float, Number(whole=False, least=0, example="6.0")] = setting(
        6.0,
        "Activations above this are multiplied in 16 bits.",
        why="the value of the paper (arXiv 2208.07339)",
    )
    exclude_modules: Names = setting(None, _EXCLUDED, why=_FEWER, shown="none")


class TorchaoInt8(Block):
    """Frozen weights stored in 8 bits, as whole numbers with a scale for each row, by torchao; the
    computation is that of `model.dtype`.
    """

    exclude_modules: Names = setting(None, _EXCLUDED, why=_FEWER, shown="none")


class TorchaoFp8(TorchaoInt8):
    """Frozen weights stored in 8 bits, as floating-point numbers (e4m3) with a scale for each row,
    by torchao; the computation is that of `model.dtype`.
    """
