"""Trees, places, and what is understood of text with errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syntax.helpers import bare, place, read, tree

from tunec.diagnostics.model import Report
from tunec.source import Source
from tunec.syntax import parse_path_setting, parse_value, tree_as_json
from tunec.syntax.nodes import Block, Name, Text
from tunec.syntax.walk import find_all, walk


def value(text: str) -> object:
    """A value without places."""
    report = Report()
    found = parse_value(Source("value", text), report)
    assert found is not None, [error.message for error in report]
    assert not report.failed
    return bare(found)


# --- Values -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", ("Number", "3")),
        ("2e-3", ("Number", "2e-3")),
        ("1_000", ("Number", "1_000")),
        ("0.5", ("Number", "0.5")),
        ("500 steps", ("Quantity", ("Number", "500"), ("Name", "steps"))),
        ("16GiB", ("Quantity", ("Number", "16"), ("Name", "GiB"))),
        ("2.5%", ("Quantity", ("Number", "2.5"), ("Name", "%"))),
        ("5 %", ("Quantity", ("Number", "5"), ("Name", "%"))),
        ("$n tokens", ("Quantity", ("Reference", "n"), ("Name", "tokens"))),
        ('"a # b"', ("Text", "a # b", False)),
        ("all_linear", ("Symbol", "all_linear")),
        ("true", ("Boolean", True)),
        ("false", ("Boolean", False)),
        ("trueish", ("Symbol", "trueish")),
        ("[]", ("Sequence", ())),
        ("[a, 2,]", ("Sequence", (("Symbol", "a"), ("Number", "2")))),
        ("[\n\n  a\n  ,\n\n  b # c\n  ,\n]", ("Sequence", (("Symbol", "a"), ("Symbol", "b")))),
        ("-2", ("Negation", ("Number", "2"))),
        ("(\n2\n)", ("Number", "2")),
    ],
)
def test_values(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("1 - 2 - 3", "(1 - 2) - 3"),
        ("8 / 4 / 2", "(8 / 4) / 2"),
        ("-1 + 2", "(-1) + 2"),
        ("-1 * 2", "(-1) * 2"),
        ("2 * $n tokens", "2 * ($n tokens)"),
        ("1 + 5%", "1 + (5%)"),
        ("-5%", "-(5%)"),
        ("(1\n +\n 2\n)", "1 + 2"),
        ("1-2", "1 - 2"),
    ],
)
def test_precedence(text: str, same_as: str) -> None:
    assert value(text) == value(same_as)


def test_a_unit_belongs_to_what_is_right_before_it() -> None:
    assert value("(2 * $n) tokens") != value("2 * $n tokens")


# --- Items and places -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\nb = 2",
        "a = 1, b = 2",
        "a = 1,\nb = 2,\n",
        "\n\n a = 1\n\n\n b = 2 # c\n\n",
        "a = 1\n, b = 2",
        "a = 1\r\nb = 2\r\n",
        "\ufeffa = 1\nb = 2",
        "a\t=\t1\n\tb = 2",
    ],
)
def test_separators(text: str) -> None:
    assert bare(tree(text).items) == bare(tree("a = 1\nb = 2").items)


def test_blocks() -> None:
    text = 'evaluate\nmodel "x"\nmethod lora {}\ntrain { a = 1, b { c = 2 } }'
    bodies = [item.body for item in tree(text).items if isinstance(item, Block)]
    assert [None if body is None else len(body) for body in bodies] == [None, None, 0, 2]
    labels = [item.label for item in tree(text).items if isinstance(item, Block)]
    assert [type(label).__name__ for label in labels] == ["NoneType", "Text", "Symbol", "NoneType"]


def test_placeholders_are_ordinary_text() -> None:
    (block,) = tree('user "{{ question }} {% if x %}"').items
    assert isinstance(block, Block)
    assert isinstance(block.label, Text)
    assert block.label.value == "{{ question }} {% if x %}"


def test_every_span_is_the_text_of_its_node() -> None:
    text = (
        '# c é🎉\n\tlet n = 2 * ( $m + 1 ) # d\nmodel "é🎉" {\n  a = [ 1 , 5 % ]\n'
        '  b = (2) x }\nuse "y"\n'
    )
    document = tree(text)
    spans = [(type(node).__name__, node.span.text) for node in walk(document)]
    assert ("Let", "let n = 2 * ( $m + 1 )") in spans
    assert ("Operation", "2 * ( $m + 1 )") in spans
    assert ("Operation", "$m + 1") in spans
    assert ("Block", 'model "é🎉" {\n  a = [ 1 , 5 % ]\n  b = (2) x }') in spans
    assert ("Sequence", "[ 1 , 5 % ]") in spans
    assert ("Quantity", "5 %") in spans
    assert ("Quantity", "(2) x") in spans
    assert ("Use", 'use "y"') in spans
    assert [comment.text for comment in document.comments] == ["# c é🎉", "# d"]
    (block,) = (item for item in document.items if isinstance(item, Block))
    assert block.header.text == 'model "é🎉"'
    assert all(name.span.text == name.text for name in find_all(document, Name))


def test_columns_count_characters() -> None:
    text = 'a = "é🎉" 3\n\tb = "é" 4\n'
    assert [place(error) for error in read(text)[1]] == ["1:10-1:11", "2:10-2:11"]


def test_the_tree_as_json() -> None:
    found = tree_as_json(tree("train {\n  epochs = 3 # c\n}"))
    (block,) = found["items"]
    assert block["kind"] == "block"
    assert block["at"] == [1, 1]
    assert block["body"] == [
        {
            "kind": "setting",
            "at": [2, 3],
            "name": {"kind": "name", "at": [2, 3], "text": "epochs"},
            "value": {"kind": "number", "at": [2, 12], "text": "3"},
        }
    ]
    assert found["comments"] == [{"kind": "comment", "at": [2, 14], "text": "# c"}]


# --- Several errors ---------------------------------------------------------------------


def test_several_errors_of_one_file() -> None:
    text = (
        "model meta-llama/Llama\n"
        "method lora {\n"
        "  rank 16\n"
        "  alpha: 32, dropout == 5%\n"
        "  target_modules = [q_proj v_proj]\n"
        "}\n"
        "train {\n"
        "  epochs =\n"
        "  batch = 32 examples;\n"
        "  name = 'x'\n"
    )
    document, errors = read(text)
    assert [(error.code, place(error)) for error in errors] == [
        ("E123", "1:7-1:23"),
        ("E101", "3:8-3:10"),
        ("E112", "4:8-4:9"),
        ("E120", "4:22-4:24"),
        ("E102", "5:28-5:34"),
        ("E105", "7:7-7:8"),
        ("E103", "8:10-8:11"),
        ("E114", "9:22-9:23"),
        ("E116", "10:10-10:13"),
    ]
    method, train = document.items
    assert [item.name.text for item in method.items] == [
        "rank",
        "alpha",
        "dropout",
        "target_modules",
    ]
    assert [item.name.text for item in train.items] == ["batch", "name"]


def test_one_error_for_each_item() -> None:
    assert [error.code for error in read("a = = = ) @ [ 'x' \nb = 1")[1]] == ["E120"]
    assert len(read("a: 1: 2 ; 3 'x\nb = 1")[1]) == 1


def test_the_items_of_a_block_are_read_though_its_first_line_is_not() -> None:
    errors = read("method größe {\n  rank: 16\n}\nseed = 1")[1]
    assert [error.code for error in errors] == ["E124", "E112"]


def test_a_missing_brace_is_found_by_the_indentation() -> None:
    text = "train {\n  optimizer adamw {\n    a = 1\n  schedule cosine\n}\nevaluate\n"
    document, errors = read(text)
    assert [(error.code, place(error)) for error in errors] == [("E105", "2:19-2:20")]
    train, evaluate = document.items
    assert [item.keyword.text for item in train.items] == ["optimizer", "schedule"]
    assert evaluate.keyword.text == "evaluate"


def test_errors_stop_at_a_hundred() -> None:
    assert len(read("a == 1\n" * 500)[1]) == 100


# --- Arguments --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("seed=1", ["seed"], ("Number", "1")),
        (
            "train.optimizer.learning_rate=1e-3",
            ["train", "optimizer", "learning_rate"],
            ("Number", "1e-3"),
        ),
        ('name="x=y"', ["name"], ("Text", "x=y", False)),
        ("data.train.overflow=drop", ["data", "train", "overflow"], ("Symbol", "drop")),
        ("train.batch = 32 examples", ["train", "batch"], value("32 examples")),
        ("a=[1,2]", ["a"], value("[1, 2]")),
        (
            "evaluate.accept.f1>=0.9",
            ["evaluate", "accept", "f1"],
            ("Bound", ">=", ("Number", "0.9")),
        ),
    ],
)
def test_path_settings(text: str, path: list[str], expected: object) -> None:
    report = Report()
    found = parse_path_setting(Source("--set", text), report)
    assert found
    assert not report.failed
    assert [name.text for name in found[0]] == path
    assert all(name.span.text == name.text for name in found[0])
    assert bare(found[1]) == expected


# --- Any text at all --------------------------------------------------------------------

SPACED = """
a rank = == >=
< => { } [ ] ( ) , " # $x $ 5 5% 1_0 01 1,000 .5 + - * / : ; // /* ' “ é 🎉 @ None True – .
true let use steps .. data/x a-b a.b "s" "a\\q" [a, 2 * \x00 \u200b \r
"""
WORDS = st.sampled_from([*SPACED.split(), "\n", "\t", "\r", '"""', "'" * 3])


@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join)))
def test_any_text_is_read(text: str) -> None:
    document, errors = read(text)
    tree_as_json(document)
    for error in errors:
        assert error.primary
        assert 0 <= error.primary.span.start < error.primary.span.end <= len(text)
        assert error.message.endswith(".")
    for argument in (parse_value, parse_path_setting):
        report = Report()
        found = argument(Source("argument", text), report)
        assert found is not None or report.failed


@given(st.lists(WORDS).map(" ".join))
def test_no_text_is_left_out_without_an_error(text: str) -> None:
    document, errors = read(text)
    taken = [False] * len(text)
    for part in (*document.items, *document.comments):
        taken[part.span.start : part.span.end] = [True] * (part.span.end - part.span.start)
    left = "".join(character for character, used in zip(text, taken, strict=True) if not used)
    assert errors or not left.strip(" \t\r\n,")
