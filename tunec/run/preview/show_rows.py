"""Chosen rows, shown.

In: a script and a wish. Out: rows on standard output. Invariant: a row that would stop the run is
shown like the others, and told as an error after them.
"""

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any  # rows are the script's own

from tunec.diagnostics import Diagnostic
from tunec.run.preview.choose import Best, Picked, longest, looked_at, progress, worst
from tunec.run.preview.looked import Looked
from tunec.run.preview.script import Refused, Script
from tunec.run.preview.shown import WIDTH, Terminal
from tunec.run.preview.wanted import Wanted
from tunec.terminal import Stop, say

WORST = "most likely to be a problem"


def show_rows(script: Script, wanted: Wanted) -> int:
    """Exit code 1 if one of them would stop the run."""
    shows = Terminal(script, colour=wanted.colour, raw=wanted.raw, ids=wanted.ids)
    first = ""
    for title, row in _chosen(script, wanted):
        if title:
            say(f"=== {title} ".ljust(WIDTH, "=") + "\n")
        say(shows.text(row))
        say("")
        first = first or (row.refusal and f"{row.place}: {row.refusal}")
    if first:
        sys.exit(first)
    return 0


def _chosen(script: Script, wanted: Wanted) -> Iterator[tuple[str, Looked]]:
    """Rows in the order in which they are shown; a title where another kind of them begins."""
    if wanted.picked:
        picked = Picked(wanted.picked)
        rows = list(_rows_of(script, wanted, picked))
        if picked.absent:
            raise Stop(_absent(wanted.data, picked))
        yield from (("", row) for row in rows)
        return
    if not wanted.longest and not wanted.worst:
        yield from (("", row) for row in islice(_rows_of(script, wanted), wanted.first))
        return
    best: dict[str, Best] = {}
    if wanted.longest:
        best["longest"] = longest(wanted.longest)
    if wanted.worst:
        best[WORST] = worst(wanted.worst)
    for row in progress(_rows_of(script, wanted)):
        for each in best.values():
            each.see(row)
    for title, each in best.items():
        for number, row in enumerate(each.rows()):
            yield title if number == 0 and len(best) > 1 else "", row


def _absent(data: str, picked: Picked) -> Diagnostic:
    name = picked.absent[0]
    rows = f"{picked.seen:,} rows" if picked.seen != 1 else "1 row"
    if name.isdecimal():
        message = f"There is no row {int(name):,} in `data {data}`, which has {rows}."
        remedy = f"Write a number from 1 to {picked.seen}."
    else:
        message = f"There is no row at `{name}` in `data {data}`."
        remedy = f"Write a place as a preview does: the last of its {rows} is `{picked.last}`."
    return Diagnostic("E514", message, None, help=remedy)


def _rows_of(script: Script, wanted: Wanted, picked: Picked | None = None) -> Iterator[Looked]:
    """The rows of the data set that is asked for, all or those that are picked."""
    if wanted.data in script.data_sets():
        yield from looked_at(script, wanted.overflow, wanted.data, picked)
        return
    # They are held out of those to train on, and which ones shows only when all are read.
    numbers = {number: at for at, number in enumerate(_held_out(script, wanted), start=1)}
    picked = picked or Picked(())
    wishes = _Among(numbers, picked)
    for row in looked_at(script, wanted.overflow, "train", wishes):
        yield row.at(numbers[row.number])


class _Among(Picked):
    """Rows that are among others, and picked by their number there."""

    def __init__(self, numbers: dict[int, int], picked: Picked) -> None:
        super().__init__(())
        self._numbers = numbers
        self._picked = picked

    def wants(self, number: int, place: str) -> bool:
        return number in self._numbers and self._picked.wants(self._numbers[number], place)

    @property
    def satisfied(self) -> bool:
        return self._picked.satisfied


def _held_out(script: Script, wanted: Wanted) -> list[int]:
    """Numbers of the rows that the script holds out of those to train on, in their order."""
    owners: list[int] = []
    given: dict[str, list[Any]] = {}
    for name in script.data_sets():
        given[name] = []
        for row in progress(looked_at(script, wanted.overflow, name)):
            given[name] += row.rows
            owners += [row.number] * len(row.rows) if name == "train" else []
    try:
        dealt = script.deal(given)
    except Refused as refused:
        sys.exit(str(refused))
    return sorted({owners[at] for at in dealt[wanted.data]})
