"""The method: its templates, what they are given, its constants, and how a line calls it.

In: a plan. Out: sections, contexts, constants. Invariant: the only place that tells kinds of
methods apart when emitting.
"""

from collections.abc import Iterator
from typing import Any  # settings are of any sort

from tunec.emit.constants import Constant, constant, in_folder
from tunec.emit.contexts import Context
from tunec.emit.literals import Raw, py
from tunec.emit.own_methods import own_description, own_method, own_saving, own_settings
from tunec.emit.prompt_chapter import prompt, prompt_described, prompt_settings
from tunec.emit.run_contexts import is_in_turns
from tunec.emit.section import Section
from tunec.emit.tokenizer_contexts import has_trained_rows
from tunec.facts.methods import METHODS
from tunec.facts.storage import STORAGES
from tunec.plan.decided import Decided
from tunec.plan.plan import (
    ContinuePlan,
    FreezePlan,
    LisaPlan,
    LoraPlan,
    OwnPlan,
    PeftPlan,
    Plan,
    PretrainedPlan,
    PromptPlan,
)
from tunec.record import record


@record
class Lora(Context):
    headed: bool
    more: bool
    """Whether there are `options`."""
    options: str
    listed: bool
    parameters: bool
    saved: bool
    checkpointing: bool
    rows: bool
    """Rows of some tokens are trained, too."""
    own_base: bool
    """Whether the base is looked at before it is adapted."""
    draws: bool
    """Whether the adapter begins as a part of the weights."""


@record
class Merge(Context):
    biases: bool
    dequantizes: bool
    """Whether the model has a method for it."""
    by_hand: bool
    """Whether it is dequantized without."""
    came: bool
    """Whether its files had the weights quantized."""
    stops: bool


@record
class Peft(Context):
    summary: str
    config: str
    arguments: str
    listed: bool
    targets: str
    cast: bool
    checkpointing: bool


@record
class Norms(Context):
    listed: bool
    checkpointing: bool


@record
class Adaptive(Context):
    listed: bool
    checkpointing: bool


@record
class Method(Context):
    checkpointing: bool


@record
class Frozen(Context):
    headed: bool
    checkpointing: bool


@record
class Ranks(Context):
    ranks: bool
    """Ranks are taken away while training."""

    @classmethod
    def of(cls, plan: Plan) -> "Ranks":
        return cls(plan.method.kind == "adalora")


@record
class Trained(Context):
    counted: bool
    in_turns: bool
    packed: bool
    """Whether some weights are stored several to a number."""


def method(plan: Plan) -> Iterator[Section]:
    """The functions that make the model that is trained."""
    how, checkpointing = plan.method, plan.train.gradient_checkpointing.value
    if isinstance(how, LoraPlan):
        listed = how.target_modules.value != "all_linear"
        saved = "modules_to_save" in how.options
        options = " ".join(_options(how, plan.head is not None))
        context = Lora(
            headed=plan.head is not None,
            more=bool(options),
            options=options,
            listed=listed and _count(plan) is None,  # which would be another
            parameters="target_parameters" in how.options and _count(plan) is None,
            saved=saved,
            checkpointing=checkpointing,
            rows=has_trained_rows(plan),
            own_base=saved or plan.head is not None or has_trained_rows(plan),
            draws="init" in how.options and how.options["init"].value in ("pissa", "olora"),
        )
        yield Section("model/method_lora", context)
    elif isinstance(how, ContinuePlan):
        yield Section("model/method_continue", Method(checkpointing))
    elif isinstance(how, PeftPlan) and how.kind == "adalora":
        listed = how.settings["target_modules"].value != "all_linear"
        yield Section("model/method_adalora", Adaptive(listed, checkpointing))
    elif isinstance(how, PeftPlan) and how.kind == "adaption_prompt":
        yield Section("model/method_adaption_prompt", Method(checkpointing))
    elif isinstance(how, PeftPlan) and how.kind == "norm":
        listed = how.settings["target_modules"].value != "all_norms"
        yield Section("model/method_norm", Norms(listed, checkpointing))
    elif isinstance(how, PeftPlan):
        yield Section("model/method_peft", _peft(how, checkpointing))
    elif isinstance(how, OwnPlan):
        yield from own_method(how, checkpointing)
    elif isinstance(how, LisaPlan):
        yield Section("model/method_lisa", Method(checkpointing))
    elif isinstance(how, PromptPlan):
        source = plan.model.source
        revision = isinstance(source, PretrainedPlan) and source.revision is not None
        yield from prompt(how, checkpointing, revision)
    elif isinstance(how, FreezePlan):
        what = "modules" if how.modules else "listed" if how.patterns else "layers"
        if what == "layers" and how.last_layers is None:
            yield Section("head/method_freeze")
        else:
            frozen = Frozen(plan.head is not None, checkpointing)
            yield Section(f"model/method_freeze_{what}", frozen)
    else:
        yield Section("model/method_full", Method(checkpointing))
    packed = plan.quantize is not None and STORAGES[plan.quantize.kind].family == "nf4"
    counted = _count(plan) is not None
    yield Section("model/trained_weights", Trained(counted, is_in_turns(plan), packed))


