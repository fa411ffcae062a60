"""`data`: where rows come from.

In: sources as written. Out: `TrainData`, `ValidationData`, `TestData`, `GeneralData`,
`ExcludedData`.
Invariant: the order of sources is that of the spec.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, required, setting
from tunec.spec.raw import Amount
from tunec.spec.split import Split
from tunec.spec.values import (
    Choice,
    Either,
    Flag,
    Measure,
    Name,
    Number,
    OrNone,
    Several,
    Share,
    Text,
)

HUB = "hub:"
_FORMATS = ("jsonl", "json", "csv", "parquet", "arrow", "text")
_WAYS = ("exact", "prompt", "near")
"""How rows are compared."""
_EXAMPLES = Measure(("examples",), example=1000)


class Source(Block):
    """Rows from a file, a folder or a pattern of files (relative to the spec), from an address, or
    from the hub. `filter`, `map`, `first`, `sample` and `repeat` are applied in this order.
    """

    path: Annotated[str, Text("data.jsonl")] = required(
        "The file, folder, pattern or address; or `hub:` and the name of a data set."
    )
    template: Annotated[str | None, Name("support")] = setting(
        None,
        "Name of the template that its rows go through.",
        why="most specs have one",
        shown="the spec's template, if it has one only",
    )
    format: Annotated[str | None, Choice(_FORMATS)] = setting(
        None,
        "Format of the files.",
        why="from the ending of the name",
        shown="from the ending: .jsonl .json .csv .parquet .arrow .feather .txt, "
        "and .gz .bz2 .xz .zst after it",
    )
    sample_by: Annotated[str | None, Choice(("document", "paragraph", "line"))] = setting(
        None,
        "What one row of a text file is; its column is `text`.",
        why="keeps the order of the text, which later lines need",
        shown="document",
    )
    subset: Annotated[str | None, Text("en")] = setting(
        None, "Subset of a data set on the hub.", why="the data set's own", shown="none"
    )
    split: Annotated[str | None, Split()] = setting(
        None,
        "Split of a data set on the hub: slices and unions as in `train[:20%]+test`.",
        why="rows to measure on have to be chosen",
        shown="train in `data train`",
    )
    revision: Annotated[str | None, Text("v1.0")] = setting(
        None, "Branch, tag or commit of a data set on the hub.", why="the newest", shown="main"
    )
    streaming: Annotated[bool, Flag()] = setting(
        False,
        "Whether rows of the hub are read without downloading all; `first` says how many.",
        why="a download is read faster, and only once",
    )
    buffer: Annotated[Amount | None, _EXAMPLES] = setting(
        None,
        "Rows that a stream is shuffled in, before `first` takes some.",
        why="a stream is read in its own order",
        shown="none",
    )
    filter: Annotated[str | None, Text("len(answer) > 3")] = setting(
        None,
        "Which rows are kept: an expression on columns, or `file.py:function`.",
        why="all rows",
        shown="none",
    )
    map: Annotated[str | None, Text("rows.py:to_row")] = setting(
        None,
        "Function `file.py:function` that makes of a row another, a list of rows, or None.",
        why="rows as they are",
        shown="none",
    )
    first: Annotated[Amount | None, _EXAMPLES] = setting(
        None, "How many rows are taken from the start.", why="all rows", shown="none"
    )
    sample: Annotated[
        Amount | None, Either((_EXAMPLES, Share(0, 100, open=True, example="10%")))
    ] = setting(
        None,
        "How many rows are taken at random, by the seed; their order stays.",
        why="all rows",
        shown="none",
    )
    repeat: Annotated[int | None, Number(least=2, most=1000, example="3")] = setting(
        None, "How often the rows are taken.", why="once", shown="1"
    )
    share: Annotated[float | None, Share(0, 100, open=True, example="30%")] = setting(
        None,
        "Share of all rows that the source is cut down to, at random by the seed.",
        why="all of its rows",
        shown="none",
    )
    probability: Annotated[float | None, Share(0, 100, open=True, example="70%")] = setting(
        None,
        "How probable it is that the next row is one of this source, with `mix = interleave`.",
        why="the same for all sources",
        shown="equal",
    )


class TrainData(Block):
    """The rows that are trained on."""

    sources: tuple[Source, ...] = nested((), "Where rows come from.")
    mix: Annotated[str, Choice(("concatenate", "interleave"))] = setting(
        "concatenate",
        "Whether sources are read one after the other, or rows are drawn from all at random.",
        why="every row of every source is trained on",
    )
    stop: Annotated[str | None, Choice(("first_exhausted", "all_exhausted"))] = setting(
        None,
        "When `mix = interleave` ends: when the source that is drawn has no more rows, or when all "
        "had none left; those that end earlier begin again.",
        why="no row is seen twice in an epoch",
        shown="first_exhausted",
    )
    order: Annotated[str, Choice(("shuffle", "keep"))] = setting(
        "shuffle",
        "In which order an epoch sees the rows: shuffled anew, by the seed and the epoch's number, "
        "or every time as they are read.",
        why="the gradient of a batch is then that of the data, whatever the order of the files",
    )
    sort_by: Annotated[str | None, Text("difficulty")] = setting(
        None,
        "Column with a number that every epoch goes by, from the lowest to the highest: a "
        "curriculum. Rows of one value are in the order that `order` says.",
        why="most data says nothing of its difficulty",
        shown="none",
    )
    descending: Annotated[bool, Flag()] = setting(
        False,
        "Whether `sort_by` goes from the highest to the lowest.",
        why="from easy to hard is the usual curriculum",
    )
    deduplicate: Annotated[str | None, OrNone(Choice(_WAYS))] = setting(
        None,
        "Drop all but the first of the rows that are alike: `exact`, all that the model sees is "
        "the same; `prompt`, all before the first token that is trained on is; `near`, they have "
        "most of their runs of five tokens in common.",
        why="how often a row is there may be meant",
        shown="none",
    )
    threshold: Annotated[float, Share(0, 100, open=True, example="80%")] = setting(
        0.8,
        "How similar two rows are that count as `near`: the share of their runs of five tokens "
        "that both have (Jaccard).",
        why="what is usual for MinHash (arXiv 2107.06499)",
        shown="80%",
    )
    empty: Annotated[str, Choice(("keep", "drop", "error"))] = setting(
        "keep",
        "What happens, in every data set, to a row with an empty turn of the user or the "
        "assistant, an empty prompt, completion or text.",
        why="an answer of nothing may be meant",
    )
    answer_in_prompt: Annotated[str, Choice(("keep", "drop", "error"))] = setting(
        "keep",
        "What happens, in every data set, to a row whose last answer stands, word for word, in the "
        "prompt, or in a turn before it that is not the assistant's.",
        why="answers that quote their question are common, and good",
    )
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


class HeldOut(Block):
    """Rows to measure on."""

    sources: tuple[Source, ...] = nested((), "Where rows come from.")
    overlap: Annotated[str, Choice(("error", "drop", "allow"))] = setting(
        "error",
        "What happens if rows of the sources are also trained on: the run stops; these rows are "
        "not trained on, so that what is measured stays as it is; or they are counted.",
        why="a model that has seen the answer looks better than it is",
    )
    overlap_by: Annotated[str, Choice(_WAYS)] = setting(
        "exact",
        "Which rows are the same, as in `deduplicate`.",
        why="a whole row that is trained on is surely known; a prompt may have several answers",
    )


class ValidationData(HeldOut):
    """The rows that the loss is measured on while training: `split = 10%` or `split = 500
    examples` of the training rows, or sources.
    """

    split: Annotated[
        Amount | None,
        Either((Share(0, 100, open=True, example="10%"), Measure(("examples",), example=500))),
    ] = setting(
        None,
        "How many of the training rows are held out, drawn by the seed and by what they say; equal "
        "rows, and rows of one conversation, stay together.",
        why="one of `split` and `source` is needed",
        shown="none",
    )


class TestData(HeldOut):
    """Rows that are measured once before and once after training, never in between."""


class GeneralData(HeldOut):
    """Rows of what the model knew before, text or conversations: how much more loss they have
    after training is how much is forgotten.
    """


class ExcludedData(Block):
    """Rows of benchmarks and the like: what is trained on shares no run of words with them.

    Words are compared without case and punctuation, as in arXiv 2005.14165, appendix C.
    """

    sources: tuple[Source, ...] = nested((), "Where rows come from.")
    columns: Annotated[tuple[str, ...] | None, Several(Text("question"))] = setting(
        None, "Columns whose text counts.", why="all that is text", shown="all"
    )
    ngram: Annotated[int, Number(least=3, most=100, example="13")] = setting(
        13,
        "How many words in a row are too many to share.",
        why="the length of that paper; shorter runs are found by chance",
    )
    overlap: Annotated[str, Choice(("drop", "error"))] = setting(
        "drop",
        "What happens to a training row that shares a run of words: it is dropped, or the run "
        "stops.",
        why="that is what the block is written for",
    )
