"""Diagnostics for programs.

In: diagnostics. Out: one JSON object with `diagnostics`, `errors` and `warnings`, in ASCII.
Invariant: lines and columns count characters from 1, offsets from 0; `end` is just past the last
character; every key is always there, null where there is nothing.
"""

import json

from tunec.diagnostics.codes import CODES
from tunec.diagnostics.model import Diagnostic, Fix, Label
from tunec.source import Span


def render_json(diagnostics: list[Diagnostic]) -> str:
    """Indented, with a newline at the end."""
    document = {
        "diagnostics": [as_object(found) for found in diagnostics],
        "errors": sum(found.severity == "error" for found in diagnostics),
        "warnings": sum(found.severity == "warning" for found in diagnostics),
    }
    return json.dumps(document, indent=2) + "\n"


def as_object(found: Diagnostic) -> dict[str, object]:
    """One diagnostic as what `json` can write."""
    return {
        "code": found.code,
        "slug": CODES[found.code].slug,
        "severity": found.severity,
        "message": found.message,
        "help": found.help,
        "notes": list(found.notes),
        "location": _labelled(found.primary) if found.primary else None,
        "related": [_labelled(label) for label in found.secondary],
        "fix": _fix(found.fix) if found.fix else None,
    }


def _labelled(label: Label) -> dict[str, object]:
    return {**_location(label.span), "label": label.text or None}


def _location(span: Span) -> dict[str, object]:
    return {
        "file": span.source.name,
        "start": {"line": span.line, "column": span.column, "offset": span.start},
        "end": {"line": span.end_line, "column": span.end_column, "offset": span.end},
    }


def _fix(fix: Fix) -> dict[str, object]:
    edits = [{**_location(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}
