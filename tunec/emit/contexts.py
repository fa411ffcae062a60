"""What each template is given: one frozen record per template.

In: a plan. Out: contexts. Invariant: a field that is not text is a named truth about the plan, and
a template never tests anything else.
"""

from posixpath import basename
from textwrap import shorten

from tunec.emit.literals import prose
from tunec.facts.methods import METHODS
from tunec.facts.storage import STORAGES
from tunec.plan.evaluate import EvaluatePlan
from tunec.plan.plan import (
    FreezePlan,
    FullPlan,
    LisaPlan,
    LoraPlan,
    OwnPlan,
    PeftPlan,
    Plan,
    PretrainedPlan,
    PromptPlan,
)
from tunec.record import fields_of, record
from tunec.spec.values import Amount


@record
class Context:
    """Base: a template without variables."""

    @property
    def fixed(self) -> bool:
        """Whether all fields are truths, so that the rendered text is one of a few, all formatted
        already.
        """
        return all(isinstance(value, bool) for value in fields_of(self).values())


# --- Model ----------------------------------------------------------------------------


@record
class Base(Context):
    revision: bool
    trust: bool
    quantized: bool
    """Whether loading them quantizes the weights."""
    stored: bool
    """Whether they are quantized, by the script or before."""
    four_bits: bool
    warns: bool
    """Whether bitsandbytes would, at every product."""
    unseen: bool
    """Whether the model's files may be others than those that were looked at."""
    excluded: bool
    """Whether some layers are named that stay as they are."""
    trained_in_float32: bool
    new_tokens: bool
    config: bool
    options: bool
    merged: bool

    @classmethod
    def of(cls, plan: Plan, new_tokens: bool) -> "Base":
        source = plan.model.source
        assert isinstance(source, PretrainedPlan), "random weights have their own template"
        stored = plan.quantize
        family = STORAGES[stored.kind].family if stored else ""
        trust = source.trust_remote_code.value
        return cls(
            revision=source.revision is not None,
            trust=trust,
            quantized=stored is not None and not stored.came,
            stored=stored is not None,
            four_bits=family == "nf4",
            warns=family == "int8",
            unseen=not source.local and (stored is None or not stored.came),
            excluded=stored is not None and "exclude_modules" in stored.settings,
            trained_in_float32=plan.in_float32,
            new_tokens=new_tokens,
            config=changes_config(plan),
            options=source.revision is not None or trust,
            merged=plan.model.merge_adapters is not None,
        )


def changes_config(plan: Plan) -> bool:
    return plan.model.config is not None or plan.model.rope_scaling is not None


@record
class Config(Context):
    settings: bool
    rope: bool


OWN_HEAD_DIM = frozenset({"gemma", "qwen3"})
"""Architectures whose heads have a size of their own unless they are told otherwise."""


@record
class Scratch(Context):
    head_dim: bool
    config: bool
    rounded: bool


# --- Loss, evaluation, run ------------------------------------------------------------


def autocast(plan: Plan) -> bool:
    """Whether weights are kept in float32 while the computation may be in less."""
    cast = isinstance(plan.method, PeftPlan) and METHODS[plan.method.kind].cast
    return (plan.in_float32 or cast) and plan.model.dtype.value != "float32"


@record
class Packs(Context):
    prompted: bool


@record
class Predictions(Context):
    autocast: bool
    by_row: bool
    weighted: bool
    noise: bool
    prefixed: bool

    @classmethod
    def of(cls, plan: Plan) -> "Predictions":
        return cls(
            autocast=autocast(plan),
            by_row=plan.model.attention.value == "by_row",
            weighted=plan.weighted,
            noise=plan.train.neftune_noise_alpha is not None,
            prefixed=plan.prefixed,
        )


@record
class Prompted(Context):
    by_row: bool
    weighted: bool

    @classmethod
    def of(cls, plan: Plan) -> "Prompted":
        return cls(plan.model.attention.value == "by_row", plan.weighted)


@record
class Loss(Context):
    autocast: bool
    logit_scale: bool
    logit_softcap: bool
    weighted: bool

    @classmethod
    def of(cls, plan: Plan) -> "Loss":
        return cls(
            autocast=autocast(plan),
            logit_scale=plan.model.logit_scale is not None,
            logit_softcap=plan.model.logit_softcap is not None,
            weighted=plan.weighted,
        )


