"""`method`, the kinds of peft whose layers share matrices.

In: the settings of one kind. Out: one model per kind. Invariant: that of `spec.peft_methods`.
"""

from typing import Annotated

from tunec.spec.block import Block, setting
from tunec.spec.peft_methods import DROPOUT, TARGETS, Dropout, Positive, Rank, Targets, Whole
from tunec.spec.values import Number, Several, Share, Text


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


class Pvera(Vera):
    """VeRA whose inner scales are drawn, while training, from distributions that are learned,
    PVeRA (arXiv 2512.07703); their means are used from then on.
    """


class Randlora(Block):
    """Learned scales on as many random low-rank products as fill a layer's rank, RandLoRA (arXiv
    2502.00987).
    """

    rank: Rank = setting(
        32, "Rank of each product; a smaller one gives more weights.", why="peft's default"
    )
    alpha: Annotated[float | None, Number(whole=False, above=0, example="640")] = setting(
        None,
        "The sum is scaled by alpha / rank.",
        why="peft's advice; larger scales made training unstable in the paper",
        shown="20 * `rank`",
    )
    dropout: Dropout = DROPOUT
    target_modules: Targets = TARGETS


class Vblora(Block):
    """Low-rank products whose pieces are mixed from a bank of vectors that all layers share,
    VB-LoRA (arXiv 2405.15179). The model does not start quite as it was.
    """

    rank: Rank = setting(4, "Rank of the products.", why="peft's default, and the paper's")
    vectors: Annotated[int, Number(least=2, example="256")] = setting(
        256, "Vectors in the bank.", why="peft's default"
    )
    vector_length: Whole = setting(
        256, "Length of a vector; it divides the sizes of all layers.", why="peft's default"
    )
    top_k: Whole = setting(
        2, "Vectors that a piece is mixed from.", why="peft's default, and the paper's"
    )
    dropout: Dropout = DROPOUT
    target_modules: Targets = TARGETS


class Unilora(Block):
    """Low-rank products all of whose numbers are taken from one trained vector, Uni-LoRA (arXiv
    2506.00799). The model does not start quite as it was.
    """

    rank: Rank = setting(4, "Rank of the products.", why="peft's default")
    size: Whole = setting(256, "Length of the vector.", why="peft's default")
    dropout: Dropout = DROPOUT
    target_modules: Targets = TARGETS


class Tinylora(Block):
    """A few numbers for each layer, spread at random over its strongest singular directions,
    TinyLoRA (arXiv 2602.04118).
    """

    rank: Rank = setting(2, "Singular directions that change.", why="peft's default")
    size: Whole = setting(64, "Trained numbers of a group of layers.", why="peft's default")
    tying: Annotated[float, Share(0, 100, example="50%")] = setting(
        0.0,
        "How far layers share their numbers: 0% not at all, 100% all of them.",
        why="peft's default",
    )
    dropout: Dropout = DROPOUT
    target_modules: Targets = TARGETS


class Lily(Block):
    """Low-rank products whose matrices are shared by layers of one name and mixed by a router, Lily
    (arXiv 2407.09946).
    """

    rank: Rank = setting(32, "Rank of the products.", why="peft's default")
    stride: Whole = setting(
        1, "Neighbouring layers of one name that share the first matrix.", why="peft's default"
    )
    experts: Whole = setting(
        2, "Second matrices of all layers of one name, which a router mixes.", why="peft's default"
    )
    scale: Positive = setting(1.0, "The product is multiplied by this.", why="peft's default")
    target_modules: Annotated[tuple[str, ...], Several(Text("q_proj"))] = setting(
        ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
        "Linear layers that are adapted, by the end of their names; those of one name share.",
        why="all linear layers of Llama and its like",
    )
