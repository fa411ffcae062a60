"""What there is to say about the language, and about one spec.

In: a topic, or a lowered spec. Out: text, or data for JSON. Invariant: every topic of `topics` has
a text.

`python -m tunec.spec.describe` prints the language reference, as `docs/language-reference.md` has
it.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any  # values of settings, as JSON takes them

from tunec.source import Span
from tunec.spec.block import Block, OpenBlock
from tunec.spec.legal import example, header, listed, model_of, places_below, settings_of
from tunec.spec.places import Lowered
from tunec.spec.raw import Amount
from tunec.spec.reference import SECTIONS, language_reference
from tunec.spec.vocabulary import Place
from tunec.spec.wording import Fact, facts, label_text, purpose, summary

__all__ = ["explain", "language_reference", "spec_json", "topics"]

WIDTH = 88
Trail = tuple[Place, ...]


# --- tunec explain --------------------------------------------------------------------


@dataclass(frozen=True)
class _Topic:
    """A block, one of its kinds, or one of its settings."""

    words: tuple[str, ...]
    """The keywords down to it, its kind, its name."""
    trail: Trail = ()
    place: Place | None = None
    kind: str | None = None
    name: str | None = None


def topics() -> list[str]:
    """All that `explain` knows, each spelled in full: `train.optimizer.adamw.learning_rate`."""
    return [*SECTIONS, *(".".join(topic.words) for topic in _topics())]


def explain(topic: str) -> str | None:
    """A text about a block, a kind, a setting or a part of the syntax; None for all else.

    Words before the last may be left out: `optimizer.learning_rate`, `rank`. What then fits several
    topics gets the text of each.
    """
    if topic in SECTIONS:
        return f"{topic}\n\n{_without_fences(SECTIONS[topic])}\n"
    words = tuple(topic.split("."))
    known = list(_topics())
    found = [each for each in known if each.words == words]
    found = found or [each for each in known if _means(words, each.words)]
    return "\n".join(dict.fromkeys(_text(each) for each in found)) or None


def _without_fences(markdown: str) -> str:
    """Markdown as plain text, its examples indented."""
    lines = []
    indent = ""
    for line in markdown.strip().split("\n"):
        if line.startswith("```"):
            indent = "" if indent else "    "
        else:
            lines.append(f"{indent}{line}".rstrip())
    return "\n".join(lines)


def _topics() -> Iterator[_Topic]:
    for name in settings_of(None):
        yield _Topic((name,), name=name)
    for trail, place in places_below():
        words = (*(each.keyword for each in trail), place.keyword)
        yield _Topic(words, trail, place)
        for kind in place.kinds:
            full = (*words, kind) if kind else words
            if kind:
                yield _Topic(full, trail, place, kind)
            for name in settings_of(place, kind):
                yield _Topic((*full, name), trail, place, kind, name)


def _means(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether `short` is `full` with words before the last left out."""
    rest = iter(full)
    return short[-1] == full[-1] and all(word in rest for word in short)


def _text(topic: _Topic) -> str:
    place = topic.place
    if topic.name is not None:
        return _setting(topic.trail, place, topic.kind or "", topic.name)
    assert place is not None
    if topic.kind is None:
        return _block(topic.trail, place)
    return _kind(topic.trail, place, topic.kind)


def _block(trail: Trail, place: Place) -> str:
    lines = [_dotted((*trail, place)), "", *_wrapped(purpose(trail, place))]
    if trail:
        lines += _wrapped(f"It stands in `{trail[-1].keyword}`.")
    if place.required:
        lines += ["Every spec needs it."]
    label = label_text(place)
    if label:
        lines += _wrapped(f"{label} It is written after the keyword: `{header(place, '')}`.")
    kinds = [kind for kind in place.kinds if kind]
    if kinds:
        lines += ["", "Kinds:"]
        lines += [line for kind in kinds for line in _row(kind, summary(place, kind))]
    if place.default:
        lines += ["", f"Without the block, it is `{place.keyword} {place.default}`."]
    if "" in place.kinds:
        lines += _settings(place, "")
    lines += ["", f"Example: {example(place)}"]
    return "\n".join(lines) + "\n"


