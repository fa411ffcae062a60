"""A report as one page.

In: a report. Out: HTML that needs no network and no other file. Invariant: what is shown of a long
row says what is left out of it.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any  # what a template shows is of any sort

from markupsafe import Markup

from tunec.diagnostics.render.shown import visible, visible_lines
from tunec.run.page import name_of, rendered
from tunec.run.preview import plots
from tunec.run.preview.figures import Figures
from tunec.run.preview.looked import KINDS, Looked
from tunec.run.preview.pieces import pieces_of
from tunec.run.preview.report import Told
from tunec.run.preview.script import Encoded, Script
from tunec.run.preview.shown import text_of_column
from tunec.run.preview.wanted import MARK

START, END = 1500, 500
"""Tokens that are shown of a longer row, at its start and at its end."""
RAW = 2000
"""Characters that are shown of a column."""
BAD = ("refused", "dropped")
"""Kinds of trouble for which a row is not trained on."""


def page_of(script: Script, told: Told) -> bytes:
    """The page, as it is written to a file."""
    return rendered(
        "report",
        mark=Markup(MARK),
        figures=told.figures,
        name=name_of(told.figures["spec"]),
        parts=[_part(name, each, told.figures) for name, each in told.figures["data"].items()],
        packs=_packs(told.figures["packing"]),
        rows=list(_rows(script, told)),
        kinds=KINDS,
        bad=BAD,
        problems=_problems(told.figures),
    )


def _problems(figures: Figures) -> int:
    """Kinds of things that may be wrong."""
    found = [len(each["troubles"]) for each in figures["data"].values()]
    alike = [
        each[kind]
        for each in figures["data"].values()
        for kind in ("exact_duplicates", "near_duplicates")
    ]
    alike += [each[kind] for each in figures["overlap"] for kind in ("exact", "near")]
    return sum(found) + sum(1 for each in alike if each and each["rows"])


# --- Plots ----------------------------------------------------------------------------


def _part(name: str, each: Figures, figures: Figures) -> dict[str, Any]:
    """A data set with its plots."""
    if each["lengths"] is None:
        return {"name": name, "each": each, "lengths": "", "shares": ""}
    drawn = plots.lengths(each["histogram"], each["lengths"], figures["max_length"], name)
    words = f"Rows of {name} by their share of trained tokens, in tenths: {each['shares']}."
    shares = plots.tenths(each["shares"], "of a row's tokens are trained on", words)
    return {"name": name, "each": each, "lengths": Markup(drawn), "shares": Markup(shares)}


def _packs(packing: Figures | None) -> Markup:
    if packing is None:
        return Markup()
    words = f"Packs by how full they are, in tenths: {packing['fills']}."
    return Markup(plots.tenths(packing["fills"], "of a pack is filled", words))


# --- Rows -----------------------------------------------------------------------------


def _rows(script: Script, told: Told) -> Iterator[dict[str, Any]]:
    """All that are shown, the worst first."""
    every = [(name, row) for name, rows in told.rows.items() for row in rows]
    every.sort(key=lambda each: each[1].badness, reverse=True)
    for rank, (name, row) in enumerate(every):
        texts = [
            list(_runs(script, whole, _left_of(whole, row, script.max_length)))
            for whole in row.whole
        ]
        yield {
            "data": name,
            "rank": rank,
            "row": row,
            "kinds": list(dict.fromkeys(each.kind for each in row.troubles)),
            "columns": list(_columns(row.raw)),
            "texts": texts,
        }


def _columns(raw: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  the script's own
    if raw is None:
        return
    for name, value in raw.items() if isinstance(raw, dict) else [("row", raw)]:
        text = text_of_column(value)
        more = f"\n… {len(text) - RAW:,} characters more" if len(text) > RAW else ""
        yield visible(str(name)), "\n".join(visible_lines(text[:RAW])) + more


def _left_of(whole: Encoded, row: Looked, most: int) -> range:
    """The tokens of a row that are left of it, by their number."""
    tokens = len(whole.ids)
    # What is dropped as a whole is easier to read as it is, and its troubles say so.
    if tokens <= most or not row.left or any(each.kind == "split" for each in row.troubles):
        return range(tokens)
    for each in row.left:
        length = len(each.ids)
        if each.ids == whole.ids[:length]:
            return range(length)
        if each.ids[1:] == whole.ids[tokens - length + 1 :]:
            return range(tokens - length, tokens)
    return range(0)


def _runs(script: Script, row: Encoded, left: range) -> Iterator[dict[str, Any]]:
    """The text in runs that look the same; what is behind `START` and before `END` is left out."""
    hidden = range(START, len(row.ids) - END)
    at, looks = 0, []
    for piece in pieces_of(script.tokenizer, row):
        if at not in hidden:
            look = (False, piece.weight, piece.special, at in left)
            looks.append((look, piece.text))
        elif at == hidden.start:
            looks.append(((True, 0.0, False, True), f"{len(hidden):,} tokens are not shown"))
        at += len(piece.ids)
    for (gap, weight, special, kept), run in groupby(looks, key=lambda each: each[0]):
        lines = visible_lines("".join(text for _, text in run))
        yield {"gap": gap, "weight": weight, "special": special, "kept": kept, "lines": lines}
