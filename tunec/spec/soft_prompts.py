"""`method`, the kinds that train a prompt of vectors and leave the model as it is.

In: the settings of one kind. Out: one model per kind. Invariant: each has `virtual_tokens`, which
count among the model's positions.
"""

from typing import Annotated, Any  # a raw value is of any sort

from tunec.record import record
from tunec.spec.block import Block, setting
from tunec.spec.values import Choice, Either, Number, OrNone, Share, Text, refuse

STARTS = ("vocabulary", "random")


@record
class Opening(Text):
    """A text that is none of the words that may stand in its place."""

    def check(self, value: Any) -> str:  # noqa: ANN401  a raw value is of any sort
        text = super().check(value)
        if text in STARTS:
            raise refuse("E204", self.describe(), f"Write it without quotes: `NAME = {text}`.")
        return text


VirtualTokens = Annotated[int, Number(least=1, most=4096, example="20")]
VIRTUAL_TOKENS = setting(
    20,
    "Length of the prompt, in tokens. They count among the model's positions, not in `max_length`.",
    why="more than that gain little on a large model (arXiv 2104.08691)",
)


class PromptTuning(Block):
    """Prompt tuning (arXiv 2104.08691): vectors that stand before the embeddings of every row. It
    takes a far higher learning rate than methods that change weights.
    """

    virtual_tokens: VirtualTokens = VIRTUAL_TOKENS
    init: Annotated[str, Either((Choice(STARTS), Opening("Say what the ticket is about.")))] = (
        setting(
            "vocabulary",
            "What the vectors begin as: embeddings of tokens drawn from the `vocabulary`, `random` "
            "numbers, or the embeddings of a text, which is repeated to the prompt's length.",
            why="it does better than random numbers, and needs no text (arXiv 2104.08691)",
        )
    )


class PTuning(Block):
    """P-tuning (arXiv 2103.10385): a prompt before the embeddings of every row, computed by a small
    network that is trained with it. Only the prompt is saved in the end.
    """

    virtual_tokens: VirtualTokens = VIRTUAL_TOKENS
    encoder: Annotated[str, Choice(("mlp", "lstm"))] = setting(
        "mlp",
        "The network: three linear layers, or a bidirectional LSTM and two.",
        why="peft's default; the paper has both",
    )
    hidden_size: Annotated[int | None, Number(least=1, example="128")] = setting(
        None, "Width of the network.", why="peft's default", shown="that of the model"
    )
    layers: Annotated[int | None, Number(least=1, example="2")] = setting(
        None, "Layers of the LSTM.", why="peft's default", shown="2 of an LSTM"
    )
    dropout: Annotated[float | None, Share(0, 100, example="5%")] = setting(
        None,
        "Share dropped between the layers of the LSTM while training.",
        why="off unless asked for",
        shown="0%",
    )


class PrefixTuning(Block):
    """Prefix tuning (arXiv 2101.00190): learned keys and values that every row sees before its own,
    in each layer. It takes no room in a forward pass.
    """

    virtual_tokens: VirtualTokens = VIRTUAL_TOKENS
    init: Annotated[str, Choice(("random", "zero"))] = setting(
        "random", "What keys and values begin as.", why="peft's default"
    )
    projection: Annotated[int | None, OrNone(Number(least=1, example="512"))] = setting(
        None,
        "Width of a network that computes them and is trained in their stead, as in the paper; "
        "only what it computes is saved.",
        why="of a large model such a network has more weights than most adapters",
        shown="none",
    )
