"""Each malformed snippet is named by its code, at its place, and its fix mends it."""

from pathlib import Path

import pytest
from golden_files import check_golden
from syntax.examples import ARGUMENTS, EXAMPLES
from syntax.helpers import fixed, place, read

from tunec.diagnostics.codes_syntax import SYNTAX_CODES
from tunec.diagnostics.model import Report
from tunec.source import Source
from tunec.syntax import parse_path_setting

SNIPPETS = [(code, text) for code, texts in EXAMPLES.items() for text in texts]
SET = [(code, text) for code, texts in ARGUMENTS.items() for text in texts]


def test_each_code_has_snippets() -> None:
    assert {code.id for code in SYNTAX_CODES} == EXAMPLES.keys() | ARGUMENTS.keys()


@pytest.mark.parametrize("code", SYNTAX_CODES, ids=lambda code: code.id)
def test_the_registered_example_shows_its_code(code) -> None:
    if code.example.startswith("$ "):
        argument = code.example.split()[-1]
        report = Report()
        assert parse_path_setting(Source("--set", argument), report) is None
        assert [error.code for error in report] == [code.id]
        return
    assert [error.code for error in read(code.example)[1]] == [code.id]


@pytest.mark.parametrize(("code", "text"), SNIPPETS)
def test_a_snippet_has_one_error_and_its_fix_mends_it(code: str, text: str) -> None:
    errors = read(text)[1]
    assert [error.code for error in errors] == [code]
    assert errors[0].help
    if errors[0].fix:
        assert read(fixed(text, errors))[1] == []


@pytest.mark.parametrize(
    ("code", "text"),
    [(code, text) for code, text in SNIPPETS if not text.startswith(",")],  # fine after an item
)
def test_an_error_does_not_hide_what_stands_around_it(code: str, text: str) -> None:
    """The items before and after an error are read; what cannot be read after it is known."""
    takes_the_rest = code in ("E108", "E122") or text.startswith("/* text") or text == "let"
    document, errors = read(f"before = 1\n{text}\n\nafter == 2\n")
    assert document.items[0].name.text == "before"
    if not takes_the_rest:
        assert [error.code for error in errors][-1] == "E120"
        assert errors[0].code == code


@pytest.mark.parametrize(("code", "text"), SET)
def test_a_malformed_argument_has_one_error(code: str, text: str) -> None:
    report = Report()
    parse_path_setting(Source("--set", text), report)
    assert [error.code for error in report] == [code]


def test_what_is_said_about_all_snippets(request: pytest.FixtureRequest) -> None:
    """Places (start and end), labels, messages, help and fixes, for reading as a whole."""
    lines = []
    for code, text in SNIPPETS:
        lines.append(f"{code} {text!r}")
        for error in read(text)[1]:
            assert error.primary
            lines.append(f"  {place(error)} {error.primary.text}".rstrip())
            lines += [f"  {place_of.span.text!r}: {place_of.text}" for place_of in error.secondary]
            lines.append(f"  {error.message}")
            lines.append(f"  {error.help}")
            if error.fix:
                lines.append(f"  {error.fix.title}{'' if error.fix.safe else ' (a guess)'}")
    check_golden(Path(__file__).with_name("said.txt"), "\n".join(lines) + "\n", request)
