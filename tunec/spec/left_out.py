"""Kinds that others have and a spec does not, each with its reason.

In: nothing. Out: `LEFT_OUT`. Invariant: a reason was seen on the pinned versions; none of the names
is a kind of the vocabulary.
"""

LEFT_OUT: dict[str, dict[str, str]] = {
    "quantize": {
        "hqq": "transformers 5.23 does not load weights as HQQ yet.",
        "quanto": "Weights quantized by quanto cannot be saved, and an adapter merges into them "
        "wrongly.",
        "torchao_int4": "peft 0.21 adapts no weights that torchao stores in 4 bits.",
        "gptq": "GPTQ quantizes by example texts, once, before any tuning.",
        "awq": "AWQ quantizes by example texts, once, before any tuning.",
    },
}
"""By keyword, then by kind."""
