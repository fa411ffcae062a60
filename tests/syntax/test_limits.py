"""Depth is bounded, and the work grows with the length of the text."""

import sys
from collections import Counter

import pytest
from syntax.helpers import formatted, read, tree

from tunec.syntax import parser
from tunec.syntax.machine import Machine

BRACKETS = [("a = ", "[", "]"), ("a = ", "(", ")"), ("", "b { ", "}")]


@pytest.mark.parametrize(("before", "opening", "closing"), BRACKETS)
def test_the_deepest_nesting_is_read_and_laid_out(before: str, opening: str, closing: str) -> None:
    inner = "1" if opening == "(" else ""
    text = before + opening * parser.DEEPEST + inner + closing * parser.DEEPEST
    assert formatted(formatted(text)) == formatted(text)


def test_the_longest_calculation_is_read() -> None:
    text = "a = (1" + " + 1" * (parser.DEEPEST - 1) + ")\nb = [" + "1 + 1, " * 1000 + "]"
    assert len(tree(text).items) == 2


@pytest.mark.parametrize("text", ["[" * 100_000, "(" * 100_000, "-" * 100_000, "a {" * 100_000])
def test_endless_nesting_is_one_error(text: str) -> None:
    document, errors = read("before = 1\na = " + text)
    assert document.items[0].name.text == "before"
    assert "E122" in [error.code for error in errors]
    assert len(errors) < 3


LONG = {
    "settings": "name = [1, 2]\n",
    "one line": "a = 1, ",
    "blocks": 'a "x" {\n  b = 1 # c\n}\n',
    "errors": "a == 1\n",
    "unclosed strings": 'a = "x\n',
    "unclosed lists": "a = [1\n",
    "unclosed blocks": "a {\n",
    "closing braces": "}\n",
    "foreign comments": "/* a\n",
    "foreign strings": "'''\n",
    "colons": "a:",
    "paths": "a/",
    "commas": ",",
    "blank lines": "\n",
    "quotes": '"',
    "backslashes": "\\",
}


@pytest.mark.parametrize("name", LONG)
def test_the_work_grows_with_the_length(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts lines of Python that run, which depends on nothing but the text."""
    counts: Counter[int] = Counter()

    def work(times: int) -> int:
        lines = 0

        def trace(frame: object, event: str, argument: object) -> object:
            nonlocal lines
            lines += event == "line"
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            read(LONG[name] * times)
        finally:
            sys.settrace(before)
        return lines

    assert Machine  # loaded before counting
    work(1)
    counts[300], counts[600] = work(300), work(600)
    assert counts[600] < 2.3 * counts[300] + 20_000
