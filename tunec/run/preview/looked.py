"""A row, looked at: what it becomes and what may be wrong with it.

In: a row of the data and the script. Out: `Looked`. Invariant: a row that would stop the script is
looked at like any other, with the reason why.
"""

from collections.abc import Iterator
from typing import Any  # rows and tokenizers are the script's own

from tunec.record import fields_of, record
from tunec.run.preview.pieces import text_of
from tunec.run.preview.script import Encoded, Found, Made, Script

LEAST = 8
"""Characters of an answer that is searched for in its prompt: less stands there by chance."""


@record
class Trouble:
    """Something that may be wrong."""

    kind: str
    text: str


KINDS = {
    "refused": "stops the run",
    "dropped": "dropped",
    "truncated": "too long, cut",
    "split": "too long, split",
    "empty_answer": "nothing trained but a stop token",
    "no_stop": "trained, but not to stop",
    "begins_twice": "two begin-of-sequence tokens",
    "unknown_token": "text the tokenizer has no token for",
    "spelled_token": "spells out a special token, kept as text",
    "answer_in_prompt": "the answer stands in the prompt",
    "empty_column": "an empty column or turn",
}
"""Kinds of trouble, the worst first, and what a report calls them."""

FATES = {
    "drop": "dropped",
    "truncate": "truncated",
    "truncate_prompt": "truncated",
    "split": "split",
    "error": "refused",
}
"""What becomes of a row that is too long, by `overflow`."""


@record
class Looked:
    """A row with all that is to be said of it."""

    number: int
    """In its data set, from 1."""
    place: str
    raw: Any
    whole: list[Encoded]
    """Usually one; none where the row is refused or dropped before it is encoded."""
    left: list[Encoded]
    """What of them is trained on."""
    troubles: list[Trouble]
    rows: list[Any]
    """The same as the script has it."""
    counts: dict[str, int]
    """What the script says was done to it."""

    @property
    def tokens(self) -> int:
        return sum(len(each.ids) for each in self.whole)

    @property
    def learnt(self) -> int:
        return sum(each.learnt for each in self.whole)

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

    def at(self, number: int) -> "Looked":
        """The same row as one of another data set."""
        return Looked(**{**fields_of(self), "number": number})


def look(script: Script, overflow: str, number: int, row: Found) -> Looked:
    """Encodes a row and says what may be wrong with it."""
    made = script.encode(row)
    troubles = list(_refused(made))
    for whole, left in zip(made.whole, made.left, strict=True):
        if len(whole.ids) > script.max_length and not made.refusal:
            troubles.append(_shortened(whole, left, script.max_length, FATES[overflow]))
        troubles += _troubles(script, whole)
    if made.spelled:
        troubles.append(Trouble("spelled_token", "text of it looks like a special token"))
    troubles += _empty_columns(script, row.raw)
    left = [each for pieces in made.left for each in pieces]
    return Looked(number, row.place, row.raw, made.whole, left, troubles, made.rows, made.counts)


def _refused(made: Made) -> Iterator[Trouble]:
    """Why a row is not trained on at all, other than by its length."""
    if made.refusal:
        yield Trouble("refused", made.refusal)
    elif made.dropped:
        yield Trouble("dropped", f"dropped: {made.dropped}")


def _shortened(whole: Encoded, left: list[Encoded], most: int, fate: str) -> Trouble:
    learnt = whole.learnt - sum(piece.learnt for piece in left)
    fate = fate if left else "dropped"
    into = f" into {len(left)}" if fate == "split" else ""
    text = (
        f"{len(whole.ids):,} tokens, at most {most:,}: {fate}{into}; {learnt:,} trained ones lost"
    )
    return Trouble(fate, text)


def _troubles(script: Script, row: Encoded) -> Iterator[Trouble]:
    tokenizer, special = script.tokenizer, script.tokenizer.added_tokens_decoder
    begin = tokenizer.bos_token_id
    if begin is not None and row.ids[:2] == [begin, begin]:
        yield Trouble("begins_twice", f"it begins with {tokenizer.bos_token} twice")
    unknown = row.ids.count(tokenizer.unk_token_id) if tokenizer.unk_token_id is not None else 0
    if unknown:
        yield Trouble("unknown_token", f"{unknown} tokens are {tokenizer.unk_token}: unknown text")
    if row.label is not None:
        return  # a head looks at all of it
    start, end = answer_of(row)
    if row.ids[end - 1] not in special:
        text = "the last token trained on is no special token, so that it does not teach to stop"
        yield Trouble("no_stop", text)
    answer = tokenizer.decode(row.ids[start:end], skip_special_tokens=True).strip()
    if not answer:
        yield Trouble("empty_answer", "the answer is empty: only its stop token is trained on")
    elif len(answer) >= LEAST and start > 1 and answer in text_of(tokenizer, row.ids[:start]):
        yield Trouble("answer_in_prompt", "the answer stands word for word in the prompt")


def answer_of(row: Encoded) -> tuple[int, int]:
    """Where the last tokens trained on without a gap start, and where they end."""
    end = len(row.ids)
    while end > 1 and not row.weights[end - 1]:
        end -= 1
    start = end
    while start > 0 and row.weights[start - 1]:
        start -= 1
    return start, end


def _empty_columns(script: Script, raw: Any) -> Iterator[Trouble]:  # noqa: ANN401  the script's own
    for where, text in texts_of(script, raw):
        if not text.strip():
            yield Trouble("empty_column", f"`{where}` is empty")


def texts_of(script: Script, raw: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  as above
    """The texts in a row that the template uses, and where they stand: `messages[0].content`."""
    if isinstance(raw, dict):
        for name in script.columns or tuple(raw):
            yield from _texts(str(name), raw.get(name))


def _texts(where: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  as above
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(f"{where}[{number}]", each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(f"{where}.{name}", each)
