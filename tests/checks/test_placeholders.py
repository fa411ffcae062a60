"""What a template's text takes from a row."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined

from tunec.checks.placeholders import BadTemplate, Placeholders, placeholders, plain_names


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", ()),
        ("No placeholder, but } and { and }}.", ()),
        ("{{ question }}", ("question",)),
        ("{{a}}{{  b\n}} {{ a }}", ("a", "b")),
        ("{{ ä_1 }}", ("ä_1",)),
        ("{{ x }}}", ("x",)),
    ],
)
def test_plain_texts(text: str, columns: tuple[str, ...]) -> None:
    assert placeholders(text) == Placeholders(columns, (), True, columns)


@pytest.mark.parametrize(
    ("text", "columns", "optional", "placed"),
    [
        ("{{ x | upper }}", ("x",), (), ("x",)),
        ("{{ x | trim | replace('a', 'b') }}", ("x",), (), ("x",)),
        ("{{ x | length }}", ("x",), (), ()),
        ("{{- x }}", ("x",), (), ("x",)),
        ("{{ true }} {{ none }}", (), (), ()),
        ("{# {{ x }} #}{{ y }}", ("y",), (), ("y",)),
        ("{{ '{{' }} {{ x }}", ("x",), (), ("x",)),
        ("{{ a.b[c] }}", ("a", "c"), (), ()),
        ("{{ x | default('?') }} {{ y | d(z) }}", ("z",), ("x", "y"), ()),
        ("{{ x | default('?') }} {{ x }}", ("x",), (), ("x",)),
        ("{% if x is defined %}{{ x }}{% else %}{{ y }}{% endif %}", ("y",), ("x",), ("x", "y")),
        ("{% if x is defined and x %}{{ x }}{% endif %}", (), ("x",), ()),
        ("{% if x %}{{ x }}{% endif %}", ("x",), (), ()),
        ("{% if x and y %}{{ x | trim }}{% else %}{{ y }}{% endif %}", ("x", "y"), (), ("y",)),
        ("{% if x or y %}{{ x }}{% endif %}", ("x", "y"), (), ("x",)),
        ("{% if x %}{% if y %}{{ x }}{{ y }}{% endif %}{% endif %}", ("x", "y"), (), ()),
        ("{{ x if x is defined else '' }}", (), ("x",), ()),
        ("{% for t in tags %}{{ t }} {{ loop.index }}{% endfor %}", ("tags",), (), ()),
        ("{% set n = x %}{{ n }}", ("x",), (), ()),
        ("{{ range(3) | join }}", (), (), ()),
    ],
)
def test_texts_that_need_jinja(
    text: str, columns: tuple[str, ...], optional: tuple[str, ...], placed: tuple[str, ...]
) -> None:
    found = placeholders(text)
    assert not found.plain
    assert (found.columns, found.optional, found.placed) == (columns, optional, placed)


@pytest.mark.parametrize(
    ("text", "reason", "where"),
    [
        ("Say {{ question", "`{{` is not closed by `}}`", "{{"),
        ("{{ x }", "`{{` is not closed by `}}`", "{{"),
        ("{{ x {{ y }}", "`{{` is not closed by `}}`", "{{"),
        ("{# x", "`{#` is not closed by `#}`", "{#"),
        ("{% if x", "`{%` is not closed by `%}`", "{%"),
        ("{% if x %}y", "`{% if %}` is not closed by `{% endif %}`", "{% if"),
        ("{%- for x in y %}", "`{% for %}` is not closed by `{% endfor %}`", "{%- for"),
        ("{% raw %}x", "`{% raw %}` is not closed by `{% endraw %}`", "{% raw"),
        ("{% endif %}", "`{% endif %}` closes nothing", "{% endif %}"),
        ("{% fi x %}", "there is no tag `{% fi %}`", "{% fi x %}"),
        ("{{ a b }}", "`b` cannot stand where it does in `{{ a b }}`", "{{ a b }}"),
        (
            "{{ a }}\n{{ b }} {{ c d }}",
            "`d` cannot stand where it does in `{{ c d }}`",
            "{{ c d }}",
        ),
        ("{{ }}", "`{{ }}` is not an expression", "{{ }}"),
        ("{{ x + }}", "`{{ x + }}` is not an expression", "{{ x + }}"),
        ("{{ x ? }}", "`{{ x ? }}` is not an expression", "{{ x ? }}"),
        ("{{{ x }}}", "`}` cannot stand where it does in `{{{ x }}`", "{{{ x }}"),
        ("{{ x | uper }}", "there is no filter `uper`", "uper"),
        ("{% if x is odder %}{% endif %}", "there is no test `odder`", "odder"),
        ("{% include 'a' %}", "a text cannot take in other files", "{% include"),
        ("{% from 'a' import b %}", "a text cannot take in other files", "{% from"),
    ],
)
def test_bad_texts(text: str, reason: str, where: str) -> None:
    with pytest.raises(BadTemplate) as caught:
        placeholders(text)
    assert caught.value.reason == reason
    assert text[caught.value.start : caught.value.end] == where
    assert caught.value.remedy.endswith(".")


@given(st.text("{}%#- ab\n'\"|.", max_size=30))
@settings(max_examples=300, deadline=None)
def test_a_plain_text_is_what_jinja_would_make_of_it(text: str) -> None:
    names = plain_names(text)
    if names is None:
        return
    row = {
        "a": "<A>",
        "b": "<B>",
        "ab": "<AB>",
        "ba": "<BA>",
        **{name: f"<{name}>" for name in names},
    }
    environment = Environment(
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    expected = environment.from_string(text).render(row)
    found = text
    for name in sorted(names, key=len, reverse=True):
        found = _replaced(found, name, row[name])
    assert found == expected


def _replaced(text: str, name: str, value: str) -> str:
    import re

    return re.sub(r"\{\{\s*" + name + r"\s*\}\}", lambda _: value, text)


@given(st.text("{}%#- ab\n'\"|.if", max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        placeholders(text)
    except BadTemplate as bad:
        assert 0 <= bad.start <= bad.end <= len(text)


def test_plain_texts_do_not_import_jinja(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "tunec.checks.jinja_text", raising=False)
    assert placeholders("{{ nothing_else }} here").plain
    with pytest.raises(ImportError):
        placeholders("{{ something | upper }} else")
