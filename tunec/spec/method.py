"""`method`: which weights are trained, and how.

In: the settings of one kind. Out: one model per kind. Invariant: a kind's settings all reach the
script.
"""

from typing import Annotated

from tunec.spec.block import Block, required, setting
from tunec.spec.values import Choice, Either, Number, Several, Share, Text


class Full(Block):
    """All weights are trained, kept in float32 while training. The result is a whole model."""


class Freeze(Block):
    """Some weights are trained, the others stay as they are. The result is a whole model."""

    last_layers: Annotated[int | None, Number(least=1, example="2")] = setting(
        None,
        "Train the last so many layers and the final norm.",
        why="one of `last_layers` and `modules` is needed",
        shown="none",
    )
    modules: Annotated[tuple[str, ...] | None, Several(Text("lm_head"))] = setting(
        None,
        "Train the modules whose name is, or ends in, one of these (`lm_head`, `layers.3.mlp`).",
        why="one of `last_layers` and `modules` is needed",
        shown="none",
    )


class Lora(Block):
    """Low-rank adapters (arXiv 2106.09685): frozen weights, plus a trained product of two thin
    matrices.
    """

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


class Dora(Lora):
    """LoRA with the magnitude of each weight column trained by itself (arXiv 2402.09353)."""


class Qlora(Lora):
    """LoRA on frozen weights stored in 4 bits (arXiv 2305.14314): `method lora` with `quantize
    nf4`.
    """


__all__ = ["Dora", "Freeze", "Full", "Lora", "Qlora", "required"]
