"""What strings say, and that what is written is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syntax.helpers import tree

from tunec.syntax.nodes import Setting, Text
from tunec.syntax.strings import block_quoted, quoted, undo_escapes, without_margin

PARTS = [
    *('"', '""', '"""', "\\", "\n", "\n\n", " ", "\t", "\r", "{{ x }}", "#", "u{41}", "é🎉"),
    *("\u2028", "\u202e", "\x00", "\x7f", "\ufeff", "  a", "'"),
]
VALUES = st.one_of(st.text(), st.lists(st.sampled_from(PARTS)).map("".join))


def text_of(written: str) -> Text:
    (item,) = tree(f"block {{\n  a = {written}\n}}").items[0].items
    assert isinstance(item, Setting)
    assert isinstance(item.value, Text)
    return item.value


@given(VALUES)
def test_a_quoted_value_is_read_back(value: str) -> None:
    written = quoted(value)
    assert "\n" not in written
    assert text_of(written).value == value


@given(VALUES, st.sampled_from(["", "  ", "      ", "\t"]))
def test_a_block_quoted_value_is_read_back(value: str, indent: str) -> None:
    written = block_quoted(value, indent)
    assert text_of(written).value == value
    assert text_of(written).block
    assert not any(line.endswith((" ", "\t")) for line in written.split("\n"))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a", "a"),
        ("  a  ", "  a  "),
        ("\n    a\n    ", "a"),
        ("  \n    a\n    ", "a"),
        ("\n    a\n      b\n    ", "a\n  b"),
        ("\n    a\n  ", "  a"),
        ("\n  a\n    ", "a"),
        ("\n    a\n\n    b\n    ", "a\n\nb"),
        ("\n    a\n \n    b\n    ", "a\n\nb"),
        ("\r\n    a\r\n    b\r\n    ", "a\nb"),
        ("a\n  b\n  ", "a\nb"),
        ("\n  a\n  b", "a\nb"),
        ("\n\ta\n\tb\n\t", "a\nb"),
        ("\n\ta\n  b\n", "\ta\n  b"),
        ("\n", ""),
        ("\n    ", ""),
        ("\n\n  ", ""),
        ("\n  a\n\n  ", "a\n"),
        ("", ""),
    ],
)
def test_margins(raw: str, expected: str) -> None:
    assert without_margin(raw) == expected


def test_escapes() -> None:
    assert undo_escapes(r"\"\\\n\t\r\u{41}\u{1F600}") == ('"\\\n\t\rA😀', [])
    assert undo_escapes(r"a\db\u{110000}\u{}\u41")[1] == [(1, 3), (4, 14), (14, 16), (18, 20)]


def test_an_escaped_line_end_or_space_is_no_margin() -> None:
    assert text_of('"""\n    \\u{20}a\\n  b\n    """').value == " a\n  b"
