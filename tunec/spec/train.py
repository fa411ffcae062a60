"""`objective`, `train`: the loss and how it is minimised.

In: the settings as written. Out: one model per block and kind.
Invariant: `batch` says what one optimizer step sees; nothing but `forward` says how it is cut up.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, setting
from tunec.spec.optimizers import Optimizer
from tunec.spec.raw import Amount
from tunec.spec.schedules import Schedule
from tunec.spec.values import Choice, Flag, Measure, Number, OrNone
from tunec.spec.watchdog import Watchdog


class Sft(Block):
    """Supervised fine-tuning: cross-entropy on the tokens that the assistant (or the completion)
    adds.
    """


class Pretrain(Block):
    """Language modelling: cross-entropy on every token of the row, its first excepted."""


class Train(Block):
    """The optimisation: how long, in which batches, with which optimizer and schedule."""

    epochs: Annotated[int | None, Number(least=1, example="3")] = setting(
        None,
        "Passes over the training rows.",
        why="a usual length for fine-tuning",
        shown="3, unless `steps` is given",
    )
    steps: Annotated[int | None, Number(least=1, example="500")] = setting(
        None, "Optimizer steps, in place of `epochs`.", why="`epochs` decides", shown="none"
    )
    batch: Annotated[Amount, Measure(("examples", "tokens"), example=32)] = setting(
        Amount(32, "examples"),
        "What one optimizer step sees, whatever the hardware.",
        why="a usual size",
    )
    forward: Annotated[Amount | None, Measure(("tokens",), example=8192)] = setting(
        None,
        "Most tokens in one forward pass: memory and speed, not the result.",
        why="fills a large GPU with a small model; lower it if memory is short",
        shown="8192 tokens, or `max_length` where that is higher",
    )
    gradient_checkpointing: Annotated[bool, Flag()] = setting(
        False,
        "Compute activations again in the backward pass: less memory, a third slower.",
        why="speed, while memory lasts",
    )
    max_grad_norm: Annotated[float | None, OrNone(Number(whole=False, above=0, example="1.0"))] = (
        setting(
            1.0,
            "Gradients longer than this are scaled down to it; `none` leaves them.",
            why="the value that nearly all runs use",
        )
    )
    trained_dtype: Annotated[str, Choice(("float32", "bfloat16"))] = setting(
        "float32",
        "Number format of the weights that are trained. `bfloat16` halves them and their "
        "gradients; each step is made in float32 and rounded at random, so that small changes "
        "are kept on average. For `method full` and `freeze`; a `dtype` of auto is then bfloat16.",
        why="a step is often smaller than bfloat16 can tell from none",
    )
    neftune_noise_alpha: Annotated[float | None, Number(whole=False, above=0, example="5")] = (
        setting(
            None,
            "Noise on the embeddings while training, at most this over the square root of the "
            "row's tokens times the hidden size (NEFTune, arXiv 2310.05914). The reported loss is "
            "that with noise; evaluations have none.",
            why="off unless asked for; the paper takes 5 to 15",
            shown="none",
        )
    )
    optimizer: Optimizer | None = nested(None, "The optimizer.")
    watchdog: Watchdog | None = nested(None, "What becomes of a step that would spoil the weights.")
    schedule: Schedule | None = nested(None, "The learning rate over the steps.")
