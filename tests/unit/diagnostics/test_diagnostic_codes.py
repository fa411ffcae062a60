"""The registry: complete, consistent, and the same wherever it is told."""

import re

import pytest

from tunec.diagnostics import Diagnostic
from tunec.diagnostics.codes import CODES, STAGES, Code, merge
from tunec.diagnostics.explain import code_reference_markdown, explain_code, find_code

INNER_WORDS = re.compile(
    r"\b(lark|pydantic|NoneType|dict|str|int|bool|traceback|AST|lexer|RPAR|LBRACE)\b|TODO"
)


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_every_code_is_explained(code: Code) -> None:
    assert re.fullmatch("E[123459][0-9]{2}", code.id)
    assert re.fullmatch("[a-z]+(-[a-z]+)*", code.slug)
    for part in (code.what, code.why, code.instead):
        assert part[0].isupper() or part.startswith(("`", "tunec "))
        assert part.endswith(".")
        assert part.count("`") % 2 == 0
        assert "  " not in part
        assert not INNER_WORDS.search(part)
    assert code.what.count(". ") == 0
    assert code.example or code.id[1] in "459"
    # What no spec alone brings about is shown by commands.
    shell = any(line.startswith("$ ") for line in code.example.splitlines())
    assert not shell or code.id[1] in "1245"


def test_slugs_and_ids_are_unique() -> None:
    assert len({code.slug for code in CODES.values()}) == len(CODES) > 60
    assert list(CODES) == sorted(CODES)
    assert {code[1] for code in CODES} <= set(STAGES)


def test_duplicates_are_refused() -> None:
    one = Code("E299", "one", "A.", "B.", "c", "D.")
    with pytest.raises(ValueError, match="E299"):
        merge([one], [Code("E299", "two", "A.", "B.", "c", "D.")])
    with pytest.raises(ValueError, match="one"):
        merge([one], [Code("E298", "one", "A.", "B.", "c", "D.")])


def test_an_unregistered_code_is_refused() -> None:
    with pytest.raises(KeyError, match="E999"):
        Diagnostic("E999", "Wrong.", None)


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_explanation_has_all_parts(code: Code) -> None:
    text = explain_code(code.id)
    head, what, *parts = text.rstrip("\n").split("\n\n")
    assert head.startswith(f"{code.id} {code.slug} (")
    assert what.replace("\n", " ") == code.what
    titles = ["Why", "Example", "Write instead", "When it is found"]
    assert [title for title in titles if any(part.startswith(f"{title}\n") for part in parts)] == (
        titles
    )
    for part, expected in (("Why", code.why), ("Write instead", code.instead)):
        (body,) = (one for one in parts if one.startswith(f"{part}\n"))
        assert body.removeprefix(f"{part}\n").replace("\n", " ") == expected
    for line in code.example.splitlines():
        assert f"    {line}" in text.splitlines() or not line
    assert max(len(line) for line in text.splitlines() if line[:4].strip()) <= 100


def test_codes_are_found_by_id_and_slug() -> None:
    assert find_code("e203") is find_code("out-of-range") is find_code(" E203 ") is CODES["E203"]
    with pytest.raises(KeyError):
        find_code("E000")


def test_reference_has_every_code_once() -> None:
    text = code_reference_markdown()
    headings = re.findall("^### (.*)$", text, re.MULTILINE)
    assert headings == [f"{code.id} {code.slug}" for code in CODES.values()]
    examples = re.findall("^```(?:tune|sh)\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    assert examples == [code.example.rstrip("\n") for code in CODES.values() if code.example]
    assert len(re.findall("^## ", text, re.MULTILINE)) == len(STAGES)
    assert not re.search(" $", text, re.MULTILINE)
