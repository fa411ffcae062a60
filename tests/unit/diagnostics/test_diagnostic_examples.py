"""What the registry and the aliases tell people to write, against the stages that judge it."""

from pathlib import Path

import pytest

from tunec.diagnostics import Report
from tunec.diagnostics.alias_table import ROWS
from tunec.diagnostics.codes import CODES, Code
from tunec.files import Files
from tunec.source import Source
from tunec.spec.lower import lower
from tunec.syntax.parser import parse

# Jinja and names of folders are judged by later stages.
LATER = {"E224", "E225"}
EXAMPLES = [
    code
    for code in CODES.values()
    if code.id[1] in "12" and code.id not in LATER and not code.example.startswith("$ ")
]
MISSING = {"E210", "E211"}
"""Told of every part of a spec, since the rest is not there."""
KINDS = {
    "model": 'model "base"',
    "method": "method lora",
    "template": "template chat",
    "optimizer": "optimizer adamw",
    "schedule": "schedule cosine",
}


def codes_in(text: str, folder: Path) -> set[str]:
    """Of all problems that reading and lowering find."""
    (folder / "a.tune").write_text(text)
    report = Report()
    lower(parse(Source("a.tune", text, folder), report), [], Files(), report)
    return {found.code for found in report}


@pytest.mark.parametrize("code", EXAMPLES, ids=lambda code: code.id)
def test_an_example_triggers_its_code(code: Code, tmp_path: Path) -> None:
    assert code.id in codes_in(code.example, tmp_path)


@pytest.mark.parametrize("row", [row for row in ROWS if row[2]], ids=lambda row: row[0].split()[0])
def test_what_an_alias_says_to_write_is_legal(
    row: tuple[str, str, str, str], tmp_path: Path
) -> None:
    _, place, text, _ = row
    for block in reversed(place.split(".") if place else []):
        text = f"{KINDS.get(block, block)} {{ {text} }}"
    assert codes_in(text, tmp_path) - MISSING == set()
