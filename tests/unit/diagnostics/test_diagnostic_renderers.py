"""The same five diagnostics through every renderer."""

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from golden_files import check_golden, check_no_leftovers
from unit.diagnostics.diagnostic_cases import FIVE, HOUSE, SPEC

from tunec.diagnostics import Diagnostic, Label
from tunec.diagnostics.codes import CODES
from tunec.diagnostics.render import RENDERERS, render
from tunec.source import Source, Span

GOLDEN = Path(__file__).parent / "golden"
FILES = {name: GOLDEN / f"{name}.txt" for name in (*RENDERERS, "colour")}


@pytest.mark.parametrize("name", FILES)
def test_five_diagnostics(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A release of tunec changes no expected text.
    monkeypatch.setattr("tunec.diagnostics.render.sarif.__version__", "0.0.0")
    text = render(FIVE, "text", colour=True) if name == "colour" else render(FIVE, name)
    # Escapes are written out, so that the file can be read in a diff.
    check_golden(FILES[name], text.replace("\x1b", "\\e"), request)


def test_no_leftovers(request: pytest.FixtureRequest) -> None:
    check_no_leftovers(GOLDEN, FILES.values(), request)


@pytest.mark.parametrize("name", RENDERERS)
def test_no_raw_control_characters(name: str) -> None:
    text = render(FIVE, name)
    assert text.endswith("\n")
    assert [c for c in text if c != "\n" and (ord(c) < 32 or c in "\x7f\x9b\u202e")] == []


def test_unknown_format() -> None:
    with pytest.raises(KeyError):
        render(FIVE, "html")


def test_nothing_to_say() -> None:
    assert render([], "text") == render([], "concise") == render([], "github") == ""
    assert json.loads(render([], "json")) == {"diagnostics": [], "errors": 0, "warnings": 0}
    assert json.loads(render([], "sarif"))["runs"][0]["results"] == []


# --- JSON -----------------------------------------------------------------------------


def test_json_places_select_the_marked_text() -> None:
    found = json.loads(render(FIVE, "json"))
    assert (found["errors"], found["warnings"]) == (4, 1)
    sources = {source.name: source for source in (SPEC, HOUSE)}
    places = [one["location"] for one in found["diagnostics"] if one["location"]]
    places += [place for one in found["diagnostics"] for place in one["related"]]
    assert len(places) == 8
    for place in places:
        text = sources[place["file"]].text
        for end in ("start", "end"):
            before = text[: place[end]["offset"]]
            assert place[end]["line"] == before.count("\n") + 1
            assert place[end]["column"] == len(before) - (before.rfind("\n") + 1) + 1


def test_json_says_what_the_terminal_says() -> None:
    first = json.loads(render(FIVE, "json"))["diagnostics"][0]
    assert first["slug"] == CODES["E203"].slug
    assert first["location"]["label"] == "must be at least 1"
    assert first["related"][0]["label"] == "in this block"
    assert first["help"].startswith("Write `rank = 8`")


# --- SARIF ----------------------------------------------------------------------------


def test_sarif_structure() -> None:
    log = json.loads(render(FIVE, "sarif"))
    assert log["version"] == "2.1.0" and len(log["runs"]) == 1
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "tunec"
    assert run["columnKind"] == "unicodeCodePoints"
    assert [result["level"] for result in run["results"]] == ["error"] * 4 + ["warning"]
    for result, found in zip(run["results"], FIVE, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == found.code
        assert len(result.get("locations", [])) == (found.primary is not None)
        assert len(result.get("relatedLocations", [])) == len(found.secondary)
        assert _unbraced(result["message"]["text"]).startswith(found.message)
    for rule in rules:
        assert rule["name"] == CODES[rule["id"]].slug
        for part in ("shortDescription", "fullDescription", "help"):
            assert _unbraced(rule[part]["text"])


def test_sarif_regions() -> None:
    results = json.loads(render(FIVE, "sarif"))["runs"][0]["results"]
    places = [place for one in results for place in one.get("locations", [])]
    places += [place for one in results for place in one.get("relatedLocations", [])]
    sources = {source.name: source.text for source in (SPEC, HOUSE)}
    for place in places:
        address = place["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9/._,%-]+", address)
        region = place["physicalLocation"]["region"]
        start = region["charOffset"]
        text = sources[unquote(address)][start : start + region["charLength"]]
        assert text.count("\n") == region["endLine"] - region["startLine"]
        assert (region["endLine"], region["endColumn"]) > (region["startLine"], 0)


def test_sarif_fix() -> None:
    results = json.loads(render(FIVE, "sarif"))["runs"][0]["results"]
    (fix,) = results[1]["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert change["artifactLocation"]["uri"] == "support.tune"
    assert replacement["insertedContent"]["text"] == "learning_rate"
    assert replacement["deletedRegion"]["charLength"] == len("lr")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("a b#1.tune", "a%20b%231.tune"),
        ("/home/x/é.tune", "file:///home/x/%C3%A9.tune"),
        ("C:\\specs\\a.tune", "file:///C%3A/specs/a.tune"),
        ("sub\\a.tune", "sub/a.tune"),
    ],
)
def test_sarif_addresses(name: str, address: str) -> None:
    found = Diagnostic("E211", "Missing.", Label(Span(Source(name, "a"), 0, 1)))
    result = json.loads(render([found], "sarif"))["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == address


def _unbraced(text: str) -> str:
    """The message as a reader of SARIF shows it; fails where a brace stands alone."""
    assert not re.sub(r"\{\{|\}\}", "", text).strip("`").count("{")
    return text.replace("{{", "{").replace("}}", "}")


# --- GitHub ---------------------------------------------------------------------------


def test_github_commands() -> None:
    lines = render(FIVE, "github").splitlines()
    assert len(lines) == len(FIVE)
    for line, found in zip(lines, FIVE, strict=True):
        kind, listed, message = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()
        properties = dict(part.split("=", 1) for part in listed.split(","))
        assert kind == found.severity
        assert properties["title"] == f"{found.code} {CODES[found.code].slug}"
        assert "%0A" in message or not (found.notes or found.help)
        if found.primary:
            span = found.primary.span
            assert _unescaped(properties["file"]) == span.source.name
            assert int(properties["line"]) == span.line
            assert int(properties["endLine"]) == span.end_line
            # GitHub drops columns of places that go over several lines.
            assert ("col" in properties) == (span.line == span.end_line)
    assert "100%25" not in lines[2]  # it is in a label, which an annotation has no place for


def _unescaped(text: str) -> str:
    return text.replace("%2C", ",").replace("%3A", ":").replace("%25", "%")


def test_github_escapes() -> None:
    found = Diagnostic("E211", "50% a\r\n::stop", Label(Span(Source("a:b,c%.tune", "a"), 0, 1)))
    assert render([found], "github") == (
        "::error file=a%3Ab%2Cc%25.tune,line=1,col=1,endLine=1,endColumn=2,"
        "title=E211 missing-block::50%25 a\\r\\n::stop\n"
    )


# --- Concise --------------------------------------------------------------------------


def test_concise_lines_can_be_split() -> None:
    lines = render(FIVE, "concise").splitlines()
    name, line, column, *_ = lines[1].split(":")
    span = FIVE[1].primary.span
    assert (name, int(line), int(column)) == ("support.tune", span.line, span.column)
    assert lines[4].startswith("warning[E504]: ")


# --- Lightness ------------------------------------------------------------------------


def test_a_spec_without_problems_loads_no_texts() -> None:
    code = (
        "import sys, tunec.diagnostics, tunec.diagnostics.render\n"
        "print([m for m in sys.modules if 'diagnostics.codes' in m or 'diagnostics.aliases' in m "
        "or m in ('json', 'unicodedata', 'textwrap')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
