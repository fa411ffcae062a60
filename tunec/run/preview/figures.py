"""Figures of a data set, as JSON has them.

In: what was gathered of rows, and which of them are of the data set. Out: plain values. Invariant:
a percentile is a length that a row has; a key, once published, keeps its meaning.
"""

from array import array
from collections import Counter
from collections.abc import Iterator
from typing import Any  # figures are plain values of any sort

from tunec.record import record
from tunec.run.preview.gathered import Gathered, Pieces
from tunec.run.preview.looked import KINDS

Figures = dict[str, Any]

PERCENTILES = (5, 25, 50, 75, 90, 95, 99)
BINS = 20
"""Of a histogram, at most, besides one for all that is longer."""
NAMED = 5
"""Rows that are named of each kind of trouble, and groups of rows that are alike."""
IN_GROUP = 4
"""Rows that are named of a group."""


class Part:
    """A data set: some of the rows that were gathered, and some of the pieces left of them."""

    def __init__(self, gathered: Gathered, rows: list[int], pieces: list[int]) -> None:
        self.gathered = gathered
        self.rows = rows
        self.pieces = pieces

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row as it is trained on."""
        return [self.gathered.left.tokens[at] for at in self.pieces]

    def own(self) -> list[Any]:
        """The rows that are trained on, as the script has them."""
        return [self.gathered.rows[at] for at in self.pieces]

    def numbers(self) -> list[int]:
        """The rows among those of all data sets."""
        return [self.gathered.first + at for at in self.rows]

    def used(self) -> list[int]:
        """Those of which something is left."""
        owners = {self.gathered.left.owners[at] for at in self.pieces}
        return [self.gathered.first + at for at in sorted(owners)]


def figures_of(part: Part, most: int) -> Figures:
    """All that is said of a data set by itself; `most` tokens are the limit."""
    gathered = part.gathered
    mine = set(part.rows)
    whole = _select(gathered.whole, mine)
    kinds = Counter(kind for at in part.rows for kind in gathered.kinds[at])
    left = part.lengths
    learnt = [gathered.left.learnt[at] for at in part.pieces]
    return {
        "rows": {
            "read": len(part.rows),
            "trained": len({gathered.left.owners[at] for at in part.pieces}),
            "sequences": len(part.pieces),
            **{kind: kinds[kind] for kind in ("refused", "dropped", "truncated", "split")},
        },
        "tokens": {
            "read": sum(whole.tokens),
            "kept": sum(left),
            "trained": sum(learnt),
            "share_trained": _share(sum(learnt), sum(left)),
        },
        "lengths": _spread(whole.tokens),
        "histogram": _histogram(whole.tokens, most),
        "shares": _shares(whole),
        "troubles": list(_troubles(gathered, mine, kinds)),
    }


def _select(pieces: Pieces, rows: set[int]) -> Pieces:
    found = Pieces()
    for owner, tokens, learnt in zip(pieces.owners, pieces.tokens, pieces.learnt, strict=True):
        if owner in rows:
            found.add(owner, tokens, learnt)
    return found


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _spread(tokens: "array[int]") -> Figures | None:
    """Least, most, mean and percentiles; None where there are no rows."""
    if not tokens:
        return None
    ordered = sorted(tokens)
    last = len(ordered) - 1
    return {
        "min": ordered[0],
        **{f"p{each}": ordered[round(last * each / 100)] for each in PERCENTILES},
        "max": ordered[-1],
        "mean": round(sum(ordered) / len(ordered), 2),
    }


def _histogram(tokens: "array[int]", most: int) -> list[Figures]:
    """Rows by length: bins of a round width, and one without an end for the few longest."""
    if not tokens:
        return []
    ordered = sorted(tokens)
    end = max(ordered[round((len(ordered) - 1) * 0.99)], min(most, ordered[-1]))
    width = _round_up(end / BINS)
    # As people count: 1 to 50, 51 to 100, so that a round limit falls between two bins.
    counts = Counter(min((length - 1) // width, BINS) for length in ordered)
    return [
        {
            "from": at * width + 1,
            "to": None if at == BINS else (at + 1) * width,
            "rows": counts[at],
        }
        for at in range(min(counts), max(counts) + 1)
    ]


def _round_up(width: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50 and so on."""
    power = 1
    while True:
        for step in (1, 2, 5):
            if step * power >= width:
                return step * power
        power *= 10


def _shares(whole: Pieces) -> list[int]:
    """Rows by their share of trained tokens, in tenths."""
    tenths = Counter(
        min(10 * learnt // tokens, 9)
        for tokens, learnt in zip(whole.tokens, whole.learnt, strict=True)
    )
    return [tenths[at] for at in range(10)]


def _troubles(gathered: Gathered, rows: set[int], kinds: Counter[str]) -> Iterator[Figures]:
    for kind, meaning in KINDS.items():
        if kinds[kind]:
            known = [(at, text) for at, text in gathered.examples[kind] if at in rows]
            examples = [
                {"row": at + 1, "place": gathered.places[at], "text": text}
                for at, text in known[:NAMED]
            ]
            yield {
                "kind": kind,
                "meaning": meaning,
                "rows": kinds[kind],
                "examples": examples,
            }


# --- Rows that are alike --------------------------------------------------------------


@record
class Alike:
    """Rows of all data sets, by the first that each is like."""

    first: list[int]
    same: list[int]
    places: list[str]
    nearly: bool = False
    """Whether what is the same is left out."""

    def once(self, numbers: list[int]) -> list[int]:
        """Of rows that are the same the first, where those that are nearly so are looked for."""
        if not self.nearly:
            return numbers
        return list({self.same[number]: number for number in reversed(numbers)}.values())[::-1]


def duplicates(part: Part, alike: Alike) -> Figures:
    """Rows of a data set that are like an earlier one.

    A row that a source repeats is no duplicate of itself.
    """
    groups: dict[int, list[int]] = {}
    for number in alike.once(part.numbers()):
        groups.setdefault(alike.first[number], []).append(number)
    several = [
        list(dict.fromkeys(alike.places[number] for number in group))
        for group in groups.values()
        if len(group) > 1
    ]
    several = sorted((group for group in several if len(group) > 1), key=len, reverse=True)
    return {
        "rows": sum(len(group) - 1 for group in several),
        "groups": [{"rows": len(group), "places": group[:IN_GROUP]} for group in several[:NAMED]],
    }


def overlap(part: Part, train: Part, alike: Alike) -> Figures:
    """Rows of a data set that are like one that is trained on."""
    known: dict[int, int] = {}
    for number in train.used():
        known.setdefault(alike.first[number], number)
    exact = {alike.same[number] for number in train.used()} if alike.nearly else set()
    found = [
        number
        for number in part.used()
        if alike.first[number] in known and alike.same[number] not in exact
    ]
    return {
        "rows": len(found),
        "pairs": [[alike.places[at], alike.places[known[alike.first[at]]]] for at in found[:NAMED]],
    }


def packing(fills: list[list[int]], steps: int, size: int) -> Figures:
    """How full packs are: `fills` has the tokens of each pack, by step."""
    tokens = [each for packs in fills for each in packs]
    tenths = Counter(min(10 * each // size, 9) for each in tokens)
    return {
        "pack_size": size,
        "steps_per_epoch": steps,
        "steps_looked_at": len(fills),
        "packs": len(tokens),
        "packs_per_step": round(len(tokens) / max(len(fills), 1), 2),
        "efficiency": _share(sum(tokens), size * len(tokens)),
        "fills": [tenths[at] for at in range(10)],
    }
