"""Rules on what is trained: `method` with `quantize`, with `model scratch`, with modules.

In: a context. Out: diagnostics. Invariant: every name that a method is given matches a module, or
is reported at its own place.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem, within
from tunec.diagnostics import Diagnostic, Label
from tunec.diagnostics.suggest import nearest
from tunec.facts.adapted import matches
from tunec.facts.listed import is_listed, weights_of
from tunec.facts.model import OUTPUTS, ModelFacts, is_embedding
from tunec.facts.paths import enumerated
from tunec.spec.method import Freeze, Lora

WHOLE = ("full", "freeze", "lisa")
"""Kinds that change the model's own weights, and leave a whole model."""
GATES = ("gate", "router", "shared_expert_gate")
"""Layers with an output for each expert: thin by nature."""


def quantized_is_frozen(context: Context) -> Iterator[Diagnostic]:
    """Quantized weights cannot be trained themselves."""
    if context.method not in WHOLE or context.scratch is not None:
        return
    remedy = "Remove `quantize`, or train an adapter: `method lora { rank = 16 }`."
    model = context.facts.model
    if context.spec.quantize is not None:
        yield problem(
            "E310",
            f"`method {context.method}` cannot train weights that are stored quantized.",
            context.at("method"),
            context.at("quantize", "quantized here"),
            remedy=remedy,
        )
    elif model is not None and model.quantized:
        yield problem(
            "E310",
            f"`method {context.method}` cannot train this model: its weights are stored quantized.",
            context.at("method"),
            context.at("model.path", "a model with `quantization_config`"),
            remedy="Name the model before it was quantized, or train an adapter: `method lora`.",
        )


def quantized_once(context: Context) -> Iterator[Diagnostic]:
    """A model that is quantized already cannot be quantized again."""
    model = context.facts.model
    if model is None or not model.quantized or context.method in WHOLE:
        return
    path = "quantize" if context.spec.quantize is not None else "method"
    if path == "method" and context.method != "qlora":
        return
    yield problem(
        "E302",
        "The weights of this model are stored quantized already.",
        context.at(path),
        context.at("model.path", "a model with `quantization_config`"),
        remedy="Remove `quantize`, or name the model before it was quantized."
        if path == "quantize"
        else "Write `method lora`, or name the model before it was quantized.",
    )


def qlora_is_nf4(context: Context) -> Iterator[Diagnostic]:
    """`method qlora` says how weights are stored; `quantize` may only say the same."""
    stored = context.kind("quantize")
    if context.method == "qlora" and stored not in ("", "nf4"):
        yield problem(
            "E304",
            f"`method qlora` stores weights as `nf4`, but `quantize` says `{stored}`.",
            context.at("method"),
            context.at("quantize", "says otherwise"),
            remedy=f"Write `method lora` to keep `quantize {stored}`, or remove `quantize`.",
        )


def scratch_is_trained_whole(context: Context) -> Iterator[Diagnostic]:
    """Random weights that stay as they are teach nothing."""
    if context.scratch is None:
        return
    if context.method != "full":
        yield problem(
            "E311",
            f"`method {context.method}` leaves weights as they are, and those of `model scratch` "
            "are random.",
            context.at("method"),
            context.at("model", "random weights"),
            remedy="Write `method full`, or name a trained model.",
        )
    if context.spec.quantize is not None:
        yield problem(
            "E311",
            "`quantize` stores weights that are not trained, but `model scratch` has only such "
            "that are.",
            context.at("quantize"),
            context.at("model", "random weights"),
            remedy="Remove `quantize`.",
        )


_WAYS = ("last_layers", "modules", "modules_file")


def freeze_says_which(context: Context) -> Iterator[Diagnostic]:
    """`method freeze` needs exactly one way to say what is trained."""
    method = context.spec.method
    if not isinstance(method, Freeze):
        return
    ways = [name for name in _WAYS if getattr(method, name) is not None]
    if not ways and not context.headed:
        yield problem(
            "E303",
            "`method freeze` needs `last_layers`, `modules` or `modules_file`, to say what is "
            "trained.",
            context.at("method"),
            remedy="Write, for example, `method freeze { last_layers = 2 }`.",
        )
    elif len(ways) > 1:
        yield problem(
            "E302",
            f"`{ways[0]}` and `{ways[1]}` both say what is trained.",
            context.name(f"method.{ways[1]}"),
            context.name(f"method.{ways[0]}", "says it too"),
            remedy='Keep one of them: `modules = ["layers.3"]` names layers too.',
        )


def listed_weights_are_there(context: Context) -> Iterator[Diagnostic]:
    """Each line of `modules_file` names weights of the model."""
    method, model, listed = context.spec.method, context.facts.model, context.facts.listed
    if not isinstance(method, Freeze) or method.modules_file is None:
        return
    if listed.problem:
        yield problem(
            "E408",
            f"The weights to train are not known: {listed.problem}.",
            context.at("method.modules_file"),
            remedy="Write one name of a weight, or a pattern of it, in each line.",
        )
        return
    names = weights_of(model) if model is not None and model.weights else None
    for number, pattern in listed.patterns:
        if names is not None and not any(is_listed(pattern, name) for name in names):
            yield problem(
                "E408",
                f"No weight of the model is named `{pattern}`, which line {number} of "
                f"`{method.modules_file}` says.",
                context.at("method.modules_file"),
                remedy=f"Correct line {number}: names are whole, such as `{names[0]}`.",
            )
            return


