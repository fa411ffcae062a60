"""Which layers of a model a method adapts, and how many weights it trains there.

In: what is known of a model, the names that a spec gives. Out: layers and counts. Invariant: a
count is given only where the model's modules are sure to be the names in its files.
"""

from collections.abc import Iterable
from math import prod
from typing import Any  # settings are of any sort

from tunec.facts.methods import METHODS
from tunec.facts.model import ModelFacts, is_embedding
from tunec.facts.peft_method import Layer, Layers

_BASES = ("model.", "transformer.", "gpt_neox.")
"""First parts of module names, which the files of some models leave out."""

CONV1D = frozenset({"gpt2", "openai-gpt"})
"""Architectures whose layers are stored inputs first."""

COUNTED = frozenset("llama mistral qwen2 qwen3 gemma gemma2 phi phi3 granite cohere gpt2".split())
"""Architectures that a test counts."""

MIXTURES = frozenset({"mixtral", "olmoe", "qwen3_moe"})
"""Architectures with experts that a test counts, for LoRA."""


def matches(name: str, module: str) -> bool:
    """Whether a name is a module's name, or its last parts."""
    if module == name or module.endswith("." + name):
        return True
    return any(name == base + module for base in _BASES)


def names_of(weights: Iterable[str]) -> list[str]:
    """Names in files, and these with the parts that files of some models leave out."""
    return [f"{base}{name}" for name in weights for base in ("", *_BASES)]


def linear_layers(model: ModelFacts, targets: str | tuple[str, ...]) -> Layers:
    """The linear layers that are adapted, by name."""
    modules = model.linear_modules()
    if not isinstance(targets, str):
        modules = [
            module for module in model.matrices if any(matches(name, module) for name in targets)
        ]
    turned = model.model_type in CONV1D
    sizes = {module: model.matrices[module][:: -1 if turned else 1] for module in modules}
    biases = model.weights or {}
    return {
        module: Layer(outputs, inputs, f"{module}.bias" in biases)
        for module, (outputs, inputs) in sizes.items()
    }


def norms(model: ModelFacts, targets: str | tuple[str, ...]) -> Layers:
    """The norms that are trained, by name, each with all its numbers."""
    weights = model.weights or {}
    modules = [
        name.removesuffix(".weight")
        for name, shape in weights.items()
        if name.endswith(".weight") and len(shape) == 1
    ]
    return {
        module: Layer(
            sum(prod(weights.get(f"{module}.{part}", (0,))) for part in ("weight", "bias")), 1
        )
        for module in modules
        if isinstance(targets, str) or any(matches(name, module) for name in targets)
    }


def adapted(model: ModelFacts, kind: str, targets: str | tuple[str, ...]) -> Layers:
    """The layers that a method of peft adapts; for prompts, one of the size of a token."""
    if kind == "adaption_prompt":
        return {"hidden": Layer(model.hidden_size or 0, 1)}
    return norms(model, targets) if kind == "norm" else linear_layers(model, targets)


def trained_count(model: ModelFacts | None, kind: str, settings: dict[str, Any]) -> int | None:
    """How many weights a method of peft trains; None where that is not sure."""
    if model is None or not _is_counted(model):
        return None
    return METHODS[kind].count(adapted(model, kind, settings.get("target_modules", ())), settings)


def lora_count(
    model: ModelFacts | None,
    targets: str | tuple[str, ...],
    parameters: tuple[str, ...],
    tokens: int,
    rank: int,
    *,
    dora: bool,
) -> int | None:
    """How many weights LoRA trains, DoRA with a magnitude for each output besides."""
    if model is None or not _is_counted(model, COUNTED | MIXTURES):
        return None
    layers = linear_layers(model, targets)
    if any(is_embedding(module) for module in layers):
        return None
    experts = {name: shape for name, shape in model.experts.items() if _ends(name, parameters)}
    rows = tokens * (model.hidden_size or 0) * (1 if model.tied else 2)
    return (
        sum(
            rank * (layer.inputs + layer.outputs) + dora * layer.outputs
            for layer in layers.values()
        )
        + sum(rank * shape[0] * (shape[1] + shape[2]) for shape in experts.values())
        + rows
    )


def _ends(name: str, parameters: tuple[str, ...]) -> bool:
    return any(matches(parameter, name) for parameter in parameters)


def _is_counted(model: ModelFacts, counted: frozenset[str] = COUNTED) -> bool:
    return bool(model.weights) and not model.quantized and model.model_type in counted
