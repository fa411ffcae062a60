"""Rules on the options of `method lora`, `dora` and `qlora`.

In: a context. Out: diagnostics. Invariant: every name and number of a layer that passes is one of
the model's, for peft leaves out silently what matches nothing.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.checks.method import element, is_end, targets
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.adapted import matches
from tunec.facts.model import FUSED, ModelFacts
from tunec.facts.paths import enumerated
from tunec.spec.method import Lora, PlainLora, Qlora


def lora(context: Context) -> Lora | None:
    return context.spec.method if isinstance(context.spec.method, Lora) else None


def layers_are_of_the_model(context: Context) -> Iterator[Diagnostic]:
    """`layers` counts from 0, and needs the names of modules where the model is not known."""
    method, model = lora(context), context.facts.model
    if method is None or method.layers is None:
        return
    if model is None or not model.weights:
        if method.target_modules == "all_linear":
            yield problem(
                "E303",
                "`layers` needs a list of `target_modules` where the model is not at hand.",
                context.at("method.layers"),
                remedy='Write, for example, `target_modules = ["q_proj", "v_proj"]`.',
            )
        return
    for layer in method.layers:
        if model.layers is not None and layer >= model.layers:
            yield problem(
                "E203",
                f"`layers` must be below {model.layers}, the number of layers of this model, but "
                f"it has {layer}.",
                context.at("method.layers"),
                notes=("Layers are counted from 0.",),
                remedy=f"Write a number up to {model.layers - 1}.",
            )
            return


def named_modules_are_there(context: Context) -> Iterator[Diagnostic]:
    """`exclude_modules`, `modules_to_save` and `module` name modules that there are."""
    method, model = lora(context), context.facts.model
    if method is None or model is None or not model.weights:
        return
    adapted = targets(method, model)
    lists = [
        ("method.exclude_modules", method.exclude_modules or (), list(model.matrices)),
        ("method.modules_to_save", method.modules_to_save or (), model.module_names()),
    ]
    for number, each in enumerate(method.ranks):
        lists.append((f"method.ranks.{number}.path", (each.path,), adapted))
    for path, names, legal in lists:
        for name in names:
            if any(matches(name, module) for module in legal):
                continue
            last = dict.fromkeys(module.rpartition(".")[2] for module in legal)
            ends = [end for end in last if not end.isdigit()]
            close = nearest(name, ends)
            what = "adapted layer" if path.startswith("method.ranks") else "module"
            yield problem(
                "E408",
                f"No {what} of the model is named `{name}`.",
                element(context, path, name),
                notes=(f"There are {enumerated(ends, 16)}.",) if ends else (),
                remedy=f'Write "{close[0]}".' if close else "Write one of these.",
            )


def experts_are_there(context: Context) -> Iterator[Diagnostic]:
    """`target_parameters` names weights of experts, and nothing that cannot go with them."""
    method, model = context.spec.method, context.facts.model
    if not isinstance(method, PlainLora | Qlora) or method.target_parameters is None:
        return
    if model is None or not model.weights:
        if method.target_modules == "all_linear":
            yield problem(
                "E303",
                "`target_parameters` needs a list of `target_modules` where the model is not at "
                "hand.",
                context.at("method.target_parameters"),
                remedy='Write, for example, `target_modules = ["q_proj", "v_proj"]`.',
            )
    else:
        ends = [*dict.fromkeys(".".join(name.split(".")[-2:]) for name in model.experts)]
        for name in method.target_parameters:
            if not any(matches(name, weight) for weight in model.experts):
                yield problem(
                    "E408",
                    f"No weight of experts is named `{name}`.",
                    element(context, "method.target_parameters", name),
                    notes=(f"There are {enumerated(ends, 16)}.",) if ends else (),
                    remedy="Write one of these."
                    if ends
                    else "Remove `target_parameters`: this model has no experts.",
                )
    yield from _with_experts(context, method)


def _with_experts(context: Context, method: PlainLora | Qlora) -> Iterator[Diagnostic]:
    clashes = [
        (method.dropout > 0, "method.dropout", "`dropout`", "dropout = 0"),
        (method.layers is not None, "method.layers", "`layers`", ""),
        (
            method.init not in ("default", "gaussian"),
            "method.init",
            f"`init = {method.init}`",
            "init = default",
        ),
    ]
    for there, path, what, instead in clashes:
        if there:
            yield problem(
                "E302",
                f"`target_parameters` does not work with {what}: peft has it for layers only.",
                context.at("method.target_parameters"),
                context.at(path),
                remedy=f"Write `{instead}`, or remove `target_parameters`."
                if instead
                else f"Remove {what}, or `target_parameters`.",
            )


def experts_are_no_layers(context: Context) -> Iterator[Diagnostic]:
    """In mixtures, peft takes the names of feed-forward layers for those of experts."""
    method, model = lora(context), context.facts.model
    if method is None or model is None or isinstance(method.target_modules, str):
        return
    for name in method.target_modules:
        if model.experts and name.rpartition(".")[2] in FUSED and _has(model, name):
            yield problem(
                "E302",
                f"`{name}` would be taken for the experts of this mixture, which would all be "
                "trained.",
                element(context, "method.target_modules", name),
                notes=("peft does so with feed-forward layers beside experts, too.",),
                remedy='Remove it; `target_parameters = ["experts.down_proj"]` trains experts.',
            )


def _has(model: ModelFacts, name: str) -> bool:
    return any(matches(name, module) for module in model.matrices)


def excluded_modules_were_targets(context: Context) -> Iterator[Diagnostic]:
    """A module cannot be listed and left out."""
    method = lora(context)
    if method is None or isinstance(method.target_modules, str):
        return
    for name in method.exclude_modules or ():
        if name in method.target_modules:
            yield problem(
                "E302",
                f"`{name}` is in `target_modules` and in `exclude_modules`.",
                element(context, "method.exclude_modules", name),
                element(context, "method.target_modules", name),
                remedy="Remove it from one of them.",
            )


def saved_modules_stand_alone(context: Context) -> Iterator[Diagnostic]:
    """A copy of a layer whose weights are another's too would part the two."""
    method, model = lora(context), context.facts.model
    if method is None:
        return
    added = context.pretrained and (
        context.pretrained.add_tokens or context.pretrained.add_special_tokens
    )
    for name in method.modules_to_save or ():
        if is_end(name) and model is not None and model.tied:
            yield problem(
                "E302",
                f"`{name}` shares its weights with the other end of the model, so a copy of it "
                "would part the two.",
                element(context, "method.modules_to_save", name),
                context.at("model.path", "a model with `tie_word_embeddings`"),
                remedy=f"Remove `{name}`; `add_tokens` trains the rows of new tokens.",
            )
        elif is_end(name) and added:
            yield problem(
                "E302",
                f"`{name}` would be trained whole, but rows of new tokens are trained alone.",
                element(context, "method.modules_to_save", name),
                context.at("model.path"),
                remedy=f"Remove `{name}`: the rows of the new tokens are trained without it.",
            )


def modules_say_something(context: Context) -> Iterator[Diagnostic]:
    """A block `module` has a rank or an alpha of its own."""
    method = lora(context)
    for number, each in enumerate(method.ranks if method else ()):
        if each.rank is None and each.alpha is None:
            yield problem(
                "E303",
                f'`module "{each.path}"` needs `rank` or `alpha`.',
                context.at(f"method.ranks.{number}.path"),
                remedy=f'Write `module "{each.path}" {{ rank = 32 }}`, or remove it.',
            )


RULES: tuple[Rule, ...] = (
    layers_are_of_the_model,
    named_modules_are_there,
    experts_are_there,
    experts_are_no_layers,
    excluded_modules_were_targets,
    saved_modules_stand_alone,
    modules_say_something,
)
