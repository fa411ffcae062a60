"""`method`, the kinds that peft has besides LoRA.

In: the settings of one kind. Out: one model per kind. Invariant: each name of a setting is in
`facts.methods`, which says what it is called in peft.
"""

from typing import Annotated

from tunec.spec.block import Block, setting
from tunec.spec.values import Choice, Either, Number, Several, Share, Text

Targets = Annotated[
    str | tuple[str, ...], Either((Choice(("all_linear",)), Several(Text("q_proj"))))
]
TARGETS = setting(
    "all_linear",
    "Linear layers that are adapted: `all_linear` (all but the output layer), or a list of name "
    "endings.",
    why="adapting all linear layers is what matches full tuning (arXiv 2305.14314)",
)
Dropout = Annotated[float, Share(0, 100, example="5%")]
DROPOUT = setting(
    0.0, "Share of the adapter's inputs dropped while training.", why="off unless asked for"
)


class Ia3(Block):
    """Learned scales on keys, values and feed-forward activations, (IA)3 (arXiv 2205.05638)."""

    target_modules: Annotated[tuple[str, ...], Several(Text("k_proj"))] = setting(
        ("k_proj", "v_proj", "down_proj"),
        "Linear layers that are scaled, by the end of their names.",
        why="keys, values and the feed-forward layer, as in the paper",
    )
    feedforward_modules: Annotated[tuple[str, ...], Several(Text("down_proj"))] = setting(
        ("down_proj",),
        "Those of `target_modules` whose inputs are scaled, not their outputs.",
        why="the feed-forward activations, as in the paper",
    )


class Loha(Block):
    """The Hadamard product of two low-rank products, LoHa (arXiv 2108.06098): a rank of up to the
    square of LoRA's for twice its weights.
    """

    rank: Annotated[int, Number(least=1, most=1024, example="8")] = setting(
        8, "Rank of each of the two products.", why="peft's default"
    )
    alpha: Annotated[float, Number(whole=False, above=0, example="8")] = setting(
        8.0, "The product is scaled by alpha / rank.", why="peft's default"
    )
    rank_dropout: Dropout = setting(
        0.0, "Share of the ranks dropped while training.", why="off unless asked for"
    )
    module_dropout: Dropout = setting(
        0.0, "Share of the layers left unadapted at a step.", why="off unless asked for"
    )
    target_modules: Targets = TARGETS


class Vera(Block):
    """Learned scales on two random matrices that all layers share (arXiv 2310.11454): far fewer
    weights than LoRA.
    """

    rank: Annotated[int, Number(least=1, example="256")] = setting(
        256, "Rank of the random matrices.", why="peft's default; the matrices are not trained"
    )
    dropout: Dropout = DROPOUT
    initial: Annotated[float, Number(whole=False, above=0, example="0.1")] = setting(
        0.1, "What the scales of the inner dimension begin as.", why="as in the paper"
    )
    target_modules: Targets = TARGETS
