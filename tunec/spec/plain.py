"""A sort for values that are handed on as they are.

In: a resolved value. Out: the Python value of the same meaning. Invariant: that of `values`.
"""

from typing import Any  # a raw value is of any sort until it is checked

from tunec.record import record
from tunec.spec.raw import Amount, Bound, Word
from tunec.spec.values import Sort, refuse


@record
class Plain(Sort):
    """A text, a number, a truth value, `none`, or a list of such, as it is written."""

    def check(self, value: Any) -> Any:  # noqa: ANN401  a raw value is of any sort
        if isinstance(value, list):
            return [self.check(item) for item in value]
        if isinstance(value, Word):
            if value == "none":
                return None
            raise refuse("E204", self.describe(), f'Put it in quotes: `NAME = "{value}"`.')
        if isinstance(value, Bound):
            raise self.wrong()
        if isinstance(value, Amount):
            raise refuse(
                "E207", self.describe(), f"Write the number alone: `NAME = {value.value}`."
            )
        return value

    def describe(self) -> str:
        return "a text in quotes, a number, `true`, `false`, `none`, or a list of such"

    def sample(self) -> str:
        return "false"
