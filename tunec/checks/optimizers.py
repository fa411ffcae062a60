"""Rules on the optimizer: its groups, and what it does not go with.

In: a context. Out: diagnostics. Invariant: a setting of the optimizer that passes changes how some
weight is trained.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.optimizers import OPTIMIZERS, WHOLE
from tunec.facts.paths import enumerated
from tunec.spec.method import Lora
from tunec.spec.optimizers import Optimizer, Plain, Sgd

PATH = "train.optimizer"


def optimizer_of(context: Context) -> Optimizer:
    optimizer = context.train.optimizer
    assert optimizer is not None, "the block has a default"
    return optimizer


def nesterov_has_momentum(context: Context) -> Iterator[Diagnostic]:
    """Nesterov's momentum is a momentum."""
    optimizer = context.train.optimizer
    if isinstance(optimizer, Sgd) and optimizer.nesterov and optimizer.momentum == 0:
        yield problem(
            "E303",
            "`nesterov` needs `momentum`, which is 0.",
            context.name(f"{PATH}.nesterov"),
            context.at(f"{PATH}.momentum") if context.written(f"{PATH}.momentum") else None,
            remedy="Add `momentum = 0.9`, or remove `nesterov`.",
        )


def decay_has_a_decay(context: Context) -> Iterator[Diagnostic]:
    """Which weights decay says nothing where none does."""
    optimizer = optimizer_of(context)
    if context.written(f"{PATH}.decay") and optimizer.weight_decay == 0:
        yield problem(
            "E301",
            "`decay` has no effect: `weight_decay` is 0.",
            context.name(f"{PATH}.decay"),
            context.at(f"{PATH}.weight_decay") if context.written(f"{PATH}.weight_decay") else None,
            remedy="Add `weight_decay = 0.01`, or remove `decay`.",
        )


def decay_has_vectors(context: Context) -> Iterator[Diagnostic]:
    """Of plain LoRA all weights are matrices, which decay either way."""
    method, optimizer = context.spec.method, optimizer_of(context)
    plain = isinstance(method, Lora) and context.method != "dora" and not method.modules_to_save
    if context.written(f"{PATH}.decay") and plain and not (context.headed or optimizer.groups):
        yield problem(
            "E301",
            f"`decay` has no effect: `method {context.method}` trains matrices alone, and those "
            "decay either way.",
            context.name(f"{PATH}.decay"),
            context.at("method", "the method"),
            remedy="Remove it.",
        )


def loraplus_is_for_lora(context: Context) -> Iterator[Diagnostic]:
    """LoRA+ is about the two matrices of LoRA."""
    optimizer = optimizer_of(context)
    if not isinstance(optimizer, Plain) or optimizer.loraplus_ratio is None:
        return
    if not isinstance(context.spec.method, Lora):
        yield problem(
            "E302",
            f"`loraplus_ratio` is for the two matrices of LoRA, which `method {context.method}` "
            "does not have.",
            context.name(f"{PATH}.loraplus_ratio"),
            context.at("method", "the method"),
            remedy="Remove `loraplus_ratio`, or write `method lora`.",
        )


def groups_say_something(context: Context) -> Iterator[Diagnostic]:
    """A group has a setting of its own, and no other group before it is the same."""
    seen: dict[str, str] = {}
    for number, group in enumerate(optimizer_of(context).groups):
        path = f"{PATH}.groups.{number}"
        if group.learning_rate is None and group.weight_decay is None:
            yield problem(
                "E303",
                f'`group "{group.text}"` needs `learning_rate` or `weight_decay`.',
                context.at(path),
                remedy=f'Write, for example, `group "{group.text}" {{ learning_rate = 1e-5 }}`.',
            )
        if group.text in seen:
            yield problem(
                "E302",
                f'`group "{group.text}"` stands here twice.',
                context.at(path),
                context.at(seen[group.text], "the one that would count"),
                remedy="Put both settings into one of them.",
            )
        seen.setdefault(group.text, path)


def groups_are_there(context: Context) -> Iterator[Diagnostic]:
    """Every group fits a weight of the model; an adapter's weights are in the modules it adapts."""
    model = context.facts.model
    if model is None or not model.weights:
        return
    names = [f".{name}." for name in model.weights]
    for number, group in enumerate(optimizer_of(context).groups):
        own = group.text.startswith("lora_") and isinstance(context.spec.method, Lora)
        if own or any(f".{group.text}." in name for name in names):
            continue
        parts = {part: None for name in names for part in name.split(".") if part.isidentifier()}
        known = [part for part in parts if part not in ("weight", "bias")]
        close = nearest(group.text, known)
        yield problem(
            "E408",
            f"No module of the model is named `{group.text}`.",
            context.at(f"{PATH}.groups.{number}.text"),
            notes=(f"Parts of names are {enumerated(known, 16)}.",),
            remedy=f'Write `group "{close[0]}"`.' if close else "Name one of these.",
        )


