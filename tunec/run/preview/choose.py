"""Which rows are shown.

In: rows as they are read, and a wish. Out: some of them. Invariant: no more rows are in memory
than are shown, and none is read that is not needed.
"""

import heapq
import random
import sys
from collections.abc import Callable, Container, Iterable, Iterator
from itertools import count

from tunec.run.preview.looked import Looked, Trouble, look
from tunec.run.preview.script import Refused, Script


class Best:
    """The rows with the highest rank so far; the earlier of equals."""

    def __init__(self, most: int, rank: Callable[[Looked], tuple[float, ...]]) -> None:
        self.most = most
        self.rank = rank
        self._heap: list[tuple[tuple[float, ...], int, Looked]] = []
        self._age = count(0, -1)

    def see(self, row: Looked) -> None:
        entry = (self.rank(row), next(self._age), row)
        if len(self._heap) < self.most:
            heapq.heappush(self._heap, entry)
        elif self.most:
            heapq.heappushpop(self._heap, entry)

    def rows(self) -> list[Looked]:
        """The highest first."""
        return [row for *_, row in sorted(self._heap, key=lambda entry: entry[:2], reverse=True)]


def longest(most: int) -> Best:
    return Best(most, lambda row: (row.tokens,))


def worst(most: int) -> Best:
    return Best(most, lambda row: row.badness)


def any_of(most: int) -> Best:
    """Rows at random, the same ones each time."""
    chance = random.Random(0)
    return Best(most, lambda row: (chance.random(),))


def looked_at(
    script: Script, overflow: str, files: list[str], numbers: Container[int] | None = None
) -> Iterator[Looked]:
    """The rows of some files, all or those of `numbers`, the first being 1.

    Where a file cannot be read on, that is a row which is refused.
    """
    counted = count(1)
    for file in files:
        place = file
        try:
            for place, raw in script.rows(file):
                number = next(counted)
                if numbers is None or number in numbers:
                    yield look(script, overflow, number, place, raw)
        except Refused as refused:
            text = f"{refused} (nothing after {place} is read)"
            yield Looked(next(counted), place, None, [], [], [Trouble("refused", text)])


def progress(rows: Iterable[Looked], said: str = "encode") -> Iterator[Looked]:
    """The same rows, with a bar on a terminal."""
    from tqdm import tqdm

    yield from tqdm(rows, said, unit=" rows", disable=not sys.stderr.isatty(), leave=False)
