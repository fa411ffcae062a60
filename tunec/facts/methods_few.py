"""Methods that train a vector or two at a layer.

In: nothing. Out: `FEW`. Invariant: that of `facts.methods`.
"""

from tunec.facts.peft_method import QUANTIZED, TARGETS, PeftMethod, each

FEW: dict[str, PeftMethod] = {
    "ia3": PeftMethod(
        "IA3Config",
        "scales on keys, values and feed-forward inputs",
        when="the fewest weights that still reach attention and feed-forward layers",
        learning_rate=3e-3,
        arguments={**TARGETS, "feedforward_modules": "feedforward_modules"},
        count=lambda layers, settings: sum(
            layer.inputs if name.endswith(tuple(settings["feedforward_modules"])) else layer.outputs
            for name, layer in layers.items()
        ),
        storage=QUANTIZED,
        conv1d=True,
    ),
    "norm": PeftMethod(
        "LNTuningConfig",
        "its norms trained",
        when="a small shift of style, or to adapt a model to another kind of input",
        learning_rate=1e-4,
        arguments=TARGETS,
        count=each(lambda norm, settings: norm.outputs),
        storage=QUANTIZED,
        conv1d=True,
        cast=True,
    ),
    "adaption_prompt": PeftMethod(
        "AdaptionPromptConfig",
        "prompts in its last attentions",
        when="a prompt to be learnt that leaves the model as it is at first",
        learning_rate=5e-3,
        arguments={"length": "adapter_len", "layers": "adapter_layers"},
        count=each(
            lambda hidden, settings: settings["layers"] * (settings["length"] * hidden.outputs + 1)
        ),
        storage=QUANTIZED,
        conv1d=True,
        merges=False,
        cast=True,
        model_types=frozenset({"llama", "mistral", "gpt2"}),
    ),
    "beft": PeftMethod(
        "BeftConfig",
        "a bias on some layers",
        when="a handful of weights; the model may have no biases of its own",
        learning_rate=1e-4,
        arguments=TARGETS,
        count=each(lambda layer, settings: layer.outputs),
        storage=QUANTIZED,
        merges=False,
    ),
}
