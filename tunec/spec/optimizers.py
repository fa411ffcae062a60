"""`optimizer`: how the weights follow the gradient.

In: the settings of one kind. Out: one model per kind. Invariant: each setting of a kind's own is in
`facts.optimizers`, which says what it is called there; what all kinds share is in `Optimizer`.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, required, setting
from tunec.spec.values import Choice, Flag, Number, Several, Text

Rate = Annotated[float | None, Number(whole=False, above=0, example="2e-4")]
Decay = Annotated[float, Number(whole=False, least=0, example="0.01")]
Epsilon = Annotated[float, Number(whole=False, above=0, example="1e-8")]
Share = Annotated[float, Number(whole=False, least=0, below=1, example="0.9")]
_SHARE = Number(whole=False, least=0, below=1, example="0.9")
Two = Annotated[tuple[float, float], Several(_SHARE, exactly=2, distinct=False)]
Three = Annotated[tuple[float, float, float], Several(_SHARE, exactly=3, distinct=False)]

_HIGHEST = "Highest learning rate of the schedule."
_MEMORY = "off unless asked for"
RATE = setting(
    None,
    _HIGHEST,
    why="what most published runs of the method use",
    shown="2e-4 for adapters (other methods of peft have their own), 2e-5 for full and freeze, "
    "1e-3 for `model scratch`",
)
DECAY = setting(
    0.0,
    "Decoupled weight decay: at each step weights shrink by so many times the learning rate.",
    why="what most fine-tuning runs use",
)
EPSILON = setting(1e-8, "Added to the denominator.", why="the value of the paper")
BETAS = setting(
    (0.9, 0.999), "Decay rates of the two moment estimates.", why="the values of the paper"
)


class Group(Block):
    """Weights with settings of their own, by a module that they are in: `group "embed_tokens" {
    learning_rate = 1e-5 }`. The first group that fits a weight is the one that counts.
    """

    text: Annotated[str, Text("embed_tokens")] = required(
        "Name of a module, or some parts of it that follow each other: `embed_tokens`, "
        "`layers.0`, `self_attn`."
    )
    learning_rate: Rate = setting(
        None,
        "Highest learning rate of these weights; the schedule scales it like that of the others.",
        why="one rate suits most",
        shown="that of the optimizer",
    )
    weight_decay: Annotated[float | None, Number(whole=False, least=0, example="0.1")] = setting(
        None, "Weight decay of these weights.", why="one suits most", shown="that of the optimizer"
    )


class Optimizer(Block):
    """What every kind has."""

    learning_rate: Rate = RATE
    weight_decay: Decay = DECAY
    decay: Annotated[str, Choice(("matrices", "all"))] = setting(
        "matrices",
        "What `weight_decay` is for: `matrices` leaves out norms, biases and other vectors.",
        why="vectors scale and shift; pulled to zero they would switch layers off, so nearly all "
        "published runs leave them out",
    )
    loraplus_ratio: Annotated[float | None, Number(whole=False, above=0, example="16")] = setting(
        None,
        "LoRA's B matrices learn so many times faster than its A matrices (LoRA+, arXiv "
        "2402.12354).",
        why="off unless asked for; the paper takes 16",
        shown="1, one rate for both",
    )
    groups: tuple[Group, ...] = nested((), "Weights with settings of their own.")


# --- Adam and its kin -----------------------------------------------------------------


class Adamw(Optimizer):
    """AdamW (arXiv 1711.05101), torch's fused implementation: 8 bytes of state a weight."""

    betas: Two = BETAS
    epsilon: Epsilon = EPSILON


class Adamw8bit(Adamw):
    """AdamW with its moments in 8 bits (arXiv 2110.02861), by bitsandbytes: 2 bytes of state a
    weight.
    """


class PagedAdamw(Adamw):
    """AdamW, by bitsandbytes, whose state moves to main memory when the GPU is full (arXiv
    2305.14314). A resumed run has the same numbers, but keeps them in the GPU's memory.
    """


class PagedAdamw8bit(Adamw):
    """8-bit AdamW whose state moves to main memory when the GPU is full (arXiv 2305.14314). A
    resumed run has the same numbers, but keeps them in the GPU's memory.
    """


class Ademamix(Optimizer):
    """AdEMAMix (arXiv 2409.03137), by bitsandbytes: AdamW with a second, slow average of the
    gradients. 12 bytes of state a weight.
    """

    betas: Three = setting(
        (0.9, 0.999, 0.9999),
        "Decay rates of the fast average, of the squares, and of the slow average.",
        why="the values of the paper",
    )
    alpha: Annotated[float, Number(whole=False, above=0, example="5.0")] = setting(
        5.0, "Weight of the slow average.", why="the value of the paper for language models"
    )
    epsilon: Epsilon = EPSILON


class Ademamix8bit(Ademamix):
    """AdEMAMix with its state in 8 bits, by bitsandbytes: 3 bytes a weight."""


class Lion(Optimizer):
    """Lion (arXiv 2302.06675), by bitsandbytes: the sign of an average of the gradients. 4 bytes of
    state a weight.
    """

    learning_rate: Rate = setting(
        None,
        _HIGHEST,
        why="a step of signs is longer; the paper takes a third to a tenth of AdamW's rate",
        shown="a tenth of AdamW's: 2e-5 for adapters, 2e-6 for full and freeze, 1e-4 for `model "
        "scratch`",
    )
    betas: Two = setting(
        (0.9, 0.99),
        "Weight of the average in a step, and its decay rate.",
        why="the values of the paper",
    )


class Lion8bit(Lion):
    """Lion with its average in 8 bits, by bitsandbytes: 1 byte of state a weight."""


# --- Others ---------------------------------------------------------------------------


class Sgd(Optimizer):
    """Stochastic gradient descent, torch's own: no state, or 4 bytes a weight with `momentum`."""

    learning_rate: Rate = setting(
        None, _HIGHEST, why="a common start; SGD needs more than AdamW", shown="1e-2"
    )
    weight_decay: Decay = setting(0.0, "L2 penalty.", why="off unless asked for")
    momentum: Share = setting(0.0, "Momentum.", why="off unless asked for, as in torch")
    nesterov: Annotated[bool, Flag()] = setting(
        False, "Nesterov's momentum; needs `momentum`.", why="off unless asked for"
    )


class Rmsprop(Optimizer):
    """RMSprop, torch's own: 4 bytes of state a weight, 8 with `momentum`."""

    weight_decay: Decay = setting(0.0, "L2 penalty.", why="off unless asked for")
    alpha: Share = setting(0.99, "Decay rate of the average of squares.", why="as in torch")
    epsilon: Epsilon = setting(1e-8, "Added to the denominator.", why="as in torch")
    momentum: Share = setting(0.0, "Momentum.", why="off unless asked for, as in torch")


class Adafactor(Optimizer):
    """Adafactor (arXiv 1804.04235), torch's own: second moments by rows and columns only, so
    hardly any state.
    """
