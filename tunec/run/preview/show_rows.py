"""Chosen rows, shown.

In: a script and a wish. Out: rows on standard output. Invariant: a row that would stop the run is
shown like the others, and told as an error after them.
"""

import sys
from collections.abc import Container, Iterator
from itertools import islice

from tunec.run.preview.choose import Best, longest, looked_at, progress, worst
from tunec.run.preview.looked import Looked
from tunec.run.preview.script import Refused, Script
from tunec.run.preview.shown import Terminal
from tunec.run.preview.wanted import Wanted
from tunec.terminal import say

WORST = "most likely to be a problem"


def show_rows(script: Script, wanted: Wanted) -> int:
    """Exit code 1 if one of them would stop the run."""
    shows = Terminal(script, colour=wanted.colour, raw=wanted.raw, ids=wanted.ids)
    first = ""
    for title, row in chosen(script, wanted):
        if title:
            say(f"=== {title} ".ljust(88, "=") + "\n")
        say(shows.text(row))
        say("")
        first = first or (row.refusal and f"{row.place}: {row.refusal}")
    if first:
        sys.exit(first)
    return 0


def chosen(script: Script, wanted: Wanted) -> Iterator[tuple[str, Looked]]:
    """Rows in the order in which they are shown; a title where another kind of them begins."""
    if not wanted.longest and not wanted.worst:
        numbers = wanted.numbers or range(1, wanted.first + 1)
        found = {row.number: row for row in islice(rows_of(script, wanted, numbers), len(numbers))}
        yield from (("", found[number]) for number in numbers if number in found)
        absent = next((number for number in wanted.numbers if number not in found), 0)
        if absent:
            raise SystemExit(f"`data {wanted.data}` has no row {absent}")
        return
    best: dict[str, Best] = {}
    if wanted.longest:
        best["longest"] = longest(wanted.longest)
    if wanted.worst:
        best[WORST] = worst(wanted.worst)
    for row in progress(rows_of(script, wanted)):
        for each in best.values():
            each.see(row)
    for title, each in best.items():
        for number, row in enumerate(each.rows()):
            shown = row.with_reason() if title == WORST else row
            yield title if number == 0 and len(best) > 1 else "", shown


def rows_of(
    script: Script, wanted: Wanted, numbers: Container[int] | None = None
) -> Iterator[Looked]:
    """The rows of the data set that is asked for, all or those of `numbers`, the first being 1."""
    files = script.files()
    if wanted.data in files:
        return looked_at(script, wanted.overflow, files[wanted.data], numbers)
    held_out = dict(enumerate(_held_out(script, wanted), start=1))
    places = [at for at in held_out if numbers is None or at in numbers]
    rows = looked_at(script, wanted.overflow, files["train"], {held_out[at] for at in places})
    return (row.having(number=at) for at, row in zip(places, rows, strict=False))


def _held_out(script: Script, wanted: Wanted) -> list[int]:
    """Numbers of the rows that the script holds out of those to train on, as they are in the file.

    Which ones shows only when all are read.
    """
    kept: list[int] = []
    files = script.files()
    for row in progress(looked_at(script, wanted.overflow, files["train"])):
        kept += [row.number] * len(row.kept)
    try:
        dealt = script.deal({name: kept if name == "train" else [] for name in files})
    except Refused as refused:
        raise SystemExit(str(refused)) from refused
    if wanted.data not in dealt:
        raise SystemExit(f"the spec has no `data {wanted.data}`")
    return sorted(set(dealt[wanted.data]))
