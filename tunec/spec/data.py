"""`data`: where rows come from.

In: sources as written. Out: `TrainData`, `ValidationData`, `TestData`.
Invariant: the order of sources is that of the spec.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, required, setting
from tunec.spec.values import Choice, Either, Flag, Name, Several, Share, Text


class Source(Block):
    """A file of rows: JSON Lines, JSON, CSV, Parquet or text, relative to the spec."""

    path: Annotated[str, Text("data.jsonl")] = required("The file.")
    template: Annotated[str | None, Name("support")] = setting(
        None,
        "Name of the template that its rows go through.",
        why="most specs have one",
        shown="the spec's template, if it has one only",
    )
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
    overflow: Annotated[
        str | None, Choice(("drop", "truncate_prompt", "truncate", "split", "error"))
    ] = setting(
        None,
        "What happens to a row longer than `max_length`: dropped and counted, cut at its start so "
        "that the last answer stays whole, cut at its end, cut into several rows, or the run "
        "stops.",
        why="a row that lost its end teaches never to stop; running text has no such end",
        shown="drop; split for objective pretrain",
    )
    train_on: Annotated[
        str | tuple[str, ...] | None,
        Either(
            (
                Choice(("assistant", "last_assistant", "all")),
                Several(Choice(("system", "user", "assistant", "tool"))),
            )
        ),
    ] = setting(
        None,
        "Which tokens are trained on, in every data set: `assistant`, the model's turns (or the "
        "completion) and the token that ends them; `last_assistant`, the last of these; `all`, "
        "every token of the row; or the turns of some roles, as `[user, assistant]`. Markers "
        "before a turn are trained on with `all` alone.",
        why="the model has to write its own turns, and to end them",
        shown="assistant; all for objective pretrain",
    )
    one_row_per_answer: Annotated[bool, Flag()] = setting(
        False,
        "Make a row of each answer, with the conversation before it as the model sees it at that "
        "moment: for chat templates that change earlier turns, such as those that leave out "
        "earlier thoughts.",
        why="a conversation in one row is read once, not once for each answer",
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