def _count(plan: Plan) -> int | None:
    """How many weights are trained, where that is known."""
    how = plan.method
    return how.trained if isinstance(how, (LoraPlan, PeftPlan, OwnPlan, PromptPlan)) else None


LORA_OPTIONS = {
    "target_parameters": ("target_parameters", "LORA_PARAMETERS"),
    "exclude_modules": ("exclude_modules", "LORA_EXCLUDED"),
    "layers": ("layers_to_transform", "LORA_LAYERS"),
    "modules_to_save": ("modules_to_save", "MODULES_TO_SAVE"),
    "rslora": ("use_rslora", "RSLORA"),
    "init": ("init_lora_weights", "LORA_INIT"),
}
"""By setting, the argument of peft and the constant."""


def _options(how: LoraPlan, headed: bool) -> Iterator[str]:
    """The arguments that not every script has."""
    if headed and "modules_to_save" not in how.options:
        yield "modules_to_save=head_of(base),"
    if how.kind == "dora":
        yield "use_dora=True,"
    for name in _of_peft(how):
        argument, constant_name = LORA_OPTIONS[name]
        value = constant_name
        if name == "modules_to_save":
            value = f"named(base, {value})"
            value = f"[*head_of(base), *{value}]" if headed else value
        yield f"{argument}={value},"
    if how.ranks:
        yield "rank_pattern=LORA_RANKS,"
    if how.alphas:
        yield "alpha_pattern=LORA_ALPHAS,"


def _of_peft(how: LoraPlan) -> list[str]:
    """The options that peft's configuration has."""
    own = {"train_tokens", *(("init", "init_rows", "init_texts") if how.begins else ())}
    return [name for name in how.options if name not in own]


def merges(plan: Plan) -> bool:
    return isinstance(plan.method, (LoraPlan, OwnPlan)) and plan.method.merge


def writes_whole_model(plan: Plan) -> bool:
    """Whether a run of an adapter leaves a whole model, too."""
    return merges(plan) or (plan.adapter and plan.model.merge_adapters is not None)


LITTLE = 100_000_000
"""Bytes for which no one looks whether they fit on a disk."""


def writes_much(plan: Plan) -> bool:
    """Whether checkpoints (weights and two moments, in 4 bytes each) and the result are large."""
    count = _count(plan)
    if count is None or writes_whole_model(plan):
        return True
    times = 3 * (plan.checkpoint.keep.value + 1) + (2 if plan.evaluate else 1)
    return 4 * count * times > LITTLE


def merging(plan: Plan) -> Iterator[Section]:
    """The functions that save an adapter by themselves, and the whole model beside it."""
    own = isinstance(plan.method, OwnPlan)
    if isinstance(plan.method, OwnPlan):
        yield own_saving(plan.method, plan.model.merge_adapters is not None)
    if not merges(plan):
        return
    stored = plan.quantize
    by_hand = stored is not None and STORAGES[stored.kind].family == "torchao"
    if by_hand:
        yield Section("run/dequantized")
    context = Merge(
        biases=own,
        dequantizes=stored is not None and not by_hand,
        by_hand=by_hand,
        came=stored is not None and stored.came,
        stops=plan.objective == "sft",
    )
    yield Section("run/merge", context)


def _peft(how: PeftPlan, checkpointing: bool) -> Peft:
    known = METHODS[how.kind]
    named = {known.arguments[name]: _name(how.kind, name) for name in how.settings}
    fixed = {name: py(value) for name, value in known.fixed.items()}
    targets = how.settings["target_modules"].value
    return Peft(
        summary=known.named,
        config=known.config,
        arguments="\n        ".join(
            f"{name}={value}," for name, value in {**named, **fixed}.items()
        ),
        listed=targets != "all_linear",
        targets=_name(how.kind, "target_modules"),
        cast=known.cast,
        checkpointing=checkpointing,
    )


