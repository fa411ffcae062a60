"""Rules on the methods of peft besides LoRA.

In: a context. Out: diagnostics. Invariant: a combination that passes was seen to train, save, load
and resume.
"""

from collections.abc import Iterator
from math import gcd

from tunec.checks.context import Context, Rule, problem
from tunec.checks.method import GATES, element
from tunec.diagnostics import Diagnostic
from tunec.facts.adapted import CONV1D, linear_layers, matches, norms
from tunec.facts.methods import METHODS
from tunec.facts.model import is_embedding
from tunec.facts.paths import enumerated
from tunec.facts.peft_method import AtMost, Divides, Layers
from tunec.facts.soft_prompts import SOFT_PROMPTS
from tunec.facts.storage import STORAGES
from tunec.spec.peft_low_rank import Adalora, Gralora
from tunec.spec.peft_methods import AdaptionPrompt, Ia3, Norm
from tunec.spec.peft_rotations import Hra, Road
from tunec.spec.peft_shared import Lily, Vblora


def storage_is_known_to_work(context: Context) -> Iterator[Diagnostic]:
    """On some quantized weights a method computes something else, or nothing."""
    known = METHODS.get(context.method) or SOFT_PROMPTS.get(context.method)
    stored = context.stored
    family = STORAGES[stored].family if stored in STORAGES else ""
    if known is None or not family or family in known.storage:
        return
    can_lora = ["lora"] if family == "int8" else ["lora", "dora"]
    can = [kind for kind, each in METHODS.items() if family in each.storage]
    yield problem(
        "E310",
        f"`method {context.method}` does not work on weights stored as `{stored}`.",
        context.at("method"),
        context.at_storage(),
        notes=(f"On `{stored}` these do: {enumerated([*can_lora, *can], 20)}.",),
        remedy=("Remove `quantize`" if context.written("quantize") else "Name another model")
        + ", or write `method lora`.",
    )


def feedforward_modules_are_targets(context: Context) -> Iterator[Diagnostic]:
    """`feedforward_modules` says how some of `target_modules` are scaled."""
    method = context.spec.method
    if not isinstance(method, Ia3):
        return
    for name in method.feedforward_modules:
        if name not in method.target_modules:
            yield problem(
                "E303",
                f"`{name}` is in `feedforward_modules`, but not in `target_modules`.",
                context.at("method.feedforward_modules"),
                context.at("method.target_modules"),
                remedy=f'Add "{name}" to `target_modules`.',
            )


def norms_are_there(context: Context) -> Iterator[Diagnostic]:
    """Every name that `method norm` is given is that of a norm."""
    method, model = context.spec.method, context.facts.model
    if not isinstance(method, Norm) or model is None or not model.weights:
        return
    names = method.target_modules
    legal = norms(model, "all_norms")
    for name in names if isinstance(names, tuple) else ():
        if not any(matches(name, module) for module in legal):
            ends = dict.fromkeys(module.rpartition(".")[2] for module in legal)
            yield problem(
                "E408",
                f"No norm of the model is named `{name}`.",
                element(context, "method.target_modules", name),
                notes=(f"The model's norms are {enumerated(list(ends), 16)}.",),
                remedy="Write one of these in `target_modules`.",
            )


def prompts_fit_the_attention(context: Context) -> Iterator[Diagnostic]:
    """Prompts go into attentions that peft knows, of layers that there are."""
    method, model = context.spec.method, context.facts.model
    if not isinstance(method, AdaptionPrompt) or model is None or model.model_type is None:
        return
    heads = model.whole("num_attention_heads", "n_head")
    size = model.whole("head_dim")
    types = METHODS["adaption_prompt"].model_types
    if model.model_type not in types or (heads and size and heads * size != model.hidden_size):
        yield problem(
            "E414",
            f"`method adaption_prompt` is for models of the types {enumerated(sorted(types), 9)} "
            "whose heads share the width of the model among them.",
            context.at("method"),
            context.at("model.path", "another model"),
            remedy="Write `method lora`, or name another model.",
        )
    elif model.layers is not None and method.layers > model.layers:
        yield problem(
            "E203",
            f"`layers` must be at most {model.layers}, the layers of this model, but it is "
            f"{method.layers}.",
            context.at("method.layers"),
            remedy=f"Write `layers = {model.layers}`, or fewer.",
        )


