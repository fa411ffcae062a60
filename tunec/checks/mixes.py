"""Rules on sources together, and on what is only for the hub.

In: a context. Out: diagnostics. Invariant: a setting of a source that passes has an effect.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts.data import sources
from tunec.spec.data import HUB, TrainData
from tunec.spec.split import is_sliced

_OF_HUB = ("subset", "split", "revision", "streaming", "buffer")
_OF_FILES = ("format", "sample_by")
ROUNDING = 0.05
"""Percent that a sum may be off by: three times 33.33% is meant as the whole."""


def settings_are_of_the_source(context: Context) -> Iterator[Diagnostic]:
    """The hub has splits, files have formats."""
    for path, source in sources(context.lowered):
        on_hub = source.path.startswith(HUB)
        for name in _OF_FILES if on_hub else _OF_HUB:
            if context.written(f"{path}.{name}"):
                where = "files" if on_hub else "data sets on the hub"
                yield problem(
                    "E301",
                    f"`{name}` has no effect here: it is for {where}.",
                    context.name(f"{path}.{name}"),
                    context.at(f"{path}.path", "on the hub" if on_hub else "not on the hub"),
                    remedy=f"Remove `{name}`.",
                )


def streams_end(context: Context) -> Iterator[Diagnostic]:
    """A stream has an end that is written, and no slices."""
    for path, source in sources(context.lowered):
        if not source.path.startswith(HUB):
            continue
        if source.buffer is not None and not source.streaming:
            yield problem(
                "E301",
                "`buffer` has no effect without `streaming`.",
                context.name(f"{path}.buffer"),
                remedy="Remove it: rows are shuffled in every epoch anyway.",
            )
        if source.streaming and source.first is None:
            yield problem(
                "E303",
                "`streaming` needs `first`: rows are kept in memory, so a stream has to end.",
                context.name(f"{path}.streaming"),
                remedy="Write, for example, `first = 10000 examples`.",
            )
        if source.streaming and source.split and is_sliced(source.split):
            yield problem(
                "E302",
                "A stream is read from its start, so it has no slices or unions.",
                context.at(f"{path}.split"),
                context.name(f"{path}.streaming", "reads a stream"),
                remedy="Write the name of one split, or remove `streaming`.",
            )


def measured_splits_are_named(context: Context) -> Iterator[Diagnostic]:
    """Rows of the hub to measure on are those of a split that is written."""
    for path, source in sources(context.lowered):
        part = path.split(".")[1]
        if source.path.startswith(HUB) and source.split is None and part != "train":
            yield problem(
                "E303",
                f"A source on the hub needs `split` in `data {part}`.",
                context.at(f"{path}.path"),
                remedy=f'Write, for example, `source "{source.path}" {{ split = "{part}" }}`.',
            )


def mixes_have_effect(context: Context) -> Iterator[Diagnostic]:
    """`interleave` needs several sources; `stop` and `probability` need `interleave`."""
    block = context.spec.data.get("train")
    interleave = isinstance(block, TrainData) and block.mix == "interleave"
    if isinstance(block, TrainData):
        if interleave and len(block.sources) == 1:
            yield problem(
                "E301",
                "`mix = interleave` has no effect on one source.",
                context.name("data.train.mix"),
                context.at("data.train.sources.0.path", "the only one"),
                remedy="Remove it, or add a `source`.",
            )
        if block.stop is not None and not interleave:
            yield problem(
                "E301",
                "`stop` has no effect without `mix = interleave`.",
                context.name("data.train.stop"),
                remedy="Remove it, or write `mix = interleave`.",
            )
    for path, source in sources(context.lowered):
        if source.probability is not None and not (interleave and path.startswith("data.train.")):
            yield problem(
                "E301",
                "`probability` has no effect without `mix = interleave` in `data train`.",
                context.name(f"{path}.probability"),
                remedy="Write `share = 30%` for a part of all rows, or `sample = 30%` for a part "
                "of the source.",
            )


def probabilities_are_whole(context: Context) -> Iterator[Diagnostic]:
    """All sources have a probability or none has, and they sum to 100%."""
    block = context.spec.data.get("train")
    if not isinstance(block, TrainData) or block.mix != "interleave":
        return
    written = [n for n, each in enumerate(block.sources) if each.probability is not None]
    if not written:
        return
    bare = next((n for n in range(len(block.sources)) if n not in written), None)
    total = 100 * sum(each.probability or 0 for each in block.sources)
    last = f"data.train.sources.{written[-1]}.probability"
    if bare is not None:
        yield problem(
            "E303",
            "This source needs a `probability`, as others have one.",
            context.at(f"data.train.sources.{bare}.path"),
            context.at(last, "of another source"),
            remedy="Write one for every source, or for none: then all are equally probable.",
        )
    elif abs(total - 100) > ROUNDING:
        yield problem(
            "E302",
            f"The probabilities of the sources sum to {total:g}%, not to 100%.",
            context.at(last),
            remedy="Change them so that they sum to 100%.",
        )


def shares_can_be(context: Context) -> Iterator[Diagnostic]:
    """Shares leave room for the sources that have none, and do not go with `interleave`."""
    for name, block in context.spec.data.items():
        shared = [n for n, each in enumerate(block.sources) if each.share is not None]
        if not shared:
            continue
        path = f"data.{name}.sources.{shared[-1]}.share"
        total = 100 * sum(each.share or 0 for each in block.sources)
        whole = len(shared) == len(block.sources)
        if len(block.sources) == 1:
            yield problem(
                "E301",
                "`share` has no effect on one source, which is all there is.",
                context.name(path),
                remedy="Write `sample = 30%` for a part of the source.",
            )
        elif isinstance(block, TrainData) and block.mix == "interleave":
            yield problem(
                "E302",
                "`share` cuts sources down, but `mix = interleave` draws from whole ones.",
                context.name(path),
                context.at("data.train.mix", "draws"),
                remedy="Write `probability` in place of `share`, or remove `mix`.",
            )
        elif whole and abs(total - 100) > ROUNDING:
            yield problem(
                "E302",
                f"The shares of all sources sum to {total:g}%, not to 100%.",
                context.at(path),
                remedy="Change them, or leave one out: that source is kept whole.",
            )
        elif not whole and total >= 100:
            yield problem(
                "E302",
                f"The shares sum to {total:g}%, so nothing is left for a source without one.",
                context.at(path),
                remedy="Make them smaller, or write a `share` for every source.",
            )


RULES: tuple[Rule, ...] = (
    settings_are_of_the_source,
    streams_end,
    measured_splits_are_named,
    mixes_have_effect,
    probabilities_are_whole,
    shares_can_be,
)
