"""Which measures of the tuned model a spec has.

In: a spec. Out: `Measured` by name, as results call it. Invariant: this is the one list of them, so
a new measure is one more entry of `_KINDS`.
"""

import math
from collections.abc import Iterator

from tunec.record import record
from tunec.spec.evaluate import FORGETTING
from tunec.spec.expression import function_of
from tunec.spec.metrics import WORDS
from tunec.spec.spec import Spec

OF_HUNDRED = ("bleu", "chrf")


@record
class Measured:
    """What is known of a measure: its name, and the values that it may have."""

    name: str
    least: float = 0.0
    most: float = 1.0
    more: bool = True
    """Whether more is better, as far as is known."""
    sure: bool = True
    """Whether each evaluation has it."""
    relative: bool = False
    """A share that may be above all, or below nothing."""


def measures(spec: Spec) -> dict[str, Measured]:
    """All measures, in the order of the results."""
    return {found.name: found for kind in _KINDS for found in kind(spec)}


def _losses(spec: Spec) -> Iterator[Measured]:
    for name in ("validation", "test", "general"):
        if name in spec.data:
            each = name != "test"
            yield Measured(f"{name}_loss", most=math.inf, more=False, sure=each)
            yield Measured(f"{name}_perplexity", 1.0, math.inf, more=False, sure=each)


def _answers(spec: Spec) -> Iterator[Measured]:
    generate = spec.evaluate.generate if spec.evaluate else None
    if generate is None:
        return
    each = "test" not in spec.data
    for text in generate.metrics or (() if generate.metric else ("exact_match",)):
        function = function_of(text)
        if text in WORDS:
            yield Measured(text, most=100.0 if text in OF_HUNDRED else 1.0, sure=each)
        elif function:
            yield Measured(function[1], -math.inf, math.inf, sure=False)
    yield from (Measured(name, sure=each) for name in generate.metric)
    yield Measured("answers_stopped", sure=each)
    yield Measured("answer_tokens", most=generate.max_new_tokens.value, more=False, sure=each)


def _forgetting(spec: Spec) -> Iterator[Measured]:
    if "general" in spec.data:
        yield Measured(FORGETTING, -1.0, math.inf, more=False, relative=True)


_KINDS = (_losses, _answers, _forgetting)