def matrices_are_those_of_the_model(context: Context) -> Iterator[Diagnostic]:
    """What treats the model's matrices apart does not fit the factors of an adapter."""
    kind = context.kind(PATH)
    if not OPTIMIZERS[kind].hidden or context.method in WHOLE:
        return
    yield problem(
        "E302",
        f"`optimizer {kind}` is for whole matrices of the model, which `method {context.method}` "
        "leaves as they are.",
        context.at(PATH),
        context.at("method", "the method"),
        notes=(
            "What it does to a matrix would be done to the parts of an adapter, whose product is "
            "what matters; and an adapter has little state to save.",
        ),
        remedy="Write `optimizer adamw`, or `method full`.",
    )


def averages_need_no_schedule(context: Context) -> Iterator[Diagnostic]:
    """An average over all steps takes the place of a rate that falls."""
    kind, schedule = context.kind(PATH), context.kind("train.schedule")
    if not OPTIMIZERS[kind].averages or not context.written("train.schedule"):
        return
    if schedule != "constant":
        yield problem(
            "E302",
            f"`optimizer {kind}` averages over all steps in place of a rate that falls, but "
            f"`schedule {schedule}` lets it fall.",
            context.at("train.schedule"),
            context.at(PATH, "without a schedule"),
            remedy="Write `schedule constant`, which can have a `warmup`, or remove it.",
        )


def averages_are_not_the_best(context: Context) -> Iterator[Diagnostic]:
    """`best` keeps weights as they are trained, and an average is what was measured."""
    kind = context.kind(PATH)
    evaluate = context.spec.evaluate
    if OPTIMIZERS[kind].averages and evaluate is not None and evaluate.best is not None:
        yield problem(
            "E302",
            f"`best` keeps the weights as they are trained, but `optimizer {kind}` measures and "
            "hands over their average.",
            context.at("evaluate.best"),
            context.at(PATH, "averages"),
            remedy="Remove `best`, or write `optimizer adamw`.",
        )


PLAIN = ("adamw", "adamw_8bit", "paged_adamw_8bit", "sgd", "adafactor", "lion")
"""Optimizers that have the state of each weight by itself, and train the weights themselves."""


def layers_in_turns_have_states(context: Context) -> Iterator[Diagnostic]:
    """Layers in turns need an optimizer that has the state of each weight by itself."""
    kind = context.kind("train.optimizer")
    if context.method == "lisa" and kind not in PLAIN:
        yield problem(
            "E302",
            f"`method lisa` trains layers in turns, which does not go with `optimizer {kind}`.",
            context.at("train.optimizer"),
            context.at("method"),
            remedy="Write `optimizer adamw`.",
        )


def averages_keep_their_ranks(context: Context) -> Iterator[Diagnostic]:
    """AdaLoRA sets weights to zero, which an average of earlier ones would bring back."""
    kind = context.kind(PATH)
    if OPTIMIZERS[kind].averages and context.method == "adalora":
        yield problem(
            "E302",
            f"`method adalora` takes ranks away, which the average of `optimizer {kind}` would "
            "bring back.",
            context.at(PATH),
            context.at("method", "the method"),
            remedy="Write `optimizer adamw`, or `method lora`.",
        )


def trained_dtype_is_possible(context: Context) -> Iterator[Diagnostic]:
    """Rounded weights are those of the model, and follow an optimizer that looks at one alone."""
    if context.train.trained_dtype != "bfloat16":
        return
    here = context.at("train.trained_dtype")
    model = context.pretrained or context.scratch
    known = OPTIMIZERS[context.kind(PATH)]
    if context.method not in WHOLE:
        yield problem(
            "E302",
            f"`trained_dtype` is for the model's own weights; those of `method {context.method}` "
            "are few, and kept in float32.",
            here,
            context.at("method", "the method"),
            remedy="Remove `trained_dtype`, or write `method full`.",
        )
    if model is not None and model.dtype == "float32":
        yield problem(
            "E302",
            "`dtype` asks for a computation in float32, but weights are kept in bfloat16.",
            here,
            context.at("model.dtype", "finer than the weights"),
            remedy="Remove one of them.",
        )
    if known.hidden or known.averages:
        yield problem(
            "E302",
            f"`optimizer {context.kind(PATH)}` needs its weights in float32.",
            here,
            context.at(PATH, "the optimizer"),
            remedy="Remove `trained_dtype`, or write `optimizer adamw` or `adamw_8bit`.",
        )


RULES: tuple[Rule, ...] = (
    nesterov_has_momentum,
    decay_has_a_decay,
    decay_has_vectors,
    loraplus_is_for_lora,
    groups_say_something,
    groups_are_there,
    matrices_are_those_of_the_model,
    averages_need_no_schedule,
    averages_are_not_the_best,
    averages_keep_their_ranks,
    layers_in_turns_have_states,
    trained_dtype_is_possible,
)
