"""The first rows of data files."""

import json

import pytest

from tunec.facts.rows import LIMIT, MOST, Damaged, NotANumber, Number, Rows, parse


def rows(
    text: str | bytes, form: str = "jsonl", whole: bool = True, sample_by: str = "document"
) -> Rows:
    return parse(text.encode() if isinstance(text, str) else text, whole, form, sample_by)


def damage(text: str | bytes, form: str = "jsonl") -> Damaged:
    with pytest.raises(Damaged) as caught:
        rows(text, form)
    return caught.value


def test_values_keep_their_type_and_numbers_their_spelling() -> None:
    text = (
        '{"date": "1999-07-02", "big": 12345678901234567890, '
        '"small": 1.50, "none": null, "yes": true}'
    )
    (row,) = rows(text).rows
    assert row == {
        "date": "1999-07-02",
        "big": "12345678901234567890",
        "small": "1.50",
        "none": None,
        "yes": True,
    }
    assert isinstance(row["big"], Number)
    assert isinstance(row["small"], Number)
    assert type(row["date"]) is str


def test_nan_is_no_number() -> None:
    (row,) = rows('{"a": NaN, "b": -Infinity}').rows
    assert (row["a"], row["b"]) == ("NaN", "-Infinity")
    assert isinstance(row["a"], NotANumber)


def test_marks_blank_lines_and_line_ends() -> None:
    found = rows(b'\xef\xbb\xbf{"a": 1}\r\n\r\n  \n{"a": "\xe2\x80\xa8 \xc3\xa4"}\r\n')
    assert found.rows == ({"a": "1"}, {"a": "\u2028 ä"})
    assert found.lines == (1, 4)
    assert found.complete


def test_the_line_that_the_limit_cuts_is_left_out() -> None:
    found = rows('{"a": 1}\n{"a": 2', whole=False)
    assert found.rows == ({"a": "1"},)
    assert not found.complete
    assert rows('{"a": "one long line', whole=False).rows == ()


def test_only_the_first_rows_are_looked_at() -> None:
    text = '{"a": 1}\n' * MOST
    assert rows(text).complete
    found = rows(text + "not read\n")
    assert len(found.rows) == MOST
    assert not found.complete


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"a": 1}\n{"a": ', 2, "ends in the middle of a row"),
        ('{"a": "x', 1, "ends in the middle of a row"),
        ('{"a": 1} {"a": 2}', 1, "goes on after its object, from character 10"),
        ("{'a': 1}", 1, "is not valid JSON from character 2"),
        ("[1, 2]", 1, "is a list, not an object"),
        ('"a"', 1, "is text, not an object"),
        ("3", 1, "is a number, not an object"),
        ("null", 1, "is nothing (`null`), not an object"),
        ('{"a": 1}\n\n{"a": 1, "a": 2}', 3, "has `a` twice in one object"),
        ("[" * 100_000, 1, "is nested too deeply"),
    ],
)
def test_damaged_lines(text: str, line: int, reason: str) -> None:
    found = damage(text)
    assert (found.line, found.reason) == (line, reason)


def test_other_encodings() -> None:
    assert damage(b'{"a": 1}\n{"a": "\xe4"}\n').line == 2
    assert damage('{"a": 1}'.encode("utf-16")).reason == "is in UTF-16"
    assert damage(b"a,b\n\xe4,1\n", "csv").line == 2


def test_json_is_a_list_of_objects() -> None:
    found = rows('[\n{"a": 1},\n{"a": 2, "b": 0.10}\n]', "json")
    assert found.rows == ({"a": "1"}, {"a": "2", "b": "0.10"})
    assert found.lines == (1, 2)
    assert found.complete
    assert rows("[]", "json").rows == ()


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"data": []}', None, "is one object, not a list of objects"),
        ('[{"a": 1}, 2]', None, "has a number in place of its row 2, not an object"),
        ('{"a": 1}\n{"a": 2}', 2, "goes on after its first value"),
        ('[\n{"a": }\n]', 2, "is not valid JSON from character 7"),
    ],
)
def test_damaged_json(text: str, line: int | None, reason: str) -> None:
    found = damage(text, "json")
    assert (found.line, found.reason) == (line, reason)


def test_rows_of_a_large_json_are_known_up_to_where_it_is_cut() -> None:
    found = rows(' [{"a": 1},\n {"a": 2.50} , {"a": "cut he', "json", whole=False)
    assert found == Rows(({"a": "1"}, {"a": "2.50"}), (1, 2), False)
    assert rows("[" + '{"a": 1},' * (MOST + 1), "json", whole=False).lines[-1] == MOST
    with pytest.raises(Damaged, match="has a number in place of its row 2"):
        rows('[{"a": 1}, 2, ', "json", whole=False)
    with pytest.raises(Damaged, match="does not begin a list"):
        rows('{"a": 1}', "json", whole=False)


def test_csv_with_quotes_and_cells_of_several_lines() -> None:
    found = rows('\ufeffq,a\r\n"say ""hi"",\nplease",1999-07-02\r\n\r\nx,\r\n', "csv")
    assert found.columns == ("q", "a")
    assert found.rows == ({"q": 'say "hi",\nplease', "a": "1999-07-02"}, {"q": "x", "a": ""})
    assert found.lines == (2, 5)
    assert found.complete


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("q,a\nx\n", 2, "has 1 cells, but the header has 2"),
        ("q,q\nx,y\n", 1, "is the header, but has the column `q` twice"),
        ("q,\nx,y\n", 1, "is the header, but a column has no name"),
        ('q,a\nx,"y\n', 2, "has a quote that is not closed, or text after one"),
    ],
)
def test_damaged_csv(text: str, line: int, reason: str) -> None:
    found = damage(text, "csv")
    assert (found.line, found.reason) == (line, reason)


def test_csv_that_the_limit_cuts() -> None:
    found = rows('q,a\nx,y\n"cut in\nthe middle', "csv", whole=False)
    assert found.rows == ({"q": "x", "a": "y"},)
    assert not found.complete
    long = "q,a\n" + "x" * (LIMIT + 1) + ",y\n"
    assert not rows(long, "csv").complete


def test_text_by_document_paragraph_and_line() -> None:
    text = "One\nline.\n\n\nTwo.\n"
    assert rows(text, "text").rows == ({"text": text},)
    paragraphs = rows(text, "text", sample_by="paragraph")
    assert paragraphs.rows == ({"text": "One\nline."}, {"text": "Two."})
    assert paragraphs.lines == (1, 5)
    lines = rows(text, "text", sample_by="line")
    assert [row["text"] for row in lines.rows] == ["One", "line.", "Two."]
    assert lines.lines == (1, 2, 5)
    assert rows(" \n", "text").rows == ()


def test_rows_of_the_json_module_are_the_same() -> None:
    row = {"a": 'ä\u2028"\\', "b": ["x", {"c": None}], "d": False}
    assert rows(json.dumps(row)).rows == (row,)
