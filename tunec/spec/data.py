"""`data`: where rows come from.

In: sources as written. Out: `TrainData`, `ValidationData`, `TestData`.
Invariant: the order of sources is that of the spec.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, required, setting
from tunec.spec.values import Choice, Share, Text


class Source(Block):
    """A file of rows: JSON Lines, JSON, CSV, Parquet or text, relative to the spec."""

    path: Annotated[str, Text("data.jsonl")] = required("The file.")
    format: Annotated[str | None, Choice(("jsonl", "json", "csv", "parquet", "text"))] = setting(
        None,
        "Format of the file.",
        why="from the ending of its name",
        shown="from the ending: .jsonl .json .csv .parquet .txt",
    )
    sample_by: Annotated[str | None, Choice(("document", "paragraph", "line"))] = setting(
        None,
        "What one row of a text file is; its column is `text`.",
        why="keeps the order of the text, which later lines need",
        shown="document",
    )


class TrainData(Block):
    """The rows that are trained on."""

    sources: tuple[Source, ...] = nested((), "Files, read one after the other.")
    overflow: Annotated[str | None, Choice(("drop", "truncate", "split", "error"))] = setting(
        None,
        "What happens to a row longer than `max_length`: dropped and counted, cut at the end, "
        "cut into several rows, or the run stops.",
        why="a row that lost its end teaches never to stop; running text has no such end",
        shown="drop; split for objective pretrain",
    )


class ValidationData(Block):
    """The rows that the loss is measured on while training: `split = 10%` of the training rows, or
    sources.
    """

    sources: tuple[Source, ...] = nested((), "Files, read one after the other.")
    split: Annotated[float | None, Share(0, 100, open=True, example="10%")] = setting(
        None,
        "Share of the training rows held out, drawn with the seed.",
        why="one of `split` and `source` is needed",
        shown="none",
    )


class TestData(Block):
    """Rows that are measured once before and once after training, never in between."""

    sources: tuple[Source, ...] = nested((), "Files, read one after the other.")
