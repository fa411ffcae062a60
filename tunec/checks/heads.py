"""Rules on `objective classify` and `objective regress`: what goes with a head, and what does not.

In: a context. Out: diagnostics. Invariant: a spec that passes trains a head that transformers has,
on a model whose weights are known, by a method that trains the head with it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts.architectures import CLASSIFYING_DECODERS, CLASSIFYING_ENCODERS
from tunec.facts.optimizers import OPTIMIZERS
from tunec.spec.method import BEGINNINGS, Freeze, Lora

_METHODS = ("full", "freeze", "lora", "dora")
_PAIR = ["text", "text"]


def head_is_on_labelled_rows(context: Context) -> Iterator[Diagnostic]:
    """A head needs labels, and labels need a head."""
    for path, template, form in context.forms():
        said = context.at("objective", "the objective")
        if context.headed and form != "labelled":
            yield problem(
                "E305",
                f"`objective {context.objective}` trains a head on labels, but template "
                f"`{template.name}` says none.",
                context.at(path),
                said,
                remedy='Write the template with `text "{{ review }}"` and '
                '`label "{{ sentiment }}"`.',
            )
        elif not context.headed and form == "labelled":
            default = "" if said else ", the default,"
            yield problem(
                "E305",
                f"`objective {context.objective}`{default} predicts tokens, but template "
                f"`{template.name}` has a label.",
                context.at(path),
                said,
                remedy="Write `objective classify`; for a model that writes the label, end the "
                "template with `completion` in place of `label`.",
            )
        elif context.objective == "regress" and template.turns[-1].role == "labels":
            yield problem(
                "E305",
                "`objective regress` needs one number of each row, but `labels` is a list.",
                context.name(f"{path}.turns.{len(template.turns) - 1}.text"),
                said,
                remedy='Write `label "{{ score }}"`, or `objective classify`.',
            )


def rows_have_one_label_or_several(context: Context) -> Iterator[Diagnostic]:
    """All templates of a spec say `label`, or all say `labels`."""
    first: tuple[str, str] | None = None
    for path, template, form in context.forms():
        role, here = template.turns[-1].role, f"{path}.turns.{len(template.turns) - 1}.text"
        if form != "labelled":
            continue
        if first is not None and role != first[0]:
            yield problem(
                "E302",
                f"This template says `{role}`, but another one `{first[0]}`: a head has one loss.",
                context.name(here),
                context.name(first[1], "the other one"),
                remedy=f"Write `{first[0]}` in both.",
            )
        first = first or (role, here)


def head_is_on_a_known_model(context: Context) -> Iterator[Diagnostic]:
    """transformers has a head for the architecture, and the weights below it are trained ones."""
    if not context.headed:
        return
    model = context.facts.model
    if context.scratch is not None:
        yield problem(
            "E311",
            f"`objective {context.objective}` puts a head on a trained model, but `model scratch` "
            "has random weights.",
            context.at("model"),
            context.at("objective", "the objective"),
            remedy="Name a trained model; `objective pretrain` trains one from nothing.",
        )
    elif model is not None and model.quantized:
        yield problem(
            "E302",
            f"`objective {context.objective}` puts a head on this model, whose weights are stored "
            "quantized, and so would the head be.",
            context.at("model.path"),
            context.at("objective", "the objective"),
            remedy="Name the model before it was quantized.",
        )
    elif model is not None and not model.classifies:
        yield problem(
            "E414",
            f"The model is of the type `{model.model_type}`, on which no head for whole texts is "
            "known to train.",
            context.at("model.path"),
            context.at("objective", "the objective"),
            notes=(
                f"Encoders that do: {', '.join(sorted(CLASSIFYING_ENCODERS))}.",
                f"Decoders that do: {', '.join(sorted(CLASSIFYING_DECODERS))}.",
            ),
            remedy="Name a model of one of these types.",
        )


class _Foe(NamedTuple):
    """A setting that does not go with a head, and why."""

    path: str
    reason: str
    remedy: str = "Remove it."


_FOES = (
    _Foe("quantize", "the head would be quantized with the layers below it"),
    _Foe("train.trained_dtype", "weights below a head are kept in float32"),
    _Foe("train.neftune_noise_alpha", "noise is put on the tokens of rows laid end to end"),
    _Foe("model.merge_adapters", "adapters are merged into a model that predicts tokens"),
    _Foe("model.add_tokens", "new tokens are given rows in a model that predicts tokens"),
    _Foe("model.add_special_tokens", "new tokens are given rows in a model that predicts tokens"),
    _Foe("model.trust_remote_code", "heads are those that transformers has"),
    _Foe("model.config", "the head's own configuration takes its place"),
    _Foe("model.rope_scaling", "the head's own configuration takes its place"),
    _Foe("evaluate.generate", "a head says a label and writes no answer"),
    _Foe("evaluate.harness", "its tasks are answered by tokens that are predicted"),
    _Foe("data.general", "forgetting is measured on tokens that are predicted"),
    _Foe("method.target_parameters", "experts below a head were not tried"),
    _Foe("method.train_tokens", "rows of tokens are trained in a model that predicts them"),
)


def nothing_speaks_against_a_head(context: Context) -> Iterator[Diagnostic]:
    """What is about tokens that are predicted does not go with a head."""
    if not context.headed:
        return
    for foe in _FOES:
        if context.written(foe.path):
            name = foe.path.rpartition(".")[2]
            yield problem(
                "E302",
                f"`{name}` does not go with `objective {context.objective}`: {foe.reason}.",
                context.name(foe.path),
                context.at("objective", "the objective"),
                remedy=foe.remedy,
            )


def method_trains_the_head(context: Context) -> Iterator[Diagnostic]:
    """The head is trained whole beside whatever the method trains."""
    if not context.headed:
        return
    if context.method not in _METHODS:
        why = "its frozen weights are quantized, and so would the head be"
        if context.method != "qlora":
            why = "its result would be saved without the head"
        yield problem(
            "E302",
            f"`method {context.method}` does not go with `objective {context.objective}`: {why}.",
            context.at("method"),
            context.at("objective", "the objective"),
            remedy="Write `method lora`, `dora`, `freeze` or `full`.",
        )
    method = context.spec.method
    if isinstance(method, Lora) and method.init in BEGINNINGS:
        yield problem(
            "E302",
            f"`init = {method.init}` does not go with `objective {context.objective}`: it is "
            "worked out from tokens that are predicted.",
            context.at("method.init"),
            context.at("objective", "the objective"),
            remedy="Remove it.",
        )
    optimizer = context.kind("train.optimizer")
    if OPTIMIZERS[optimizer].hidden:
        yield problem(
            "E302",
            f"`optimizer {optimizer}` does not go with `objective {context.objective}`: it is for "
            "the matrices between the embeddings and an output layer.",
            context.at("train.optimizer"),
            context.at("objective", "the objective"),
            remedy="Write `optimizer adamw`.",
        )


def checkpointing_has_effect(context: Context) -> Iterator[Diagnostic]:
    """Below a head that is trained alone, nothing is kept for a backward pass."""
    method = context.spec.method
    alone = isinstance(method, Freeze) and not any(
        (method.last_layers, method.modules, method.modules_file)
    )
    if context.headed and alone and context.train.gradient_checkpointing:
        yield problem(
            "E301",
            "`gradient_checkpointing` has no effect: only the head has a backward pass.",
            context.name("train.gradient_checkpointing"),
            context.at("method", "trains the head alone"),
            remedy="Remove it.",
        )


def layers_are_not_shared(context: Context) -> Iterator[Diagnostic]:
    """ALBERT has the same weights in all layers, so that none of them can be the last."""
    model = context.facts.model
    if context.written("method.last_layers") and model and model.model_type == "albert":
        yield problem(
            "E302",
            "`last_layers` cannot part the layers of this model: they share their weights.",
            context.at("method.last_layers"),
            context.at("model.path", "of the type `albert`"),
            remedy="Write `method freeze` to train the head alone, or `method full`.",
        )


def pairs_can_be_told(context: Context) -> Iterator[Diagnostic]:
    """Two texts are put together as an encoder's tokenizer does."""
    model = context.facts.model
    for path, template, form in context.forms():
        if form != "labelled" or [part.role for part in template.turns[:2]] != _PAIR:
            continue
        where = context.name(f"{path}.turns.1.text")
        if model is None and context.headed:
            yield problem(
                "E303",
                "How the model is told two texts apart is known only where the model is at hand.",
                where,
                context.at("model.path", "not at hand"),
                remedy="Download the model, or write both into one `text`.",
            )
        elif model is not None and model.model_type in CLASSIFYING_DECODERS:
            yield problem(
                "E302",
                "Nothing stands between two texts in a model that reads from left to right.",
                where,
                context.at("model.path", f"of the type `{model.model_type}`"),
                remedy='Write both into one: `text "{{ first }}\\n{{ second }}"`.',
            )
        elif context.spec.data and _overflow(context) == "truncate":
            yield problem(
                "E302",
                "`overflow = truncate` cannot tell which of two texts to cut.",
                context.at("data.train.overflow"),
                where,
                remedy="Write `overflow = drop`, or `error`.",
            )


