"""Rows in a terminal.

In: rows that were looked at. Out: text. Invariant: nothing in it moves the cursor or hides, and
without colour all that colour says is said in words.
"""

import json
from collections.abc import Iterator
from itertools import accumulate, groupby
from typing import Any  # tokenizers and columns are the script's own

from tunec.diagnostics.render.shown import visible, visible_lines
from tunec.run.preview.looked import Looked, answer_of
from tunec.run.preview.pieces import Piece, pieces_of
from tunec.run.preview.script import Encoded, Script

WIDTH = 88
IDS = 20
"""Token ids that are shown of a row."""
RAW = 160
"""Characters that are shown of a column."""
GREEN, STOP, SPECIAL, DIM, RED = "\x1b[32m", "\x1b[1;30;42m", "\x1b[36m", "\x1b[2m", "\x1b[31m"
RESET = "\x1b[0m"


class Terminal:
    """How rows are shown: `raw` columns whole, `ids` a line for each token."""

    def __init__(self, script: Script, *, colour: bool, raw: bool = False, ids: bool = False):
        self.script = script
        self.colour = colour
        self.raw = raw
        self.ids = ids

    def text(self, row: Looked) -> str:
        """All that is to be said of a row."""
        parts = [f"--- {visible(row.place)} ".ljust(WIDTH, "-")]
        parts += [self.painted(RED, f"! {visible(each.text)}") for each in row.troubles]
        parts += [*self.columns(row.raw), ""]
        for encoded in row.whole:
            pieces = pieces_of(self.script.tokenizer, encoded)
            parts += [self.marked(pieces, answer_of(encoded)[1]), ""]
            if self.ids:
                parts += [*self.table(pieces), ""]
            parts += self.counted(encoded)
        return "\n".join(parts).rstrip("\n") + "\n"

    def painted(self, colour: str, text: str) -> str:
        return f"{colour}{text}{RESET}" if self.colour and colour and text else text

    # --- The row as it is in the file -----------------------------------------------------

    def columns(self, raw: Any) -> Iterator[str]:  # noqa: ANN401  the script's own
        if not isinstance(raw, dict):
            yield self._value(raw) if raw is not None else ""
            return
        width = min(20, max((len(visible(str(name))) for name in raw), default=0))
        for name, value in raw.items():
            lines = self._value(value).split("\n")
            yield f"{self.painted(DIM, visible(str(name)).ljust(width))}  {lines[0]}"
            yield from (f"{'':{width}}  {line}" for line in lines[1:])

    def _value(self, value: Any) -> str:  # noqa: ANN401  as above
        text = text_of_column(value)
        if self.raw:
            return "\n".join(visible_lines(text))
        if len(text) > RAW:
            more = len(text) - RAW
            return f"{visible(text[:RAW])}... {more:,} character{'s' if more > 1 else ''} more"
        return visible(text)

    # --- The row as the model sees it -----------------------------------------------------

    def marked(self, pieces: list[Piece], end: int) -> str:
        """The text; what is trained on is green, or between ⟦ and ⟧, and its weight before it."""
        ends = accumulate(len(piece.ids) for piece in pieces)
        looks = [
            (piece.weight, self._colour(piece, last=seen == end))
            for piece, seen in zip(pieces, ends, strict=True)
        ]
        marked, before = "", 1.0
        for (weight, colour), run in groupby(zip(looks, pieces, strict=True), lambda pair: pair[0]):
            # A colour ends before its line does, so that a pager keeps it.
            lines = visible_lines("".join(piece.text for _, piece in run))
            text = "\n".join(self.painted(colour, line) for line in lines)
            said = f"×{weight:g} " if weight not in (0, 1, before) else ""
            marked += self.painted(DIM, said) if self.colour else said and f"⟦{said}"
            if self.colour or not weight:
                marked += text
            else:
                marked += f"{text}⟧" if said else f"⟦{text}⟧"
            before = weight
        return marked.rstrip("\n")

    def _colour(self, piece: Piece, *, last: bool = False) -> str:
        if not self.colour:
            return ""
        if piece.weight:
            return STOP if last else GREEN
        return SPECIAL if piece.special else ""

    def table(self, pieces: list[Piece]) -> Iterator[str]:
        yield f"{'id':>10}  weight  text"
        for piece in pieces:
            text = visible(piece.text) or "(part of the next)"
            ids = " ".join(map(str, piece.ids))
            weight = f"{piece.weight:g}" if piece.weight else "-"
            yield f"{ids:>10}  {weight:>6}  {self.painted(self._colour(piece), f'|{text}|')}"

    def counted(self, row: Encoded) -> Iterator[str]:
        """Begin and stop tokens, ids and counts, a line each."""
        said = ("stops", stop_of(self.script.tokenizer, row))
        if row.label is not None:
            said = ("label", visible(row.label) or "none")
        for name, text in (("begins", begin_of(self.script.tokenizer, row)), said):
            yield f"{self.painted(DIM, f'{name:<6}')}  {text}"
        if not self.ids:
            more = f" ... and {len(row.ids) - IDS} more" if len(row.ids) > IDS else ""
            ids = " ".join(map(str, row.ids[:IDS]))
            yield f"{self.painted(DIM, 'ids   ')}  {ids}{more}"
        share = row.learnt / len(row.ids)
        learnt = "" if row.label is not None else f", {row.learnt} of them trained on ({share:.1%})"
        yield (
            f"{self.painted(DIM, 'tokens')}  {len(row.ids)}{learnt}; at most "
            f"{self.script.max_length}"
        )


def text_of_column(value: Any) -> str:  # noqa: ANN401  as above
    """What is no text is written as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def begin_of(tokenizer: Any, row: Encoded) -> str:  # noqa: ANN401  the script's own
    """With which begin-of-sequence token a row begins, if there is one."""
    begin = tokenizer.bos_token_id
    if begin is None:
        return "without a begin-of-sequence token: the tokenizer has none"
    name = f"{tokenizer.bos_token} ({begin})"
    if row.ids[:1] != [begin]:
        return f"without the begin-of-sequence token {name}"
    return f"with {name}" + (" twice" if row.ids[1:2] == [begin] else "")


def stop_of(tokenizer: Any, row: Encoded) -> str:  # noqa: ANN401  the script's own
    """Which token ends the answer."""
    last = row.ids[answer_of(row)[1] - 1]
    if last in tokenizer.added_tokens_decoder:
        return f"at {tokenizer.added_tokens_decoder[last].content} ({last}), trained on"
    return f"nowhere: the last token trained on, {last}, is no special token"
