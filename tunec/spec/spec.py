"""The spec: everything that a `.tune` file says, typed.

In: blocks that were each validated. Out: `Spec`. Invariant: what is not written is either a
default of its model
or None, which the plan decides; nothing here depends on files or on other settings.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, setting
from tunec.spec.data import ExcludedData, GeneralData, TestData, TrainData, ValidationData
from tunec.spec.evaluate import Checkpoint, Evaluate
from tunec.spec.template import Template
from tunec.spec.values import Number, OrNone, Text


class Spec(Block):
    """The top of a spec: blocks, and the settings of the run as a whole."""

    name: Annotated[str | None, Text("support-desk")] = setting(
        None,
        "Name of the run: letters, digits, `-`, `_` and `.`.",
        why="the spec's own",
        shown="the spec's file name without its ending",
    )
    seed: Annotated[int, Number(least=0, most=2**31 - 1, example="42")] = setting(
        42, "Seed of everything random.", why="the number that nearly all tools take"
    )
    output: Annotated[str | None, Text("runs/support-desk")] = setting(
        None,
        "Folder that the run writes to, relative to the spec.",
        why="beside the spec, by name",
        shown="runs/ and the name",
    )
    cache: Annotated[str | None, OrNone(Text("runs/encoded"))] = setting(
        None,
        "Folder that keeps encoded rows for other runs, relative to the spec. All cores encode "
        "them, again when data, template, tokenizer, their settings or a version changes. Rows of "
        "an address or of the hub are not kept. With `none`, every start encodes all rows, one "
        "after the other and in memory, and the script is over 200 lines shorter.",
        why="less data is encoded within seconds; what is compressed, Parquet and Arrow count five "
        "times",
        shown='none for up to 8 MB of data in files, else "runs/encoded"',
    )
    model: Block | None = nested(None, "What is tuned.")
    quantize: Block | None = nested(None, "How the frozen weights are stored.")
    method: Block | None = nested(None, "Which weights are trained, and how.")
    template: dict[str, Template] = nested({}, "How a row becomes text.")
    data: dict[str, TrainData | ValidationData | TestData | GeneralData | ExcludedData] = nested(
        {}, "Where rows come from."
    )
    objective: Block | None = nested(None, "The loss.")
    train: Block | None = nested(None, "The optimisation.")
    evaluate: Evaluate | None = nested(None, "What is measured.")
    checkpoint: Checkpoint | None = nested(None, "What is kept.")
