"""Short ways to read text in tests."""

from tunec.diagnostics.model import Diagnostic, Report
from tunec.source import Source
from tunec.syntax import format_document, parse
from tunec.syntax.nodes import Document
from tunec.syntax.walk import Node


def read(text: str) -> tuple[Document, list[Diagnostic]]:
    """The tree and the errors, in order."""
    report = Report()
    document = parse(Source("spec.tune", text), report)
    return document, report.ordered()


def tree(text: str) -> Document:
    """The tree of text that has no errors."""
    document, errors = read(text)
    assert errors == [], [error.message for error in errors]
    return document


def formatted(text: str) -> str:
    return format_document(tree(text))


def bare(node: object) -> object:
    """A node without places, for comparison: its type and its fields."""
    if isinstance(node, tuple):
        return tuple(bare(part) for part in node)
    if not isinstance(node, Node):
        return node
    names = (name for name in type(node).__match_args__ if name != "span")
    return (type(node).__name__, *(bare(getattr(node, name)) for name in names))


def place(error: Diagnostic) -> str:
    """Line and column of start and end."""
    assert error.primary
    span = error.primary.span
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def fixed(text: str, errors: list[Diagnostic]) -> str:
    """The text with all edits of all fixes made."""
    edits = [edit for error in errors if error.fix for edit in error.fix.edits]
    for edit in sorted(edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
