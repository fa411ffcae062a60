"""The blocks of `model` that change its configuration.

In: the settings of one block. Out: one model per block. Invariant: what they change is in the
configuration that is saved with the result.
"""

from typing import Annotated

from tunec.spec.block import Block, OpenBlock, nested, required
from tunec.spec.plain import Plain
from tunec.spec.values import Number

Factor = Annotated[float, Number(whole=False, above=1, example="4")]
_FACTOR = "How many times as many positions the model has then."


class Config(OpenBlock):
    """Settings of the model's own configuration, in its own names: `attention_dropout = 0.1`. An
    adapter gets the configuration beside it, as `config.json`: load its base with that.
    """

    any_name = Plain()


class LinearScaling(Block):
    """Positions are divided by the factor (position interpolation, arXiv 2306.15595)."""

    factor: Factor = required(_FACTOR)


class YarnScaling(Block):
    """Low frequencies are interpolated and high ones kept (YaRN, arXiv 2309.00071)."""

    factor: Factor = required(_FACTOR)


CONFIG = nested(None, "Settings of the model's own configuration.")
ROPE_SCALING = nested(
    None,
    "Rotary embeddings for rows longer than the model was built for. Without it they stay as they "
    "are. An adapter gets the configuration beside it, as `config.json`: load its base with that.",
)
