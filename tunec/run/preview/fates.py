"""What becomes of a row that is too long.

In: a row and the name of a policy. Out: the rows that are left of it. Invariant: as `load_rows` of
a script does it, whose templates are chosen by the same name.
"""

from tunec.record import record
from tunec.run.preview.script import Encoded

DONE = {"drop": "dropped", "truncate": "cut", "split": "split", "error": "refused"}
"""What has happened to it, by `overflow`."""

SAID = {
    "drop": "so the row is dropped",
    "truncate": "so the rest is cut off",
    "split": "so it becomes several rows",
    "error": "which stops the run",
}


@record
class Kept:
    """What is left of a row."""

    pieces: list[Encoded]
    fate: str = ""
    """Empty where it fits."""


def shortened(row: Encoded, most: int, overflow: str) -> Kept:
    """The pieces of a row that have at most `most` tokens and are trained on."""
    if len(row.ids) <= most:
        return Kept([row] if row.learnt else [])
    starts = {
        "drop": range(0),
        "error": range(0),
        "truncate": range(1),
        "split": range(0, len(row.ids), most),
    }[overflow]
    cut = [slice(start, start + most) for start in starts]
    pieces = [Encoded(row.ids[part], row.trained[part]) for part in cut]
    return Kept([piece for piece in pieces if piece.learnt], DONE[overflow])
