"""Every setting of the vocabulary reaches the script: another value gives other code.

Settings, and the words that one may take, come from the vocabulary, so a new one is looked at here
without being named; where its values cannot be guessed, its test fails until `VALUES` has some.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from properties.compiling import code, script_of
from properties.specs_around_settings import (
    AROUND,
    BESIDE,
    LABELS,
    NEXT_TO,
    PARTS,
    REQUIRED,
    RUNNING,
    SAME,
    VALUES,
    WITHOUT_SOME_WORDS,
)

from tunec.spec.legal import kinds_with, label_field, places_below, settings_of
from tunec.spec.values import Choice, Consent, Either, Flag, OrNone, Several, Sort
from tunec.spec.vocabulary import Place

Trail = tuple[Place, ...]

FUNCTIONS = "".join(f"def {name}(*given): ...\n" for name in ("keep", "change", "measure", "rate"))
FORMATS = {"text": "rows.txt", "jsonl": "rows.jsonl", "csv": "rows.csv"}
ONE_LEGAL_VALUE = {"evaluate.generate.metric.python_tests.allow_code_execution"}
"""Settings that have no second value yet."""


@dataclass(frozen=True)
class Setting:
    """A setting of one kind of block, or what is written after a block's keyword."""

    trail: Trail
    place: Place | None
    kind: str
    name: str
    sort: Sort | None
    """None for what follows the keyword."""

    @property
    def block(self) -> str:
        """`train.optimizer.adamw`, as a spec nests them."""
        words = [each.keyword for each in (*self.trail, *([self.place] if self.place else []))]
        return ".".join([*words, self.kind] if self.kind else words)

    @property
    def path(self) -> str:
        return f"{self.block}.{self.name}" if self.block else self.name

    def values(self) -> tuple[str, ...]:
        """At least two, but for a setting that has no second."""
        found = VALUES.get(self.path) or VALUES.get(self.name) or tuple(words_of(self.sort))
        assert len(found) > 1 or self.path in ONE_LEGAL_VALUE, f"give {self.path} values here"
        return found


def words_of(sort: Sort | None) -> Iterator[str]:
    """The values of a sort that has a few only; the word `none` besides."""
    if isinstance(sort, Choice):
        yield from sort.words
    elif isinstance(sort, Consent):
        yield "true"
    elif isinstance(sort, Flag):
        yield from ("false", "true")
    elif isinstance(sort, OrNone):
        yield from (*words_of(sort.sort), "none")
    elif isinstance(sort, Either):
        for each in sort.sorts:
            yield from words_of(each)
    elif isinstance(sort, Several):
        yield from (f"[{word}]" for word in words_of(sort.item))


def vocabulary() -> Iterator[Setting]:
    """Every setting of every kind of every block."""
    for name, sort in settings_of(None).items():
        yield Setting((), None, "", name, sort)
    for trail, place in places_below():
        for kind in place.kinds:
            label = label_field(place, kind)
            if label in ("path", "text"):
                yield Setting(trail, place, kind, label, None)
            for name, sort in settings_of(place, kind).items():
                yield Setting(trail, place, kind, name, sort)


SETTINGS = list(vocabulary())


def block_text(place: Place, kind: str, label: str, inside: str) -> str:
    """A block; a template is called `t`, and a place that says nothing of its label gets one."""
    words = {"kind": kind, "none": "", "name": "t", "path": label, "text": label}[place.label]
    return f"{place.keyword} {kind or words} {{ {inside} }}"


def spec_of(setting: Setting, value: str) -> str:
    """A spec in which the setting has this value."""
    parts = dict(PARTS)
    for path in (setting.block, setting.path):
        parts.update(AROUND.get(path, {}))
    if setting.place is None:
        parts[""] = f"{setting.name} = {value}"
        return "\n".join(parts.values())
    required = dict(REQUIRED.get(setting.block, {}))
    label = {"model": '"hub:acme/base"', "module": '"q_proj"'}.get(setting.place.keyword, "")
    if setting.sort is None:
        label = value
    else:
        required[setting.name] = value
    if setting.place.keyword == "group" and not label:
        label = LABELS[setting.path]
    if setting.place.keyword == "source" and not label:
        label = LABELS.get(setting.path) or f'"{FORMATS.get(value, "rows.txt")}"'
    inside = ", ".join(f"{name} = {each}" for name, each in required.items())
    beside = BESIDE.get(setting.path) or BESIDE.get(setting.block) or ""
    if setting.place.field == "turns":
        if setting.sort is not None:
            label = f"{LABELS[setting.place.keyword]} {{ {setting.name} = {value} }}"
        text = f"{setting.place.keyword} {label}"
        turns = [beside, text] if setting.place.keyword == "completion" else [text, beside]
        if setting.place.keyword in ("assistant", "label", "labels"):
            turns = [beside, text]
        if setting.place.keyword == "tool":
            turns = [beside, text, 'assistant "B"']
        text = ", ".join(part for part in turns if part)
    else:
        inside = "\n".join(part for part in (beside, inside) if part)
        text = block_text(setting.place, setting.kind, label, inside)
    text = "\n".join([*filter(None, [NEXT_TO.get(setting.path)]), text])
    inner = setting.place
    for place in reversed(setting.trail):
        label = '"hub:acme/base"' if place.label == "path" else ""
        text = block_text(place, place.default or kinds_with(place, inner)[0], label, text)
        inner = place
    keyword = (*setting.trail, setting.place)[0].keyword
    rest = 'data train { source "rows.jsonl" }' if setting.block != "data.train" else ""
    if keyword == "data":
        text = f"{rest}\n{text}" if setting.place.keyword != "source" else text
    parts[keyword] = text
    return "\n".join(parts.values())


