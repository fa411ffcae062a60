"""What the templates of a run need: its folder, its loop, its end, and the head of the script.

In: a plan. Out: contexts. Invariant: that of `contexts`: a field that is not text is a named truth.
"""

from posixpath import basename
from textwrap import shorten

from tunec.emit.contexts import (
    Context,
    asks_with_key,
    changes_config,
    has_harness,
    runs_code,
)
from tunec.emit.literals import comment, prose
from tunec.plan.evaluate import EvaluatePlan
from tunec.plan.plan import (
    FullPlan,
    LisaPlan,
    LoraPlan,
    OwnPlan,
    Plan,
    PretrainedPlan,
    PromptPlan,
)
from tunec.record import record
from tunec.spec.raw import Amount


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
    matrices: bool
    """Some measures are no numbers."""
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
        matrices = plan.head is not None and plan.head.labels is not None
        told = (watched, matrices, gaps, plan.validated)
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
    headed: bool
    thresholds: str
    """Where the spec asks that they are chosen; empty where it does not."""
    chosen: bool
    accept: bool
    shown_last: bool
    """The results are printed after what was trained is saved: nothing depends on them."""
    mixed: bool
    known_stop: bool
    merged: bool
    much: bool
    """What is written may not fit on the disk."""
    against: bool
    harness: bool
    sandbox: bool
    judge: bool
    """Whether it needs a key."""
    begins_by_rows: bool
    """Adapters begin as the script works out, from rows; `begins`: from weights alone."""
    begins: bool
    result: str

    @classmethod
    def of(cls, plan: Plan, merged: bool, much: bool) -> "Main":
        accept = plan.evaluate is not None and bool(plan.evaluate.accept)
        begins = plan.method.begins if isinstance(plan.method, LoraPlan) else None
        threshold = plan.head.threshold if plan.head else None
        return cls(
            headed=plan.head is not None,
            thresholds=comment(threshold.origin) if threshold else "",
            chosen=threshold is not None and threshold.value == "best_f1",
            accept=accept,
            shown_last=plan.evaluate is not None and not accept,
            mixed=plan.stops_differ,
            known_stop=plan.objective == "sft",
            merged=merged,
            much=much,
            against=plan.evaluate is not None and bool(plan.evaluate.against),
            harness=has_harness(plan),
            sandbox=runs_code(plan),
            judge=asks_with_key(plan),
            begins_by_rows=begins is not None and begins != "loftq",
            begins=begins == "loftq",
            result=result_folder(plan),
        )


@record
class SaveResult(Context):
    known_stop: bool
    stops: bool
    adapter_stops: bool
    new_rows: bool
    """An adapter holds them besides its own weights."""
    own: bool
    """What is trained is saved by a function of the script."""
    merged_base: bool
    merged_base_of_peft: bool
    adapter_config: bool
    """The base that an adapter is for has to be loaded with another configuration."""
    dropout_in_prompt: bool
    """A network that computes the prompt has it."""
    converted: bool

    @classmethod
    def of(cls, plan: Plan, new_tokens: bool) -> "SaveResult":
        stops, adapter, method = plan.objective == "sft", plan.adapter, plan.method
        own = isinstance(method, OwnPlan)
        merged_base = plan.model.merge_adapters is not None and adapter
        config = changes_config(plan) or plan.head is not None
        return cls(
            known_stop=stops,
            stops=stops and not adapter,
            adapter_stops=stops and adapter,
            new_rows=new_tokens and adapter,
            own=own,
            merged_base=merged_base,
            merged_base_of_peft=merged_base and not own,
            adapter_config=config and adapter,
            dropout_in_prompt=isinstance(method, PromptPlan) and "dropout" in method.settings,
            converted=isinstance(method, LoraPlan) and method.begins in CONVERTED,
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
