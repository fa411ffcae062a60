"""The methods that peft lacks: their templates, what these are given, and their constants.

In: a plan of such a method. Out: sections and constants. Invariant: what a script saves is loaded
by the `adapter.py` beside it, which has the functions that the script itself trained with.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, constant
from tunec.emit.contexts import Context
from tunec.emit.section import Section
from tunec.plan.plan import OwnPlan
from tunec.record import record


@record
class Biases(Context):
    checkpointing: bool


@record
class Adapters(Context):
    parallel: bool
    shared: bool
    """Whether all adapters share a factor of their matrices."""
    checkpointing: bool


@record
class SavedBiases(Context):
    merged_base: bool
    """Whether the base is saved with other adapters merged into it."""


@record
class SavedAdapters(SavedBiases):
    shared: bool


_NAMES = {
    "modules": "ADAPTED",
    "size": "ADAPTER_SIZE",
    "activation": "ADAPTER_ACTIVATION",
    "scale": "ADAPTER_SCALE",
    "terms": "ADAPTER_TERMS",
}
"""Of constants; `placement` says which template there is."""
_DESCRIBED = {
    "bitfit": "the biases",
    "bottleneck": "adapters of size {}",
    "compacter": "Compacter of size {}",
}


def own_method(how: OwnPlan, checkpointing: bool) -> Iterator[Section]:
    """The functions that make the model that is trained."""
    if how.kind == "bitfit":
        yield Section("model/method_bitfit", Biases(checkpointing))
        return
    parallel = how.settings["placement"].value == "parallel"
    yield Section(f"model/adapter_{how.kind}")
    yield Section(
        "model/method_adapters", Adapters(parallel, how.kind == "compacter", checkpointing)
    )


def own_saving(how: OwnPlan, merged_base: bool) -> Section:
    """The functions that save what was trained, and load it."""
    if how.kind == "bitfit":
        return Section("run/save_biases", SavedBiases(merged_base))
    return Section("run/save_adapters", SavedAdapters(merged_base, how.kind == "compacter"))


def own_settings(how: OwnPlan) -> Iterator[Constant]:
    for name, decided in how.settings.items():
        if name == "modules":
            yield constant("ADAPTED", decided, value=list(decided.value))
        elif name in _NAMES:
            yield constant(_NAMES[name], decided)


def own_description(how: OwnPlan) -> str:
    """What is trained, for the first line of the script."""
    size = how.settings["size"].value if "size" in how.settings else ""
    return _DESCRIBED[how.kind].format(size)
