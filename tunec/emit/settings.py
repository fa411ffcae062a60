"""The settings of a script: constants, each with the place that asked for it.

In: a plan. Out: groups of `Constant`. Invariant: every decided value of the plan that a run
depends on is a constant
here or stands, with its line, in the function that uses it.
"""

from collections.abc import Iterator

from tunec.emit.constants import Constant, Remark, constant, dtype, in_folder
from tunec.emit.data_settings import data_settings
from tunec.emit.evaluation_chapter import evaluation_settings
from tunec.emit.head_chapter import head_settings, measure_settings
from tunec.emit.literals import Raw, py
from tunec.emit.method_chapter import method_settings
from tunec.emit.optimizer_chapter import optimizer_settings, watchdog_settings
from tunec.emit.storage_contexts import storage_settings
from tunec.emit.tokenizer_contexts import tokenizer_settings
from tunec.plan.decided import Decided
from tunec.plan.plan import Plan, PretrainedPlan
from tunec.spec.raw import Amount


def groups(plan: Plan) -> list[list[Constant | Remark]]:
    """The constants, in the order of the spec's blocks."""
    found = [
        _model,
        storage_settings,
        method_settings,
        data_settings,
        head_settings,
        _train,
        _evaluate,
        _best,
        _run,
    ]
    return [group for group in ([*part(plan)] for part in found) if group]


# --- Model and method -----------------------------------------------------------------


def _model(plan: Plan) -> Iterator[Constant]:
    source = plan.model.source
    if isinstance(source, PretrainedPlan):
        path = in_folder(source.path.value) if source.local else source.path.value
        yield constant("MODEL", source.path, value=path)
        if source.revision:
            yield constant("REVISION", source.revision)
    else:
        yield constant("ARCHITECTURE", source.architecture)
        tokenizer = source.tokenizer.value
        path = in_folder(tokenizer) if source.tokenizer_local else tokenizer
        yield constant("TOKENIZER", source.tokenizer, value=path)
        yield from (constant(name.upper(), size) for name, size in source.sizes.items())
    yield constant("MAX_LENGTH", plan.model.max_length, "tokens")
    yield dtype("DTYPE", plan.model.dtype)
    yield constant("ATTENTION", plan.model.attention)
    yield from tokenizer_settings(plan)
    if plan.model.merge_adapters:
        merged = plan.model.merge_adapters
        paths = [in_folder(each.path) if each.local else each.path for each in merged.value]
        yield constant("MERGED_ADAPTERS", merged, value=paths)
    if plan.model.config:
        yield constant("CONFIG", plan.model.config)
    if plan.model.rope_scaling:
        yield constant("ROPE_SCALING", plan.model.rope_scaling)
    if plan.model.logit_scale:
        yield constant("LOGIT_SCALE", plan.model.logit_scale)
    if plan.model.logit_softcap:
        yield constant("LOGIT_SOFTCAP", plan.model.logit_softcap)


# --- Optimisation ------------------------------------------------------------


def _train(plan: Plan) -> Iterator[Constant]:
    train = plan.train
    if train.steps:
        yield constant("STEPS", train.steps)
    if train.epochs:
        yield constant("EPOCHS", train.epochs)
    batch = train.batch.value
    yield constant("BATCH", train.batch, f"{batch.unit} per optimizer step", batch.value)
    yield constant("FORWARD_TOKENS", train.forward, "at a time: memory and speed, not the result")
    if plan.head is None:
        note = "default, tokens: memory and speed, not the result"
        yield Constant("LOGITS_AT_ONCE", "1024", note)
    yield from optimizer_settings(plan)
    norm = train.max_grad_norm
    if norm.value is None:
        yield constant("MAX_GRAD_NORM", norm, "none", Raw("math.inf"))
    else:
        yield constant("MAX_GRAD_NORM", norm)
    if train.neftune_noise_alpha:
        yield constant("NEFTUNE_NOISE_ALPHA", train.neftune_noise_alpha)
    yield from watchdog_settings(plan)


# --- Evaluation and the run -----------------------------------------------------------


def _cadence(name: str, every: Decided[Amount]) -> Constant:
    unit = "times an epoch" if every.value.unit == "per_epoch" else every.value.unit
    return constant(name, every, unit, every.value.value)


def _evaluate(plan: Plan) -> Iterator[Constant]:
    if plan.evaluate and plan.repeated:
        yield _cadence("EVALUATE_EVERY", plan.evaluate.every)
    yield from measure_settings(plan)
    yield from evaluation_settings(plan)


def _best(plan: Plan) -> Iterator[Constant]:
    if plan.evaluate and plan.evaluate.accept:
        asked = {each.measure: (each.sign, each.bound.value) for each in plan.evaluate.accept}
        lines = dict.fromkeys(each.bound.origin for each in plan.evaluate.accept)
        yield Constant("ACCEPT", py(asked), f"{', '.join(lines)}, asked of the tuned model")
    best = plan.evaluate.best if plan.evaluate else None
    if best is None:
        return
    yield constant("BEST_MEASURE", best.measure)
    yield constant("MIN_CHANGE", best.min_change)
    if best.patience:
        yield constant("PATIENCE", best.patience, "evaluations")


def _run(plan: Plan) -> Iterator[Constant | Remark]:
    yield _cadence("CHECKPOINT_EVERY", plan.checkpoint.every)
    yield constant("CHECKPOINTS_KEPT", plan.checkpoint.keep)
    yield constant("SEED", plan.seed)
    yield constant("OUTPUT", plan.output)
    if plan.cache.value is None:
        said = "Rows are encoded in memory, at every start"
        yield Remark(f"{said} ({plan.cache.origin})")
    else:
        yield constant("CACHE", plan.cache, value=in_folder(plan.cache.value))
