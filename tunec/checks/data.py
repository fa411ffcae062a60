"""Rules on where rows come from, and what happens to long ones.

In: a context. Out: diagnostics. Invariant: rows that are measured are never among those trained on.
"""

import os
from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts.data import sources
from tunec.spec.data import Source, TrainData, ValidationData


def parts_have_sources(context: Context) -> Iterator[Diagnostic]:
    """`data train` and `data test` name files."""
    for name, block in context.spec.data.items():
        if not block.sources and not isinstance(block, ValidationData):
            yield problem(
                "E303",
                f"`data {name}` needs a `source`.",
                context.at(f"data.{name}"),
                remedy=f'Write, for example, `data {name} {{ source "{name}.jsonl" }}`.',
            )


def validation_is_split_or_sources(context: Context) -> Iterator[Diagnostic]:
    """Validation rows are a part of the training rows, or rows of their own."""
    block = context.spec.data.get("validation")
    if not isinstance(block, ValidationData):
        return
    if block.split is None and not block.sources:
        yield problem(
            "E303",
            "`data validation` needs `split` or a `source`.",
            context.at("data.validation"),
            remedy="Write, for example, `data validation { split = 10% }`.",
        )
    elif block.split is not None and block.sources:
        yield problem(
            "E302",
            "`split` takes validation rows from the training rows, but a `source` names other "
            "ones.",
            context.name("data.validation.split"),
            context.at("data.validation.sources.0", "a source of its own"),
            remedy="Keep one of the two.",
        )


def measured_rows_are_apart(context: Context) -> Iterator[Diagnostic]:
    """No file is both trained on and measured."""
    trained: dict[str, str] = {}
    for path, source in sources(context.lowered):
        if path.startswith("data.train."):
            for rows in _rows(context, path, source):
                trained.setdefault(rows, path)
    for path, source in sources(context.lowered):
        twice = [rows for rows in _rows(context, path, source) if rows in trained]
        if path.startswith("data.train.") or not twice:
            continue
        part = path.split(".")[1]
        remedy = "Name a file of other rows."
        because = f"so measuring on it in `data {part}` tells nothing"
        if part == "exclude":
            because = "so none of its rows would be left"
        if part == "validation":
            remedy = (
                "Write `data validation { split = 10% }` to hold out a part of the training rows."
            )
        yield problem(
            "E302",
            f"`{source.path}` is trained on, {because}.",
            context.at(f"{path}.path"),
            context.at(f"{trained[twice[0]]}.path", "trained on here"),
            remedy=remedy,
        )


def _rows(context: Context, path: str, source: Source) -> list[str]:
    """What tells the files of a source, or its part of the hub, apart from others."""
    facts = context.facts.sources.get(path)
    located = facts.located if facts else None
    if located is None or located.kind == "address":
        return [source.path]
    if located.kind == "hub":
        split = source.split or ("train" if path.startswith("data.train.") else None)
        return [f"{source.path} {source.subset} {source.revision} {split}"]
    folder = context.places.folder(f"{path}.path")
    return [os.path.abspath(folder / name) for name in located.names]


def conversations_stay_whole(context: Context) -> Iterator[Diagnostic]:
    """A conversation that is cut in two starts in the middle."""
    block = context.spec.data.get("train")
    if isinstance(block, TrainData) and block.overflow == "split" and context.objective == "sft":
        yield problem(
            "E302",
            "`overflow = split` cuts rows in pieces, but a piece of a conversation has no "
            "beginning.",
            context.at("data.train.overflow"),
            context.at("objective", "trains on answers"),
            remedy="Write `overflow = drop` or `overflow = truncate`; `split` is for `objective "
            "pretrain`.",
        )


def sample_by_has_effect(context: Context) -> Iterator[Diagnostic]:
    """Only a text file has to be told what a row is."""
    for path, source in sources(context.lowered):
        facts = context.facts.sources.get(path)
        form = facts.format if facts else source.format
        if source.sample_by is not None and form not in (None, "text", "hub"):
            yield problem(
                "E301",
                f"`sample_by` has no effect on a `{form}` file, which has rows of its own.",
                context.name(f"{path}.sample_by"),
                context.at(f"{path}.format" if source.format else f"{path}.path", f"is `{form}`"),
                remedy="Remove `sample_by`.",
            )


RULES: tuple[Rule, ...] = (
    parts_have_sources,
    validation_is_split_or_sources,
    measured_rows_are_apart,
    conversations_stay_whole,
    sample_by_has_effect,
)