@pytest.fixture(autouse=True)
def layout_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Syntax trees are compared, so time spent on the layout of scripts would be wasted."""
    monkeypatch.setattr("tunec.emit.page.formatted", lambda fragment: fragment)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data that specs name, and a model without anything known of it."""
    from model_folders import write_model

    place = tmp_path_factory.mktemp("settings")
    row = '{"question": "?", "answer": "!", "text": "a"}\n'
    (place / "rows.jsonl").write_text(row)
    (place / "more.jsonl").write_text(row)
    (place / "unfrozen.yaml").write_text("- lm_head.weight\n")
    (place / "norms.txt").write_text("model.norm\n")
    (place / "rows.csv").write_text("question,answer,text\n?,!,a\n")
    (place / "rows.py").write_text(FUNCTIONS)
    for file in ("a.json", "b.json"):
        (place / file).write_text("{}")
    (place / "task.yaml").write_text("task: own\n")
    (place / "a.jinja").write_text("{{ messages }}")
    (place / "b.jinja").write_text("{{ messages }}")
    (place / "rows.txt").write_text("a\n\nb\n")
    write_model(place / "base")
    write_model(place / "other")
    return place


def unused(script: str) -> set[str]:
    """Settings of a script that nothing in it reads."""
    tree = ast.parse(script)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    written = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    return {name for name in written if name.isupper()} - {
        node.id for node in nodes if isinstance(node.ctx, ast.Load)
    }


# --- What holds -----------------------------------------------------------------------


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.path)
def test_another_value_gives_another_script(setting: Setting, folder: Path) -> None:
    scripts = {value: script_of(spec_of(setting, value), folder) for value in setting.values()}
    for one, other in combinations(scripts, 2):
        alike = any({one, other} <= same for same in SAME)
        assert (code(scripts[one]) == code(scripts[other])) == alike, f"{one} and {other}"
    for value, script in scripts.items():
        assert not unused(script), value


def test_settings_of_one_value_are_still_that() -> None:
    """When a second value comes, its effect has to be shown above."""
    for setting in SETTINGS:
        if setting.path in ONE_LEGAL_VALUE:
            assert len(list(words_of(setting.sort))) == 1, setting.path


def test_every_word_of_a_choice_is_tried() -> None:
    """Values given here leave out none of those that a setting lists."""
    for setting in SETTINGS:
        if setting.path not in WITHOUT_SOME_WORDS:
            assert set(words_of(setting.sort)) <= set(setting.values()), setting.path


def test_no_values_are_left_over() -> None:
    known = {name for setting in SETTINGS for name in (setting.path, setting.name)}
    blocks = {
        ".".join([*(each.keyword for each in (*trail, place)), *([kind] if kind else [])])
        for trail, place in places_below()
        for kind in place.kinds
    }
    assert not VALUES.keys() - known
    assert not (BESIDE.keys() | AROUND.keys()) - known - blocks
    assert not REQUIRED.keys() - blocks
    assert not ONE_LEGAL_VALUE - known


KINDS = [
    (trail, place)
    for trail, place in places_below()
    if place.label == "kind" or len(place.kinds) > 1
]


def spec_of_kind(trail: Trail, place: Place, kind: str) -> str:
    """A spec that has this kind of a block."""
    for setting in SETTINGS:
        if (setting.place, setting.kind) == (place, kind):
            return spec_of(setting, setting.values()[0])
    parts = {**PARTS, **AROUND.get(f"{place.keyword}.{kind}", {})}
    parts[place.keyword] = block_text(place, kind, "", "")
    if place.keyword == "data":
        source = '{ source "more.jsonl" }'
        parts["data"] = f'data train {{ source "rows.jsonl" }}\ndata {kind} {source}'
    return "\n".join(parts.values())


@pytest.mark.parametrize(("trail", "place"), KINDS, ids=lambda part: getattr(part, "keyword", ""))
def test_another_kind_gives_another_script(trail: Trail, place: Place, folder: Path) -> None:
    scripts = {code(script_of(spec_of_kind(trail, place, kind), folder)) for kind in place.kinds}
    assert len(scripts) == len(place.kinds)


@pytest.mark.parametrize("method", ["lora", "dora"])
def test_two_ways_to_say_the_same(method: str, folder: Path) -> None:
    """`qlora` is `lora` with `quantize nf4`, and no other method is."""
    parts = {**PARTS, "method": f"method {method}", "quantize": "quantize nf4"}
    apart = code(script_of("\n".join(parts.values()), folder))
    together = code(script_of("\n".join({**PARTS, "method": "method qlora"}.values()), folder))
    assert (apart == together) == (method == "lora")


def test_every_format_has_its_reader(folder: Path) -> None:
    (sort,) = (each.sort for each in SETTINGS if each.path == "data.source.format")
    for form in words_of(sort):
        file = FORMATS.get(form, f"rows.{form}")
        if form == "json":
            (folder / file).write_text('[{"text": "a"}]')
        data = f'data train {{ source "{file}" {{ format = {form} }} }}'
        if form in ("arrow", "parquet"):
            import pyarrow.feather
            import pyarrow.parquet

            table = pyarrow.table({"text": ["a"]})
            pyarrow.parquet.write_table(table, folder / "rows.parquet")
            pyarrow.feather.write_feather(table, str(folder / "rows.arrow"))
        assert f"def read_{form}(file)" in script_of(
            "\n".join({**PARTS, **RUNNING, "data": data}.values()), folder
        )
