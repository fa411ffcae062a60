"""`method`, the kinds of peft that change few numbers of a matrix or of a transform of it.

In: the settings of one kind. Out: one model per kind. Invariant: that of `spec.peft_methods`.
"""

from typing import Annotated

from tunec.spec.block import Block, setting
from tunec.spec.peft_methods import DROPOUT, TARGETS, Dropout, Positive, Rank, Targets
from tunec.spec.values import Flag, Number, Share


class Shira(Block):
    """Some weights of each layer, at random places, SHiRA (arXiv 2406.13175)."""

    rank: Rank = setting(
        32, "As many weights as LoRA of this rank would have.", why="peft's default"
    )
    target_modules: Targets = TARGETS


class Supertuning(Block):
    """The weights of each layer that are largest, or smallest, Supertuning (arXiv 2607.09287)."""

    sparsity: Annotated[float, Share(0, 100, open=True, example="99%")] = setting(
        0.99, "Share of a layer's weights that stay.", why="peft's default"
    )
    largest: Annotated[bool, Flag()] = setting(
        True, "Train the largest weights, not the smallest.", why="the paper's best choice"
    )
    target_modules: Targets = TARGETS


class Miss(Block):
    """One small matrix that is added to every block of a weight, MiSS, known as Bone before (arXiv
    2409.15371).
    """

    rank: Rank = setting(64, "Inputs in a block.", why="peft's default")
    dropout: Dropout = DROPOUT
    target_modules: Targets = TARGETS


class Fourierft(Block):
    """The change of a weight is the inverse Fourier transform of a few trained frequencies,
    FourierFT (arXiv 2405.03003). They start at zero here, so the model starts as it was.
    """

    frequencies: Annotated[int, Number(least=1, example="1000")] = setting(
        1000, "Frequencies of a layer.", why="peft's default, and the paper's"
    )
    scale: Positive = setting(
        300.0, "The change is multiplied by this.", why="the paper's for language models"
    )
    target_modules: Targets = TARGETS


class Waveft(Block):
    """The change of a weight is the inverse wavelet transform of a few trained coefficients, WaveFT
    (arXiv 2505.12532).
    """

    frequencies: Annotated[int, Number(least=1, example="2592")] = setting(
        2592, "Coefficients of a layer.", why="peft's default"
    )
    scale: Positive = setting(25.0, "The change is multiplied by this.", why="peft's default")
    target_modules: Targets = TARGETS


class C3a(Block):
    """Circular convolutions between blocks of inputs and of outputs, C3A (arXiv 2407.19342). They
    start at zero here, so the model starts as it was.
    """

    block_size: Annotated[int, Number(least=1, example="256")] = setting(
        256,
        "Size of a block, which divides the sizes of all layers; a larger one gives fewer weights.",
        why="peft's default",
    )
    target_modules: Targets = TARGETS
