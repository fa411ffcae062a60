"""Which rows are shown.

In: rows as they are read, and a wish. Out: some of them. Invariant: no more rows are in memory
than are shown, and none is read that is not needed.
"""

import heapq
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
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


class Picked:
    """Rows by their number, the first being 1, or by their place; all where none is named."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.numbers = {int(name) for name in names if name.isdecimal()}
        self.places = [name for name in names if not name.isdecimal()]
        self.seen = 0
        self.last = ""
        """The place of the last row that was seen."""
        self._found: set[str] = set()

    def wants(self, number: int, place: str) -> bool:
        self.seen, self.last = number, place
        found = {name for name in self.places if _same(name, place)}
        found |= {str(number)} if number in self.numbers else set()
        self._found |= found
        return not self.names or bool(found)

    @property
    def satisfied(self) -> bool:
        """Whether no row that follows can be one of them."""
        return not self.places and self._found == set(map(str, self.numbers)) != set()

    @property
    def absent(self) -> list[str]:
        """What was named and is not there."""
        return [name for name in self.names if _plain(name) not in self._found]


def _plain(name: str) -> str:
    return str(int(name)) if name.isdecimal() else name


def _same(asked: str, place: str) -> bool:
    """Whether a place is meant, from whichever folder its path starts."""
    return place == asked or place.endswith(f"/{asked}") or asked.endswith(f"/{place}")


def looked_at(
    script: Script, overflow: str, name: str, picked: Picked | None = None
) -> Iterator[Looked]:
    """The rows of a data set, all or those that are picked.

    Where it cannot be read on, that is a row which is refused.
    """
    counted, place = count(1), f"data {name}"
    picked = picked or Picked(())
    try:
        for row in script.rows(name):
            number, place = next(counted), row.place
            if picked.wants(number, place):
                yield look(script, overflow, number, row)
            if picked.satisfied:
                return
    except Refused as refused:
        text = f"{refused} (nothing after {place} is read)"
        yield Looked(next(counted), place, None, [], [], [Trouble("refused", text)], [], {})


def progress(rows: Iterable[Looked], said: str = "encode") -> Iterator[Looked]:
    """The same rows, with a bar on a terminal."""
    from tqdm import tqdm

    yield from tqdm(rows, said, unit=" rows", disable=not sys.stderr.isatty(), leave=False)
