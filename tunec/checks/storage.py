"""Rules on how the frozen weights are stored: `quantize`, and models that come quantized.

In: a context. Out: diagnostics. Invariant: what passes was seen to train, save, load and resume
on weights stored so, or `docs/storage.md` says that it was not.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.checks.method import WHOLE, element, is_end
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.adapted import matches
from tunec.facts.paths import enumerated
from tunec.facts.storage import STORAGES, refusal

EXCLUDED = "quantize.exclude_modules"


def excluded_layers_are_there(context: Context) -> Iterator[Diagnostic]:
    """Every name of `exclude_modules` is that of a linear layer, or of a module with some."""
    model = context.facts.model
    names: tuple[str, ...] = getattr(context.spec.quantize, "exclude_modules", None) or ()
    for name in names:
        if is_end(name):
            yield problem(
                "E301",
                f"`{name}` has no effect here: the first and the last layer are never quantized.",
                element(context, EXCLUDED, name),
                remedy=f"Remove `{name}`.",
            )
    if model is None or not model.weights:
        return
    linear = model.linear_modules()
    for name in names:
        if is_end(name) or any(_holds(name, module) for module in linear):
            continue
        ends = [*dict.fromkeys(module.rpartition(".")[2] for module in linear)]
        close = nearest(name, ends)
        yield problem(
            "E408",
            f"No linear layer of the model is named `{name}`.",
            element(context, EXCLUDED, name),
            notes=(f"The model's linear layers are {enumerated(ends, 16)}.",),
            remedy=f'Write `"{close[0]}"` here.' if close else f"Remove `{name}`.",
        )
    if names and all(any(_holds(name, module) for name in names) for module in linear):
        yield problem(
            "E302",
            "`exclude_modules` names all linear layers, so nothing would be quantized.",
            context.name(EXCLUDED),
            remedy="Remove `quantize`, or some of the names.",
        )


def base_can_be_trained_on(context: Context) -> Iterator[Diagnostic]:
    """A model that comes quantized is of a kind that methods were seen to train on."""
    model = context.facts.model
    stored = model.storage if model else ""
    if not stored or stored in STORAGES or context.method in WHOLE:
        return
    yield problem(
        "E310",
        f"`method {context.method}` cannot train on this model: its weights are stored as "
        f"`{stored}`.",
        context.at("method"),
        context.at("model.path", "a model with `quantization_config`"),
        notes=(refusal(stored),),
        remedy="Name the model before it was quantized, with `quantize nf4` where it has to fit.",
    )


def dora_has_norms(context: Context) -> Iterator[Diagnostic]:
    """DoRA needs the norms of the weights at every step."""
    known = STORAGES.get(context.stored)
    if context.method == "dora" and known is not None and known.no_dora:
        yield problem(
            "E310",
            f"`method dora` does not work on weights stored as `{context.stored}`.",
            context.at("method"),
            context.at_storage(),
            notes=(known.no_dora,),
            remedy="Write `method lora`, or `quantize nf4`.",
        )


def _holds(name: str, module: str) -> bool:
    """Whether a name is a module's, or that of a module around it."""
    parts = module.split(".")
    return any(matches(name, ".".join(parts[:end])) for end in range(len(parts), 0, -1))


RULES: tuple[Rule, ...] = (
    excluded_layers_are_there,
    base_can_be_trained_on,
    dora_has_norms,
)
