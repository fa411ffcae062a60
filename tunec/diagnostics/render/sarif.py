"""Diagnostics as SARIF 2.1.0, which code hosts and editors import.

In: diagnostics. Out: one SARIF log with one run. Invariant: columns and offsets count Unicode code
points, and the log says so; each rule that a result names is described in the log.
"""

import json
from urllib.parse import quote

from tunec import __version__
from tunec.diagnostics.codes import CODES
from tunec.diagnostics.model import Diagnostic, Fix, Label
from tunec.source import Source, Span

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

Object = dict[str, object]


def render_sarif(diagnostics: list[Diagnostic]) -> str:
    """Indented, with a newline at the end; a log without results for no diagnostics."""
    rules = sorted({found.code for found in diagnostics})
    driver = {"name": "tunec", "version": __version__, "rules": [_rule(code) for code in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, rules.index(found.code)) for found in diagnostics],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(identifier: str) -> Object:
    code = CODES[identifier]
    return {
        "id": code.id,
        "name": code.slug,
        "shortDescription": _message(code.what),
        "fullDescription": _message(f"{code.what} {code.why}"),
        "help": _message(code.instead),
        "defaultConfiguration": {"level": "error"},
    }


def _result(found: Diagnostic, rule: int) -> Object:
    result: Object = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": found.severity,
        "message": _message("\n".join(filter(None, [found.message, *found.notes, found.help]))),
    }
    if found.primary:
        result["locations"] = [_location(found.primary)]
    if found.secondary:
        result["relatedLocations"] = [
            {"id": number, **_location(label)} for number, label in enumerate(found.secondary, 1)
        ]
    if found.fix:
        result["fixes"] = [_fix(found.fix)]
    return result


def _message(text: str) -> Object:
    """Braces are doubled, since single ones would be placeholders of the message (3.11.5)."""
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def _location(label: Label) -> Object:
    location: Object = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(label.span.source)},
            "region": _region(label.span),
        }
    }
    if label.text:
        location["message"] = _message(label.text)
    return location


def _region(span: Span) -> Object:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "charOffset": span.start,
        "charLength": span.end - span.start,
    }


def _uri(source: Source) -> str:
    """Relative paths stay relative, so that the log fits every checkout."""
    path = source.name.replace("\\", "/")
    if path[1:3] == ":/":
        path = "/" + path
    address = quote(path, safe="/~!$&'()*+,;=@", errors="replace")
    return f"file://{address}" if path.startswith("/") else address


def _fix(fix: Fix) -> Object:
    replacements: dict[Source, list[Object]] = {}
    for edit in fix.edits:
        replacements.setdefault(edit.span.source, []).append(
            {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        )
    return {
        "description": _message(fix.title),
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(source)}, "replacements": edits}
            for source, edits in replacements.items()
        ],
    }
