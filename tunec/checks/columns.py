"""Rules on the columns that templates place, where the data is at hand.

In: a context. Out: diagnostics. Invariant: each column that is missing or cannot be placed is
reported once, whatever the number of places and rows.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tunec.checks.context import Context, Rule, problem
from tunec.checks.parts import columns_in, texts_in
from tunec.checks.placeholders import BadTemplate, placeholders
from tunec.diagnostics import Diagnostic, Label
from tunec.diagnostics.suggest import nearest
from tunec.facts.data import SourceFacts, sources
from tunec.facts.paths import enumerated
from tunec.facts.rows import NotANumber
from tunec.spec.template import Part, Tools


class _Use(NamedTuple):
    """A column in the text of a turn."""

    name: str
    path: str
    text: str
    placed: bool
    """Whether its value is placed as it is."""
    always: bool = True
    """Whether every row must have it."""

    @property
    def template(self) -> str:
        """Path of its template in the spec."""
        return ".".join(self.path.split(".")[:2])

    def label(self, context: Context) -> Label | None:
        shift = max(0, self.text.find("{"))
        found = re.search(rf"(?<!\w){re.escape(self.name)}(?!\w)", self.text[shift:])
        if found is None or self.name == self.text:
            return context.at(self.path)
        return context.inside(self.path, self.text, found.start() + shift, found.end() + shift)


def _uses(context: Context) -> Iterator[_Use]:
    """The first use of each column that every row must have."""
    seen: set[tuple[str, str]] = set()
    for path, template, _ in context.forms():
        for index, part in enumerate(template.turns):
            for use in _uses_of(part, f"{path}.turns.{index}"):
                if (path, use.name) not in seen:
                    seen.add((path, use.name))
                    yield use


def _uses_of(part: Part, path: str) -> Iterator[_Use]:
    for setting, text in texts_in(part):
        try:
            found = placeholders(text)
        except BadTemplate:
            continue
        for name in found.columns:
            yield _Use(name, f"{path}.{setting}", text, name in found.placed)
    for setting, name in columns_in(part):
        # A row without tools needs no such column.
        yield _Use(name, f"{path}.{setting}", name, False, not isinstance(part, Tools))


Known = tuple[str, str, SourceFacts]
"""Path in the spec, file and facts of a source whose columns are known."""


def known_sources(context: Context, template: str) -> list[Known]:
    """Those that go through a template, given its path in the spec."""
    first = next(iter(context.spec.template), "")
    return [
        (f"{path}.path", facts.shown, facts)
        for path, source in sources(context.lowered)
        if not path.startswith("data.exclude.")  # which is seen by no model
        and f"template.{source.template or first}" == template
        and (facts := context.facts.sources.get(path)) is not None
        and facts.columns
    ]


def a_column_is_placed(context: Context) -> Iterator[Diagnostic]:
    """A template without columns makes the same text of every row."""
    for path, template, _ in context.forms():
        try:
            if any(columns_in(part) or _placed(part) for part in template.turns):
                continue
        except BadTemplate:
            continue
        texts = " ".join(part.text for part in template.turns)
        single = re.search(r"\{\s*([^\W\d]\w*)\s*\}", texts)
        name = single[1] if single else "question"
        yield problem(
            "E303",
            f"Template `{template.name}` needs a placeholder: every row would be the same text.",
            context.at(path),
            remedy=f"Write the columns of the data with two braces, such as `{{{{ {name} }}}}`.",
        )


def _placed(part: Part) -> bool:
    """Whether a text of the part takes anything from a row. Raises BadTemplate."""
    return any(placeholders(text).all for _, text in texts_in(part))


def columns_are_there(context: Context) -> Iterator[Diagnostic]:
    """The data has every column that is placed."""
    for use in _uses(context):
        known = known_sources(context, use.template)
        lacking = [each for each in known if use.name not in each[2].columns]
        if lacking:
            yield _missing(context, use, lacking)


def _missing(context: Context, use: _Use, lacking: list[Known]) -> Diagnostic:
    _, file, facts = lacking[0]
    close = nearest(use.name, facts.columns)
    unnameable = [
        name
        for name in facts.columns
        if not name.isidentifier() and re.search(rf"\{{\{{\s*{re.escape(name)}\s*\}}\}}", use.text)
    ]
    remedy = "Write one of these, or name other data."
    if unnameable:
        remedy = (
            f"Rename the column `{unnameable[0]}`: a placeholder takes letters, digits and `_`."
        )
    elif close and use.name == use.text:
        remedy = "Write " + " or ".join(f'`"{name}"`' for name in close) + "."
    elif close:
        remedy = "Write " + " or ".join(f"`{{{{ {name} }}}}`" for name in close) + "."
    return problem(
        "E407",
        f"`{file}` has no column `{use.name}`.",
        use.label(context),
        *(context.at(path, f"has no `{use.name}`") for path, _, _ in lacking),
        notes=(f"Its columns are {enumerated(facts.columns, 12)}.",),
        remedy=remedy,
    )


def rows_have_columns(context: Context) -> Iterator[Diagnostic]:
    """No row lacks a column that others have."""
    for use in _uses(context):
        if not use.always:
            continue
        for path, file, facts in known_sources(context, use.template):
            row = next((n for n, row in enumerate(facts.sample) if use.name not in row), None)
            if row is None or use.name not in facts.columns:
                continue
            yield problem(
                "E407",
                f"{place_of(file, facts, row)} has no column `{use.name}`, which other rows have.",
                use.label(context),
                context.at(path, "in this file"),
                remedy=_completed(use),
            )
            break


def _completed(use: _Use) -> str:
    if use.name == use.text:
        return "Complete the row."
    return f"Complete the row, or write `{{{{ {use.name} | default('…') }}}}`."


def values_can_be_placed(context: Context) -> Iterator[Diagnostic]:
    """What is placed is text or a number."""
    for use in _uses(context):
        if not use.placed:
            continue
        for path, file, facts in known_sources(context, use.template):
            row = next(
                (n for n, row in enumerate(facts.sample) if _sort(row.get(use.name, ""))), None
            )
            if row is None:
                continue
            sort, remedy = _sort(facts.sample[row][use.name]) or ("", "")
            yield problem(
                "E412",
                f"{place_of(file, facts, row)} has {sort} as its `{use.name}`, but a template "
                "places text and numbers.",
                use.label(context),
                context.at(path, "in this file"),
                notes=(f"{file}:{facts.lines[row]}",) if facts.noun == "line" else (),
                remedy=remedy.replace("NAME", use.name),
            )
            break


def place_of(file: str, facts: SourceFacts, row: int) -> str:
    return f"{facts.noun.title()} {facts.lines[row]} of `{file}`"


def _sort(value: object) -> tuple[str, str] | None:
    """What a value is that cannot be placed, and what to do; None for text and numbers."""
    if value is None:
        return "nothing (`null`)", "Complete the row, or write `{{ NAME | default('…', true) }}`."
    if isinstance(value, bool):
        shown = "true" if value else "false"
        return f"`{shown}`", "Say it in words: `{{ 'yes' if NAME else 'no' }}`."
    if isinstance(value, list):
        return "a list", "Join it with Jinja: `{{ NAME | join(', ') }}`."
    if isinstance(value, dict):
        part = next((str(key) for key in value if str(key).isidentifier()), "title")
        return "an object", f"Place a part of it: `{{{{ NAME.{part} }}}}`."
    if isinstance(value, NotANumber):
        return f"`{value}`", "Write a number or text in its place."
    if not isinstance(value, str):  # Parquet and Arrow have more types
        kind = type(value).__name__
        return f"a value of the type `{kind}`", "Say it as text: `{{ NAME | string }}`."
    return None


RULES: tuple[Rule, ...] = (
    a_column_is_placed,
    columns_are_there,
    rows_have_columns,
    values_can_be_placed,
)
