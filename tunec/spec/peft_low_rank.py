"""`method`, the kinds of peft that add products of thin or small matrices.

In: the settings of one kind. Out: one model per kind. Invariant: that of `spec.peft_methods`.
"""

from typing import Annotated

from tunec.spec.block import Block, setting
from tunec.spec.peft_methods import (
    DROPOUT,
    MODULE_DROPOUT,
    RANK_DROPOUT,
    TARGETS,
    Dropout,
    Positive,
    Rank,
    Targets,
    Whole,
)
from tunec.spec.raw import Amount
from tunec.spec.values import Choice, Flag, Measure, Number, Share


class Loha(Block):
    """The Hadamard product of two low-rank products, LoHa (arXiv 2108.06098): a rank of up to the
    square of LoRA's for twice its weights.
    """

    rank: Rank = setting(8, "Rank of each of the two products.", why="peft's default")
    alpha: Positive = setting(8.0, "The product is scaled by alpha / rank.", why="peft's default")
    rank_dropout: Dropout = RANK_DROPOUT
    module_dropout: Dropout = MODULE_DROPOUT
    target_modules: Targets = TARGETS


class Lokr(Block):
    """The Kronecker product of two small matrices, LoKr (arXiv 2309.14859), of which the second is
    a low-rank product where `rank` is below half of its sizes. With a larger rank both are full:
    KronA (arXiv 2212.10650).
    """

    rank: Annotated[int, Number(least=1, example="8")] = setting(
        8, "Rank of the second matrix; a large one leaves it as it is.", why="peft's default"
    )
    alpha: Positive = setting(8.0, "The product is scaled by alpha / rank.", why="peft's default")
    factor: Annotated[int | None, Number(least=2, example="8")] = setting(
        None,
        "Sizes of the first matrix, where it divides those of a layer: a small one gives more "
        "weights.",
        why="the closest pair of factors gives the fewest weights",
        shown="the divisor of each size closest to its square root",
    )
    decompose_both: Annotated[bool, Flag()] = setting(
        False, "The first matrix is a low-rank product too.", why="peft's default"
    )
    rank_dropout: Dropout = setting(
        0.0, "Share of the change's rows dropped while training.", why="off unless asked for"
    )
    module_dropout: Dropout = MODULE_DROPOUT
    target_modules: Targets = TARGETS


class Adalora(Block):
    """LoRA as singular values between two orthogonal factors; while training, those that matter
    least are taken away, so that ranks differ from layer to layer, AdaLoRA (arXiv 2303.10512).
    """

    rank: Rank = setting(8, "Rank at the end, on average.", why="peft's default")
    initial_rank: Annotated[int | None, Number(least=2, most=1024, example="12")] = setting(
        None, "Rank of each layer at the start.", why="as in the paper", shown="1.5 * `rank`"
    )
    alpha: Positive = setting(
        32.0, "The product is scaled by alpha / the rank at the start.", why="peft's example"
    )
    dropout: Dropout = DROPOUT
    warmup: Annotated[float, Share(0, 100, example="10%")] = setting(
        0.1, "Share of the steps before ranks are taken away.", why="about what the paper takes"
    )
    final: Annotated[float, Share(0, 100, example="30%")] = setting(
        0.3,
        "Share of the steps, the last ones, whose ranks stay.",
        why="about what the paper takes",
    )
    every: Annotated[Amount, Measure(("steps",), example=10)] = setting(
        Amount(10, "steps"), "How often ranks are taken away in between.", why="as in the paper"
    )
    orthogonality: Annotated[float, Number(whole=False, above=0, example="0.5")] = setting(
        0.5,
        "Weight of the distance of the factors from orthogonal ones, beside the loss.",
        why="peft's default",
    )
    target_modules: Targets = TARGETS


class Hira(Block):
    """A low-rank product that scales each weight, HiRA (ICLR 2025): the change is the weight times
    the product, so its rank can be high.
    """

    rank: Rank = setting(32, "Rank of the product.", why="peft's default, and the paper's")
    dropout: Dropout = DROPOUT
    target_modules: Targets = TARGETS


class Gralora(Block):
    """Low-rank products for each of k × k blocks of a weight, GraLoRA (arXiv 2505.20355): k times
    the rank of LoRA for as many weights.
    """

    rank: Rank = setting(32, "Ranks of a layer, shared among its blocks.", why="peft's default")
    alpha: Positive = setting(64.0, "The change is scaled by alpha / rank.", why="peft's default")
    blocks: Whole = setting(
        2,
        "Blocks k of each side; they divide `rank` and the sizes of all layers.",
        why="what the paper takes for ranks of 16 and 32",
    )
    hybrid_rank: Annotated[int, Number(least=0, example="8")] = setting(
        0, "Rank of a plain LoRA beside the blocks.", why="none, but for small ranks"
    )
    dropout: Dropout = DROPOUT
    target_modules: Targets = TARGETS


class Delora(Block):
    """Low-rank products of normalized vectors, whose sum is at most as large as a trained bound
    says, DeLoRA (arXiv 2503.18225).
    """

    rank: Rank = setting(8, "Rank of the product.", why="peft's default")
    bound: Positive = setting(
        15.0, "What the bound begins as; it is trained too.", why="peft's default"
    )
    dropout: Dropout = DROPOUT
    target_modules: Targets = TARGETS


class Glora(Block):
    """Each weight W becomes W + W * A + B with low-rank A and B, and its bias, where it has one, is
    scaled and shifted, GLoRA (arXiv 2306.07967).
    """

    rank: Rank = setting(8, "Rank of A and of B.", why="peft's default")
    target_modules: Targets = TARGETS


class Deft(Block):
    """A subspace of a layer's outputs is taken away, and something low-rank put there, DEFT (the
    method of that name in peft).
    """

    rank: Rank = setting(8, "Dimensions of the subspace.", why="peft's default")
    decomposition: Annotated[str, Choice(("relu", "qr"))] = setting(
        "relu",
        "How the subspace is taken away: by `relu`, or by an orthogonal projection, `qr`.",
        why="peft's default",
    )
    dropout: Dropout = DROPOUT
    target_modules: Targets = TARGETS


class Peanut(Block):
    """A small network that takes a layer's weights and gives their change, PEANuT (arXiv
    2410.01870).
    """

    rank: Rank = setting(32, "Width of the network.", why="peft's default")
    depth: Annotated[int, Number(least=0, most=16, example="1")] = setting(
        0, "Layers in the middle, on each side of it.", why="peft's default"
    )
    activation: Annotated[str, Choice(("relu", "gelu", "silu", "tanh"))] = setting(
        "relu", "What stands between its layers.", why="peft's default, and the paper's"
    )
    scale: Positive = setting(1.0, "The change is multiplied by this.", why="peft's default")
    target_modules: Targets = TARGETS


class Osf(Block):
    """The weakest singular directions of each weight, the others are kept free of the change, OSF
    (arXiv 2504.07097). An adapter is as large as the weights that it trains.
    """

    frozen: Annotated[float, Share(0, 100, open=True, example="50%")] = setting(
        0.5, "Share of the singular directions, the strongest, that stay.", why="peft's default"
    )
    target_modules: Targets = TARGETS
