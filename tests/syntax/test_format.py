"""The one layout: what it is, and that it changes nothing."""

from pathlib import Path

import pytest
from golden_files import check_golden
from hypothesis import given
from hypothesis import strategies as st
from syntax.helpers import bare, formatted, tree
from syntax.test_strings import VALUES

from tunec.syntax.strings import block_quoted, quoted

HERE = Path(__file__).parent


def check(text: str) -> None:
    """The properties of the layout for one text."""
    document = tree(text)
    laid_out = formatted(text)
    again = tree(laid_out)
    assert bare(again.items) == bare(document.items)
    comments = [comment.text.rstrip() for comment in document.comments]
    assert [comment.text for comment in again.comments] == comments
    assert formatted(laid_out) == laid_out
    assert not any(line.endswith((" ", "\t")) for line in laid_out.split("\n"))
    assert "\n\n\n" not in laid_out or '"""' in laid_out
    assert not laid_out.startswith("\n")


def test_a_long_spec(request: pytest.FixtureRequest) -> None:
    text = (HERE / "unformatted.tune").read_text("utf-8")
    check(text)
    check_golden(HERE / "formatted.tune", formatted(text), request)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("\n\n", ""),
        ("# c", "# c\n"),
        ("\ufeffa=1\r\nb=2\r\n", "a = 1\nb = 2\n"),
        ("a = 1, b = 2 # c", "a = 1\nb = 2  # c\n"),
        ("long = 1\na = 2\n\nb = 3", "long = 1\na    = 2\n\nb = 3\n"),
        ("long = 1\n# c\na = 2", "long = 1\n# c\na = 2\n"),
        ("t{a=1,b=2}", "t { a = 1, b = 2 }\n"),
        ("t{a=1,b=2\n}", "t {\n  a = 1\n  b = 2\n}\n"),
        ("t {\n\n\n}", "t {}\n"),
        ("t { # c\n}", "t {  # c\n}\n"),
        ("t {\n  # c\n}", "t {\n  # c\n}\n"),
        ("x=[1,2,]", "x = [1, 2]\n"),
        ("x=[1,\n2]", "x = [\n  1,\n  2,\n]\n"),
        ("x=[ # a\n1 # b\n, # c\n2 # d\n# e\n]", None),
        ("x = ((1)+((2)))*3 - (4 - (5))", "x = (1 + 2) * 3 - (4 - 5)\n"),
        ("x = (2*$n)tokens\ny=5 %", "x = (2 * $n) tokens\ny = 5%\n"),
        ("x = (1 # c\n+ 2)", "# c\nx = 1 + 2\n"),
        ('x = "a\\u{41}\\t\'"', 'x = "aA\\t\'"\n'),
        ('s "a"\nuser "b" { t = 1 }', 's    "a"\nuser "b" { t = 1 }\n'),
        ("d a { x = 1 }\nd bcd { x = 2 }", "d a   { x = 1 }\nd bcd { x = 2 }\n"),
        ('u """a\n    b"""', 'u """\n  a\n  b\n  """\n'),
        ('t { u """a""" }', 't {\n  u """\n    a\n    """\n}\n'),
        ("a{f1>=90%,bleu<3}", "a { f1 >= 90%, bleu < 3 }\n"),
        ("f1>=90%\nloss<2\nn=1", "f1   >= 90%\nloss < 2\nn    = 1\n"),
        ("x = 1.50e-4", "x = 1.50e-4\n"),
        ("a\n\n\n\nb\n\n\n# c\n\n\n", "a\n\nb\n\n# c\n"),
    ],
)
def test_layout(text: str, expected: str | None) -> None:
    check(text)
    if expected is not None:
        assert formatted(text) == expected


def test_what_does_not_fit_is_broken_up() -> None:
    fits = "t { a = " + "1" * (88 - 10) + " }"
    assert len(fits) == 88
    assert formatted(fits) == fits + "\n"
    wide = fits.replace("a =", "ab =")
    assert formatted(wide).count("\n") == 3
    listed = "x = [" + "1" * 70 + ", " + "2" * 20 + "]"
    assert formatted(listed).count("\n") == 4
    check(wide)
    check(listed)


# --- Any tree at all --------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "rank", "learning_rate", "x_1", "a_long_name_for_a_setting"])
SPACE = st.sampled_from([" ", "", "  ", "\t"])
LINES = st.sampled_from(["\n", "\n\n", "\n\n\n\n", " # c\n", "\n# own é🎉 \n", "\n\n  # d\n\n"])
FREE = st.one_of(st.just(""), st.just(" "), LINES)

NUMBERS = st.sampled_from(["0", "3", "1_000", "0.50", "2e-4"])
TEXTS = VALUES.map(quoted)
BLOCK_TEXTS = VALUES.map(lambda value: block_quoted(value, "   "))


@st.composite
def calculations(draw: st.DrawFn, depth: int = 3) -> str:
    kind = draw(st.integers(0, 7 if depth else 2))
    if kind <= 2:
        amount = draw(st.sampled_from(["$n", "3", "0.5", "1_0"]))
        return amount + draw(st.sampled_from(["", " steps", "%", " %"]))
    inner = draw(calculations(depth - 1))
    if kind == 3:
        return f"-{inner}"
    if kind == 4:
        return f"({draw(FREE)}{inner}{draw(FREE)}){draw(st.sampled_from(['', ' x', '%']))}"
    operator = draw(st.sampled_from("+-*/"))
    return f"{inner} {operator} {draw(calculations(depth - 1))}"


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.integers(0, 6 if depth else 4))
    if kind <= 4:
        simple = [NUMBERS, calculations(), TEXTS, BLOCK_TEXTS, st.sampled_from(["true", "drop"])]
        return draw(simple[kind])
    parts = draw(st.lists(values(depth - 1), max_size=4))
    free = [draw(FREE) for _ in range(2 * len(parts) + 1)]
    body = ",".join(f"{free[2 * i]}{part}{free[2 * i + 1]}" for i, part in enumerate(parts))
    comma = draw(st.sampled_from(["", ","])) if parts else ""
    return f"[{body}{comma}{free[-1]}]"


@st.composite
def items(draw: st.DrawFn, depth: int = 3) -> str:
    kind = draw(st.integers(0, 5 if depth else 2))
    space = draw(SPACE)
    if kind <= 1:
        sign = draw(st.sampled_from(["=", "=", ">=", "<=", "<", ">"]))
        return f"{draw(NAMES)}{space}{sign}{space}{draw(values())}"
    if kind == 2:
        return draw(st.sampled_from(["let n = 3", 'use "x.tune"', "evaluate", 'model "x"']))
    label = draw(st.one_of(st.just(""), NAMES, TEXTS, BLOCK_TEXTS))
    return f"{draw(NAMES)} {label}{space}{{{draw(bodies(depth - 1))}}}"


@st.composite
def bodies(draw: st.DrawFn, depth: int = 3) -> str:
    parts = draw(st.lists(items(depth), max_size=4))
    text = draw(FREE)
    for index, part in enumerate(parts):
        text += part
        last = index == len(parts) - 1
        separators = [LINES, st.just(","), LINES.map(lambda line: "," + line)]
        if last:
            separators.append(st.just(" "))
        text += draw(st.one_of(*separators))
    return text


@given(bodies(depth=2))
def test_the_layout_changes_nothing(text: str) -> None:
    check(text)
