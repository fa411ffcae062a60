"""Rules on adapters that a spec goes on with or merges.

In: a context. Out: diagnostics. Invariant: an adapter that passes can be trained on, and fits the
model as far as its files say.
"""

from collections.abc import Iterator
from posixpath import basename

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts import AdapterFacts
from tunec.facts.methods import METHODS
from tunec.facts.storage import STORAGES
from tunec.spec.method import Continue
from tunec.spec.model import Pretrained

_KINDS = {each.config.removesuffix("Config").upper(): kind for kind, each in METHODS.items()}
"""From peft's name of a method to tunec's."""


def _adapters(context: Context) -> Iterator[tuple[str, AdapterFacts]]:
    for path, adapters in context.facts.adapters.items():
        for adapter in adapters:
            yield path, adapter


def adapter_can_go_on(context: Context) -> Iterator[Diagnostic]:
    """peft trains some kinds further, and on some storage."""
    for path, adapter in _adapters(context):
        if path != "method.adapter" or adapter.kind is None:
            continue
        known = METHODS.get(_KINDS.get(adapter.kind, ""))
        stored = context.stored
        family = STORAGES[stored].family if stored in STORAGES else ""
        if adapter.kind != "LORA" and known is None:
            yield problem(
                "E420",
                f"The adapter is of the method `{adapter.kind}`, which cannot be trained on.",
                context.at(path),
                remedy="Train a new one, or name one of another method.",
            )
        elif known is not None and family and family not in known.storage:
            yield problem(
                "E310",
                f"An adapter of the method `{_KINDS[adapter.kind]}` does not work on weights "
                f"stored as `{stored}`.",
                context.at(path),
                context.at_storage(),
                remedy="Remove `quantize`."
                if context.written("quantize")
                else "Name the model before it was quantized.",
            )


def adapter_brings_no_tokens(context: Context) -> Iterator[Diagnostic]:
    """The rows of new tokens are for a base that has been given room for them."""
    for path, adapter in _adapters(context):
        if adapter.config.get("trainable_token_indices"):
            yield problem(
                "E420",
                f"The adapter `{adapter.written}` has tokens of its own, for which the model has "
                "no room.",
                context.at(path),
                remedy="Name the model that it was merged into: `merge = true` saves one.",
            )


def adapter_is_for_the_model(context: Context) -> Iterator[Diagnostic]:
    """Names on the hub tell models apart; folders may have been moved."""
    place = context.facts.place
    if place is None or place.kind != "hub":
        return
    for path, adapter in _adapters(context):
        base = adapter.base
        named = base is not None and base.count("/") == 1 and not base.startswith((".", "/", "~"))
        if named and base is not None and basename(base).lower() != basename(place.path).lower():
            yield problem(
                "E420",
                f"The adapter `{adapter.written}` was trained on `{base}`, not on `{place.path}`.",
                context.at(path),
                context.at("model.path", "the model"),
                remedy=f'Write `model "{base}"`.',
            )


def merged_before_it_is_quantized(context: Context) -> Iterator[Diagnostic]:
    """Merging into quantized weights would round what the adapter learnt."""
    if not isinstance(context.spec.model, Pretrained) or not context.spec.model.merge_adapters:
        return
    if context.stored:
        yield problem(
            "E302",
            "`merge_adapters` cannot write into quantized weights.",
            context.name("model.merge_adapters"),
            context.at_storage(),
            remedy="Merge in a run without `quantize`, whose `merged/` is then named as the model.",
        )


def going_on_adds_nothing(context: Context) -> Iterator[Diagnostic]:
    """An adapter that there is has no rows for new tokens."""
    model = context.pretrained
    if not isinstance(context.spec.method, Continue) or model is None:
        return
    for name in ("add_tokens", "add_special_tokens"):
        if getattr(model, name):
            yield problem(
                "E302",
                f"`{name}` needs a new adapter, which holds the rows of the new tokens.",
                context.name(f"model.{name}"),
                context.at("method", "goes on with one that there is"),
                remedy=f"Remove `{name}`, or write `method lora`.",
            )


RULES: tuple[Rule, ...] = (
    adapter_can_go_on,
    adapter_brings_no_tokens,
    adapter_is_for_the_model,
    merged_before_it_is_quantized,
    going_on_adds_nothing,
)
