"""`method`, the kinds that peft has besides LoRA: what all share, and those that train a vector.

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
RANK_DROPOUT = setting(
    0.0, "Share of the ranks dropped while training.", why="off unless asked for"
)
MODULE_DROPOUT = setting(
    0.0, "Share of the layers left unadapted at a step.", why="off unless asked for"
)
Rank = Annotated[int, Number(least=1, most=1024, example="8")]
Whole = Annotated[int, Number(least=1, example="2")]
Positive = Annotated[float, Number(whole=False, above=0, example="8")]


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


class Norm(Block):
    """The weights of the model's norms, and their biases where there are any (arXiv 2312.11420).
    They are kept in float32 while training.
    """

    target_modules: Annotated[
        str | tuple[str, ...], Either((Choice(("all_norms",)), Several(Text("norm"))))
    ] = setting(
        "all_norms",
        "Norms that are trained: `all_norms`, or a list of name endings.",
        why="all norms, as in the paper",
    )


class AdaptionPrompt(Block):
    """Trained tokens that the last layers attend to, each through a gate that starts shut,
    LLaMA-Adapter (arXiv 2303.16199). For Llama, Mistral and GPT-2.
    """

    length: Annotated[int, Number(least=1, example="10")] = setting(
        10, "Tokens of each layer.", why="as in the paper"
    )
    layers: Annotated[int, Number(least=1, example="30")] = setting(
        30, "Layers, the last ones, that get them.", why="as in the paper, of 32"
    )


class Beft(Block):
    """A bias on the outputs of some layers, whether the model has biases or not (arXiv
    2509.15974).
    """

    target_modules: Annotated[tuple[str, ...], Several(Text("v_proj"))] = setting(
        ("v_proj",),
        "Linear layers that get a bias, by the end of their names.",
        why="the values, which the paper found to be the best of keys, queries and values",
    )
