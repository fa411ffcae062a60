"""Rules on the methods of peft besides LoRA.

In: a context. Out: diagnostics. Invariant: a combination that passes was seen to train, save, load
and resume.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts.methods import METHODS
from tunec.facts.paths import enumerated
from tunec.spec.peft_methods import Ia3


def storage_is_known_to_work(context: Context) -> Iterator[Diagnostic]:
    """On some quantized weights a method computes something else, or nothing."""
    known, stored = METHODS.get(context.method), context.kind("quantize")
    if known is None or not stored or stored in known.storage:
        return
    can = [kind for kind, each in METHODS.items() if stored in each.storage]
    yield problem(
        "E310",
        f"`method {context.method}` does not work on weights stored as `{stored}`.",
        context.at("method"),
        context.at("quantize", "stored quantized"),
        notes=(f"On `{stored}` these do: {enumerated(['lora', 'dora', *can], 20)}.",),
        remedy="Remove `quantize`, or write `method lora`.",
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


def new_rows_need_lora(context: Context) -> Iterator[Diagnostic]:
    """Of peft's methods, LoRA trains the rows of new tokens beside its own weights."""
    model = context.pretrained
    added = model and (model.add_tokens or model.add_special_tokens)
    if not added or context.method not in METHODS:
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
    new_rows_need_lora,
)
