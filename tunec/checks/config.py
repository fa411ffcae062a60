"""Rules on what the spec changes in the model's configuration.

In: a context. Out: diagnostics. Invariant: what passes fits the weights, and has no setting of its
own elsewhere in the spec.
"""

from collections.abc import Iterator, Mapping

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest

_PATH = "model.config"
_SIZES = (
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "vocab_size",
    "tie_word_embeddings",
)
_KIND = ("model_type", "architectures", "auto_map", "quantization_config")
_ELSEWHERE = {
    "dtype": "`dtype` in `model`",
    "torch_dtype": "`dtype` in `model`",
    "_attn_implementation": "`attention` in `model`",
    "attn_implementation": "`attention` in `model`",
    "rope_scaling": "`rope_scaling yarn { factor = 4 }` in `model`",
    "rope_parameters": "`rope_scaling yarn { factor = 4 }` in `model`",
    "bos_token_id": "`bos_token` in `model`",
    "eos_token_id": "`eos_token` in `model`",
    "pad_token_id": "`pad_token` in `model`",
}
"""Names that the spec has settings for."""


def _given(context: Context) -> Mapping[str, object]:
    model = context.pretrained or context.scratch
    return model.config.given if model and model.config else {}


def config_leaves_the_weights(context: Context) -> Iterator[Diagnostic]:
    """The configuration must go on describing the weights that there are."""
    for name in _given(context):
        if name in _ELSEWHERE:
            message = f"`{name}` has a setting of its own."
            remedy = f"Write {_ELSEWHERE[name]}."
        elif name in _SIZES and context.scratch:
            message = f"`{name}` belongs in `model scratch` itself."
            remedy = f"Write `{name} = …` there."
        elif name in _SIZES:
            message = f"`{name}` says how large the weights are, and they are there already."
            remedy = "Remove it, or name a model of that size."
        elif name in _KIND:
            message = f"`{name}` says what the model is, which cannot be changed."
            remedy = "Remove it."
        else:
            continue
        yield problem("E302", message, context.name(f"{_PATH}.{name}"), remedy=remedy)


def config_has_the_names(context: Context) -> Iterator[Diagnostic]:
    """A name that is nearly one of the configuration is a slip; the script checks the others."""
    model = context.facts.model
    if model is None or context.pretrained is None:
        return
    known = [name for name in model.files_config if not name.startswith("_")]
    for name, value in _given(context).items():
        if name in _ELSEWHERE or name in _SIZES or name in _KIND:
            continue
        if name not in known:
            close = nearest(name, known, limit=1)
            if close:
                yield problem(
                    "E201",
                    f"The model's configuration has no `{name}`.",
                    context.name(f"{_PATH}.{name}"),
                    remedy=f"Write `{close[0]}`.",
                )
        elif _sort(value) != _sort(model.files_config[name]) and None not in (
            value,
            model.files_config[name],
        ):
            there = _sort(model.files_config[name])
            yield problem(
                "E204",
                f"`{name}` must be {there}, as in the model's configuration.",
                context.at(f"{_PATH}.{name}"),
                remedy=f"Write {there}, or remove it.",
            )


def _sort(value: object) -> str:
    if isinstance(value, bool):
        return "`true` or `false`"
    if isinstance(value, (int, float)):
        return "a number"
    return "a text" if isinstance(value, str) else "a list"


def rope_can_be_scaled(context: Context) -> Iterator[Diagnostic]:
    """Only rotary embeddings that nothing scales yet; random weights have as many as they need."""
    if not context.written("model.rope_scaling"):
        return
    model, where = context.facts.model, context.at("model.rope_scaling")
    if context.scratch:
        yield problem(
            "E301",
            "`rope_scaling` has no effect on random weights: `max_length` is what they are built "
            "for.",
            where,
            remedy="Remove it.",
        )
        return
    known = model.files_config if model else {}
    scaled = known.get("rope_scaling") or known.get("rope_parameters")
    kind = scaled.get("rope_type", scaled.get("type")) if isinstance(scaled, dict) else None
    if kind not in (None, "default"):
        yield problem(
            "E302",
            f"The model scales its rotary embeddings already, by `{kind}`.",
            where,
            context.at("model.path", "this model"),
            remedy="Remove `rope_scaling`.",
        )


RULES: tuple[Rule, ...] = (config_leaves_the_weights, config_has_the_names, rope_can_be_scaled)