@record
class Backward(Context):
    head_alone: bool
    weighted: bool

    @classmethod
    def of(cls, plan: Plan) -> "Backward":
        return cls(
            head_alone=isinstance(plan.method, FreezePlan) and plan.method.last_layers is None,
            weighted=plan.weighted,
        )


@record
class Forward(Context):
    autocast: bool
    by_row: bool

    @classmethod
    def of(cls, plan: Plan) -> "Forward":
        return cls(autocast(plan), plan.model.attention.value == "by_row")


@record
class Check(Forward):
    weighted: bool
    prompted: bool
    in_memory: bool
    tolerance: str

    @classmethod
    def of(cls, plan: Plan) -> "Check":
        exact = "1e-4 if DTYPE == torch.float32 else 2e-2"
        forward = Forward.of(plan)
        tolerance = "3e-2" if plan.quantize else exact
        truths = (plan.weighted, plan.prompted, plan.in_memory)
        return cls(forward.autocast, forward.by_row, *truths, tolerance)


def has_harness(plan: Plan) -> bool:
    return plan.evaluate is not None and plan.evaluate.harness is not None


def runs_code(plan: Plan) -> bool:
    """Whether code that the model has written is run."""
    generate = plan.evaluate.generate if plan.evaluate else None
    return generate is not None and "python_tests" in generate.kinds()


def asks_with_key(plan: Plan) -> bool:
    """Whether answers are judged by a model that asks for a key."""
    generate = plan.evaluate.generate if plan.evaluate else None
    judges = [each for each in generate.metrics if each.kind == "judge"] if generate else []
    return any(judge.settings["key_from"].value for judge in judges)


@record
class Output(Context):
    harness: bool


@record
class Room(Context):
    copies: str
    result_size: str

    @classmethod
    def of(cls, plan: Plan, merged: bool) -> "Room":
        whole = "sum(p.numel() * p.element_size() for p in model.parameters())"
        sizes = "2 * sum(sizes)" if plan.evaluate and plan.evaluate.best else "sum(sizes)"
        copies = "5" if plan.rounded else "3"  # moments are in float32
        if merged:
            return cls(copies, f"{sizes} + {whole}")
        return cls(copies, sizes if plan.adapter or isinstance(plan.method, FullPlan) else whole)


def is_in_turns(plan: Plan) -> bool:
    return isinstance(plan.method, LisaPlan)


def steps_of(name: str, every: Amount, first: str = "") -> str:
    """The steps of a cadence whose number is in the constant of that name."""
    return {
        "steps": f"range({first or name}, steps, {name})",
        "epochs": f"epoch_ends[{name} - 1 :: {name}]",
        "per_epoch": f"parts_of(epoch_ends, {name})",
    }[every.unit]


@record
class Train(Context):
    steps_derived: str
    saved: str
    measures: bool
    measured: str
    best: bool
    patience: bool
    """The best weights are looked for, and training may end early; `patient`: it may not."""
    patient: bool
    in_turns: bool
    """Whether different layers are trained at different steps."""
    averages: bool
    """What is evaluated and saved is an average of the weights that are trained."""
    watched: bool
    gaps: bool
    """Whether a measure may be missing: a function of one's own may fail."""
    overfits: bool
    """Whether validation loss is watched while training."""

    @classmethod
    def of(cls, plan: Plan, averages: bool) -> "Train":
        length = "{EPOCHS} epochs, {len(rows)} rows, " if plan.train.epochs else ""
        unit = plan.train.batch.value.unit
        at = steps_of("CHECKPOINT_EVERY", plan.checkpoint.every.value)
        saved = f"{{steps, *{at}}}"
        measured = "{0, steps}"
        if plan.evaluate and plan.repeated:
            at = steps_of("EVALUATE_EVERY", plan.evaluate.every.value, first="0")
            measured = f"{{0, steps, *{at}}}"
        derived = f"{length}{{BATCH}} {unit} a step"
        best = plan.evaluate.best if plan.evaluate else None
        early = best is not None and best.patience is not None
        late = best is not None and not early
        found = best is not None
        turns, measures = is_in_turns(plan), plan.evaluate is not None
        watched = plan.train.watchdog is not None
        kept = (found, early, late)
        generate = plan.evaluate.generate if plan.evaluate else None
        gaps = generate is not None and generate.gaps
        told = (watched, gaps, plan.validated)
        return cls(derived, saved, measures, measured, *kept, turns, averages, *told)