def layers_are_there(context: Context) -> Iterator[Diagnostic]:
    """`last_layers` counts layers that the model has."""
    method = context.spec.method
    model = context.facts.model
    if not isinstance(method, Freeze) or method.last_layers is None or model is None:
        return
    if model.layers is not None and method.last_layers > model.layers:
        yield problem(
            "E203",
            f"`last_layers` must be at most {model.layers}, the layers of this model, but it is "
            f"{method.last_layers}.",
            context.at("method.last_layers"),
            remedy=f"Write a number up to {model.layers}, or `method full` to train all.",
        )


def modules_are_there(context: Context) -> Iterator[Diagnostic]:
    """Every name of `target_modules` and `modules` matches a module of the model."""
    model = context.facts.model
    if model is None or not model.weights or context.method == "norm":
        return  # norms have a rule of their own
    path, names = _named(context)
    shared = {name for name in names if model.tied and is_end(name)}
    legal = model.module_names() if path == "method.modules" else list(model.matrices)
    for name in names:
        if name not in shared and not any(matches(name, module) for module in legal):
            yield _unmatched(context, model, path, name, legal)


def _named(context: Context) -> tuple[str, tuple[str, ...]]:
    method = context.spec.method
    if isinstance(method, Freeze):
        return "method.modules", method.modules or ()
    targets = getattr(method, "target_modules", None)
    return ("method.target_modules", targets) if isinstance(targets, tuple) else ("", ())


def _unmatched(
    context: Context, model: ModelFacts, path: str, name: str, legal: list[str]
) -> Diagnostic:
    setting = path.rpartition(".")[2]
    linear = _ends(model.linear_modules(), 1)
    ends = linear if setting == "target_modules" else _ends(legal, 1)
    noun = "linear layers" if setting == "target_modules" else "modules"
    close = nearest(name, _ends(legal, name.count(".") + 1))
    message = f"No module of the model is named `{name}`."
    if any(matches(name, module) for module in model.module_names()):
        message = f"`{name}` is not a linear layer, so it cannot have an adapter."
    remedy = f"Write one of these in `{setting}`."
    if close:
        alone = len(_named(context)[1]) == 1
        remedy = f'Write `{setting} = ["{close[0]}"]`.' if alone else f'Write `"{close[0]}"` here.'
    return problem(
        "E408",
        message,
        element(context, path, name),
        notes=(f"The model's {noun} are {enumerated(ends, 16)}.",) if ends else (),
        remedy=remedy,
    )


def _ends(modules: list[str], parts: int) -> list[str]:
    """The last parts of names, each once; the numbers of layers stand for nothing by themselves."""
    ends = dict.fromkeys(".".join(module.split(".")[-parts:]) for module in modules)
    return [end for end in ends if not end.split(".")[0].isdigit()]


def element(context: Context, path: str, name: str) -> Label | None:
    """At the element of a list that says `name`."""
    span = context.places.span(path)
    quoted = f'"{name}"'
    return Label(within(span, quoted, 0, len(quoted))) if span else context.at(path)


def is_end(name: str) -> bool:
    """Whether a name is that of the first or the last layer."""
    return is_embedding(name) or name.rpartition(".")[2] in OUTPUTS


def tied_ends_stay_tied(context: Context) -> Iterator[Diagnostic]:
    """Where the first and last layer share weights, one of them cannot be trained alone."""
    model = context.facts.model
    if model is None or not model.tied:
        return
    path, names = _named(context)
    for name in names:
        if not is_end(name) or (path == "method.modules" and is_embedding(name)):
            continue
        if path == "method.modules":
            message = f"`{name}` shares its weights with the embeddings, so both would be trained."
            remedy = "Name the embeddings, which says what happens, or train other modules."
            inputs = [module for module in model.matrices if is_embedding(module)]
            if inputs:
                remedy = f'Write `"{inputs[0].rpartition(".")[2]}"` if both are to be trained.'
        else:
            message = (
                f"An adapter on `{name}` would break this model: its first and last layer share "
                "weights."
            )
            remedy = f"Remove `{name}` from `target_modules`."
        yield problem(
            "E302",
            message,
            element(context, path, name),
            context.at("model.path", "a model with `tie_word_embeddings`"),
            remedy=remedy,
        )


def rank_fits(context: Context) -> Iterator[Diagnostic]:
    """A product of rank above the matrix's own is the same as a full matrix, but slower."""
    method = context.spec.method
    model = context.facts.model
    if not isinstance(method, Lora) or model is None or model.quantized:
        return
    shapes = {
        module: min(model.matrices[module])
        for module in targets(method, model)
        if module.rpartition(".")[2] not in GATES
    }
    if not shapes:
        return
    smallest = min(shapes, key=lambda module: shapes[module])
    if method.rank > shapes[smallest]:
        yield problem(
            "E203",
            f"`rank` must be at most {shapes[smallest]} on this model, but it is {method.rank}.",
            context.at("method.rank"),
            notes=(
                f"The smallest layer with an adapter is `{smallest}`, of "
                f"{' × '.join(str(size) for size in model.matrices[smallest])}.",
            ),
            remedy=f"Write `rank = {min(16, shapes[smallest])}`, or `method full` to train all "
            "weights.",
        )


def targets(method: Lora, model: ModelFacts) -> list[str]:
    """The modules that get an adapter, whatever the layer."""
    named = model.linear_modules()
    if not isinstance(method.target_modules, str):
        wanted = method.target_modules
        named = [m for m in model.matrices if any(matches(name, m) for name in wanted)]
    left_out = method.exclude_modules or ()
    return [m for m in named if not any(matches(name, m) for name in left_out)]


RULES: tuple[Rule, ...] = (
    quantized_is_frozen,
    quantized_once,
    qlora_is_nf4,
    scratch_is_trained_whole,
    freeze_says_which,
    listed_weights_are_there,
    layers_are_there,
    modules_are_there,
    tied_ends_stay_tied,
    rank_fits,
)