def _overflow(context: Context) -> str | None:
    return getattr(context.spec.data.get("train"), "overflow", None)


def long_rows_keep_their_label(context: Context) -> Iterator[Diagnostic]:
    """A row that is too long is dropped, cut at its end, or stops the run."""
    overflow = _overflow(context)
    if context.headed and overflow in ("split", "truncate_prompt"):
        why = "the pieces of a text have no label of their own"
        if overflow == "truncate_prompt":
            why = "there is no answer that would have to stay whole"
        yield problem(
            "E302",
            f"`overflow = {overflow}` does not go with `objective {context.objective}`: {why}.",
            context.at("data.train.overflow"),
            context.at("objective", "the objective"),
            remedy="Write `overflow = truncate`, `drop` or `error`.",
        )


def rows_can_be_padded(context: Context) -> Iterator[Diagnostic]:
    """Rows go through the model side by side, and something has to fill their ends."""
    tokenizer = context.facts.tokenizer
    if not context.headed or tokenizer is None or tokenizer.pad_token is not None:
        return
    if tokenizer.general and tokenizer.whole:
        token = tokenizer.eos_token or "<pad>"
        yield problem(
            "E411",
            "The tokenizer has no `pad_token`, so rows of different lengths cannot go through the "
            "model side by side.",
            context.at("model.path"),
            context.at("objective", "needs them padded"),
            remedy=f'Name one in `model`: `pad_token = "{token}"`.',
        )


RULES: tuple[Rule, ...] = (
    head_is_on_labelled_rows,
    rows_have_one_label_or_several,
    head_is_on_a_known_model,
    nothing_speaks_against_a_head,
    method_trains_the_head,
    checkpointing_has_effect,
    layers_are_not_shared,
    pairs_can_be_told,
    long_rows_keep_their_label,
    rows_can_be_padded,
)
