"""The labels of the rows to train on, counted.

In: a spec with a template that says a `label`, and the files of `data train`. Out: `LabelFacts`, or
None where they cannot be told without running something. Invariant: every row of every file was
counted, as the script will read it: what is known only of some rows is not known.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tunec.facts.data import SourceFacts
from tunec.facts.packed import Spoiled
from tunec.facts.rows import Damaged, parse
from tunec.files import Files
from tunec.spec.places import Lowered
from tunec.spec.template import Labels, Part

MOST = 64 * 1024 * 1024
"""Bytes of a file that is read to its end."""
_READ = ("jsonl", "json", "csv")
_PLACED = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")
"""A text that is a column's value and nothing else."""


class LabelFacts(NamedTuple):
    """How many rows have each label, in the order of the labels."""

    counts: Mapping[str, int]
    rows: int


def gather_labels(
    lowered: Lowered, files: Files, sources: Mapping[str, SourceFacts]
) -> LabelFacts | None:
    """Those of `data train`; None where one of its sources cannot be counted."""
    train = lowered.spec.data.get("train")
    counts: Counter[str] = Counter()
    rows = 0
    for index, source in enumerate(train.sources if train else ()):
        path = f"data.train.sources.{index}"
        facts = sources.get(path)
        part = _label_part(lowered, source.template)
        steps = ("filter", "map", "first", "sample", "repeat", "share", "probability")
        chosen = any(getattr(source, step) is not None for step in steps)
        if facts is None or part is None or chosen:
            return None
        column = part.text if isinstance(part, Labels) else _column(part.text)
        if column is None:
            return None
        for row in _rows(lowered, path, facts, files):
            if row is None:
                return None
            rows += 1
            counts.update(_said(row.get(column)))
    return LabelFacts({label: counts[label] for label in in_order(counts)}, rows) if rows else None


def _label_part(lowered: Lowered, named: str | None) -> Part | None:
    """The part that says the label in the template of a source."""
    templates = lowered.spec.template
    template = templates.get(named) if named else next(iter(templates.values()), None)
    parts = template.turns if template else ()
    return next((part for part in parts if part.role in ("label", "labels")), None)


def _column(text: str) -> str | None:
    found = _PLACED.fullmatch(text)
    return found[1] if found else None


def _rows(
    lowered: Lowered, path: str, facts: SourceFacts, files: Files
) -> Iterator[Mapping[str, object] | None]:
    """All rows of a source; None where they end before it does."""
    located = facts.located
    if located is None or located.packed or facts.format not in _READ or not located.names:
        yield None
        return
    folder = lowered.places.folder(f"{path}.path")
    for name in located.names:
        try:
            if files.size(folder / name) > MOST:
                yield None
                return
            data = files.read_bytes(folder / name)
            yield from parse(data, True, facts.format, "document", most=None).rows
        except (OSError, Damaged, Spoiled):
            yield None
            return


def _said(value: object) -> Iterator[str]:
    """The labels in a column; what is no label, the script refuses with its place."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, str))
    elif isinstance(value, str):
        yield value


def in_order(labels: Iterator[str] | Mapping[str, int]) -> list[str]:
    """Numbers by size, before texts by their letters."""
    return sorted(labels, key=_rank)


def _rank(label: str) -> tuple[bool, float, str]:
    try:
        return (False, float(label), label)
    except ValueError:
        return (True, 0.0, label)
