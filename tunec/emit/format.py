"""Python text, formatted by black.

In: whole top-level statements. Out: the same, as black lays them out. Invariant: a fragment is
formatted as it would be
within the whole file, so fragments can be kept and only what changed is formatted again.
"""

from collections.abc import MutableMapping
from hashlib import sha256

BLACK = "26.10.1"
"""The version that layouts are kept for; `pyproject.toml` pins the same."""

kept: MutableMapping[str, str] = {}
"""Formatted fragments by the hash of what they were made from; the command line puts a table on
disk here.
"""


def formatted(fragment: str) -> str:
    """Raises SyntaxError where the fragment is not Python: a fault of a template."""
    key = sha256(f"{BLACK}\0{fragment}".encode()).hexdigest()
    if key not in kept:
        kept[key] = _black(fragment)
    return kept[key]


def _black(fragment: str) -> str:
    from black import format_str  # half of a cold compile's time, and rarely needed
    from black.mode import Mode, TargetVersion
    from black.parsing import InvalidInput

    try:
        return format_str(fragment, mode=Mode(target_versions={TargetVersion.PY311}))
    except InvalidInput as error:
        raise SyntaxError(f"{error}\n{fragment}") from error
