"""Rules on the optimizer: its groups, and what it does not go with.

In: a context. Out: diagnostics. Invariant: a setting of the optimizer that passes changes how some
weight is trained.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.paths import enumerated
from tunec.spec.method import Lora
from tunec.spec.optimizers import Optimizer, Sgd

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


def loraplus_is_for_lora(context: Context) -> Iterator[Diagnostic]:
    """LoRA+ is about the two matrices of LoRA."""
    optimizer = optimizer_of(context)
    if optimizer.loraplus_ratio is not None and not isinstance(context.spec.method, Lora):
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


RULES: tuple[Rule, ...] = (
    nesterov_has_momentum,
    decay_has_a_decay,
    loraplus_is_for_lora,
    groups_say_something,
    groups_are_there,
)
