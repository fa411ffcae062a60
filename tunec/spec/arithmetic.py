"""Arithmetic on numbers and amounts.

In: spellings of numbers, and raw values. Out: raw values. Invariant: a result is a finite number
that can be written down again, or `Impossible` is raised; units are never converted and never
dropped.

A number without a point is whole where its value is: `1_000` and `1e3` are whole, `1e-3` and `1.0`
are not. The quotient of whole numbers is whole where the division leaves nothing over: `64 / 2` is
32.
"""

from math import isfinite

from tunec.spec.raw import Amount, plural, show, sort_of
from tunec.spec.tree import Broken, Raw

LARGEST = 2**63 - 1
"""Whole numbers beyond it are refused: no setting needs them, and other tools cannot hold them."""


class Impossible(Exception):
    """A calculation without a result; the arguments are the message and the help."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def literal(text: str) -> int | float:
    """The number that is spelled `text`. Raises Impossible where no float can hold it."""
    value = float(text)
    if not isfinite(value):
        raise Impossible(f"`{_short(text)}` is too large.", "Write a smaller number.")
    if value == 0 and text.lower().partition("e")[0].strip("0._"):
        raise Impossible(
            f"`{_short(text)}` is too close to zero.", "Write `0`, or a larger number."
        )
    if "." in text or not value.is_integer():
        return value
    if text.replace("_", "").isdigit():
        if value > 2 * LARGEST or int(text) > LARGEST:
            raise Impossible(
                f"`{_short(text)}` is too large.", f"Write a whole number of at most {LARGEST}."
            )
        return int(text)
    return int(value) if abs(value) <= LARGEST else value


def negate(value: Raw) -> Raw:
    """The value with its sign turned. Raises Impossible where it is not a number."""
    if isinstance(value, Amount):
        return Amount(_finite(-value.value), value.unit)
    return _finite(-_number(value, "-"))


def with_unit(value: Raw, unit: str) -> Amount:
    """A number given a unit. Raises Impossible where it is not a number, or has a unit."""
    if isinstance(value, Amount):
        raise Impossible(f"`{show(value)}` has a unit already.", f"Remove `{unit}` after it.")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Impossible(
            f"A unit belongs to a number, but `{show(value)}` is {sort_of(value)}.",
            f"Write a number before `{unit}`.",
        )
    return Amount(value, unit)


def operate(operator: str, left: Raw, right: Raw) -> Raw:
    """`left operator right`. Raises Impossible where that has no meaning or no finite result."""
    for value in (left, right):
        if not isinstance(value, Amount):
            _number(value, operator)
    if operator in "+-":
        return _sum(operator, left, right)
    if isinstance(right, Amount) and (operator == "/" or isinstance(left, Amount)):
        raise Impossible(
            f"`{show(left)}` cannot be {'divided' if operator == '/' else 'multiplied'} by "
            f"`{show(right)}`, a number with a unit.",
            f"Write the number alone: `{show(left)} {operator} {show(right.value)}`.",
        )
    if isinstance(left, Amount):
        return Amount(_compute(operator, left.value, _number(right, operator)), left.unit)
    if isinstance(right, Amount):
        return Amount(_compute(operator, _number(left, operator), right.value), right.unit)
    return _compute(operator, _number(left, operator), _number(right, operator))


def _sum(operator: str, left: Raw, right: Raw) -> Raw:
    verb = "added" if operator == "+" else "subtracted"
    if isinstance(left, Amount) and isinstance(right, Amount):
        if plural(left.unit) != plural(right.unit):
            raise Impossible(
                f"`{show(left)}` and `{show(right)}` cannot be {verb}: their units differ.",
                f"Write both in {plural(left.unit)}, or both in {plural(right.unit)}.",
            )
        return Amount(_compute(operator, left.value, right.value), plural(left.unit))
    if isinstance(left, Amount) or isinstance(right, Amount):
        unit = next(side.unit for side in (left, right) if isinstance(side, Amount))
        raise Impossible(
            f"`{show(left)}` and `{show(right)}` cannot be {verb}: only one has a unit.",
            f"Write the unit on both: `{_with(left, unit)} {operator} {_with(right, unit)}`.",
        )
    return _compute(operator, _number(left, operator), _number(right, operator))


def _with(value: Raw, unit: str) -> str:
    return show(value if isinstance(value, Amount) else with_unit(value, unit))


def _number(value: Raw, operator: str) -> int | float:
    if isinstance(value, (bool, Broken)) or not isinstance(value, (int, float)):
        raise Impossible(
            f"`{operator}` works on numbers, but `{show(value)}` is {sort_of(value)}.",
            f"Write a number in its place, or the value without `{operator}`.",
        )
    return value


def _compute(operator: str, left: int | float, right: int | float) -> int | float:
    if operator == "+":
        return _finite(left + right)
    if operator == "-":
        return _finite(left - right)
    if operator == "*":
        return _finite(left * right)
    if right == 0:
        raise Impossible(
            f"`{show(left)} / {show(right)}` divides by zero.", "Divide by another number."
        )
    if isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return _whole(left // right)
    return _finite(left / right)


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:21] + "..."


def _whole(value: int) -> int:
    if abs(value) > LARGEST:
        raise Impossible(
            f"The result is too large: whole numbers go up to {LARGEST}.",
            "Calculate with smaller numbers.",
        )
    return value


def _finite(value: int | float) -> int | float:
    if isinstance(value, int):
        return _whole(value)
    if not isfinite(value):
        raise Impossible("The result is too large.", "Calculate with smaller numbers.")
    # 15 digits are what a decimal number keeps on its way through a float and back: 3 * 1e-4 is
    # 0.0003 here, not 0.00030000000000000003. Adding zero turns a negative zero into zero.
    return float(f"{value:.15g}") + 0.0
