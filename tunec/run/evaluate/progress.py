"""How far a measurement is.

In: how many rows there are, and how many more were done. Out: a bar on a terminal, elsewhere a
line now and then. Invariant: nothing is written to standard output.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PAUSE = 30
"""Seconds between lines."""


class Progress:
    """Counts rows of one part of the work."""

    def __init__(self, what: str, total: int) -> None:
        from tqdm import tqdm

        self.what = what
        self.total = total
        self.done = 0
        self._said = time.monotonic()
        self._bar = tqdm(total=total, desc=what, unit=" rows", disable=None, leave=False)

    def add(self, rows: int) -> None:
        self.done += rows
        self._bar.update(rows)
        if self._bar.disable and time.monotonic() - self._said > _PAUSE:
            self._said = time.monotonic()
            print(f"{self.what}: {self.done:,} of {self.total:,} rows", file=sys.stderr)

    def close(self) -> None:
        self._bar.close()


@contextmanager
def progress(what: str, total: int) -> Iterator[Progress]:
    """Shown while this is open."""
    found = Progress(what, total)
    try:
        yield found
    finally:
        found.close()
