"""Sorts of values that a setting can take.

In: a resolved value (`Word`, text, number, truth, `Amount`, list). Out: the Python value that the
spec holds.
Invariant: a value of the wrong sort is refused with a code of the registry and a remedy, never
converted quietly.
"""

from typing import Any  # a raw value is of any sort until it is checked

from pydantic_core import PydanticCustomError

from tunec.record import record
from tunec.spec.raw import Amount, Word, plural, show


def refuse(code: str, expected: str, remedy: str) -> PydanticCustomError:
    """The error that lowering turns into a diagnostic.

    `expected` completes "`name` must be …"; `remedy` is the help sentence, in which
    `NAME` stands for the setting's name.
    """
    return PydanticCustomError(
        "tunec", "{code}", {"code": code, "expected": expected, "help": remedy}
    )


@record
class Sort:
    """Base: `check` converts or refuses, `describe` and `sample` serve the reference."""

    def check(self, value: Any) -> Any:  # noqa: ANN401  a raw value is of any sort
        raise AssertionError("a sort defines check")

    def describe(self) -> str:
        """Completes "`name` must be …"."""
        raise AssertionError("a sort defines describe")

    def sample(self) -> str:
        """A value that is accepted, as a user would write it."""
        raise AssertionError("a sort defines sample")

    def wrong(self, code: str = "E204") -> PydanticCustomError:
        return refuse(code, self.describe(), f"Write, for example, `NAME = {self.sample()}`.")


@record
class Text(Sort):
    """Quoted text."""

    example: str = "..."

    def check(self, value: Any) -> str:  # noqa: ANN401  a raw value is of any sort
        if isinstance(value, Word):
            raise refuse("E204", self.describe(), f'Put it in quotes: `NAME = "{value}"`.')
        if not isinstance(value, str):
            raise self.wrong()
        if not value.strip():
            raise refuse(
                "E204",
                "a text that is not empty",
                "Write the text between the quotes, or remove `NAME`.",
            )
        if "\0" in value:
            raise refuse(
                "E225", "a text without NUL characters", "Remove the NUL character from `NAME`."
            )
        return str(value)

    def describe(self) -> str:
        return "a text in quotes"

    def sample(self) -> str:
        return f'"{self.example}"'


@record
class Name(Sort):
    """A bare word that names something else in the spec."""

    example: str

    def check(self, value: Any) -> str:  # noqa: ANN401  a raw value is of any sort
        if isinstance(value, Word):
            return str(value)
        if isinstance(value, str) and value.isidentifier():
            raise refuse("E204", self.describe(), f"Write it without quotes: `NAME = {value}`.")
        raise self.wrong()

    def describe(self) -> str:
        return "a name without quotes"

    def sample(self) -> str:
        return self.example


@record
class Flag(Sort):
    """`true` or `false`."""

    def check(self, value: Any) -> bool:  # noqa: ANN401  a raw value is of any sort
        if not isinstance(value, bool):
            raise self.wrong()
        return value

    def describe(self) -> str:
        return "`true` or `false`"

    def sample(self) -> str:
        return "true"


@record
class Consent(Sort):
    """`true`, which has to be written for what nobody should get by default."""

    def check(self, value: Any) -> bool:  # noqa: ANN401  a raw value is of any sort
        if value is not True:
            raise self.wrong()
        return True

    def describe(self) -> str:
        return "`true`"

    def sample(self) -> str:
        return "true"


@record
class Choice(Sort):
    """One of a few bare words."""

    words: tuple[str, ...]

    def check(self, value: Any) -> str:  # noqa: ANN401  a raw value is of any sort
        if isinstance(value, Word) and value in self.words:
            return str(value)
        if isinstance(value, str) and not isinstance(value, Word) and value in self.words:
            raise refuse("E204", self.describe(), f"Write it without quotes: `NAME = {value}`.")
        raise refuse("E205", self.describe(), f"Write `NAME = {self.words[0]}`.")

    def describe(self) -> str:
        if len(self.words) == 1:
            return f"`{self.words[0]}`"
        return ", ".join(f"`{word}`" for word in self.words[:-1]) + f" or `{self.words[-1]}`"

    def sample(self) -> str:
        return self.words[0]


@record
class Number(Sort):
    """A number without a unit, within limits; `whole` refuses fractions."""

    whole: bool = True
    least: float | None = None
    above: float | None = None
    most: float | None = None
    below: float | None = None
    example: str = "8"

    def check(self, value: Any) -> int | float:  # noqa: ANN401  a raw value is of any sort
        if isinstance(value, Amount):
            raise refuse(
                "E207", self.describe(), f"Write the number alone: `NAME = {value.value}`."
            )
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong()
        if self.whole and not isinstance(value, int):
            raise self.wrong("E203")
        self.within(value)
        return value if self.whole else float(value)

    def within(self, value: int | float) -> None:
        """Raises where the number is outside the limits."""
        inside = (
            (self.least is None or value >= self.least)
            and (self.above is None or value > self.above)
            and (self.most is None or value <= self.most)
            and (self.below is None or value < self.below)
        )
        if not inside:
            raise self.wrong("E203")

    def limits(self) -> str:
        parts = []
        if self.least is not None:
            parts.append(f"at least {self.least:g}")
        if self.above is not None:
            parts.append(f"above {self.above:g}")
        if self.most is not None:
            parts.append(
                f"at most {self.most:g}" if self.most < 1e6 else f"at most {self.most:.0f}"
            )
        if self.below is not None:
            parts.append(f"below {self.below:g}")
        return " and ".join(parts)

    def describe(self) -> str:
        noun = "a whole number" if self.whole else "a number"
        return (
            f"{noun} of {self.limits()}"
            if self.limits() and self.least is not None and self.most is None
            else (f"{noun}, {self.limits()}" if self.limits() else noun)
        )

    def sample(self) -> str:
        return self.example


