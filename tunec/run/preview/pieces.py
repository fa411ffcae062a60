"""The text of a row, token by token.

In: ids. Out: pieces of text with the ids that make them. Invariant: the pieces, one after another,
are the text that the tokenizer decodes.
"""

from collections.abc import Iterator
from typing import Any  # tokenizers are the script's own

from tunec.record import record
from tunec.run.preview.script import Encoded

_BROKEN = "\ufffd"
"""What a part of a character decodes to."""


@record
class Piece:
    """One token, or several where a character is made of them."""

    ids: tuple[int, ...]
    text: str
    weight: float
    """How much it counts in the loss; 0 where it is not trained on."""
    special: bool


def text_of(tokenizer: Any, ids: list[int]) -> str:  # noqa: ANN401  the script's own
    """Special tokens written out."""
    return str(tokenizer.decode(ids, skip_special_tokens=False))


def pieces_of(tokenizer: Any, row: Encoded) -> list[Piece]:  # noqa: ANN401  the script's own
    """The text of a row in its smallest whole parts."""
    whole = text_of(tokenizer, row.ids)
    cuts = list(_near(tokenizer, row.ids))
    if "".join(text for _, text in cuts) != whole:
        cuts = list(_far(tokenizer, row.ids))
    special, found, start = tokenizer.added_tokens_decoder, [], 0
    for end, text in cuts:
        ids = tuple(row.ids[start:end])
        found.append(Piece(ids, text, max(row.weights[start:end]), ids[0] in special))
        start = end
    return found


def _near(tokenizer: Any, ids: list[int]) -> Iterator[tuple[int, str]]:  # noqa: ANN401  as above
    """Decodes each token after the piece before it: alone, it may lose the space before it."""
    before, start = 0, 0
    for end in range(1, len(ids) + 1):
        known = text_of(tokenizer, ids[before:start])
        text = text_of(tokenizer, ids[before:end])[len(known) :]
        if text.endswith(_BROKEN) and end < len(ids):
            continue
        yield end, text
        before, start = start, end


def _far(tokenizer: Any, ids: list[int]) -> Iterator[tuple[int, str]]:  # noqa: ANN401  as above
    """Decodes from the start each time, for tokenizers that look further back."""
    known = ""
    for end in range(1, len(ids) + 1):
        whole = text_of(tokenizer, ids[:end])
        if whole.endswith(_BROKEN) and end < len(ids):
            continue
        yield end, whole[len(known) :]
        known = whole
