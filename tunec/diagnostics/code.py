"""One diagnostic code, explained.

In: nothing. Out: the record that each table of codes is made of.
Invariant: frozen, and plain text only, so that a terminal, a web page and a log can all show it.
"""

from tunec.record import record


@record
class Code:
    """One kind of problem, explained in full."""

    id: str
    slug: str
    what: str
    """One sentence: what was found."""
    why: str
    """Why it is an error here."""
    example: str
    """A spec (or a part of one) that triggers it, or commands, each starting with `$ `;
    empty where neither can."""
    instead: str
    """What to write instead."""
