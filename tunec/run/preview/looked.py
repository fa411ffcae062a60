"""A row, looked at: what it becomes and what may be wrong with it.

In: a row of the data and the script. Out: `Looked`. Invariant: a row that would stop the script is
looked at like any other, with the reason why.
"""

from collections.abc import Iterator
from typing import Any  # rows and tokenizers are the script's own

from tunec.record import fields_of, record
from tunec.run.preview.fates import Kept, shortened
from tunec.run.preview.pieces import text_of
from tunec.run.preview.script import Encoded, Refused, Script

LEAST = 8
"""Characters of an answer that is searched for in its prompt: less stands there by chance."""


@record
class Trouble:
    """Something that may be wrong, from the worst kind to the mildest."""

    kind: str
    text: str


KINDS = {
    "refused": "stops the run",
    "dropped": "too long, dropped",
    "cut": "too long, cut",
    "split": "too long, split",
    "empty answer": "nothing trained but a stop token",
    "empty column": "an empty column",
    "no stop": "trained, but not to stop",
    "begins twice": "two begin-of-sequence tokens",
    "unknown token": "text the tokenizer has no token for",
    "answer in prompt": "the answer stands in the prompt",
    "small share": "little to train on",
}
"""Kinds of trouble, the worst first, and what a report calls them."""


@record
class Looked:
    """A row with all that is to be said of it."""

    number: int
    """In its data set, from 1."""
    place: str
    raw: Any
    encoded: list[Encoded]
    """Usually one; none where the row is refused."""
    kept: list[Encoded]
    """What is left of those that are too long."""
    troubles: list[Trouble]

    @property
    def tokens(self) -> int:
        return sum(len(each.ids) for each in self.encoded)

    @property
    def learnt(self) -> int:
        return sum(each.learnt for each in self.encoded)

    @property
    def refusal(self) -> str:
        """Why it stops the run; empty where it does not."""
        return next((each.text for each in self.troubles if each.kind == "refused"), "")

    @property
    def badness(self) -> tuple[int, float]:
        """Larger is worse: the worst trouble first, then the smallest share trained on."""
        order = list(KINDS)
        worst = min((order.index(each.kind) for each in self.troubles), default=len(order))
        return len(order) - worst, 1 - self.share

    @property
    def share(self) -> float:
        """Of its tokens, how many are trained on."""
        return self.learnt / max(self.tokens, 1)

    def with_reason(self) -> "Looked":
        """The same row; where nothing is wrong with it, its share of trained tokens is said."""
        text = f"only {self.share:.1%} of its tokens are trained on"
        return self.having(troubles=self.troubles or [Trouble("small share", text)])

    def having(self, **changes: Any) -> "Looked":  # noqa: ANN401  fields are of several sorts
        """The same row with other fields."""
        return Looked(**{**fields_of(self), **changes})


def look(script: Script, overflow: str, number: int, place: str, raw: Any) -> Looked:  # noqa: ANN401  the script's own
    """Encodes a row and says what may be wrong with it."""
    try:
        encoded = script.encode(place, raw)
    except Refused as refused:
        return Looked(number, place, raw, [], [], [Trouble("refused", str(refused))])
    kept = [shortened(each, script.max_length, overflow) for each in encoded]
    troubles = [
        trouble
        for each, left in zip(encoded, kept, strict=True)
        for trouble in _troubles(script, each, left)
    ]
    troubles += _empty_columns(script, raw)
    return Looked(
        number, place, raw, encoded, [piece for left in kept for piece in left.pieces], troubles
    )


def _troubles(script: Script, row: Encoded, left: Kept) -> Iterator[Trouble]:
    tokens = len(row.ids)
    if left.fate == "refused":
        text = f"{tokens} tokens are more than {script.max_length}"
        yield Trouble("refused", text)
    elif left.fate:
        lost = tokens - sum(len(piece.ids) for piece in left.pieces)
        learnt = row.learnt - sum(piece.learnt for piece in left.pieces)
        text = f"{tokens} tokens are more than {script.max_length}: {left.fate}"
        if left.fate == "split":
            text += f" into {len(left.pieces)}"
        yield Trouble(left.fate, f"{text}; {lost} lost, {learnt} of them trained on")
    tokenizer, special = script.tokenizer, script.tokenizer.added_tokens_decoder
    begin = tokenizer.bos_token_id
    if begin is not None and row.ids[:2] == [begin, begin]:
        yield Trouble("begins twice", f"it begins with {tokenizer.bos_token} twice")
    unknown = row.ids.count(tokenizer.unk_token_id) if tokenizer.unk_token_id is not None else 0
    if unknown:
        yield Trouble("unknown token", f"{unknown} tokens are {tokenizer.unk_token}: unknown text")
    start, end = answer_of(row)
    if row.ids[end - 1] not in special:
        text = "the last token trained on is no special token, so that it does not teach to stop"
        yield Trouble("no stop", text)
    answer = tokenizer.decode(row.ids[start:end], skip_special_tokens=True).strip()
    if not answer:
        yield Trouble("empty answer", "the answer is empty: only its stop token is trained on")
    elif len(answer) >= LEAST and start > 1 and answer in text_of(tokenizer, row.ids[:start]):
        yield Trouble("answer in prompt", "the answer stands word for word in the prompt")


def answer_of(row: Encoded) -> tuple[int, int]:
    """Where the last tokens trained on without a gap start, and where they end."""
    end = len(row.ids) - row.trained[::-1].index(True)
    before = row.trained[:end][::-1]
    return end - (before.index(False) if False in before else end), end


def _empty_columns(script: Script, raw: Any) -> Iterator[Trouble]:  # noqa: ANN401  the script's own
    if not isinstance(raw, dict):
        return
    for name in script.columns or tuple(raw):
        for where, text in _texts(str(name), raw.get(name)):
            if not text.strip():
                yield Trouble("empty column", f"`{where}` is empty")


def _texts(where: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  the script's own
    """All texts in a value and where they stand, as `messages[0].content`."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(f"{where}[{number}]", each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(f"{where}.{name}", each)
