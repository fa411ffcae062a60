"""How the frozen weights are stored: its template and its constants.

In: a plan. Out: sections, constants. Invariant: the only place that tells kinds of storage apart
when emitting, but for what loading them needs.
"""

from collections.abc import Iterator

from tunec.emit.constants import DTYPES, Constant, constant, dtype
from tunec.emit.contexts import Context
from tunec.emit.literals import py
from tunec.emit.section import Section
from tunec.facts.storage import STORAGES
from tunec.plan.plan import Plan
from tunec.record import record

CONSTANTS = {
    "double_quant": "DOUBLE_QUANT",
    "compute_dtype": "COMPUTE_DTYPE",
    "storage_dtype": "STORAGE_DTYPE",
    "threshold": "INT8_THRESHOLD",
    "exclude_modules": "UNQUANTIZED",
}
"""By setting."""


@record
class FourBits(Context):
    kind: str
    """As bitsandbytes calls it, a literal."""
    excluded: bool


@record
class Int8(Context):
    excluded: bool


@record
class Torchao(Context):
    summary: str
    config: str
    excluded: bool


TORCHAO = {
    "torchao_int8": ("as whole numbers", "Int8WeightOnlyConfig"),
    "torchao_fp8": ("as floating-point numbers", "Float8WeightOnlyConfig"),
}
"""By kind: what the numbers are, and torchao's class of settings."""


@record
class Unquantized(Context):
    outputs: str
    """Names of the output layer, literals."""


def storage(plan: Plan) -> Iterator[Section]:
    """The functions that say how weights are quantized when they are loaded."""
    stored = plan.quantize
    if stored is None or stored.came:
        return
    excluded = "exclude_modules" in stored.settings
    if excluded:
        yield Section("model/unquantized", Unquantized(", ".join(map(py, stored.outputs))))
    if STORAGES[stored.kind].family == "nf4":
        yield Section("model/quantization_4bit", FourBits(py(stored.kind), excluded))
    elif stored.kind in TORCHAO:
        yield Section("model/quantization_torchao", Torchao(*TORCHAO[stored.kind], excluded))
    else:
        yield Section("model/quantization_int8", Int8(excluded))


def storage_settings(plan: Plan) -> Iterator[Constant]:
    for name, decided in (plan.quantize.settings if plan.quantize else {}).items():
        value = decided.value
        if isinstance(value, str) and value in DTYPES:
            yield dtype(CONSTANTS[name], decided)
        elif isinstance(value, tuple):
            yield constant(CONSTANTS[name], decided, value=list(value))
        else:
            yield constant(CONSTANTS[name], decided)


def storage_packages(plan: Plan) -> tuple[str, ...]:
    """What a script needs that it need not import itself."""
    return STORAGES[plan.quantize.kind].packages if plan.quantize else ()
