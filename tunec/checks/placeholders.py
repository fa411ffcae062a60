"""The columns that a template's text places.

In: the text of a turn. Out: `Placeholders`, or `BadTemplate`. Invariant: a text is `plain` only if
it does nothing but place columns, so that replacing each `{{ name }}` is all that Jinja would do
(but for the one line end at the very end of a text, which Jinja drops).

Jinja is imported for texts that are not plain; those are few, and it is not light.
"""

import re
from functools import lru_cache
from typing import NamedTuple

PLAIN = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")
"""A placeholder that is nothing but a name."""
_OPENING = re.compile(r"\{[{%#]")
_CONSTANTS = frozenset({"true", "false", "none", "True", "False", "None", "not"})
"""Names that are values or operators in Jinja."""


class Placeholders(NamedTuple):
    """What a text takes from a row; names in the order of the text, each once."""

    columns: tuple[str, ...]
    """Columns that every row must have."""
    optional: tuple[str, ...]
    """Columns used only where a default or `is defined` covers for them."""
    plain: bool
    placed: tuple[str, ...]
    """Columns whose value is placed as it is, or through a filter that takes text, wherever they
    are not asked first whether they are empty.
    """

    @property
    def all(self) -> tuple[str, ...]:
        return self.columns + self.optional


class BadTemplate(Exception):
    """A text that is not valid Jinja.

    `reason` completes "The text of `user` is not valid Jinja: …"; `start` and `end` say where.
    """

    def __init__(self, reason: str, remedy: str, start: int, end: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.start = start
        self.end = end


def placeholders(text: str) -> Placeholders:
    """What a text takes from a row. Raises BadTemplate."""
    names = plain_names(text)
    if names is not None:
        return Placeholders(names, (), True, names)
    return _jinja(text)


def plain_names(text: str) -> tuple[str, ...] | None:
    """The columns of a plain text; None where the text needs Jinja."""
    names: dict[str, None] = {}
    opening = _OPENING.search(text)
    while opening:
        found = PLAIN.match(text, opening.start())
        if found is None or found[1] in _CONSTANTS:
            return None
        names[found[1]] = None
        opening = _OPENING.search(text, found.end())
    return tuple(names)


@lru_cache(maxsize=64)
def _jinja(text: str) -> Placeholders:
    from tunec.checks.jinja_text import analyse  # Jinja takes as long to import as a whole check

    return analyse(text)


__all__ = ["PLAIN", "BadTemplate", "Placeholders", "placeholders", "plain_names"]
