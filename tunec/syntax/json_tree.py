"""The tree as plain data, for `tunec dump tree`.

In: a document. Out: dictionaries, lists, text and truth values. Invariant: every node has its kind,
its fields as nodes.py names them, and `at`: line and column of its first character.
"""

from typing import Any

from tunec.source import Span
from tunec.syntax.nodes import Document

Json = Any  # Any: JSON has no better type in Python


def tree_as_json(document: Document) -> dict[str, Json]:
    """All items and comments of a document."""
    return {
        "kind": "document",
        "source": document.source.name,
        "items": _plain(document.items),
        "comments": _plain(document.comments),
    }


def _plain(value: Json) -> Json:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    span = getattr(value, "span", None)
    if not isinstance(span, Span):
        return value
    fields = {name: _plain(getattr(value, name)) for name in value.__match_args__ if name != "span"}
    return {"kind": type(value).__name__.lower(), "at": [span.line, span.column], **fields}
