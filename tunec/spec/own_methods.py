"""`method`, the kinds that peft lacks: layers in turns, biases, modules added to a frozen model.

In: the settings of one kind. Out: one model per kind. Invariant: a kind's settings all reach the
script, which has the few lines that the method takes.
"""

from typing import Annotated

from tunec.spec.block import Block, setting
from tunec.spec.raw import Amount
from tunec.spec.values import Choice, Flag, Measure, Number, Several, Text


class Lisa(Block):
    """All weights are trained in turns: embeddings, output layer and last norm at every step, of
    the layers a few at a time, drawn anew every so many steps, LISA (arXiv 2403.17919). Gradients
    and moments are those of the few. The result is a whole model.
    """

    layers: Annotated[int, Number(least=1, example="2")] = setting(
        2, "How many layers are trained at a time.", why="the paper measures two and four"
    )
    every: Annotated[Amount, Measure(("steps",), example=20)] = setting(
        Amount(20, "steps"),
        "After how many steps others are drawn.",
        why="what the script of its authors has",
    )


class Bitfit(Block):
    """The biases of the model are trained and nothing else, BitFit (arXiv 2106.10199): a thousandth
    of the weights or less. They are saved by themselves.
    """

    merge: Annotated[bool, Flag()] = setting(
        False,
        "Save the whole model with the trained biases, too, in `merged/`.",
        why="the biases are small, and their base is at hand",
    )


_ACTIVATIONS = Choice(("relu", "gelu", "silu", "tanh"))
_Modules = Annotated[tuple[str, ...] | None, Several(Text("mlp"))]
_MODULES = (
    "The parts of each layer that get an adapter, by their names in the model (`self_attn`, `mlp`)."
)


class Bottleneck(Block):
    """Adapters: two thin layers with a nonlinearity between them, added to what a part of each
    layer gives (arXiv 1902.00751). They start as nothing and do not merge.
    """

    placement: Annotated[str, Choice(("houlsby", "pfeiffer", "parallel"))] = setting(
        "pfeiffer",
        "`houlsby`: after attention and after the feed-forward part (arXiv 1902.00751). "
        "`pfeiffer`: after the feed-forward part alone (arXiv 2005.00247). `parallel`: beside the "
        "feed-forward part, on its input (arXiv 2110.04366).",
        why="about as good as `houlsby`, with half the weights",
    )
    size: Annotated[int, Number(least=1, most=8192, example="64")] = setting(
        64, "Width between the two layers.", why="the paper's best on most tasks"
    )
    activation: Annotated[str, _ACTIVATIONS] = setting(
        "relu", "The nonlinearity.", why="that of arXiv 2005.00247 and 2110.04366"
    )
    scale: Annotated[float | None, Number(whole=False, above=0, example="4")] = setting(
        None,
        "What an adapter gives is multiplied by this.",
        why="what the papers do",
        shown="4 for `parallel`, 1 for the others",
    )
    modules: _Modules = setting(
        None, _MODULES, why="`placement` says it", shown="those that `placement` means"
    )


class Compacter(Block):
    """Bottleneck adapters whose matrices are sums of Kronecker products, one factor of which all
    adapters share, and the other is of rank 1 (arXiv 2106.04647).
    """

    placement: Annotated[str, Choice(("houlsby", "pfeiffer"))] = setting(
        "houlsby",
        "`houlsby`: after attention and after the feed-forward part (Compacter). `pfeiffer`: after "
        "the feed-forward part alone (Compacter++).",
        why="that of Compacter",
    )
    size: Annotated[int, Number(least=1, most=8192, example="24")] = setting(
        24, "Width between the two layers; `terms` divides it.", why="that of the paper"
    )
    terms: Annotated[int, Number(least=1, most=64, example="4")] = setting(
        4, "How many products are summed: n in the paper.", why="the paper's first choice"
    )
    activation: Annotated[str, _ACTIVATIONS] = setting(
        "gelu", "The nonlinearity.", why="that of the paper"
    )
    modules: _Modules = setting(
        None, _MODULES, why="`placement` says it", shown="those that `placement` means"
    )