@record
class Best(Context):
    more: bool


CONVERTED = ("corda", "lora_ga")
"""Beginnings of LoRA that are taken from the frozen weights, so that an adapter has to be converted
to one for them as they were.
"""


@record
class Accept(Context):
    gaps: bool
    fulfilled: str

    @classmethod
    def of(cls, plan: EvaluatePlan) -> "Accept":
        generate, signs = plan.generate, list(dict.fromkeys(each.sign for each in plan.accept))
        gaps = generate is not None and generate.gaps
        each = ", ".join(f'"{sign}": value {sign} asked' for sign in signs)
        return cls(gaps, f"{{{each}}}[sign]" if len(signs) > 1 else f"value {signs[0]} asked")


@record
class Main(Context):
    accept: bool
    shown_last: bool
    """The results are printed after what was trained is saved: nothing depends on them."""
    mixed: bool
    known_stop: bool
    stops: bool
    adapter_stops: bool
    new_rows: bool
    """An adapter holds them besides its own weights."""
    own: bool
    """What is trained is saved by a function of the script."""
    merged: bool
    much: bool
    """What is written may not fit on the disk."""
    merged_base: bool
    merged_base_of_peft: bool
    stops_known: bool
    against: bool
    adapter_config: bool
    """The base that an adapter is for has to be loaded with another configuration."""
    dropout_in_prompt: bool
    """A network that computes the prompt has it."""
    harness: bool
    sandbox: bool
    judge: bool
    """Whether it needs a key."""
    begins_by_rows: bool
    """Adapters begin as the script works out, from rows; `begins`: from weights alone."""
    begins: bool
    converted: bool
    result: str

    @classmethod
    def of(cls, plan: Plan, new_tokens: bool, merged: bool, much: bool) -> "Main":
        stops = plan.objective == "sft"
        adapter = plan.adapter
        accept = plan.evaluate is not None and bool(plan.evaluate.accept)
        begins = plan.method.begins if isinstance(plan.method, LoraPlan) else None
        return cls(
            accept=accept,
            shown_last=plan.evaluate is not None and not accept,
            mixed=plan.stops_differ,
            known_stop=stops,
            stops=stops and not adapter,
            adapter_stops=stops and adapter,
            new_rows=new_tokens and adapter,
            own=isinstance(plan.method, OwnPlan),
            merged=merged,
            much=much,
            merged_base=plan.model.merge_adapters is not None and adapter,
            merged_base_of_peft=plan.model.merge_adapters is not None
            and adapter
            and not isinstance(plan.method, OwnPlan),
            stops_known=stops,
            against=plan.evaluate is not None and bool(plan.evaluate.against),
            adapter_config=changes_config(plan) and adapter,
            dropout_in_prompt=isinstance(plan.method, PromptPlan)
            and "dropout" in plan.method.settings,
            harness=has_harness(plan),
            sandbox=runs_code(plan),
            judge=asks_with_key(plan),
            begins_by_rows=begins is not None and begins != "loftq",
            begins=begins == "loftq",
            converted=begins in CONVERTED,
            result=result_folder(plan),
        )


@record
class Header(Context):
    dependencies: str
    summary: str
    version: str
    spec_name: str
    spec_hash: str
    script: str
    output: str
    result: str
    measures: bool
    accept: bool
    merged: bool


def result_folder(plan: Plan) -> str:
    """Where a run leaves what it trained: `adapter` or `model`."""
    return "adapter" if plan.adapter else "model"


def summary_of(plan: Plan, how: str) -> str:
    """What the script does, in a line of its docstring."""
    source = plan.model.source
    files = ", ".join(basename(each.path) for each in plan.data.train.value)
    if isinstance(source, PretrainedPlan):
        path = source.path.value
        what = f"tune {basename(path) if source.local else path} on {files}"
    else:
        what = f"train a {source.architecture.value} from random weights on {files}"
    return shorten(prose(f"{plan.name}: {what}, {how}"), 82, placeholder=" ...")
