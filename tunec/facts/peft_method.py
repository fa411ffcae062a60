"""What is known of one method of peft.

In: nothing. Out: `PeftMethod` and what it is made of. Invariant: sizes are those of layers of the
frozen model, outputs first, whatever the order in which the model stores them.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple  # settings are of any sort

from tunec.record import record


class Layer(NamedTuple):
    """The sizes of a linear layer; a norm has as many outputs as numbers, and one input."""

    outputs: int
    inputs: int
    bias: bool = False


Layers = Mapping[str, Layer]
"""By the names of the modules."""
Settings = Mapping[str, Any]
"""By the spec's names."""
Count = Callable[[Layers, Settings], int]
"""How many weights are trained."""


def each(per_layer: Callable[[Layer, Settings], int]) -> Count:
    """A count of layers that have nothing in common."""
    return lambda layers, settings: sum(per_layer(layer, settings) for layer in layers.values())


def like_lora(layer: Layer, settings: Settings) -> int:
    """Two matrices, from the inputs to the rank and from the rank to the outputs."""
    rank: int = settings["rank"]
    return rank * (layer.inputs + layer.outputs)


@record
class Divides:
    """A setting that has to divide a size of every layer."""

    setting: str
    outputs: bool = True
    inputs: bool = True


@record
class AtMost:
    """A setting that a layer's sizes limit."""

    setting: str
    most: Callable[[Layer], int]


def smaller(layer: Layer) -> int:
    """The rank that the layer itself can have."""
    return min(layer.outputs, layer.inputs)


@record
class PeftMethod:
    """A method of peft 0.21."""

    config: str
    """The class of its configuration."""
    named: str
    """As a sentence calls it: "the frozen model with …"."""
    when: str
    """When to choose it: ends a line of `tunec explain method`."""
    learning_rate: float
    """What peft's own comparison on MetaMathQA trains it with, or its paper."""
    arguments: dict[str, str]
    """From the spec's setting to the argument of the configuration."""
    count: Count
    fixed: Mapping[str, Any] = MappingProxyType({})
    """Arguments that are not for a spec to choose."""
    unset: Mapping[str, tuple[Callable[[Settings], Any], str]] = MappingProxyType({})
    """For settings whose default follows from others: the value, and why."""
    limits: tuple[Divides | AtMost, ...] = ()
    storage: frozenset[str] = frozenset()
    """How the frozen weights may be stored besides as they are: what was seen to compute the
    same.
    """
    conv1d: bool = False
    """Whether it takes the layers of GPT-2, which store their matrices the other way round."""
    merges: bool = True
    """Whether the result can be merged into the frozen weights."""
    identity: bool = True
    """Whether the model starts as it was."""
    model_types: frozenset[str] = frozenset()
    """The only architectures that it is for; empty for all."""
    cast: bool = False
    """Whether peft would train it in the type of the frozen weights; scripts make it float32."""


TARGETS = {"target_modules": "target_modules"}
QUANTIZED = frozenset({"nf4", "int8"})
