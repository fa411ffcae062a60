"""The table to choose a method from.

In: nothing. Out: text for a terminal, and Markdown. Invariant: shares of weights are computed from
each method's formula, with the defaults of its settings, on the layers of Llama 3 8B.
"""

import re
import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from tunec.facts.methods import FAMILIES, METHODS
from tunec.facts.peft_method import Layer, Layers, PeftMethod
from tunec.facts.soft_prompts import SOFT_PROMPTS, Sizes
from tunec.spec.legal import model_of
from tunec.spec.vocabulary import CHILDREN, Place
from tunec.spec.wording import summary

_SIZES = {
    "q_proj": Layer(4096, 4096),
    "k_proj": Layer(1024, 4096),
    "v_proj": Layer(1024, 4096),
    "o_proj": Layer(4096, 4096),
    "gate_proj": Layer(14336, 4096),
    "up_proj": Layer(14336, 4096),
    "down_proj": Layer(4096, 14336),
}
_LAYERS: Layers = {f"{n}.{name}": size for n in range(32) for name, size in _SIZES.items()}
_NORMS: Layers = {str(n): Layer(4096, 1) for n in range(65)}
_WHOLE = Sizes(4096, 32, 1024)
_TOTAL = (
    2 * 128_256 * 4096
    + sum(layer.outputs * layer.inputs for layer in _LAYERS.values())
    + sum(norm.outputs for norm in _NORMS.values())
)
"""8,030,261,248: with embeddings and output layer."""

HEAD = (
    "Weights are those that a method trains of Llama 3 8B with the defaults of its settings. "
    "Quantized: the types that `quantize` may store the frozen weights as. Merges: whether the "
    "result can become one model of plain weights."
)


class Row(NamedTuple):
    family: str
    kind: str
    weights: str
    quantized: str
    merges: str
    paper: str
    when: str


OWN = {
    "full": ("whole", "no", "-", "the most that can be learnt, where memory allows"),
    "freeze": ("whole", "no", "-", "a new task for the last layers or the head"),
    "lisa": ("whole", "no", "-", "all weights, in the memory of a few layers"),
    "bitfit": ("own", "no", "yes", "models with biases; a thousandth of the weights"),
    "bottleneck": ("own", "nf4, int8", "no", "layers between the layers, as before LoRA"),
    "compacter": ("own", "nf4, int8", "no", "the same with far fewer weights"),
    "lora": ("lora", "nf4, int8", "yes", "what to try first"),
    "qlora": ("lora", "nf4", "yes", "the same, its frozen weights in 4 bits"),
    "dora": ("lora", "nf4", "yes", "LoRA of low rank that falls short; slower"),
    "continue": ("lora", "as before", "-", "to go on with an adapter, as it was made"),
}
"""Family, storage, merges and use of the kinds that `facts.methods` does not have."""


def rows() -> Iterator[Row]:
    place = _place()
    for kind in place.kinds:
        if kind not in METHODS and kind not in SOFT_PROMPTS:
            said = OWN.get(kind, ("other", "", "", summary(place, kind).partition(". ")[0]))
            family, stored, merges, when = said
            yield Row(family, kind, _own_share(kind), stored, merges, _paper(kind), when)
    for kind, prompt in SOFT_PROMPTS.items():
        fields = model_of(place, kind).model_fields
        count = prompt.count(_WHOLE, {name: field.default for name, field in fields.items()})
        stored = ", ".join(sorted(prompt.storage, reverse=True))
        yield Row(
            "prompts", kind, _percent(count / _TOTAL), stored, "no", _paper(kind), prompt.when
        )
    for family, methods in FAMILIES.items():
        for kind, method in methods.items():
            yield Row(
                family,
                kind,
                _percent(_count(kind, method) / _TOTAL),
                ", ".join(sorted(method.storage, reverse=True)) or "no",
                "yes" if method.merges else "no",
                _paper(kind),
                method.when,
            )


def _own_share(kind: str) -> str:
    if kind not in ("lora", "qlora", "dora"):
        return "100%" if kind == "full" else "as said"
    rank = model_of(_place(), kind).model_fields["rank"].default
    assert isinstance(rank, int), "it is a setting with a number"
    sizes = _LAYERS.values()
    lora = sum(rank * (layer.outputs + layer.inputs) for layer in sizes)
    magnitudes = sum(layer.outputs for layer in sizes) if kind == "dora" else 0
    return _percent((lora + magnitudes) / _TOTAL)


def _place() -> Place:
    return next(place for place in CHILDREN[""] if place.keyword == "method")


def _paper(kind: str) -> str:
    found = re.search(r"arXiv\s+(\d{4}\.\d{5})", model_of(_place(), kind).__doc__ or "")
    return found[1] if found else ""


def _count(kind: str, method: PeftMethod) -> int:
    """With the defaults, on the layers that they name."""
    fields = model_of(_place(), kind).model_fields
    settings = {name: field.default for name, field in fields.items()}
    if kind == "adaption_prompt":
        return method.count({"hidden": Layer(4096, 1)}, settings)
    for name, (value, _) in method.unset.items():
        settings[name] = value(settings)
    targets = settings["target_modules"]
    if kind == "norm":
        return method.count(_NORMS, settings)
    if not isinstance(targets, tuple):
        return method.count(_LAYERS, settings)
    named = {name: size for name, size in _LAYERS.items() if name.endswith(targets)}
    return method.count(named, settings)


def _percent(share: float) -> str:
    return f"{share:.1%}" if share > 0.1 else f"{100 * share:.2g}%" if share > 1e-5 else "< 0.001%"


def text() -> str:
    """For a terminal of 88 columns."""
    lines = ["Which to choose", "", *textwrap.wrap(HEAD, 88), ""]
    lines.append(f"  {'kind':<16}{'weights':>9}  {'quantized':<10}{'merges':<7}{'arXiv':<12}when")
    for row in rows():
        first, *more = textwrap.wrap(row.when, 30)
        start = (
            f"  {row.kind:<16}{row.weights:>9}  {row.quantized:<10}{row.merges:<7}{row.paper:<12}"
        )
        lines += [start + first, *(" " * len(start) + line for line in more)]
    return "\n".join(lines) + "\n"


def markdown(family: str) -> str:
    """The rows of one family."""
    lines = [
        "| kind | weights | quantized | merges | arXiv | when |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows():
        if row.family == family:
            cells = (f"`{row.kind}`", row.weights, row.quantized, row.merges, row.paper, row.when)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
