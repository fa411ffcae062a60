"""`accept`: what is asked of the tuned model.

In: the bounds as written. Out: `Accept`. Invariant: a bound is a sign and a number or a share;
whether a measure can be compared with it is judged where the measures of a spec are known.
"""

from typing import Any  # a raw value is of any sort until it is checked

from tunec.record import record
from tunec.spec.block import OpenBlock
from tunec.spec.raw import Amount, Bound, show
from tunec.spec.values import Sort, refuse


@record
class Limit(Sort):
    """A bound: a sign, and a number or a percentage."""

    def check(self, value: Any) -> Bound:  # noqa: ANN401  a raw value is of any sort
        if not isinstance(value, Bound):
            number = show(value) if isinstance(value, (int, float, Amount)) else "90%"
            raise refuse("E204", self.describe(), f"Write, for example, `NAME >= {number}`.")
        bound = value.value
        if isinstance(bound, Amount) and bound.unit != "%":
            raise refuse("E207", self.describe(), f"Write `NAME {value.operator} {bound.value}`.")
        if isinstance(bound, bool) or not isinstance(bound, (int, float, Amount)):
            raise refuse("E204", self.describe(), f"Write, for example, `NAME {value.operator} 1`.")
        return value

    def describe(self) -> str:
        return "a bound: `>=`, `<=`, `>` or `<`, and a number or a percentage"

    def sample(self) -> str:
        return ">= 90%"


class Accept(OpenBlock):
    """What is asked of the tuned model, by measure: `exact_match >= 90%`. A run that misses it ends
    with exit code 4, and leaves what was trained in `rejected/` instead of `adapter/` or `model/`.
    """

    any_name = Limit()
