"""What each template is given: one frozen record per template.

In: a plan. Out: contexts. Invariant: a field that is not text is a named truth about the plan, and
a template never tests anything else.
"""

from tunec.facts.methods import METHODS
from tunec.facts.storage import STORAGES
from tunec.plan.plan import (
    FreezePlan,
    PeftPlan,
    Plan,
    PretrainedPlan,
)
from tunec.record import fields_of, record


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
class Losses(Context):
    lowest: bool
    """Whether it is said when validation loss was lowest."""

    @classmethod
    def of(cls, plan: Plan) -> "Losses":
        chosen = plan.evaluate is not None and plan.evaluate.best is not None
        return cls(plan.validated and not chosen)
