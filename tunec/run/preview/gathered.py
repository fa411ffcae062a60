"""What is kept of all rows of the data while they are looked at.

In: rows, one after another. Out: numbers for each, and a few of the rows themselves. Invariant:
texts of rows are forgotten, but for those that are to be shown.
"""

from array import array
from collections import Counter
from typing import Any  # rows are the script's own

from tunec.run.preview.alike import Near, Same, digest
from tunec.run.preview.choose import any_of, longest, worst
from tunec.run.preview.looked import KINDS, Looked, Trouble, texts_of
from tunec.run.preview.script import Script

SHOWN = 30
"""Rows that are shown: the longest, and as many at random."""
OF_A_KIND = 10
"""Rows that are shown of each kind of trouble."""
EXAMPLES = 200
"""Rows with each kind of trouble of which it is kept what is said of them."""


class Gathered:
    """The rows of one data set that has its own."""

    def __init__(self, first: int) -> None:
        self.first = first
        """Number of its first row among those of all data sets, from 0."""
        self.places: list[str] = []
        self.kinds: list[tuple[str, ...]] = []
        """What may be wrong with each row."""
        self.whole = Pieces()
        self.left = Pieces()
        self.rows: list[Any] = []
        """What is left as the script has it, to be dealt and packed."""
        self.counts: Counter[str] = Counter()
        """What the script says was done."""
        self.examples: dict[str, list[tuple[int, str]]] = {}
        """By kind of trouble, rows and what is said of them."""
        self.best = [longest(SHOWN), any_of(SHOWN), worst(OF_A_KIND)]
        """The longest, any, and those with the smallest share trained on."""
        self.worst = {kind: worst(OF_A_KIND) for kind in KINDS}

    def see(self, row: Looked) -> None:
        at = len(self.places)
        self.places.append(row.place)
        self.kinds.append(tuple(dict.fromkeys(each.kind for each in row.troubles)))
        for each in row.whole:
            self.whole.add(at, len(each.ids), each.learnt)
        for each in row.left:
            self.left.add(at, len(each.ids), each.learnt)
        self.rows += row.rows
        self.counts.update(row.counts)
        for trouble in row.troubles:
            self._note(at, trouble)
        for best in [*self.best, *(self.worst[kind] for kind in self.kinds[-1])]:
            best.see(row)

    def _note(self, at: int, trouble: Trouble) -> None:
        known = self.examples.setdefault(trouble.kind, [])
        # Several of the same kind in one row are one example.
        if len(known) < EXAMPLES and (not known or known[-1][0] != at):
            known.append((at, trouble.text))

    def shown(self) -> list[Looked]:
        """Rows to be shown, each once."""
        every = [*self.best, *self.worst.values()]
        found = {row.number: row for best in every for row in best.rows()}
        return list(found.values())


class Pieces:
    """Encoded rows: which row of the data each is made of, its tokens, those trained on."""

    def __init__(self) -> None:
        self.owners = array("L")
        self.tokens = array("L")
        self.learnt = array("L")

    def add(self, owner: int, tokens: int, learnt: int) -> None:
        self.owners.append(owner)
        self.tokens.append(tokens)
        self.learnt.append(learnt)


class Compared:
    """All rows of all data sets, compared with one another."""

    def __init__(self) -> None:
        self.same = Same()
        self.near = None if Near.missing() else Near()

    def see(self, script: Script, row: Looked) -> None:
        seen = [(each.ids, each.weights) for each in row.whole]
        # What is refused is no duplicate of anything: of it nothing is known.
        self.same.see(digest(seen) if seen else row.place.encode() + b"%d" % row.number)
        if self.near:
            self.near.see([text for _, text in texts_of(script, row.raw)] if seen else [])

    def end(self) -> None:
        if self.near:
            self.near.end()
