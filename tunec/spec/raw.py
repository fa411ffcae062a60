"""What a spec's text can say before it is known what it is for.

In: nothing. Out: `Word`, `Amount`, `Bound`, and how raw values are shown. Invariant: a raw value is
shown as a user would write it.
"""

from typing import Any  # a raw value is of any sort until it is checked

from tunec.record import record


class Word(str):
    """A bare word of the spec, as opposed to quoted text."""

    __slots__ = ()


@record
class Amount:
    """A number with its unit, the unit in the plural (`steps`, `tokens`, `%`)."""

    value: int | float
    unit: str

    def __str__(self) -> str:
        return f"{self.value}%" if self.unit == "%" else f"{self.value} {self.unit}"


@record
class Bound:
    """`>= value`: what stands behind the name of a measure."""

    operator: str
    value: Any  # of any sort until it is checked

    def __str__(self) -> str:
        return f"{self.operator} {show(self.value)}"


def plural(unit: str) -> str:
    """Units may be written in the singular: `1 epoch`."""
    return unit if unit.endswith("s") or not unit.isalpha() or unit.endswith("B") else unit + "s"


def show(value: Any) -> str:  # noqa: ANN401  a raw value is of any sort
    """A raw value as a user would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, str):
        shown = value if len(value) <= 40 else value[:37] + "..."
        return '"' + shown.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, list):
        return "[" + ", ".join(show(item) for item in value) + "]"
    return str(value)


def sort_of(value: Any) -> str:  # noqa: ANN401  a raw value is of any sort
    """What a raw value is, in the words of the language reference."""
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, Word):
        return "a bare word"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Amount):
        return "a number with a unit"
    if isinstance(value, Bound):
        return "a bound"
    return "a number"
