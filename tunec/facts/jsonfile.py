"""JSON files that tools write: configurations, indexes, headers.

In: a path. Out: the object in it. Invariant: for what cannot be read there is a part of a sentence
that names the place, never an exception of the `json` module.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from tunec.files import Files


class Unreadable(Exception):
    """Completes "`config.json` …": "is not valid JSON at line 3, column 7"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_object(files: Files, path: Path) -> Mapping[str, object]:
    """The object that a JSON file holds. Raises Unreadable."""
    try:
        return parse_object(files.read_bytes(path))
    except OSError as problem:
        raise Unreadable(
            f"cannot be read: {(problem.strerror or 'unknown reason').lower()}"
        ) from None


def parse_object(data: bytes) -> Mapping[str, object]:
    """The object in some bytes of JSON. Raises Unreadable."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise Unreadable(f"is not text in UTF-8 at line {line}") from None
    if not text.strip():
        raise Unreadable("is empty")
    if text.startswith("version https://git-lfs"):
        raise Unreadable("is a pointer of Git LFS, not the file itself")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as problem:
        raise Unreadable(
            f"is not valid JSON at line {problem.lineno}, column {problem.colno}"
        ) from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    if not isinstance(value, dict):
        raise Unreadable("is not a JSON object")
    return value
