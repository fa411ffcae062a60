"""Rules on the methods that peft lacks: biases and adapters.

In: a context. Out: diagnostics. Invariant: a combination that passes was seen to train, save, load
and resume.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.checks.method import element
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.paths import enumerated
from tunec.facts.sublayers import SUBLAYERS, biases, parts_of_layers, sublayers
from tunec.spec.own_methods import Bitfit, Bottleneck, Compacter, Lisa


def biases_are_there(context: Context) -> Iterator[Diagnostic]:
    """`bitfit` trains the biases, which many architectures do not have."""
    if not isinstance(context.spec.method, Bitfit) or biases(context.facts.model) != 0:
        return
    yield problem(
        "E421",
        "This model has no biases, and `method bitfit` trains nothing else.",
        context.at("method"),
        context.at("model.path", "a model without biases"),
        notes=(
            "Models of the Llama, Mistral, Gemma and Qwen3 kind have none; those of the GPT-2, "
            "Phi, Qwen2 and StarCoder2 kind do.",
        ),
        remedy="Write `method norm` for as few weights, or `method lora`.",
    )


def biases_are_not_quantized(context: Context) -> Iterator[Diagnostic]:
    """Beside quantized weights, biases are rounded to the type that is computed in."""
    if not isinstance(context.spec.method, Bitfit) or not context.stored:
        return
    yield problem(
        "E310",
        "`method bitfit` does not work beside weights that are stored quantized: a layer of "
        "bitsandbytes rounds its bias at every step.",
        context.at("method"),
        context.at_storage(),
        remedy="Remove `quantize`, or write `method lora`."
        if context.written("quantize")
        else "Name the model before it was quantized, or write `method lora`.",
    )


def places_of_adapters_are_known(context: Context) -> Iterator[Diagnostic]:
    """Without `modules`, adapters go where the architecture is known to add to its residuals."""
    method, model = context.spec.method, context.facts.model
    if not isinstance(method, (Bottleneck, Compacter)) or method.modules is not None:
        return
    if model is not None and sublayers(model) is None:
        yield problem(
            "E422",
            f"It is not known where adapters go in a model of the type `{model.model_type}`.",
            context.at("method"),
            context.at("model.path", "the model"),
            notes=(f"It is for {enumerated(sorted(SUBLAYERS), 12)}.",),
            remedy="Name parts of its layers in `modules`, or write `method lora`.",
        )


def adapted_modules_are_there(context: Context) -> Iterator[Diagnostic]:
    """Every name of `modules` is a part of every layer."""
    method, model = context.spec.method, context.facts.model
    if not isinstance(method, (Bottleneck, Compacter)) or model is None:
        return
    layers = parts_of_layers(model)
    if not layers:
        return
    common = set.intersection(*layers)
    for name in method.modules or ():
        if name in common:
            continue
        close = nearest(name, sorted(common))
        some = any(name in layer for layer in layers)
        lacking = "Not every layer" if some else "No layer"
        yield problem(
            "E408",
            f"{lacking} of the model has a part named `{name}`.",
            element(context, "method.modules", name),
            notes=(f"The parts of a layer are {enumerated(sorted(common), 16)}.",),
            remedy=f'Write `"{close[0]}"` here.' if close else "Write one of these.",
        )


def terms_divide_sizes(context: Context) -> Iterator[Diagnostic]:
    """A Kronecker product of n × n blocks needs sizes that n divides."""
    method, model = context.spec.method, context.facts.model
    if not isinstance(method, Compacter):
        return
    if method.size % method.terms:
        yield problem(
            "E203",
            f"`terms` must divide `size`, but {method.terms} does not divide {method.size}.",
            context.at("method.terms"),
            context.at("method.size", "the other"),
            remedy=f"Write `size = {-(-method.size // method.terms) * method.terms}`.",
        )
    width = model.hidden_size if model is not None else None
    if width is not None and width % method.terms:
        yield problem(
            "E203",
            f"`terms` must divide the width of the model, but {method.terms} does not divide "
            f"{width}.",
            context.at("method.terms"),
            context.at("model.path", f"`hidden_size` is {width}"),
            remedy="Write `terms = 4`, as the paper does.",
        )


def new_rows_need_another_method(context: Context) -> Iterator[Diagnostic]:
    """None of these methods trains the rows of new tokens."""
    model = context.pretrained
    added = model and (model.add_tokens or model.add_special_tokens)
    if not added or not isinstance(context.spec.method, (Bitfit, Bottleneck, Compacter)):
        return
    name = "add_tokens" if context.written("model.add_tokens") else "add_special_tokens"
    yield problem(
        "E302",
        f"`{name}` needs the rows of the new tokens trained, which `method {context.method}` does "
        "not do.",
        context.name(f"model.{name}"),
        context.at("method", "the method"),
        remedy="Write `method lora`, or `method full`.",
    )


def layers_in_turns_are_there(context: Context) -> Iterator[Diagnostic]:
    """`lisa` draws some of the layers, not all and not more."""
    method, model = context.spec.method, context.facts.model
    if not isinstance(method, Lisa) or model is None or model.layers is None:
        return
    if method.layers >= model.layers:
        yield problem(
            "E203",
            f"`layers` must be less than {model.layers}, the layers of this model, but it is "
            f"{method.layers}.",
            context.at("method.layers"),
            remedy="Write a smaller number, or `method full` to train all at once.",
        )


RULES: tuple[Rule, ...] = (
    biases_are_there,
    biases_are_not_quantized,
    places_of_adapters_are_known,
    adapted_modules_are_there,
    terms_divide_sizes,
    new_rows_need_another_method,
    layers_in_turns_are_there,
)
