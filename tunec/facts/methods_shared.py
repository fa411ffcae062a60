"""Methods whose layers share matrices, random or trained.

In: nothing. Out: `SHARED`. Invariant: that of `facts.methods`.
"""

from math import ceil

from tunec.facts.peft_method import (
    QUANTIZED,
    TARGETS,
    AtMost,
    Divides,
    Layer,
    Layers,
    PeftMethod,
    Settings,
    each,
    smaller,
)


def randlora(layer: Layer, settings: Settings) -> int:
    """For each of as many bases as fill the layer's rank: scales of both its sides."""
    rank: int = settings["rank"]
    return ceil(smaller(layer) / rank) * (rank + smaller(layer))


def vblora(layers: Layers, settings: Settings) -> int:
    """The bank of vectors, and the choice of each piece of each layer among them."""
    vectors: int = settings["vectors"]
    length: int = settings["vector_length"]
    pieces = sum((layer.inputs + layer.outputs) // length for layer in layers.values())
    return vectors * length + int(settings["rank"]) * pieces * vectors


def tinylora(layers: Layers, settings: Settings) -> int:
    """A vector for each group of layers."""
    groups = max(1, round(len(layers) * (1.0 - settings["tying"])))
    size = max(1, len(layers) // groups)
    used = {min(number // size, groups - 1) for number in range(len(layers))}
    return len(used) * int(settings["size"])


def lily(layers: Layers, settings: Settings) -> int:
    """Of layers of one name: one A for each `stride` of them, one B for all, a router each."""
    rank, experts = settings["rank"], settings["experts"]
    groups: dict[tuple[str, Layer], int] = {}
    for name, layer in layers.items():
        alike = (name.rpartition(".")[2], layer)
        groups[alike] = groups.get(alike, 0) + 1
    return sum(
        rank * layer.inputs * ceil(count / settings["stride"])
        + experts * rank * layer.outputs
        + experts * rank * count
        for (_, layer), count in groups.items()
    )


SHARED: dict[str, PeftMethod] = {
    "vera": PeftMethod(
        "VeraConfig",
        "scales on random matrices that all layers share",
        when="very small adapters, as one for each user",
        learning_rate=4e-3,
        arguments={"rank": "r", "dropout": "vera_dropout", "initial": "d_initial", **TARGETS},
        fixed={"save_projection": True},
        count=each(lambda layer, settings: settings["rank"] + layer.outputs),
        storage=QUANTIZED,
        conv1d=True,
    ),
    "pvera": PeftMethod(
        "PveraConfig",
        "random scales on random matrices that all layers share",
        when="VeRA with noise of a learned size while training",
        learning_rate=3e-3,
        arguments={"rank": "r", "dropout": "pvera_dropout", "initial": "d_initial", **TARGETS},
        fixed={"save_projection": True},
        count=each(lambda layer, settings: 2 * settings["rank"] + layer.outputs),
        storage=QUANTIZED,
        conv1d=True,
    ),
    "randlora": PeftMethod(
        "RandLoraConfig",
        "scales on random matrices of full rank",
        when="a change of full rank where LoRA's does not suffice",
        learning_rate=1e-4,
        arguments={
            "rank": "r",
            "alpha": "randlora_alpha",
            "dropout": "randlora_dropout",
            **TARGETS,
        },
        unset={"alpha": (lambda settings: 20.0 * settings["rank"], "20 * rank")},
        fixed={"save_projection": False},
        count=each(randlora),
        limits=(AtMost("rank", smaller),),
        storage=QUANTIZED,
        conv1d=True,
    ),
    "vblora": PeftMethod(
        "VBLoRAConfig",
        "low-rank products put together from a bank of vectors",
        when="small adapters of many tasks",
        learning_rate=5e-4,
        arguments={
            "rank": "r",
            "vectors": "num_vectors",
            "vector_length": "vector_length",
            "top_k": "topk",
            "dropout": "vblora_dropout",
            **TARGETS,
        },
        count=vblora,
        limits=(Divides("vector_length"),),
        storage=QUANTIZED,
        conv1d=True,
        identity=False,
    ),
    "unilora": PeftMethod(
        "UniLoraConfig",
        "low-rank products made of one vector",
        when="a few hundred weights in all",
        learning_rate=1e-4,
        arguments={
            "rank": "r",
            "size": "theta_d_length",
            "dropout": "unilora_dropout",
            **TARGETS,
        },
        count=lambda layers, settings: settings["size"],
        conv1d=True,
        identity=False,
    ),
    "tinylora": PeftMethod(
        "TinyLoraConfig",
        "a few numbers on its singular directions",
        when="tens of weights, as for reinforcement learning",
        learning_rate=1e-3,
        arguments={
            "rank": "r",
            "size": "u",
            "tying": "weight_tying",
            "dropout": "tinylora_dropout",
            **TARGETS,
        },
        fixed={"save_projection": True},
        count=tinylora,
        limits=(AtMost("rank", smaller),),
        conv1d=True,
    ),
    "lily": PeftMethod(
        "LilyConfig",
        "low-rank products that layers share and a router mixes",
        when="a higher rank for LoRA's weights",
        learning_rate=1e-4,
        arguments={
            "rank": "r",
            "stride": "stride_A",
            "experts": "num_B",
            "scale": "scaling",
            **TARGETS,
        },
        count=lily,
        limits=(AtMost("rank", smaller),),
        storage=QUANTIZED,
        merges=False,
    ),
}