def layers_are_linear(context: Context) -> Iterator[Diagnostic]:
    """These methods are for linear layers, as they are in most models."""
    method, model = context.method, context.facts.model
    if method not in METHODS or method == "norm" or model is None:
        return
    if model.model_type in CONV1D and not METHODS[method].conv1d:
        can = [kind for kind, each in METHODS.items() if each.conv1d]
        yield problem(
            "E414",
            f"`method {method}` cannot adapt a model of type `{model.model_type}`, whose layers "
            "are not linear layers but `Conv1D`.",
            context.at("method"),
            context.at("model.path", "the model"),
            notes=(f"These methods can: {enumerated(['lora', 'dora', *can], 30)}.",),
            remedy="Write `method lora`, or name another model.",
        )
    targets = getattr(context.spec.method, "target_modules", ())
    for name in targets if isinstance(targets, tuple) else ():
        if any(is_embedding(module) and matches(name, module) for module in model.matrices):
            yield problem(
                "E408",
                f"`{name}` turns tokens into vectors: it is not a linear layer, as "
                f"`method {method}` needs.",
                element(context, "method.target_modules", name),
                remedy=f"Remove `{name}` from `target_modules`.",
            )


def sizes_fit_the_layers(context: Context) -> Iterator[Diagnostic]:
    """Sizes that have to divide those of layers do, and ranks are no larger than layers allow."""
    method, model = context.method, context.facts.model
    if method not in METHODS or model is None or not model.weights or model.quantized:
        return
    layers = linear_layers(model, getattr(context.spec.method, "target_modules", ()))
    for limit in METHODS[method].limits:
        value = getattr(context.spec.method, limit.setting)
        if isinstance(limit, Divides):
            yield from _divides(context, limit, value, layers)
        else:
            yield from _at_most(context, limit, value, layers)


def _divides(context: Context, limit: Divides, value: int, layers: Layers) -> Iterator[Diagnostic]:
    sides = [
        (side, name, size)
        for name, layer in layers.items()
        for side, size, counts in (
            ("inputs", layer.inputs, limit.inputs),
            ("outputs", layer.outputs, limit.outputs),
        )
        if counts
    ]
    wrong = [each for each in sides if each[2] % value]
    if not wrong:
        return
    side, name, size = wrong[0]
    common = gcd(*(each[2] for each in sides))
    fits = [each for each in range(2, common + 1) if common % each == 0]
    best = max([each for each in fits if each <= value] or fits[:1], default=None)
    both = " and ".join(["inputs"] * limit.inputs + ["outputs"] * limit.outputs)
    yield problem(
        "E203",
        f"`{limit.setting}` must divide the {both} of every layer that is adapted, but {value} "
        f"does not divide the {size} {side} of `{name}`.",
        context.at(f"method.{limit.setting}"),
        notes=(f"All can be divided by {enumerated([*map(str, fits)], 24)}.",) if fits else (),
        remedy=f"Write `{limit.setting} = {best}`."
        if best
        else "Name layers in `target_modules`, without those of odd sizes.",
    )


def _at_most(context: Context, limit: AtMost, value: int, layers: Layers) -> Iterator[Diagnostic]:
    most = {
        name: limit.most(layer)
        for name, layer in layers.items()
        if name.rpartition(".")[2] not in GATES
    }
    name = min(most, key=lambda each: most[each], default="")
    if name and value > most[name]:
        yield problem(
            "E203",
            f"`{limit.setting}` must be at most {most[name]} on this model, but it is {value}.",
            context.at(f"method.{limit.setting}"),
            notes=(
                f"The smallest layer that is adapted is `{name}`, of {layers[name].outputs} × "
                f"{layers[name].inputs}.",
            ),
            remedy=f"Write `{limit.setting} = {most[name]}`, or a smaller number.",
        )


