"""Everything inside a node.

In: a node or a tuple of nodes. Out: the nodes in it. Invariant: a node comes before what is in it,
in the order of the text.
"""

from collections.abc import Iterator
from typing import TypeVar

from tunec.syntax.nodes import Block, Comment, Document, Let, Name, Setting, Use, Value

Node = Setting | Block | Let | Use | Value | Name | Comment
Wanted = TypeVar("Wanted")


def walk(node: object) -> Iterator[object]:
    """The node and all nodes in it; of a document, its items and what is in them."""
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)
    elif isinstance(node, Document):
        yield from walk(node.items)
    elif hasattr(node, "span"):
        yield node
        for name in getattr(node, "__match_args__", ()):
            if name != "span":
                yield from walk(getattr(node, name))


def find_all(node: object, kind: type[Wanted]) -> Iterator[Wanted]:
    """The nodes of one kind in a node, itself included."""
    return (found for found in walk(node) if isinstance(found, kind))
