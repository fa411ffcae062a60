"""Which measures of the tuned model a spec has.

In: a spec. Out: `Measured` by name, as results call it. Invariant: this is the one list of them, so
a new measure is one more entry of `_KINDS`.
"""

import math
from collections.abc import Iterator

from tunec.record import record
from tunec.spec.classify import Classify, Regress
from tunec.spec.evaluate import FORGETTING
from tunec.spec.expression import function_of
from tunec.spec.metrics import WORDS
from tunec.spec.spec import Spec
from tunec.spec.train import Pretrain

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
            if not isinstance(spec.objective, (Classify, Regress)):
                yield Measured(f"{name}_perplexity", 1.0, math.inf, more=False, sure=each)
            if isinstance(spec.objective, Pretrain):
                yield Measured(f"{name}_bits_per_byte", most=math.inf, more=False, sure=each)


def of_head(spec: Spec) -> Iterator[Measured]:
    """What is measured of a head besides its loss."""
    for name in ("validation", "test"):
        each = name == "validation"
        if name not in spec.data:
            continue
        if isinstance(spec.objective, Regress):
            yield Measured(f"{name}_absolute_error", most=math.inf, more=False, sure=each)
            yield Measured(f"{name}_pearson", -1.0, sure=each)
        elif isinstance(spec.objective, Classify):
            yield Measured(f"{name}_accuracy", sure=each)
            yield Measured(f"{name}_macro_f1", sure=each)
            parts = (part for template in spec.template.values() for part in template.turns)
            if any(part.role == "labels" for part in parts):
                yield Measured(f"{name}_micro_f1", sure=each)
            else:
                yield Measured(f"{name}_ece", more=False, sure=each)


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


_KINDS = (_losses, of_head, _answers, _forgetting)
