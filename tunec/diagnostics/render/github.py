"""Diagnostics as workflow commands, which GitHub shows beside the changed lines.

In: diagnostics. Out: one line each. Invariant: no text of a user can end a command or begin one.
"""

from tunec.diagnostics.codes import CODES
from tunec.diagnostics.model import Diagnostic
from tunec.diagnostics.render.shown import visible, visible_lines


def render_github(diagnostics: list[Diagnostic]) -> str:
    """Empty for no diagnostics. Columns count characters from 1; the end is just past the last."""
    return "".join(f"{_command(found)}\n" for found in diagnostics)


def _command(found: Diagnostic) -> str:
    properties = _place(found)
    properties["title"] = f"{found.code} {CODES[found.code].slug}"
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    words = [visible(found.message)]
    for text in (*found.notes, found.help):
        words += visible_lines(text) if text else []
    return f"::{found.severity} {listed}::{_data(chr(10).join(words))}"


def _place(found: Diagnostic) -> dict[str, str]:
    if not found.primary:
        return {}
    span = found.primary.span
    place = {"file": visible(span.source.name), "line": str(span.line)}
    # GitHub takes columns only for places within one line.
    if span.line == span.end_line:
        place |= {"col": str(span.column)}
    place |= {"endLine": str(span.end_line)}
    if span.line == span.end_line:
        place |= {"endColumn": str(span.end_column)}
    return place


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
