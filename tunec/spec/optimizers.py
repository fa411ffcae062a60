"""`optimizer`: how the weights follow the gradient.

In: the settings of one kind. Out: one model per kind. Invariant: each setting of a kind's own is in
`facts.optimizers`, which says what it is called there; what all kinds share is in `Optimizer`.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, required, setting
from tunec.spec.raw import Amount
from tunec.spec.values import Choice, Flag, Measure, Number, Several, Text

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
    groups: tuple[Group, ...] = nested((), "Weights with settings of their own.")


class Plain(Optimizer):
    """Kinds that treat all weights alike, and so an adapter's too."""

    loraplus_ratio: Annotated[float | None, Number(whole=False, above=0, example="16")] = setting(
        None,
        "LoRA's B matrices learn so many times faster than its A matrices (LoRA+, arXiv "
        "2402.12354).",
        why="off unless asked for; the paper takes 16",
        shown="1, one rate for both",
    )


# --- Adam and its kin -----------------------------------------------------------------


class Adamw(Plain):
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


class Ademamix(Plain):
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


class Lion(Plain):
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


class Sgd(Plain):
    """Stochastic gradient descent, torch's own: no state, or 4 bytes a weight with `momentum`."""

    learning_rate: Rate = setting(
        None, _HIGHEST, why="a common start; SGD needs more than AdamW", shown="1e-2"
    )
    weight_decay: Decay = setting(0.0, "L2 penalty.", why="off unless asked for")
    momentum: Share = setting(0.0, "Momentum.", why="off unless asked for, as in torch")
    nesterov: Annotated[bool, Flag()] = setting(
        False, "Nesterov's momentum; needs `momentum`.", why="off unless asked for"
    )


class Rmsprop(Plain):
    """RMSprop, torch's own: 4 bytes of state a weight, 8 with `momentum`."""

    weight_decay: Decay = setting(0.0, "L2 penalty.", why="off unless asked for")
    alpha: Share = setting(0.99, "Decay rate of the average of squares.", why="as in torch")
    epsilon: Epsilon = setting(1e-8, "Added to the denominator.", why="as in torch")
    momentum: Share = setting(0.0, "Momentum.", why="off unless asked for, as in torch")


class Adafactor(Plain):
    """Adafactor (arXiv 1804.04235), torch's own: second moments by rows and columns only, so
    hardly any state.
    """


# --- For the matrices between embeddings and output layer -----------------------------


class Muon(Optimizer):
    """Muon, torch's own: steps along the nearest orthogonal matrix, for the matrices between the
    embeddings and the output layer; AdamW for the rest. Steps are as long as AdamW's (arXiv
    2502.16982), so one learning rate does for both. 4 bytes of state a weight, 8 for the rest.
    """

    momentum: Share = setting(0.95, "Momentum of Muon.", why="as in torch")
    nesterov: Annotated[bool, Flag()] = setting(
        True, "Nesterov's momentum, of Muon.", why="as in torch"
    )
    betas: Two = setting((0.9, 0.999), "Of AdamW.", why="the values of its paper")
    epsilon: Epsilon = setting(1e-8, "Of AdamW: added to the denominator.", why="as in its paper")


class _Projected(Optimizer):
    """AdamW with moments of a few directions only."""

    rank: Annotated[int, Number(least=1, example="128")] = setting(
        128, "Number of directions.", why="the default of transformers"
    )
    update_every: Annotated[Amount, Measure(("steps",), example=200)] = setting(
        Amount(200, "steps"), "When directions are chosen anew.", why="the value of the paper"
    )
    betas: Two = BETAS
    epsilon: Epsilon = EPSILON


class GaloreAdamw(_Projected):
    """GaLore (arXiv 2403.03507): AdamW on gradients projected to their leading singular vectors,
    for the matrices between the embeddings and the output layer; AdamW for the rest. Of a matrix,
    8 bytes of state for each weight of `rank` columns.
    """

    scale: Annotated[float, Number(whole=False, above=0, example="0.25")] = setting(
        0.25, "What steps are multiplied with when projected back.", why="the value of the paper"
    )


class ApolloAdamw(_Projected):
    """APOLLO (arXiv 2412.05270): gradients scaled, row by row, as AdamW would in a random
    projection of them, for the matrices between the embeddings and the output layer; AdamW for the
    rest. Of a matrix, 8 bytes of state for each weight of `rank` columns.
    """

    rank: Annotated[int, Number(least=1, example="256")] = setting(
        256, "Number of directions.", why="the value of the paper"
    )
    scale: Annotated[float, Number(whole=False, above=0, example="1.0")] = setting(
        1.0, "Gradients are multiplied with the square root of it.", why="the value of the paper"
    )


# --- Without a schedule ---------------------------------------------------------------


class ScheduleFreeAdamw(Plain):
    """Schedule-free AdamW (arXiv 2405.15682), by the package `schedulefree`: gradients are taken
    between the weights and their average, and the average is what is evaluated and saved. It has no
    schedule but a warm-up: `schedule constant`. 8 bytes of state a weight.
    """

    betas: Two = setting(
        (0.9, 0.999),
        "Where between weights and average gradients are taken, and the decay rate of the squares.",
        why="the values of the package",
    )
    epsilon: Epsilon = EPSILON
