"""Texts that would like to be code, and the ways to write them in a spec.

In: nothing. Out: strategies, and what is common to the tests that use them. Invariant: the same
examples in every run.
"""

import re

from hypothesis import Phase, settings
from hypothesis import strategies as st

from tunec.syntax.strings import block_quoted, quoted

# Shrinking would take minutes, for an example is a compile or two.
few = settings(max_examples=20, derandomize=True, deadline=None, phases=[Phase.generate])
some = settings(few, max_examples=40)

COLUMNS = (
    *("question", "answer", "row", "JINJA", "class", "Größe", "日付", "_"),
    *("range", "loop", "dict", "caller", "varargs", "namespace"),  # names that Jinja knows
)
"""Of the rows that the fixture `folder` has."""

FRAGMENTS = [
    '"', "'", '"""', "'''", "\\", "\\\\", "\\n", "\\u0041", "\\x41", "\\N{DASH}", "\\\n", "\\'",
    "\n", "\r", "\r\n", "\t", "\x0b", "\x0c", "\x1c", "\x1e", "\x7f", "\x85", "\u2028", "\u2029",
    "\ufeff", "\u200f", "\u202e", "\u2066", "\u00ad", "\u00a0", "\u061c", "e\u0301", "😀", "𝕏",
    "🇩🇪", "{", "}", "}}", "{ {", "%}", "#}", "{}", "{0}", "{row}", "{row['answer']}", "{!r}",
    "{question}", " ", "  ", "        ", " \n ", "# comment", "\n# comment\n", "#", "$", "$name",
    "%s", "%(a)s",
    '"); import os; ("', "'); import os; ('", '"""\nimport os\n"""', "\nimport os\n", '" + "',
    "<|end|>", "</s>", "f\"{__import__('os')}\"", "word " * 30, "x" * 200, "ab\n" * 30, '"' * 90,
]  # fmt: skip

characters = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
fragments = st.one_of(st.sampled_from(FRAGMENTS), st.text(characters, max_size=6))
hostile = st.lists(fragments, min_size=1, max_size=6).map("".join)
texts = hostile.filter(lambda text: bool(text.strip()))
"""A text that is blank is refused."""
names = texts.map(lambda text: re.sub("[\\0/]", "-", text)).filter(
    lambda name: len(name.encode()) <= 200 and name not in (".", "..") and name[0] not in "\\~"
)
"""Names of files, as odd as a file system allows; those that begin like absolute paths apart."""


def escaped(text: str) -> str:
    """A text in quotes, all of it but letters and digits as escapes."""
    plain = re.sub("[^A-Za-z0-9]", lambda found: f"\\u{{{ord(found[0]):X}}}", text)
    return f'"{plain}"'


def block(text: str) -> str:
    return block_quoted(text, "    ")


written = st.sampled_from([quoted, escaped, block])
"""The ways to write a text in a spec."""
