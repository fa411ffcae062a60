"""What is to be evaluated, on its way from the command to the process that does it.

In: what the command found. Out: one word of a command line, and back. Invariant: what is read is
what was written.
"""

import json

from tunec.record import fields_of, record

BASE = "base"
"""The word for a model as it was before training."""


@record
class Subject:
    """A model, and the script by which it is measured."""

    name: str
    """As the user wrote it."""
    script: str
    home: str = ""
    """Where the script's paths start; as it says itself where this is empty."""
    kind: str = BASE
    """`checkpoint`, `best` (both the trained weights of a run), `result`, `model` or `base`."""
    weights: str = ""
    """File or folder."""
    folder: str = ""
    """Of the run."""
    finished: bool = True


@record
class Wanted:
    """Measures of a model, perhaps against another."""

    subject: Subject
    against: Subject | None
    data: tuple[str, ...]
    """Files with rows; the rows that the script holds out where there are none."""
    limit: int | None
    """How many rows; as the script says where it is None, and all where it is 0."""
    out: str
    """Folder for what is found."""

    def to_word(self) -> str:
        fields = fields_of(self)
        for name in ("subject", "against"):
            fields[name] = fields_of(fields[name]) if fields[name] else None
        return json.dumps(fields)

    @classmethod
    def from_word(cls, word: str) -> "Wanted":
        fields = json.loads(word)
        for name in ("subject", "against"):
            fields[name] = Subject(**fields[name]) if fields[name] else None
        return cls(**{**fields, "data": tuple(fields["data"])})