def reflections_and_rotations_pair(context: Context) -> Iterator[Diagnostic]:
    """HRA's reflections start in pairs that cancel; RoAd turns outputs in pairs."""
    method = context.spec.method
    if isinstance(method, Hra) and method.rank % 2:
        yield problem(
            "E203",
            f"`rank` must be even, but it is {method.rank}: reflections start in pairs that "
            "cancel, and the last one would change the model before it is trained.",
            context.at("method.rank"),
            remedy=f"Write `rank = {method.rank + 1}`.",
        )
    if isinstance(method, Road) and method.group_size % 2:
        yield problem(
            "E203",
            f"`group_size` must be even, but it is {method.group_size}: outputs turn in pairs.",
            context.at("method.group_size"),
            remedy="Write an even number.",
        )


def settings_fit_each_other(context: Context) -> Iterator[Diagnostic]:
    """Blocks divide the rank; no more vectors are mixed than there are."""
    method = context.spec.method
    if isinstance(method, Gralora) and method.rank % method.blocks:
        yield problem(
            "E302",
            f"`blocks` must divide `rank`, but {method.blocks} does not divide {method.rank}.",
            context.at("method.blocks"),
            context.at("method.rank", "the rank"),
            remedy=f"Write `rank = {method.blocks * max(1, method.rank // method.blocks)}`.",
        )
    if isinstance(method, Vblora) and method.top_k > method.vectors:
        yield problem(
            "E302",
            f"`top_k` is {method.top_k}, but there are only {method.vectors} `vectors` to choose "
            "from.",
            context.at("method.top_k"),
            context.at("method.vectors", "the bank"),
            remedy="Write `top_k = 2`.",
        )


def ranks_can_be_taken_away(context: Context) -> Iterator[Diagnostic]:
    """AdaLoRA has more ranks at the start than at the end, and steps to take them away."""
    method = context.spec.method
    if not isinstance(method, Adalora):
        return
    if method.initial_rank is not None and method.initial_rank <= method.rank:
        yield problem(
            "E302",
            f"`initial_rank` is {method.initial_rank}, so no ranks could be taken away to leave "
            f"{method.rank} on average.",
            context.at("method.initial_rank"),
            context.at("method.rank", "the rank at the end"),
            remedy=f"Write `initial_rank = {-(-3 * method.rank // 2)}`, or `method lora`.",
        )
    if method.warmup + method.final >= 1:
        yield problem(
            "E302",
            "`warmup` and `final` leave no steps in which ranks could be taken away.",
            context.at("method.final"),
            context.at("method.warmup", "and this"),
            remedy="Write smaller shares, such as `warmup = 10%` and `final = 30%`.",
        )


def names_of_lily_differ(context: Context) -> Iterator[Diagnostic]:
    """Layers of one name share; where a name is the end of another, peft takes either."""
    method = context.spec.method
    names = method.target_modules if isinstance(method, Lily) else ()
    for name in names:
        for other in names:
            if name != other and other.endswith(name):
                yield problem(
                    "E302",
                    f"`{name}` is the end of `{other}`, so it is not clear which layers share.",
                    element(context, "method.target_modules", name),
                    remedy=f"Remove one of `{name}` and `{other}`.",
                )


def new_rows_need_lora(context: Context) -> Iterator[Diagnostic]:
    """Of peft's methods, LoRA trains the rows of new tokens beside its own weights."""
    model = context.pretrained
    added = model and (model.add_tokens or model.add_special_tokens)
    if not added or context.method not in {*METHODS, *SOFT_PROMPTS}:
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


RULES: tuple[Rule, ...] = (
    storage_is_known_to_work,
    feedforward_modules_are_targets,
    norms_are_there,
    prompts_fit_the_attention,
    layers_are_linear,
    sizes_fit_the_layers,
    reflections_and_rotations_pair,
    settings_fit_each_other,
    ranks_can_be_taken_away,
    names_of_lily_differ,
    new_rows_need_lora,
)
