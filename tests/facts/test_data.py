"""The facts of data sources."""

import json
from pathlib import Path

import pytest
from lowering import WHOLE, lowering

from tunec.diagnostics import Diagnostic, Report
from tunec.facts import SourceFacts
from tunec.facts.data import gather_sources
from tunec.facts.rows import LIMIT
from tunec.facts.rows import WHOLE as WHOLE_JSON
from tunec.files import Files


def gathered(data: str, folder: Path) -> tuple[dict[str, SourceFacts], list[Diagnostic]]:
    report = Report()
    text = WHOLE.replace('data train { source "dates.jsonl" }', data)
    return gather_sources(lowering(text, folder=folder).valid, Files(), report), list(report)


def test_sources_are_known_by_their_path_in_the_spec(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"x": 1}\n{"y": 2, "x": 3}\n')
    (tmp_path / "b.csv").write_text("x,y\n1,2\n")
    facts, problems = gathered(
        'data train {\n  source "a.jsonl"\n  source "./b.csv"\n}\ndata test { source "a.jsonl" }',
        tmp_path,
    )
    assert problems == []
    assert list(facts) == ["data.train.sources.0", "data.train.sources.1", "data.test.sources.0"]
    first = facts["data.train.sources.0"]
    assert (first.format, first.columns, first.rows_seen, first.complete) == (
        "jsonl",
        ("x", "y"),
        2,
        True,
    )
    assert first.lines == (1, 2)
    assert facts["data.train.sources.1"].sample == ({"x": "1", "y": "2"},)


def test_the_format_is_the_written_one_or_that_of_the_ending(tmp_path: Path) -> None:
    for name in ("rows.dat", "rows.JSONL"):
        (tmp_path / name).write_text('{"x": 1}\n')
    facts, problems = gathered(
        'data train {\n  source "rows.dat" { format = jsonl }\n  source "rows.JSONL"\n}', tmp_path
    )
    assert problems == []
    assert [each.format for each in facts.values()] == ["jsonl", "jsonl"]


def test_no_more_than_the_start_of_a_large_file_is_read(tmp_path: Path) -> None:
    line = json.dumps({"x": "y" * 1000}) + "\n"
    (tmp_path / "a.jsonl").write_text(line * 1000 + "broken")
    facts, problems = gathered('data train { source "a.jsonl" }', tmp_path)
    assert problems == []
    assert facts["data.train.sources.0"].rows_seen == 64
    assert not facts["data.train.sources.0"].complete


def test_a_file_of_exactly_the_limit_is_whole(tmp_path: Path) -> None:
    row = json.dumps({"x": ""})
    (tmp_path / "a.jsonl").write_text(json.dumps({"x": "y" * (LIMIT - len(row))}))
    assert (tmp_path / "a.jsonl").stat().st_size == LIMIT
    facts, _ = gathered('data train { source "a.jsonl" }', tmp_path)
    assert facts["data.train.sources.0"].complete


def test_the_first_rows_of_a_large_json_file_are_known(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([{"x": "z"}, {"x": "y" * WHOLE_JSON}]))
    facts, problems = gathered('data train { source "a.json" }', tmp_path)
    assert problems == []
    found = facts["data.train.sources.0"]
    assert (found.columns, found.sample, found.complete) == (("x",), ({"x": "z"},), False)


def test_paths_of_a_used_file_start_there(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "rows.jsonl").write_text('{"x": 1}\n')
    (tmp_path / "house" / "house.tune").write_text('data train { source "rows.jsonl" }\n')
    text = 'use "house/house.tune"\n' + WHOLE.replace('data train { source "dates.jsonl" }\n', "")
    report = Report()
    facts = gather_sources(lowering(text, folder=tmp_path).valid, Files(), report)
    assert list(report) == []
    assert list(facts) == ["data.train.sources.0"]


def test_the_problem_is_at_the_path_in_the_spec(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"x": 1}\n{"x": "' + "y" * 100)
    _, (problem,) = gathered('data train { source "a.jsonl" }', tmp_path)
    assert problem.primary is not None
    assert problem.primary.span.text == '"a.jsonl"'
    assert problem.message == "Line 2 of `a.jsonl` ends in the middle of a row."
    assert problem.notes == ('a.jsonl:2: {"x": "' + "y" * 64 + "…",)


def test_what_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_text("{}")

    def refuse(*_: object, **__: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Files, "read_bytes", refuse)
    _, (problem,) = gathered('data train { source "a.jsonl" }', tmp_path)
    assert (problem.code, problem.message) == (
        "E405",
        "`a.jsonl` cannot be read: permission denied.",
    )
