"""Methods that add a product of thin or small matrices, or something made of one.

In: nothing. Out: `LOW_RANK`. Invariant: that of `facts.methods`.
"""

from tunec.facts.peft_method import (
    QUANTIZED,
    TARGETS,
    AtMost,
    Divides,
    Layer,
    PeftMethod,
    Settings,
    each,
    like_lora,
    smaller,
)


def factors(size: int, wanted: int) -> tuple[int, int]:
    """The two factors of a size that a Kronecker product has, the smaller one first.

    `wanted` is one of them where it divides the size; -1 asks for the closest pair, another number
    for the closest pair whose smaller one is at most that.
    """
    if wanted > 0 and size % wanted == 0:
        return wanted, size // wanted
    most = size if wanted == -1 else wanted
    small = max(n for n in range(1, int(size**0.5) + 1) if size % n == 0 and n <= max(1, most))
    return small, size // small


def lokr(layer: Layer, settings: Settings) -> int:
    """The second factor is a product of two where the rank is below half of its sizes."""
    rank, factor = settings["rank"], settings["factor"]
    (out1, out2), (in1, in2) = factors(layer.outputs, factor), factors(layer.inputs, factor)
    both = settings["decompose_both"] and rank < max(out1, in1) / 2
    first = rank * (out1 + in1) if both else out1 * in1
    second = rank * (out2 + in2) if rank < max(out2, in2) / 2 else out2 * in2
    return first + second


def osf(layer: Layer, settings: Settings) -> int:
    """The singular directions that are left, each with its value."""
    rest = smaller(layer) - int(smaller(layer) * settings["frozen"])
    return rest * (layer.outputs + layer.inputs + 1)


LOW_RANK: dict[str, PeftMethod] = {
    "loha": PeftMethod(
        "LoHaConfig",
        "Hadamard products of two low-rank matrices",
        when="a higher rank of the change than LoRA's for as many weights",
        learning_rate=2e-4,
        arguments={
            "rank": "r",
            "alpha": "alpha",
            "rank_dropout": "rank_dropout",
            "module_dropout": "module_dropout",
            **TARGETS,
        },
        count=each(lambda layer, settings: 2 * like_lora(layer, settings)),
        limits=(AtMost("rank", smaller),),
        storage=frozenset({"int8"}),
    ),
    "lokr": PeftMethod(
        "LoKrConfig",
        "Kronecker products of small matrices",
        when="a change of high rank for very few weights",
        learning_rate=3e-3,
        arguments={
            "rank": "r",
            "alpha": "alpha",
            "factor": "decompose_factor",
            "decompose_both": "decompose_both",
            "rank_dropout": "rank_dropout",
            "module_dropout": "module_dropout",
            **TARGETS,
        },
        unset={"factor": (lambda settings: -1, "the closest pair of factors of each size")},
        count=each(lokr),
        storage=frozenset({"int8"}),
    ),
    "adalora": PeftMethod(
        "AdaLoraConfig",
        "low-rank products whose ranks are moved to where they matter",
        when="few weights, and layers that matter unequally",
        learning_rate=1e-3,
        arguments={
            "rank": "target_r",
            "initial_rank": "init_r",
            "alpha": "lora_alpha",
            "dropout": "lora_dropout",
            "warmup": "tinit",
            "final": "tfinal",
            "every": "deltaT",
            "orthogonality": "orth_reg_weight",
            **TARGETS,
        },
        unset={"initial_rank": (lambda settings: -(-3 * settings["rank"] // 2), "1.5 * rank")},
        count=each(
            lambda layer, settings: settings["initial_rank"] * (layer.inputs + layer.outputs + 1)
        ),
        limits=(AtMost("rank", smaller),),
        storage=QUANTIZED,
        conv1d=True,
    ),
    "hira": PeftMethod(
        "HiraConfig",
        "low-rank products that scale its weights",
        when="a change of high rank for LoRA's weights",
        learning_rate=4.5e-3,
        arguments={"rank": "r", "dropout": "hira_dropout", **TARGETS},
        count=each(like_lora),
        limits=(AtMost("rank", smaller),),
        storage=QUANTIZED,
        conv1d=True,
    ),
    "gralora": PeftMethod(
        "GraloraConfig",
        "low-rank products in blocks",
        when="LoRA at high ranks, where one product would mix too much",
        learning_rate=2e-4,
        arguments={
            "rank": "r",
            "alpha": "alpha",
            "blocks": "gralora_k",
            "hybrid_rank": "hybrid_r",
            "dropout": "gralora_dropout",
            **TARGETS,
        },
        count=each(
            lambda layer, settings: (
                like_lora(layer, settings)
                + settings["hybrid_rank"] * (layer.inputs + layer.outputs)
            )
        ),
        limits=(Divides("blocks"), AtMost("rank", smaller)),
        storage=QUANTIZED,
        conv1d=True,
    ),
    "delora": PeftMethod(
        "DeloraConfig",
        "low-rank products of bounded size",
        when="long runs and high learning rates: the change cannot grow without bound",
        learning_rate=1e-3,
        arguments={
            "rank": "r",
            "bound": "delora_lambda",
            "dropout": "module_dropout",
            **TARGETS,
        },
        count=each(lambda layer, settings: like_lora(layer, settings) + 1),
        limits=(AtMost("rank", smaller),),
    ),
    "glora": PeftMethod(
        "GloraConfig",
        "low-rank scales and shifts of its weights",
        when="weights are to be scaled and shifted at once",
        learning_rate=1e-4,
        arguments={"rank": "r", **TARGETS},
        count=each(
            lambda layer, settings: (
                2 * like_lora(layer, settings)
                + (settings["rank"] * (layer.inputs + 1) + 2 if layer.bias else 0)
            )
        ),
        limits=(AtMost("rank", smaller),),
    ),
    "deft": PeftMethod(
        "DeftConfig",
        "a subspace of its outputs replaced",
        when="part of what layers do is to be replaced, not only added to",
        learning_rate=1e-4,
        arguments={
            "rank": "r",
            "decomposition": "decomposition_method",
            "dropout": "deft_dropout",
            **TARGETS,
        },
        count=each(like_lora),
        limits=(AtMost("rank", lambda layer: layer.outputs),),
        conv1d=True,
    ),
    "peanut": PeftMethod(
        "PeanutConfig",
        "small networks of its weights",
        when="a change that is no linear function of the weights",
        learning_rate=1e-4,
        arguments={
            "rank": "r",
            "depth": "depth",
            "activation": "act_fn",
            "scale": "scaling",
            **TARGETS,
        },
        count=each(
            lambda layer, settings: (
                2 * settings["rank"] * (layer.outputs + settings["depth"] * settings["rank"])
            )
        ),
        limits=(AtMost("rank", lambda layer: layer.outputs),),
    ),
    "osf": PeftMethod(
        "OSFConfig",
        "the weakest singular directions of its weights trained",
        when="a second task without losing the first; it trains about as much as `full`",
        learning_rate=5e-5,
        arguments={"frozen": "effective_rank", **TARGETS},
        count=each(osf),
    ),
}
