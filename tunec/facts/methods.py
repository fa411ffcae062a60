"""What is known of the methods of peft besides LoRA: their names there, and where they work.

In: nothing. Out: `METHODS`. Invariant: a kind is listed here once it was trained, saved, loaded and
resumed by a script on the pinned versions; `storage` has what was seen to compute the same there.
"""

from typing import Any  # arguments of peft are of any sort

from tunec.record import record


@record
class PeftMethod:
    """A method of peft 0.21."""

    config: str
    """The class of its configuration."""
    named: str
    """As a sentence calls it: "the frozen model with …"."""
    arguments: dict[str, str]
    """From the spec's setting to the argument of the configuration."""
    fixed: dict[str, Any]
    """Arguments that are not for a spec to choose."""
    learning_rate: float
    """What its paper, or peft's own examples, train with."""
    storage: frozenset[str] = frozenset()
    """How the frozen weights may be stored besides as they are."""


METHODS: dict[str, PeftMethod] = {
    "ia3": PeftMethod(
        "IA3Config",
        "scales on keys, values and feed-forward inputs",
        {"target_modules": "target_modules", "feedforward_modules": "feedforward_modules"},
        {},
        3e-3,
        frozenset({"nf4", "int8"}),
    ),
    "loha": PeftMethod(
        "LoHaConfig",
        "Hadamard products of two low-rank matrices",
        {
            "rank": "r",
            "alpha": "alpha",
            "rank_dropout": "rank_dropout",
            "module_dropout": "module_dropout",
            "target_modules": "target_modules",
        },
        {},
        2e-4,
        frozenset({"int8"}),
    ),
    "vera": PeftMethod(
        "VeraConfig",
        "scales on random matrices that all layers share",
        {
            "rank": "r",
            "dropout": "vera_dropout",
            "initial": "d_initial",
            "target_modules": "target_modules",
        },
        {"save_projection": True},
        4e-3,
        frozenset({"nf4", "int8"}),
    ),
}
