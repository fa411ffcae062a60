"""The report: figures of all rows of all data sets.

In: a script and a wish. Out: `Told`. Invariant: every row is looked at once, and one that would
stop the run stops no report.
"""

from tunec import __version__
from tunec.diagnostics.render.shown import visible
from tunec.record import record
from tunec.run.preview.alike import MOST
from tunec.run.preview.choose import looked_at, progress
from tunec.run.preview.figures import (
    Alike,
    Figures,
    Part,
    duplicates,
    figures_of,
    overlap,
    packing,
)
from tunec.run.preview.gathered import Compared, Gathered
from tunec.run.preview.looked import Looked
from tunec.run.preview.script import Refused, Script
from tunec.run.preview.wanted import MINHASH, Wanted

FORMAT = 1
"""Of the figures; another where a key changes its meaning."""
STEPS = 500
"""Optimizer steps of which the packs are looked at, evenly spread over the first epoch."""


@record
class Told:
    """A report."""

    figures: Figures
    rows: dict[str, list[Looked]]
    """Some rows of each data set, to be looked at."""

    @property
    def refusal(self) -> str:
        """Why the first row that stops the run does; empty where none does."""
        return str(self.figures["stops"] or "")


def report(script: Script, wanted: Wanted) -> Told:
    """Looks at every row."""
    sets, compared = _gathered(script, wanted.overflow)
    parts, stops = _dealt(script, sets)
    places = [place for gathered in sets.values() for place in gathered.places]
    same = compared.same.first
    exact = Alike(same, same, places)
    near = Alike(compared.near.first, same, places, nearly=True) if compared.near else None
    figures: Figures = {
        "format": FORMAT,
        "tunec": __version__,
        "spec": wanted.spec,
        "max_length": script.max_length,
        "overflow": wanted.overflow,
        "stops": _stops(sets) or stops or None,
        "data": {
            name: {
                **figures_of(part, script.max_length),
                "exact_duplicates": duplicates(part, exact),
                "near_duplicates": duplicates(part, near) if near else None,
            }
            for name, part in parts.items()
        },
        "overlap": [
            {
                "data": name,
                "exact": overlap(part, parts["train"], exact),
                "near": overlap(part, parts["train"], near) if near else None,
            }
            for name, part in parts.items()
            if name != "train"
        ],
        "packing": _packing(script, parts["train"]),
        "near_duplicates_note": _note(compared),
        "said": {name: dict(gathered.counts) for name, gathered in sets.items()},
        "notes": list(dict.fromkeys(script.said)),
    }
    return Told(figures, {name: _shown(part) for name, part in parts.items()})


def _gathered(script: Script, overflow: str) -> tuple[dict[str, Gathered], Compared]:
    sets: dict[str, Gathered] = {}
    compared, first = Compared(), 0
    for name in script.data_sets():
        sets[name] = gathered = Gathered(first)
        for row in progress(looked_at(script, overflow, name), name):
            gathered.see(row)
            compared.see(script, row)
        first += len(gathered.places)
    compared.end()
    return sets, compared


def _dealt(script: Script, sets: dict[str, Gathered]) -> tuple[dict[str, Part], str]:
    """The data sets as the script deals rows to them, and why it would stop instead."""
    try:
        dealt, stops = script.deal({name: each.rows for name, each in sets.items()}), ""
    except Refused as refused:
        stops = str(refused)
        dealt = {name: list(range(len(each.rows))) for name, each in sets.items()}
    owners = {
        name: {sets.get(name, sets["train"]).left.owners[at] for at in pieces}
        for name, pieces in dealt.items()
    }
    held_out = set().union(*(owners[name] for name in dealt if name not in sets))
    parts = {}
    for name, pieces in dealt.items():
        gathered = sets.get(name, sets["train"])
        rows = owners[name]
        if name in sets:
            # What is refused or dropped belongs to those with which it was read.
            elsewhere = held_out if name == "train" else set()
            rows = rows | (set(range(len(gathered.places))) - elsewhere)
        parts[name] = Part(gathered, sorted(rows), pieces)
    return parts, stops


def _stops(sets: dict[str, Gathered]) -> str:
    """Why the first row that would stop the run does."""
    for gathered in sets.values():
        for at, text in gathered.examples.get("refused", ()):
            return f"{gathered.places[at]}: {text}"
    return ""


def _packing(script: Script, train: Part) -> Figures | None:
    """None where there is nothing to pack."""
    if not train.pieces:
        return None
    steps, packs = script.packs(train.own(), STEPS)
    return packing(list(packs), steps, script.pack_size)


def _note(compared: Compared) -> str | None:
    """What is to be known of how near duplicates were looked for."""
    if compared.near is None:
        return f"They were not looked for: `{MINHASH}` is not installed, which does that."
    notes = []
    if compared.near.common:
        shown = ", ".join(repr(visible(text[:40])) for text in compared.near.common)
        notes.append(f"What most rows share was not compared: {shown}.")
    if compared.near.full:
        notes.append(f"Rows were compared with the first {MOST:,} that differ.")
    return " ".join(notes) or None


def _shown(part: Part) -> list[Looked]:
    mine = set(part.rows)
    return [row for row in part.gathered.shown() if row.number - 1 in mine]
