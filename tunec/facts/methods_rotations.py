"""Methods that rotate or reflect what goes into a layer or comes out of it.

In: nothing. Out: `ROTATIONS`. Invariant: that of `facts.methods`.
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
)


def oft(layer: Layer, settings: Settings) -> int:
    """A skew-symmetric matrix for each block of inputs, or one for all."""
    size = settings["block_size"]
    blocks = 1 if settings["share_blocks"] else layer.inputs // size
    return int(blocks * size * (size - 1) // 2)


ROTATIONS: dict[str, PeftMethod] = {
    "oft": PeftMethod(
        "OFTConfig",
        "its inputs rotated in blocks",
        when="what the model knows is to stay: angles between neurons are kept",
        learning_rate=1e-4,
        arguments={
            "block_size": "oft_block_size",
            "share_blocks": "block_share",
            "approximate": "use_cayley_neumann",
            "dropout": "module_dropout",
            **TARGETS,
        },
        count=each(oft),
        limits=(Divides("block_size", outputs=False),),
        storage=QUANTIZED,
    ),
    "hra": PeftMethod(
        "HRAConfig",
        "its inputs reflected",
        when="between OFT and LoRA: an orthogonal change of low rank",
        learning_rate=1e-4,
        arguments={"rank": "r", **TARGETS},
        count=each(lambda layer, settings: settings["rank"] * layer.inputs),
        limits=(AtMost("rank", lambda layer: layer.inputs),),
    ),
    "road": PeftMethod(
        "RoadConfig",
        "its outputs rotated in pairs",
        when="small adapters that cost next to nothing to compute",
        learning_rate=1e-3,
        arguments={"variant": "variant", "group_size": "group_size", **TARGETS},
        count=each(lambda layer, settings: layer.outputs * int(settings["variant"][-1])),
        limits=(Divides("group_size", inputs=False),),
        storage=QUANTIZED,
    ),
}