def _name(kind: str, setting: str) -> str:
    """Of the constant: `VERA_RANK`."""
    return f"{kind}_{setting}".upper().replace("TARGET_MODULES", "TARGETS")


def described(plan: Plan) -> str:
    """What is trained, for the first line of the script."""
    how = plan.method
    if isinstance(how, LoraPlan):
        what = f"{'DoRA' if how.kind == 'dora' else 'LoRA'} of rank {how.rank.value}"
    elif isinstance(how, ContinuePlan):
        what = "going on with an adapter"
    elif isinstance(how, PeftPlan):
        what = METHODS[how.kind].config.removesuffix("Config")
    elif isinstance(how, OwnPlan):
        what = own_description(how)
    elif isinstance(how, LisaPlan):
        what = f"{how.layers.value} layers at a time"
    elif isinstance(how, PromptPlan):
        what = prompt_described(how)
    else:
        return "some weights" if isinstance(how, FreezePlan) else "all weights"
    return f"{what} on {plan.quantize.kind} weights" if plan.quantize else what


def method_settings(plan: Plan) -> Iterator[Constant]:
    """What the spec says of the method, and how many weights that comes to."""
    yield from _settings(plan)
    count = _count(plan)
    if count is not None:
        yield Constant("TRAINED_WEIGHTS", f"{count:_}", "the model's sizes and these")


def _settings(plan: Plan) -> Iterator[Constant]:
    how = plan.method
    if isinstance(how, LoraPlan):
        yield constant("LORA_RANK", how.rank)
        yield constant("LORA_ALPHA", how.alpha, value=_tidy(how.alpha))
        yield constant("LORA_DROPOUT", how.dropout)
        yield constant("LORA_TARGETS", how.target_modules, value=_targets(how.target_modules))
        for name in _of_peft(how):
            decided = how.options[name]
            value = decided.value
            form = list(value) if isinstance(value, tuple) else None
            yield constant(LORA_OPTIONS[name][1], decided, value=form)
        if "init_rows" in how.options:
            yield constant("INIT_ROWS", how.options["init_rows"], f"that {how.begins} looks at")
            if "init_texts" in how.options:
                texts = how.options["init_texts"]
                yield constant("INIT_TEXTS", texts, value=in_folder(texts.value))
            note = "default: memory and time, not the result"
            yield Constant("LAYERS_AT_ONCE", "16", note)
        if "train_tokens" in how.options:
            tokens = how.options["train_tokens"]
            yield constant("TRAINED_TOKENS", tokens, value=list(tokens.value))
        if how.ranks:
            yield constant("LORA_RANKS", how.ranks)
        if how.alphas:
            yield constant("LORA_ALPHAS", how.alphas)
    elif isinstance(how, ContinuePlan):
        path = how.adapter.value
        yield constant("ADAPTER", how.adapter, value=in_folder(path) if how.local else path)
    elif isinstance(how, PeftPlan):
        for name, decided in how.settings.items():
            value = decided.value
            if value == "all_norms":
                continue
            if name == "target_modules":
                value = _targets(decided)
            elif isinstance(value, tuple):
                value = list(value)
            same = value is decided.value
            yield constant(_name(how.kind, name), decided, value=None if same else value)
    elif isinstance(how, OwnPlan):
        yield from own_settings(how)
        if how.trained is not None:
            yield Constant("TRAINED_WEIGHTS", f"{how.trained:_}", "the model's config and these")
    elif isinstance(how, LisaPlan):
        yield constant("LISA_LAYERS", how.layers, "trained at a time")
        yield constant("LISA_EVERY", how.every, "steps, then others are")
    elif isinstance(how, PromptPlan):
        yield from prompt_settings(how)
    elif isinstance(how, FreezePlan) and how.last_layers:
        yield constant("LAST_LAYERS", how.last_layers)
    elif isinstance(how, FreezePlan) and how.modules:
        yield constant("TRAINED_MODULES", how.modules, value=list(how.modules.value))
    elif isinstance(how, FreezePlan) and how.patterns:
        yield constant("TRAINED_PATTERNS", how.patterns, value=list(how.patterns.value))


def _targets(decided: Decided[Any]) -> str | list[str]:
    return "all-linear" if decided.value == "all_linear" else list(decided.value)


def _tidy(decided: Decided[float]) -> Raw:
    """Whole numbers without a point; the user's spelling where there is one."""
    value = decided.value
    tidy = repr(int(value)) if value == int(value) else repr(value)
    return Raw((decided.spelling or tidy).lower())
