"""Methods that change few numbers of a matrix, or of a transform of it.

In: nothing. Out: `SPARSE`. Invariant: that of `facts.methods`.
"""

from tunec.facts.peft_method import (
    QUANTIZED,
    TARGETS,
    AtMost,
    Divides,
    Layer,
    PeftMethod,
    each,
    like_lora,
)


def entries(layer: Layer) -> int:
    return layer.outputs * layer.inputs


SPARSE: dict[str, PeftMethod] = {
    "shira": PeftMethod(
        "ShiraConfig",
        "some of its weights trained",
        when="adapters that are switched often: few weights change, each by its own amount",
        learning_rate=3e-4,
        arguments={"rank": "r", **TARGETS},
        fixed={"random_seed": 0},
        count=each(like_lora),
        limits=(AtMost("rank", lambda layer: entries(layer) // sum(layer[:2])),),
        storage=frozenset({"nf4"}),
    ),
    "supertuning": PeftMethod(
        "SupertuningConfig",
        "its largest weights trained",
        when="as SHiRA, on the weights that matter most by their size",
        learning_rate=1e-4,
        arguments={"sparsity": "sparsity", "largest": "select_top", **TARGETS},
        count=each(lambda layer, settings: int(entries(layer) * (1 - settings["sparsity"]))),
    ),
    "miss": PeftMethod(
        "MissConfig",
        "one matrix added to every block of its inputs",
        when="half of LoRA's weights for a rank",
        learning_rate=1e-4,
        arguments={"rank": "r", "dropout": "miss_dropout", **TARGETS},
        count=each(lambda layer, settings: settings["rank"] * layer.outputs),
        limits=(AtMost("rank", lambda layer: layer.inputs),),
        storage=QUANTIZED,
    ),
    "fourierft": PeftMethod(
        "FourierFTConfig",
        "a few frequencies of a change of its weights",
        when="very small adapters; the same few frequencies for every layer",
        learning_rate=1e-4,
        arguments={"frequencies": "n_frequency", "scale": "scaling", **TARGETS},
        fixed={"init_weights": True},
        count=each(lambda layer, settings: settings["frequencies"]),
        limits=(AtMost("frequencies", entries),),
        storage=QUANTIZED,
        conv1d=True,
    ),
    "waveft": PeftMethod(
        "WaveFTConfig",
        "a few wavelets of a change of its weights",
        when="as FourierFT, with changes that are local in the matrix",
        learning_rate=1e-4,
        arguments={"frequencies": "n_frequency", "scale": "scaling", **TARGETS},
        count=each(lambda layer, settings: settings["frequencies"]),
        limits=(AtMost("frequencies", entries),),
        storage=QUANTIZED,
        conv1d=True,
    ),
    "c3a": PeftMethod(
        "C3AConfig",
        "circular convolutions",
        when="a change of full rank for few weights",
        learning_rate=3e-1,
        arguments={"block_size": "block_size", **TARGETS},
        fixed={"init_weights": True},
        count=each(lambda layer, settings: entries(layer) // settings["block_size"]),
        limits=(Divides("block_size"),),
        storage=QUANTIZED,
    ),
}