def _kind(trail: Trail, place: Place, kind: str) -> str:
    lines = [f"{_dotted((*trail, place))}.{kind}", "", *_wrapped(summary(place, kind))]
    if trail:
        lines += _wrapped(f"It stands in `{trail[-1].keyword}`.")
    lines += _settings(place, kind)
    lines += ["", f"Example: {example(place, kind)}"]
    return "\n".join(lines) + "\n"


def _settings(place: Place, kind: str) -> list[str]:
    rows = [
        line
        for fact in facts(place, kind)
        for line in _row(
            fact.name, f"{fact.what} Default: {fact.default}." if fact.default else fact.what
        )
    ]
    taken = model_of(place, kind).any_name
    if taken is not None:
        return ["", *_wrapped(f"It takes any setting, each {taken.describe()}.")]
    return ["", "Settings:", *rows] if rows else ["", "It has no settings."]


def _setting(trail: Trail, place: Place | None, kind: str, name: str) -> str:
    """The text of a setting, the same for all kinds that say the same about it."""
    fact = _facts(place, kind)[name]
    kinds = list(place.kinds) if place else [""]
    same = [each for each in kinds if _facts(place, each).get(name) == fact]
    words = [each.keyword for each in (*trail, *([place] if place else []))]
    if same[0] and len(same) == 1:
        words.append(same[0])
    lines = [".".join([*words, name]), "", *_wrapped(fact.what)]
    if place and len(same) > 1:
        lines += _wrapped(f"It is a setting of {listed([header(place, each) for each in same])}.")
    lines += _wrapped(f"It takes {fact.takes}.")
    if fact.default is None:
        lines += ["It has no default and must be written."]
    else:
        lines += _wrapped(f"Default: {fact.default}" + (f" ({fact.why})." if fact.why else "."))
    written = f"{name} = {fact.sample}"
    if place:
        shown = place.default if place.default in same else same[0]
        written = f"{header(place, shown)} {{ {written} }}"
    return "\n".join([*lines, "", f"Example: {written}"]) + "\n"


def _facts(place: Place | None, kind: str) -> dict[str, Fact]:
    return {fact.name: fact for fact in facts(place, kind)}


def _row(name: str, text: str) -> list[str]:
    indent = " " * 4
    return [
        f"  {name}",
        *textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent),
    ]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)


def _dotted(trail: Trail) -> str:
    return ".".join(place.keyword for place in trail)


# --- tunec dump spec ------------------------------------------------------------------


def spec_json(lowered: Lowered) -> dict[str, Any]:
    """Settings and blocks by path, each with where it was written, or null for a default."""
    blocks: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    _collect(lowered, lowered.spec, "", blocks, settings)
    return {"blocks": blocks, "settings": settings}


def _collect(
    lowered: Lowered, block: Block, path: str, blocks: dict[str, Any], settings: dict[str, Any]
) -> None:
    places = lowered.places
    if isinstance(block, OpenBlock):
        for name, value in block.given.items():
            where = f"{path}.{name}"
            settings[where] = {"value": _plain(value), "written": _place(places.span(where))}
        return
    for name, field in type(block).model_fields.items():
        where = f"{path}.{name}" if path else name
        value = getattr(block, name)
        if not field.nested:
            settings[where] = {"value": _plain(value), "written": _place(places.span(where))}
            continue
        for inner, child in _inner(where, value):
            blocks[inner] = {
                "kind": places.kinds.get(inner),
                "written": _place(places.blocks.get(inner)),
            }
            _collect(lowered, child, inner, blocks, settings)


def _inner(path: str, value: object) -> list[tuple[str, Block]]:
    """The blocks in a nested field, with their paths."""
    if isinstance(value, Block):
        return [(path, value)]
    if isinstance(value, dict):
        return [(f"{path}.{key}", child) for key, child in value.items()]
    if isinstance(value, tuple):
        return [(f"{path}.{index}", child) for index, child in enumerate(value)]
    return []


def _plain(value: object) -> object:
    if isinstance(value, Amount):
        return {"number": value.value, "unit": value.unit}
    return list(value) if isinstance(value, tuple) else value


def _place(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {"file": span.source.name, "line": span.line, "column": span.column}


if __name__ == "__main__":
    print(language_reference(), end="")
