"""Rules on tokens that the spec names or adds.

In: a context. Out: diagnostics. Invariant: a token that passes is one token, and the rows of a new
one are trained.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.checks.method import element, is_end
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.model import OUTPUTS, is_embedding
from tunec.spec.method import Freeze, Lora
from tunec.spec.model import Pretrained, Scratch

_NAMED = ("bos_token", "eos_token", "pad_token")
_ADDED = ("add_tokens", "add_special_tokens")


def _model(context: Context) -> Pretrained | Scratch | None:
    return context.pretrained or context.scratch


def named_tokens_exist(context: Context) -> Iterator[Diagnostic]:
    """A special token is one of the vocabulary, or a new one."""
    model, tokenizer = _model(context), context.facts.tokenizer
    if model is None or tokenizer is None or not tokenizer.all_words:
        return
    new = {token for name in _ADDED for token in getattr(model, name) or ()}
    for name in _NAMED:
        token = getattr(model, name)
        if token is None or token in tokenizer.words or token in new:
            continue
        close = nearest(token, tokenizer.special_tokens)
        near = f'Write `{name} = "{close[0]}"`' if close and close[0] != token else "Name another"
        yield problem(
            "E418",
            f"The vocabulary has no `{token}` to be the `{name}`.",
            context.at(f"model.{name}"),
            remedy=f'{near}, or add it: `add_special_tokens = ["{token}"]`.',
        )


def new_tokens_are_new(context: Context) -> Iterator[Diagnostic]:
    """A token of the vocabulary cannot be added again."""
    model, tokenizer = _model(context), context.facts.tokenizer
    if model is None:
        return
    for name in _ADDED:
        for token in getattr(model, name) or ():
            known = tokenizer is not None and token in tokenizer.words
            twice = name == "add_tokens" and token in (model.add_special_tokens or ())
            if known or twice:
                there = "in the vocabulary already" if known else "in `add_special_tokens` too"
                yield problem(
                    "E418",
                    f"`{token}` is {there}.",
                    context.at(f"model.{name}"),
                    remedy=f'Remove "{token}" from `{name}`.',
                )


def new_rows_are_trained(context: Context) -> Iterator[Diagnostic]:
    """Frozen embeddings would leave new tokens without a meaning."""
    model, method = _model(context), context.spec.method
    added = next((name for name in _ADDED if model and getattr(model, name)), None)
    if added is None or not isinstance(method, Freeze):
        return
    listed = [pattern.strip("^$") for _, pattern in context.facts.listed.patterns]
    named = [*(method.modules or ()), *(name.removesuffix(".weight") for name in listed)]
    modules = [name.rpartition(".")[2] for name in named]
    tied = context.facts.model is not None and context.facts.model.tied
    first = any(is_embedding(name) for name in modules)
    if first and (tied or any(name in OUTPUTS for name in modules)):
        return
    yield problem(
        "E302",
        f"`{added}` needs the first and the last layer trained, which `method freeze` freezes.",
        context.name(f"model.{added}"),
        context.at("method", "the method"),
        notes=(
            "With `lora` only the rows of the new tokens are trained; with `full`, or with both "
            "layers named in `modules`, those of all tokens.",
        ),
        remedy='Write `method lora`, or `modules = ["embed_tokens", "lm_head"]` among others.',
    )


def tokens_to_train_are_there(context: Context) -> Iterator[Diagnostic]:
    """`train_tokens` names tokens of the vocabulary; rows of new ones are trained anyway."""
    method, model, tokenizer = context.spec.method, _model(context), context.facts.tokenizer
    if not isinstance(method, Lora):
        return
    new = {token for name in _ADDED for token in getattr(model, name) or ()}
    for token in method.train_tokens or ():
        there = element(context, "method.train_tokens", token)
        if token in new:
            yield problem(
                "E301",
                f"`{token}` is new, so its rows are trained without being named.",
                there,
                context.at("model"),
                remedy=f'Remove "{token}".',
            )
        elif tokenizer is not None and tokenizer.all_words and token not in tokenizer.words:
            close = nearest(token, [*tokenizer.words])
            yield problem(
                "E418",
                f"The vocabulary has no `{token}`.",
                there,
                notes=("Tokens are written as the vocabulary has them, not as they are read.",),
                remedy=f'Write "{close[0]}"' + ", or add it: `add_tokens`."
                if close
                else "Name another, or add it: `add_tokens`.",
            )


def rows_stand_alone(context: Context) -> Iterator[Diagnostic]:
    """A layer has an adapter, or some rows that are trained."""
    method = context.spec.method
    if not isinstance(method, Lora) or not method.train_tokens:
        return
    for path in ("target_modules", "modules_to_save"):
        names = getattr(method, path) or ()
        for name in () if isinstance(names, str) else names:
            if is_end(name):
                yield problem(
                    "E302",
                    f"`{name}` would be trained whole, but `train_tokens` trains some of its rows.",
                    element(context, f"method.{path}", name),
                    context.at("method.train_tokens"),
                    remedy=f"Remove `{name}`, or `train_tokens`.",
                )


RULES: tuple[Rule, ...] = (
    named_tokens_exist,
    new_tokens_are_new,
    new_rows_are_trained,
    tokens_to_train_are_there,
    rows_stand_alone,
)
