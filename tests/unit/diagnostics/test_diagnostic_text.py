"""The layout of snippets: marks stand under what they mark, whatever the line is made of."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.diagnostics.diagnostic_cases import FIVE, span_of

from tunec.diagnostics import Diagnostic, Label
from tunec.diagnostics.render import render
from tunec.diagnostics.render.shown import WIDTH, visible
from tunec.record import fields_of
from tunec.source import Source, Span

ANSI = re.compile("\x1b\\[[0-9;]*m")


def rows(primary: Label | None, *secondary: Label) -> list[str]:
    """The rows of the snippet, without head and summary."""
    text = render([Diagnostic("E203", "Wrong.", primary, secondary)], "text")
    return text.split("\n\n")[0].splitlines()[1:]


@pytest.mark.parametrize(
    ("line", "marked", "expected"),
    [
        ("rank = 0", "0", ["rank = 0", "       ^"]),
        ("née = 0", "0", ["née = 0", "      ^"]),
        ("ne\u0301e = 0", "0", ["ne\u0301e = 0", "      ^"]),
        ('a = "漢字", b = 0', "0", ['a = "漢字", b = 0', "                ^"]),
        ('a = "🦜", b = 0', "🦜", ['a = "🦜", b = 0', "     ^^"]),
        ("\trank\t= 0", "0", ["    rank    = 0", "              ^"]),
        ("ab\trank", "\t", ["ab  rank", "  ^^"]),
        ("a\x1b[2J = 0", "0", ["a\\x1b[2J = 0", "           ^"]),
        ("a\u202e = 0", "\u202e", ["a\\u202e = 0", " ^^^^^^"]),
        ("rank = 0\r\nalpha = 1\r\n", "0", ["rank = 0", "       ^"]),
        ("rank =\r\nalpha = 1\r\n", "\r\n", ["rank =", "      ^"]),
        ("a\rb = 0", "0", ["a\\rb = 0", "       ^"]),
    ],
)
def test_marks_stand_under_what_they_mark(line: str, marked: str, expected: list[str]) -> None:
    source = Source("a.tune", line)
    shown = rows(Label(span_of(source, marked)))
    assert shown[2:] == [f"1 | {expected[0]}", f"  | {expected[1]}"]


def test_end_of_file() -> None:
    source = Source("a.tune", "train {\n")
    assert rows(Label(Span(source, 8, 8), "expected `}`")) == [
        " --> a.tune:2:1",
        "  |",
        "2 |",
        "  | ^ expected `}`",
    ]


def test_empty_source() -> None:
    assert rows(Label(Span(Source("a.tune", ""), 0, 0)))[2:] == ["1 |", "  | ^"]


def test_texts_that_do_not_fit_beside_hang_below() -> None:
    source = Source("a.tune", "rank = 2 * $n")
    shown = rows(
        Label(span_of(source, "2 * $n"), "is 0"),
        Label(span_of(source, "rank"), "must be at least 1"),
        Label(span_of(source, "$n"), "is 0 too"),
    )
    assert shown[2:] == [
        "1 | rank = 2 * $n",
        "  | ----   ^^^^^^",
        "  | |      |   |",
        "  | |      |   is 0 too",
        "  | |      is 0",
        "  | must be at least 1",
    ]


def test_gaps_between_lines() -> None:
    source = Source("a.tune", "".join(f"line{n:02}\n" for n in range(1, 13)))
    shown = rows(
        Label(span_of(source, "line12"), "here"),
        Label(span_of(source, "line01"), "one"),
        Label(span_of(source, "line03"), "three"),
    )
    assert shown == [
        "  --> a.tune:12:1",
        "   |",
        " 1 | line01",
        "   | ------ one",
        " 2 | line02",
        " 3 | line03",
        "   | ------ three",
        "...",
        "12 | line12",
        "   | ^^^^^^ here",
    ]


def test_marks_over_several_lines() -> None:
    source = Source("a.tune", "train {\n  epochs = 3\n}\n")
    assert rows(
        Label(Span(source, 0, len(source.text) - 1), "this block"),
        Label(span_of(source, "3"), "and this"),
    )[2:] == [
        "1 |   train {",
        "  |  _^",
        "2 | |   epochs = 3",
        "  | |            - and this",
        "3 | | }",
        "  | |_^ this block",
    ]


def test_marks_over_several_lines_in_one_another() -> None:
    source = Source("a.tune", "a {\n  b {\n    c\n  }\n}\n")
    assert rows(
        Label(Span(source, source.text.index("b"), source.text.index("}") + 1), "inner"),
        Label(Span(source, 0, len(source.text) - 1), "outer"),
    )[2:] == [
        "1 |     a {",
        "  |  ___-",
        "2 | |     b {",
        "  | |  ___^",
        "3 | | |     c",
        "4 | | |   }",
        "  | | |___^ inner",
        "5 | |   }",
        "  | |___- outer",
    ]


def test_other_files_have_their_own_arrow() -> None:
    here, there = Source("a.tune", "use 1"), Source("b.tune", "\n" * 9 + "let x = 1")
    assert rows(Label(span_of(here, "1")), Label(span_of(there, "x"), "defined here")) == [
        "  --> a.tune:1:5",
        "   |",
        " 1 | use 1",
        "   |     ^",
        "  --> b.tune:10:5",
        "   |",
        "10 | let x = 1",
        "   |     - defined here",
    ]


@pytest.mark.parametrize("place", [0, 50, 500, 999])
def test_long_lines_are_cut_around_the_mark(place: int) -> None:
    source = Source("a.tune", "x" * place + "!" + "x" * (1000 - place))
    line, marks = rows(Label(Span(source, place, place + 1)))[2:]
    assert len(line) <= WIDTH + len("1 | ")
    assert line[marks.index("^")] == "!"
    assert line.startswith("1 | ...") == (place > 30)
    assert line.endswith("...") == (place < 900)


def test_a_mark_longer_than_the_page_is_cut() -> None:
    line, marks = rows(Label(Span(Source("a.tune", "漢" * 1000), 100, 900)))[2:]
    assert 60 < marks.count("^") <= WIDTH and len(line) < WIDTH


def test_a_fix_is_told_where_there_is_no_help() -> None:
    assert "help: Write `learning_rate = 2e-4`" in render([FIVE[1]], "text")
    text = render([Diagnostic(**{**fields_of(FIVE[1]), "help": None})], "text")
    assert "help: Call it `learning_rate`" in text.splitlines()


def test_counts() -> None:
    def last(*names: str) -> str:
        sources = [Source(name, "a") for name in names]
        found = [Diagnostic("E203", "Wrong.", Label(Span(one, 0, 1))) for one in sources]
        return render(found, "text").splitlines()[-1]

    assert last("a.tune") == "1 error in a.tune."
    assert last("a.tune", "a.tune", "b.tune") == "3 errors in a.tune and b.tune."
    assert last("a.tune", "b.tune", "c.tune") == "3 errors in 3 files."
    assert render([FIVE[4]], "text").splitlines()[-1] == "1 warning."
    assert render(FIVE, "text").splitlines()[-1].startswith("4 errors and 1 warning in ")


def test_colours_change_nothing_but_colour() -> None:
    plain, coloured = render(FIVE, "text"), render(FIVE, "text", colour=True)
    assert coloured != plain
    assert ANSI.sub("", coloured) == plain


@given(st.data())
def test_any_labels_on_any_text(data: st.DataObject) -> None:
    alphabet = st.sampled_from('ab {}="\n\r\t\x1b\u202eé漢🦜\u0301\u200d\ud800')
    source = Source("a.tune", data.draw(st.text(alphabet, max_size=60)))
    places = st.integers(0, len(source.text))

    def label() -> Label:
        start, end = sorted((data.draw(places), data.draw(places)))
        return Label(Span(source, start, end), data.draw(st.text(alphabet, max_size=5)))

    labels = [label() for _ in range(data.draw(st.integers(1, 4)))]
    found = [Diagnostic("E203", "Wrong.", labels[0], tuple(labels[1:]))]
    plain = render(found, "text")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", plain)
    assert ANSI.sub("", render(found, "text", colour=True)) == plain
    assert "^" in plain
    for mark in labels:
        assert visible(mark.text).strip() in plain
    plain.encode()


@given(st.text())
def test_visible_text_is_printable(text: str) -> None:
    shown = visible(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", shown)
    if text.isprintable():
        assert shown == text
