"""Python text, as black lays it out.

In: whole top-level statements. Out: the same, formatted. Invariant: the result is what black makes
of it, also within the whole file; where that is plain to see, black is not asked.
"""

import re
from collections.abc import MutableMapping
from hashlib import sha256

BLACK = "26.10.1"
"""The version that layouts are kept for; `pyproject.toml` pins the same."""

WIDTH = 88

kept: MutableMapping[str, str] = {}
"""Formatted fragments by the hash of what they were made from; the command line puts a table on
disk here."""


def formatted(fragment: str) -> str:
    """Raises SyntaxError where the fragment is not Python: a fault of a template."""
    if fits(fragment):
        return fragment
    key = sha256(f"{BLACK}\0{fragment}".encode()).hexdigest()
    if key not in kept:
        kept[key] = _black(fragment)
    return kept[key]


def fits(fragment: str) -> bool:
    """Whether black would change nothing.

    Templates are written as black would, for values that fit their line; so it has work only where
    a line is too long, or a text has a quote or an escape that it might spell otherwise.
    """
    odd = re.search(r"\\[^n]|\n\n\n\n", fragment)
    return odd is None and all(len(line) <= WIDTH for line in fragment.split("\n"))


def _black(fragment: str) -> str:
    from black import format_str  # half of a cold compile's time, and rarely needed
    from black.mode import Mode, TargetVersion
    from black.parsing import InvalidInput

    try:
        return format_str(fragment, mode=Mode(target_versions={TargetVersion.PY311}))
    except InvalidInput as error:
        raise SyntaxError(f"{error}\n{fragment}") from error
