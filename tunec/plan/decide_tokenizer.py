"""The plan stage for what `model` says of its tokenizer.

In: a decider. Out: `TokenizerPlan`. Invariant: what the spec does not say is None.
"""

from typing import Any  # arguments of a chat template are of any sort

from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.plan.plan import TokenizerPlan
from tunec.spec.block import OpenBlock
from tunec.spec.chat_templates import LIBRARY

SPECIAL = ("bos_token", "eos_token", "pad_token")


def decide_tokenizer(decider: Decider) -> TokenizerPlan:
    special = {name: decider.written(f"model.{name}") for name in SPECIAL}
    return TokenizerPlan(
        chat_template=_chat_template(decider),
        chat_arguments=decide_open(decider, "model.chat_arguments"),
        special_tokens=together(
            [({name: each.value}, each.origin) for name, each in special.items() if each]
        ),
        new_tokens=_new_tokens(decider),
    )


def _chat_template(decider: Decider) -> Decided[str] | None:
    named = decider.written("model.chat_template")
    if named is None or named.value in LIBRARY:
        return named
    return Decided(decider.relative(named.value, "model.chat_template"), named.origin)


def decide_open(decider: Decider, path: str) -> Decided[dict[str, Any]] | None:
    """The settings of an open block by name; None where there are none."""
    block = decider.read(path)
    names = block.given if isinstance(block, OpenBlock) else {}
    values = [(name, decider.value(f"{path}.{name}")) for name in names]
    return together([({name: each.value}, each.origin) for name, each in values])


def _new_tokens(decider: Decider) -> Decided[dict[str, bool]] | None:
    found = []
    for name, special in (("add_special_tokens", True), ("add_tokens", False)):
        written = decider.written(f"model.{name}")
        if written is not None:
            found.append((dict.fromkeys(written.value, special), written.origin))
    return together(found)


def together(found: list[tuple[dict[str, Any], str]]) -> Decided[dict[str, Any]] | None:
    """Several values as one, which comes from all their places."""
    if not found:
        return None
    values = {name: value for part, _ in found for name, value in part.items()}
    return Decided(values, ", ".join(dict.fromkeys(origin for _, origin in found)))
