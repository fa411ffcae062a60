"""Rules on the model: its architecture, its code, its attention and its tokenizer.

In: a context. Out: diagnostics. Invariant: only what the model's files say is held against it.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic

_TEXT_MODELS = "Name a model that generates text, such as one of the Llama, Qwen or Gemma kind."


def generates_text(context: Context) -> Iterator[Diagnostic]:
    """Encoders, and models with another head, do not continue a text."""
    model = context.facts.model
    if model is None or model.causal is not False or context.headed:
        return
    kind = model.architectures[0] if model.architectures else model.model_type
    yield problem(
        "E414",
        f"The model is of the type `{kind}`, which does not generate text from left to right.",
        context.at("model.path"),
        remedy=f"{_TEXT_MODELS[:-1]}; `objective classify` trains a head on this one."
        if model.classifies
        else _TEXT_MODELS,
    )


def keeps_rows_apart(context: Context) -> Iterator[Diagnostic]:
    """Recurrent and linear attention layers carry a state over the border between two rows."""
    model = context.facts.model
    if model is None or not model.recurrent or context.headed:
        return
    yield problem(
        "E414",
        f"The model is of the type `{model.model_type}`, whose recurrent layers cannot keep rows "
        "apart "
        "that are "
        "laid end to end.",
        context.at("model.path"),
        remedy="Name a model whose layers are all attention, such as a Llama, Qwen3 or Gemma "
        "model.",
    )


def own_code_is_allowed(context: Context) -> Iterator[Diagnostic]:
    """A model that transformers does not have runs only with the code in its folder."""
    model = context.facts.model
    pretrained = context.pretrained
    if model is None or pretrained is None or pretrained.trust_remote_code:
        return
    if model.own_code and not model.known:
        yield problem(
            "E414",
            f"The model is of the type `{model.model_type}`, which needs the Python code that "
            "comes with it.",
            context.at("model.path"),
            remedy="Read the code, then write `trust_remote_code = true` in `model`.",
        )


def trust_has_effect(context: Context) -> Iterator[Diagnostic]:
    """There is nothing to trust in a model without code."""
    model = context.facts.model
    pretrained = context.pretrained
    if pretrained is None or not pretrained.trust_remote_code:
        return
    if model is not None and model.where == "folder" and not model.own_code:
        yield problem(
            "E301",
            "`trust_remote_code` has no effect: no Python code comes with this model.",
            context.name("model.trust_remote_code"),
            context.at("model.path", "a folder whose `config.json` names no code"),
            remedy="Remove `trust_remote_code`.",
        )


def revision_has_effect(context: Context) -> Iterator[Diagnostic]:
    """A folder has no revisions."""
    place = context.facts.place
    pretrained = context.pretrained
    if pretrained is None or pretrained.revision is None:
        return
    if place is not None and place.kind == "folder":
        yield problem(
            "E301",
            "`revision` has no effect on a model from a folder.",
            context.name("model.revision"),
            context.at("model.path", "this is a folder"),
            remedy="Remove `revision`, or name a model on the hub.",
        )


def sdpa_can_cap(context: Context) -> Iterator[Diagnostic]:
    """PyTorch's attention has no soft cap on the scores."""
    model = context.facts.model
    if model is None or model.attention_softcap is None or not context.written("model.attention"):
        return
    pretrained = context.pretrained
    if pretrained is not None and pretrained.attention == "sdpa":
        yield problem(
            "E302",
            f"`attention = sdpa` cannot compute this model: it caps attention scores at "
            f"{model.attention_softcap:g}.",
            context.at("model.attention"),
            context.at("model.path", "a model with `attn_logit_softcapping`"),
            remedy="Write `attention = eager`, or remove the setting: then it is chosen.",
        )


def has_stop_token(context: Context) -> Iterator[Diagnostic]:
    """Without an end token no answer ends."""
    tokenizer = context.facts.tokenizer
    if tokenizer is None or tokenizer.eos_token is not None:
        return
    if tokenizer.general and tokenizer.whole and context.objective == "sft":
        yield problem(
            "E411",
            "The tokenizer has no `eos_token`, so no answer could ever end.",
            context.at("model.tokenizer" if context.scratch else "model.path"),
            remedy='Name one in `model`: `eos_token = "</s>"`.',
        )


RULES: tuple[Rule, ...] = (
    generates_text,
    keeps_rows_apart,
    own_code_is_allowed,
    trust_has_effect,
    revision_has_effect,
    sdpa_can_cap,
    has_stop_token,
)
