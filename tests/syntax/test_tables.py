"""The tables that ship are those of the grammar, and our parser reads them as lark does."""

import logging

import lark
import pytest
from hypothesis import given
from hypothesis import strategies as st
from syntax.helpers import read
from syntax.test_format import bodies

from tunec.syntax._tables import RULES
from tunec.syntax.build import Builder
from tunec.syntax.generate import GRAMMAR, STARTS, TABLES, tables
from tunec.syntax.machine import Machine, rule

TEXT = GRAMMAR.read_text("utf-8")
LARK = lark.Lark(TEXT, parser="lalr", lexer="basic", start="document", maybe_placeholders=False)


def test_the_tables_are_those_of_the_grammar() -> None:
    assert TABLES.read_text("utf-8") == tables(TEXT), "run `python -m tunec.syntax.generate`"


def test_the_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    """Lark settles a conflict silently, by shifting."""
    logger = logging.getLogger("lark")
    logger.addHandler(caplog.handler)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        lark.Lark(TEXT, parser="lalr", lexer="basic", start=list(STARTS), debug=True)
    finally:
        logger.removeHandler(caplog.handler)
        logger.setLevel(level)
    assert "Conflict" not in caplog.text


def test_everything_to_build_has_a_builder() -> None:
    actions = {rule(number)[2] for number in range(len(RULES.splitlines()))}
    single = {"value", "sum", "product", "signed", "operand", "label"}
    for action in actions - {"list", "silent", "document", "body", "item"} - single:
        assert callable(getattr(Builder, action)), action


OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
WORD_KINDS = {"word": "Symbol", "symbol": "Symbol", "number": "Number", "reference": "Reference"}


def from_lark(node: object) -> object:
    """Lark's tree in the form of `with_raw_text`."""
    if not isinstance(node, lark.Tree):
        return ("Name", str(node))
    name = str(node.data)
    if name in WORD_KINDS:
        return (WORD_KINDS[name], str(node.children[0]).lstrip("$"))
    if name in ("text", "block_text"):
        return ("Text", str(node.children[0]))
    if name in ("true", "false"):
        return ("Boolean", name == "true")
    parts = tuple(from_lark(child) for child in node.children)
    if name in OPERATORS:
        return ("Operation", OPERATORS[name], *parts)
    if name in ("document", "body"):
        return parts
    if name in ("item", "unit"):
        return parts[0]
    if name == "bound":
        return ("Bound", str(node.children[0]), parts[1])
    if name == "use":
        return ("Use", ("Text", str(node.children[0])))
    if name == "sequence":
        return ("Sequence", parts)
    if name == "block":
        has = {str(child.data) for child in node.children[1:]}
        label = parts[1] if has - {"body"} else None
        return ("Block", parts[0], label, parts[-1] if "body" in has else None)
    return ({"negate": "Negation"}.get(name, name.capitalize()), *parts)


def with_raw_text(node: object, source: str) -> object:
    """Our tree without places, with strings as they are written."""
    if isinstance(node, tuple):
        return tuple(with_raw_text(part, source) for part in node)
    if type(node).__name__ == "Text":
        return ("Text", node.span.text)
    if not hasattr(node, "span"):
        return node
    names = (name for name in type(node).__match_args__ if name != "span")
    return (type(node).__name__, *(with_raw_text(getattr(node, name), source) for name in names))


SPACED = 'a b = { } [ ] ( ) , """x""" "s" $x 5 % 1_0 + - * / true false let use . =1 >= < >2'
WORDS = st.sampled_from([*SPACED.split(), "\n", "# c\n", ",\n", "{\n"])
ITEMS = st.sampled_from(
    [
        "a = 1",
        "f1 >= 9%",
        "b = [1, $x %,\n 2 * (3\n+ -4 x)]",
        "c",
        'd "s" {',
        "e f {\n",
        "}",
        "let g = true",
        'use "h"',
        'i """\n x\n """',
        ",",
        "\n",
        " # c\n",
        "{}",
    ]
)


@given(st.one_of(st.lists(WORDS).map(" ".join), st.lists(ITEMS).map("\n".join), bodies()))
def test_lark_reads_the_same(text: str) -> None:
    document, errors = read(text)
    try:
        expected = from_lark(LARK.parse(text))
    except lark.exceptions.UnexpectedInput:
        assert errors
        return
    assert not errors
    assert with_raw_text(document.items, text) == expected


def test_a_machine_that_refuses_a_token_has_not_changed() -> None:
    from tunec.syntax.tokens import Token

    machine = Machine("document", lambda action, parts, start, end: parts)
    assert machine.feed(Token("NAME", 0, 1))
    before = machine.top
    assert not machine.feed(Token("PERCENT", 1, 2))
    assert machine.top is before
    assert machine.accepts("EQUAL", "NUMBER", "$END")
    assert not machine.accepts("EQUAL", "$END")
    assert machine.top is before
