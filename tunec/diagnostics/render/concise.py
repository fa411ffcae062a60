"""Diagnostics in one line each: `support.tune:15:10: error[E203]: …`.

In: diagnostics in the order they are to be read. Out: as many lines.
Invariant: an editor or a grep that splits at colons finds file, line and column, both from 1.
"""

from tunec.diagnostics.model import Diagnostic
from tunec.diagnostics.render.shown import visible


def render_concise(diagnostics: list[Diagnostic]) -> str:
    """Empty for no diagnostics; without a place, the line begins with the severity."""
    return "".join(f"{_line(found)}\n" for found in diagnostics)


def _line(found: Diagnostic) -> str:
    place = ""
    if found.primary:
        span = found.primary.span
        place = f"{visible(span.source.name)}:{span.line}:{span.column}: "
    return f"{place}{found.severity}[{found.code}]: {visible(found.message)}"
