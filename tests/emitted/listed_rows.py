"""Rows in a list, as functions of emitted scripts take them from files.

In: rows of any kind that has `ids`. Out: `ListedRows`. Invariant: it answers what a script's own
`Rows` answers.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any  # rows are of any kind

import numpy as np


class ListedRows(list[Any]):
    """Rows that can be chosen by their numbers, and tell their lengths."""

    def __getitem__(self, which: Any) -> Any:  # noqa: ANN401  a number, a slice, or numbers
        if isinstance(which, (Sequence, np.ndarray)):
            return ListedRows(list.__getitem__(self, int(number)) for number in which)
        found = super().__getitem__(which)
        return ListedRows(found) if isinstance(which, slice) else found

    def lengths(self) -> np.ndarray:
        return np.array([len(row.ids) for row in self], dtype=np.int32)

    @property
    def values(self) -> np.ndarray:
        return np.array([row.value for row in self])


_TAKE_ROWS = (
    "deduplicated",
    "without_overlap",
    "without_excluded",
    "check_overlap",
    "split_by_content",
    "SameRows",
    "SamePrompts",
    "SimilarRows",
)


def taking_lists(module: ModuleType) -> ModuleType:
    """The script, whose functions that choose among rows take a list of them, too."""

    def wrapped(own: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:  # noqa: ANN401  the script's own
            return own(*(ListedRows(each) if type(each) is list else each for each in given))

        return call

    for name in _TAKE_ROWS:
        if hasattr(module, name):
            setattr(module, name, wrapped(getattr(module, name)))
    return module


def write_parquet(path: Path) -> None:
    """One row with the columns that specs of these tests name."""
    import pyarrow
    import pyarrow.parquet

    columns = {"q": ["?"], "a": ["!"], "n": [1.0], "score": [1.0], "text": ["?"], "other": ["?"]}
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
