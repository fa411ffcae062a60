"""`method`: which weights are trained, and how.

In: the settings of one kind. Out: one model per kind. Invariant: a kind's settings all reach the
script.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, required, setting
from tunec.spec.values import Choice, Either, Flag, Number, Several, Share, Text


class Full(Block):
    """All weights are trained, kept in float32 while training. The result is a whole model."""


class Freeze(Block):
    """Some weights are trained, the others stay as they are. The result is a whole model."""

    last_layers: Annotated[int | None, Number(least=1, example="2")] = setting(
        None,
        "Train the last so many layers and the final norm.",
        why="one of `last_layers`, `modules` and `modules_file` is needed",
        shown="none",
    )
    modules: Annotated[tuple[str, ...] | None, Several(Text("lm_head"))] = setting(
        None,
        "Train the modules whose name is, or ends in, one of these (`lm_head`, `layers.3.mlp`).",
        why="one of `last_layers`, `modules` and `modules_file` is needed",
        shown="none",
    )
    modules_file: Annotated[str | None, Text("unfrozen.yaml")] = setting(
        None,
        "A file with a line for each weight or module that is trained: its whole name, or a "
        "pattern of it, as Spectrum (arXiv 2406.06623) writes them.",
        why="one of `last_layers`, `modules` and `modules_file` is needed",
        shown="none",
    )


Names = Annotated[tuple[str, ...] | None, Several(Text("lm_head"))]


class Ranks(Block):
    """Another rank, or another alpha, for the modules whose names end so: `module "v_proj" { rank =
    32 }`.
    """

    path: Annotated[str, Text("layers.0.self_attn.v_proj")] = required(
        "The end of the names of modules."
    )
    rank: Annotated[int | None, Number(least=1, most=1024, example="32")] = setting(
        None, "Rank there.", why="one rank does for most", shown="that of `method`"
    )
    alpha: Annotated[float | None, Number(whole=False, above=0, example="64")] = setting(
        None, "Alpha there.", why="one scale does for most", shown="that of `method`"
    )


FROM_ROWS = ("eva", "corda", "lora_ga")
BEGINNINGS = (*FROM_ROWS, "loftq")
"""Values of `init` that the script works out itself, not peft."""


class Lora(Block):
    """What all kinds of LoRA have."""

    rank: Annotated[int, Number(least=1, most=1024, example="16")] = setting(
        16, "Rank of the product.", why="enough for most tasks; 8 to 64 is the usual range"
    )
    alpha: Annotated[float | None, Number(whole=False, above=0, example="32")] = setting(
        None,
        "The product is scaled by alpha / rank.",
        why="the scale that most tools use",
        shown="2 * `rank`",
    )
    dropout: Annotated[float, Share(0, 100, example="5%")] = setting(
        0.0, "Share of the adapter's inputs dropped while training.", why="off unless asked for"
    )
    target_modules: Annotated[
        str | tuple[str, ...], Either((Choice(("all_linear",)), Several(Text("q_proj"))))
    ] = setting(
        "all_linear",
        "Linear layers that get an adapter: `all_linear` (all but the output layer), or a "
        "list of name endings.",
        why="adapting all linear layers is what matches full tuning (arXiv 2305.14314)",
    )
    exclude_modules: Names = setting(
        None,
        "Of those, the ones that get none after all, by the end of their names.",
        why="`target_modules` says it",
        shown="none",
    )
    layers: Annotated[tuple[int, ...] | None, Several(Number(least=0, example="0"))] = setting(
        None,
        "Only in these layers, counted from 0.",
        why="what is learnt is rarely in a few layers only",
        shown="all",
    )
    modules_to_save: Names = setting(
        None,
        "Modules that are trained whole, in a copy that is saved with the adapter.",
        why="adapters are enough for most tasks",
        shown="none",
    )
    train_tokens: Annotated[tuple[str, ...] | None, Several(Text("<|im_end|>"))] = setting(
        None,
        "Tokens, as the vocabulary spells them, whose rows in the first and the last layer are "
        "trained, too, and no others.",
        why="what tokens mean is rarely what has to be learnt",
        shown="none",
    )
    rslora: Annotated[bool, Flag()] = setting(
        False,
        "Scale by alpha / sqrt(rank), which keeps the size of a high rank's changes (rsLoRA, "
        "arXiv 2312.03732).",
        why="the usual scale; it matters at ranks above 64",
    )
    init: Annotated[
        str,
        Choice(("default", "gaussian", "orthogonal", "pissa", "olora", *BEGINNINGS)),
    ] = setting(
        "default",
        "What the product begins as. `default`, `gaussian`, `orthogonal`: nothing, from a random "
        "first matrix; `eva` (arXiv 2410.07170): nothing, from one that keeps most of what comes "
        "into the layer. `pissa` (arXiv 2404.02948) and `olora` (arXiv 2406.01775): the largest "
        "part of the weight itself, which is taken from the frozen weight; `corda` (arXiv "
        "2406.05223): the part that matters most to what comes into the layer; `lora_ga` (arXiv "
        "2407.05000): what makes the first step like one of full tuning. `loftq` (arXiv "
        "2310.08659): what quantizing the weight lost.",
        why="it suits every storage, and leaves the frozen weights as they are",
    )
    init_rows: Annotated[int, Number(least=1, example="256")] = setting(
        256,
        "Rows that `eva`, `corda` and `lora_ga` begin from: the first that training comes to.",
        why="as many as CorDA takes",
    )
    merge: Annotated[bool, Flag()] = setting(
        False,
        "Save the whole model with the adapter merged, too, in `merged/`.",
        why="an adapter is small, and its base is at hand",
    )
    ranks: tuple[Ranks, ...] = nested((), "Ranks of single modules.")


class Continue(Block):
    """Training goes on with an adapter that there is, of LoRA's kind or another that can: what it
    adapts, and how, stays as it was.
    """

    adapter: Annotated[str, Text("runs/first/adapter")] = required(
        "Its folder, relative to the spec, or its `hub:` name."
    )


class Whole(Lora):
    """What those kinds have that leave the frozen weights as numbers."""

    init_texts: Annotated[str | None, Text("knowledge.txt")] = setting(
        None,
        "A file of text with what the model is to go on knowing, a line at a time: `corda` looks "
        "at its first `init_rows` lines, not at rows, and begins as the part of the weight that "
        "matters least to them.",
        why="what is learnt from the rows is what matters",
        shown="none",
    )


TargetParameters = Annotated[tuple[str, ...] | None, Several(Text("experts.gate_up_proj"))]
TARGET_PARAMETERS: TargetParameters = setting(
    None,
    "Weights of all experts of a mixture that get an adapter for each expert, by the end of their "
    "names.",
    why="experts are most of a mixture's weights",
    shown="none",
)


class PlainLora(Whole):
    """Low-rank adapters (arXiv 2106.09685): frozen weights, plus a trained product of two thin
    matrices.
    """

    target_parameters: TargetParameters = TARGET_PARAMETERS


class Dora(Whole):
    """LoRA with the magnitude of each weight column trained by itself (arXiv 2402.09353)."""


class Qlora(Lora):
    """LoRA on frozen weights stored in 4 bits (arXiv 2305.14314): `method lora` with `quantize
    nf4`.
    """

    target_parameters: TargetParameters = TARGET_PARAMETERS


__all__ = ["Dora", "Freeze", "Full", "Lora", "PlainLora", "Qlora", "required"]
