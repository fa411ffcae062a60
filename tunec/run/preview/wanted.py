"""What a preview was asked for, on its way from the command to the process that shows it.

In: the command's options. Out: one word of a command line, and back. Invariant: what is read is
what was written.
"""

import json

from tunec.record import fields_of, record

MINHASH = "datasketch==2.0.0"
"""What near duplicates need besides, as the extra `report` has it."""

MARK = '<meta name="generator" content="tunec preview --report">'
"""By this a page is known to be a report."""


@record
class Wanted:
    """Rows of `first`, `picked`, `longest` and `worst`, or a report."""

    script: str
    spec: str
    """As the user wrote it."""
    overflow: str
    colour: bool = False
    data: str = "train"
    first: int = 0
    picked: tuple[str, ...] = ()
    """Numbers or places of rows."""
    longest: int = 0
    worst: int = 0
    raw: bool = False
    """Whether columns are shown whole."""
    ids: bool = False
    """Whether there is a line for each token."""
    report: bool = False
    json: bool = False
    page: str = ""
    """File for the page; none where it is empty."""

    def to_word(self) -> str:
        return json.dumps(fields_of(self))

    @classmethod
    def from_word(cls, word: str) -> "Wanted":
        fields = json.loads(word)
        return cls(**{**fields, "picked": tuple(fields["picked"])})
