"""Source to tree: reading, writing in one layout, and dumping `.tune` text.

In: a source. Out: a tree with the place of everything in it. Invariant: syntax only; nothing here
knows which names exist or what they mean.
"""

from typing import TYPE_CHECKING, Any

from tunec.syntax.parser import parse, parse_path_setting, parse_value

if TYPE_CHECKING:
    from tunec.syntax.format import format_document
    from tunec.syntax.json_tree import tree_as_json

__all__ = ["format_document", "parse", "parse_path_setting", "parse_value", "tree_as_json"]


def __getattr__(name: str) -> Any:  # Any: a module's attributes have no common type
    """Loads what `tunec check` and `compile` do not need only when it is asked for."""
    if name == "format_document":
        from tunec.syntax.format import format_document

        return format_document
    if name == "tree_as_json":
        from tunec.syntax.json_tree import tree_as_json

        return tree_as_json
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
