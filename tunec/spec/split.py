"""The split of a data set on the hub.

In: text such as `train[:20%]+test`. Out: the same text, checked. Invariant: what passes is what
`datasets.load_dataset` can read; whether the data set has such a split, only the hub knows.
"""

import re
from typing import Any  # a raw value is of any sort until it is checked

from tunec.record import record
from tunec.spec.values import Sort, Text, refuse

_BOUND = r"(?:-?\d+%?)?"
_PART = re.compile(rf"\w+(?:\.\w+)*(?:\[(?P<start>{_BOUND}):(?P<end>{_BOUND})\])?", re.ASCII)


def is_sliced(split: str) -> bool:
    """Whether it is more than the name of one split."""
    return "[" in split or "+" in split


@record
class Split(Sort):
    """Names of splits, each with a slice or without, joined by `+`."""

    def check(self, value: Any) -> str:  # noqa: ANN401  a raw value is of any sort
        text = Text("train[:20%]+test").check(value)
        parts = [part.strip() for part in text.split("+")]
        for part in parts:
            found = _PART.fullmatch(part)
            if found is None:
                remedy = f"Write, for example, `NAME = {self.sample()}`."
                raise refuse("E241", self.describe(), remedy)
            bounds = [bound for bound in (found["start"], found["end"]) if bound]
            if len({bound.endswith("%") for bound in bounds}) > 1:
                raise refuse(
                    "E241",
                    "a split whose slice counts in rows or in percent, not in both",
                    f"Write both ends of `{part}` with `%`, or both without.",
                )
            if any(bound.endswith("%") and abs(int(bound[:-1])) > 100 for bound in bounds):
                raise refuse(
                    "E241",
                    "a split whose slice is between 0% and 100%",
                    f"Correct the slice of `{part}`.",
                )
        return "+".join(parts)

    def describe(self) -> str:
        return "names of splits with slices, joined by `+`, in quotes"

    def sample(self) -> str:
        return '"train[:20%]+test"'