@record
class Measure(Sort):
    """A whole number with one of several units; the spec holds an `Amount`."""

    units: tuple[str, ...]
    least: int = 1
    example: int = 100

    def check(self, value: Any) -> Amount:  # noqa: ANN401  a raw value is of any sort
        if isinstance(value, bool) or not isinstance(value, (int, float, Amount)):
            raise self.wrong()
        if not isinstance(value, Amount):
            raise refuse(
                "E206", self.describe(), f"Write the unit: `NAME = {value} {self.units[0]}`."
            )
        unit = plural(value.unit)
        if unit not in self.units:
            remedy = f"Write, for example, `NAME = {self.sample()}`."
            raise refuse("E207", self.describe(), remedy)
        if not isinstance(value.value, int) or value.value < self.least:
            raise self.wrong("E203")
        return Amount(value.value, unit)

    def describe(self) -> str:
        units = " or ".join(f"`{unit}`" for unit in self.units)
        return f"a whole number of at least {self.least} with the unit {units}"

    def sample(self) -> str:
        return f"{self.example} {self.units[0]}"


@record
class Share(Sort):
    """A percentage; the spec holds the fraction (`5%` is 0.05)."""

    least: float = 0
    most: float = 100
    open: bool = False
    """Whether both limits are themselves excluded."""
    example: str = "5%"

    def check(self, value: Any) -> float:  # noqa: ANN401  a raw value is of any sort
        if isinstance(value, bool) or not isinstance(value, (int, float, Amount)):
            raise self.wrong()
        if not isinstance(value, Amount):
            percent = f"{value * 100:g}%" if abs(value) <= 1 else f"{value:g}%"
            raise refuse("E206", self.describe(), f"Write it as a percentage: `NAME = {percent}`.")
        if value.unit != "%":
            raise self.wrong("E207")
        inside = self.least <= value.value <= self.most
        if not inside or (self.open and value.value in (self.least, self.most)):
            raise self.wrong("E203")
        return value.value / 100

    def describe(self) -> str:
        verb = "between" if not self.open else "strictly between"
        return f"a percentage {verb} {self.least:g}% and {self.most:g}%"

    def sample(self) -> str:
        return self.example


@record
class Either(Sort):
    """The first of several sorts that fits (`warmup = 100 steps` or `warmup = 3%`).

    The spec holds what that sort gives; shares come as `Amount(…, "%")` so that they stay
    distinguishable.
    """

    sorts: tuple[Sort, ...]

    def check(self, value: Any) -> Any:  # noqa: ANN401  a raw value is of any sort
        problems = []
        for sort in self.sorts:
            try:
                checked = sort.check(value)
            except PydanticCustomError as problem:
                problems.append(problem)
                continue
            return value if isinstance(sort, Share) else checked
        outside = [problem for problem in problems if (problem.context or {}).get("code") == "E203"]
        code = "E203" if outside else str((problems[0].context or {}).get("code"))
        raise self.wrong(code)

    def describe(self) -> str:
        return ", or ".join(sort.describe() for sort in self.sorts)

    def sample(self) -> str:
        return self.sorts[0].sample()


@record
class OrNone(Sort):
    """A sort, or the word `none`, for which the spec holds None."""

    sort: Sort

    def check(self, value: Any) -> Any:  # noqa: ANN401  a raw value is of any sort
        return None if isinstance(value, Word) and value == "none" else self.sort.check(value)

    def describe(self) -> str:
        return f"{self.sort.describe()}, or `none`"

    def sample(self) -> str:
        return self.sort.sample()


@record
class Several(Sort):
    """A list without repetitions, at least one long; the spec holds a tuple."""

    item: Sort
    exactly: int | None = None
    distinct: bool = True

    def check(self, value: Any) -> tuple[Any, ...]:  # noqa: ANN401  a raw value is of any sort
        if not isinstance(value, list):
            raise refuse("E204", self.describe(), f"Put it in brackets: `NAME = [{show(value)}]`.")
        items = tuple(self.item.check(item) for item in value)
        if not items or (self.exactly is not None and len(items) != self.exactly):
            raise self.wrong("E227")
        if self.distinct and len(set(items)) != len(items):
            raise refuse(
                "E227", "a list without repetitions", "Remove the repeated element from `NAME`."
            )
        return items

    def describe(self) -> str:
        count = "one or more" if self.exactly is None else f"exactly {self.exactly}"
        return f"a list of {count}, each {self.item.describe()}"

    def sample(self) -> str:
        return "[" + ", ".join([self.item.sample()] * (self.exactly or 1)) + "]"
