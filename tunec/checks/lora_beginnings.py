"""Rules on what the adapters of `method lora`, `dora` and `qlora` begin as.

In: a context. Out: diagnostics. Invariant: what passes begins as the model was.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.checks.lora import lora
from tunec.checks.method import element, is_end, targets
from tunec.diagnostics import Diagnostic
from tunec.spec.method import BEGINNINGS, FROM_ROWS, Whole


def beginning_suits_the_weights(context: Context) -> Iterator[Diagnostic]:
    """What begins as a part of the weights needs them as numbers, not as codes."""
    method = lora(context)
    if method is None or method.init in ("default", "gaussian", "eva", "loftq"):
        return
    if context.stored:
        yield problem(
            "E310",
            f"`init = {method.init}` does not work on quantized weights.",
            context.at("method.init"),
            context.at_storage(),
            remedy="Remove `init`.",
        )
    elif method.init == "orthogonal" and any(
        rank % 2 for rank in (method.rank, *(each.rank or 2 for each in method.ranks))
    ):
        yield problem(
            "E302",
            "`init = orthogonal` needs even ranks.",
            context.at("method.init"),
            context.at("method.rank"),
            remedy="Write even ranks, or remove `init`.",
        )


def loftq_has_something_to_make_up_for(context: Context) -> Iterator[Diagnostic]:
    """Only weights that this run quantizes to 4 bits have lost what LoftQ takes from the files."""
    method = lora(context)
    if method is None or method.init != "loftq":
        return
    asked = context.written("quantize") or context.method == "qlora"
    if not asked or context.stored not in ("nf4", "fp4"):
        yield problem(
            "E303",
            "`init = loftq` makes up for what `quantize nf4` or `fp4` loses of the weights, and "
            "none is written here.",
            context.at("method.init"),
            remedy="Remove `init`, or write `quantize nf4`.",
        )
    elif context.method == "dora":
        yield problem(
            "E302",
            "`init = loftq` does not work with `method dora`: its magnitudes are those of the "
            "quantized weights, and the adapter changes those at once.",
            context.at("method.init"),
            context.at("method"),
            remedy="Remove `init`, or write `method lora`.",
        )


def beginning_is_of_layers_within(context: Context) -> Iterator[Diagnostic]:
    """What comes into the first and the last layer is not looked at."""
    method = lora(context)
    if method is None or method.init not in BEGINNINGS or isinstance(method.target_modules, str):
        return
    for name in method.target_modules:
        if is_end(name):
            yield problem(
                "E302",
                f"`init = {method.init}` does not work for `{name}`, the first or the last layer.",
                context.at("method.init"),
                element(context, "method.target_modules", name),
                remedy=f"Remove `init`, or `{name}` from `target_modules`.",
            )


def rows_to_begin_from_are_used(context: Context) -> Iterator[Diagnostic]:
    """`init_rows` is for what looks at rows."""
    method = lora(context)
    if method is None or not context.written("method.init_rows") or method.init in FROM_ROWS:
        return
    yield problem(
        "E301",
        f"`init_rows` has no effect: `init = {method.init}` looks at no rows.",
        context.name("method.init_rows"),
        context.at("method.init"),
        remedy="Remove `init_rows`, or write `init = eva`.",
    )


def texts_are_for_corda(context: Context) -> Iterator[Diagnostic]:
    """`init_texts` is a file, and only one value of `init` knows what to leave alone."""
    method, missing = context.spec.method, context.facts.missing_texts
    if not isinstance(method, Whole) or method.init_texts is None:
        return
    if method.init != "corda":
        yield problem(
            "E301",
            f"`init_texts` has no effect with `init = {method.init}`.",
            context.name("method.init_texts"),
            context.at("method.init"),
            remedy="Write `init = corda`, or remove `init_texts`.",
        )
    elif missing:
        yield problem(
            "E405",
            f"The texts are not there: {missing}.",
            context.at("method.init_texts"),
            remedy="Name a file of text, relative to the spec, with a text in each line.",
        )


def gradients_have_two_parts(context: Context) -> Iterator[Diagnostic]:
    """LoRA-GA takes twice as many singular vectors as the rank."""
    method, model = lora(context), context.facts.model
    if method is None or method.init != "lora_ga" or model is None:
        return
    sizes = {name: min(model.matrices[name]) for name in targets(method, model)}
    for name, size in sizes.items():
        rank = max(method.rank, *(each.rank or 0 for each in method.ranks), 0)
        if 2 * rank > size:
            yield problem(
                "E203",
                f"Ranks must be at most {size // 2} on this model with `init = lora_ga`, but "
                f"there is one of {rank}.",
                context.at("method.init"),
                context.at("method.rank"),
                notes=(f"It takes two singular vectors for each, and `{name}` has {size}.",),
                remedy=f"Write `rank = {min(16, size // 2)}`, or remove `init`.",
            )
            return


RULES: tuple[Rule, ...] = (
    beginning_suits_the_weights,
    loftq_has_something_to_make_up_for,
    beginning_is_of_layers_within,
    rows_to_begin_from_are_used,
    texts_are_for_corda,
    gradients_have_two_parts,
)
