"""The plan: everything that a script depends on, decided.

In: nothing. Out: frozen records. Invariant: no field is "to be decided later", and a value
that a reader of the
script sees carries the place that asked for it, or says that it is a default.
"""

from typing import Any  # JSON is of any shape

from tunec.plan.data import DataPlan, MessagesPlan, TemplatePlan, TurnPlan
from tunec.plan.decided import Decided
from tunec.plan.evaluate import EvaluatePlan
from tunec.record import fields_of, record
from tunec.spec.method import BEGINNINGS
from tunec.spec.raw import Amount

# --- Model ----------------------------------------------------------------------------


@record
class PretrainedPlan:
    """Weights from a folder (`path` relative to the spec) or from the hub (`path` is the name)."""

    local: bool
    path: Decided[str]
    revision: Decided[str] | None
    trust_remote_code: Decided[bool]


@record
class ScratchPlan:
    """Random weights. `sizes` are arguments of the configuration, in its own names."""

    architecture: Decided[str]
    tokenizer: Decided[str]
    tokenizer_local: bool
    sizes: dict[str, Decided[Any]]


@record
class TokenizerPlan:
    """What the spec changes in the tokenizer."""

    chat_template: Decided[str] | None
    """One of the library, or a file relative to the spec; None for the tokenizer's own."""
    chat_arguments: Decided[dict[str, Any]] | None
    special_tokens: Decided[dict[str, str]] | None
    """`bos_token`, `eos_token` and `pad_token`, those that are written."""
    new_tokens: Decided[dict[str, bool]] | None
    """Each with whether it is a special one."""

    @property
    def changed(self) -> bool:
        return any(value is not None for value in fields_of(self).values())


@record
class AdapterPlan:
    """An adapter from a folder (`path` relative to the spec) or from the hub."""

    path: str
    local: bool


@record
class ModelPlan:
    source: PretrainedPlan | ScratchPlan
    dtype: Decided[str]
    attention: Decided[str]
    """`by_row`, `eager` or `flash_attention_2`."""
    windowed: bool
    """Whether attention must honour a sliding window that a row can exceed."""
    max_length: Decided[int]
    logit_scale: Decided[float] | None
    logit_softcap: Decided[float] | None
    tokenizer: TokenizerPlan
    config: Decided[dict[str, Any]] | None
    """What the spec changes in the model's configuration, in its own names."""
    rope_scaling: Decided[dict[str, Any]] | None
    merge_adapters: Decided[tuple[AdapterPlan, ...]] | None


@record
class QuantizePlan:
    """How the frozen weights are stored."""

    kind: str
    settings: dict[str, Decided[Any]]
    """In the spec's names, those that say something."""
    came: bool = False
    """Whether the model's own files have them so."""
    outputs: tuple[str, ...] = ("lm_head",)
    """What the output layer, which stays as it is, may be called."""


# --- Method ---------------------------------------------------------------------------


@record
class LoraPlan:
    kind: str
    """`lora` or `dora`."""
    rank: Decided[int]
    alpha: Decided[float]
    dropout: Decided[float]
    target_modules: Decided[str | tuple[str, ...]]
    options: dict[str, Decided[Any]]
    """What else is written, in the spec's names: `exclude_modules`, `rslora`, `init`, …"""
    ranks: Decided[dict[str, int]] | None
    """By the end of modules' names."""
    alphas: Decided[dict[str, float]] | None
    merge: bool
    trained: int | None
    """How many weights are trained, where the sizes of the model's layers say so."""

    @property
    def begins(self) -> str | None:
        """What the adapter begins as, where the script and not peft works it out."""
        init = self.options["init"].value if "init" in self.options else None
        return init if init in BEGINNINGS else None


@record
class FullPlan:
    kind: str = "full"


@record
class FreezePlan:
    last_layers: Decided[int] | None
    modules: Decided[tuple[str, ...]] | None
    patterns: Decided[tuple[str, ...]] | None
    """Of the names of weights, from a file."""
    kind: str = "freeze"


@record
class PeftPlan:
    """Any other method of peft: a frozen model with trained parts, saved as an adapter."""

    kind: str
    settings: dict[str, Decided[Any]]
    """In the spec's names; `target_modules` among them."""
    trained: int | None
    """How many weights are trained, where the sizes of the model's layers say so."""


@record
class ContinuePlan:
    """An adapter that is trained on."""

    adapter: Decided[str]
    local: bool
    kind: str = "continue"


@record
class LisaPlan:
    """All weights in turns: those outside the layers always, a few layers at a time."""

    layers: Decided[int]
    every: Decided[int]
    kind: str = "lisa"


@record
class OwnPlan:
    """A method that peft lacks, in a few lines of the script; what is trained is saved alone."""

    kind: str
    settings: dict[str, Decided[Any]]
    """In the spec's names."""
    trained: int | None
    """How many weights are trained, where the model's files say so."""
    merge: bool


@record
class PromptPlan:
    """A frozen model with a learned prompt before every row."""

    kind: str
    place: str
    """What it is put before: the `embeddings` of a row, or its `keys`."""
    virtual_tokens: Decided[int]
    settings: dict[str, Decided[Any]]
    """The others, in the spec's names, those that say something."""
    trained: int | None
    """How many weights are trained, where the model's configuration says so."""


MethodPlan = (
    ContinuePlan | LoraPlan | FullPlan | FreezePlan | LisaPlan | PeftPlan | OwnPlan | PromptPlan
)


# --- Optimisation ---------------------------------------------------------------------


@record
class GroupPlan:
    """Weights with settings of their own; None where they are those of all."""

    module: str
    learning_rate: Decided[float] | None
    weight_decay: Decided[float] | None


@record
class OptimizerPlan:
    kind: str
    learning_rate: Decided[float]
    settings: dict[str, Decided[Any]]
    """The kind's own, in the spec's names."""
    decay: Decided[str]
    """`matrices` or `all`."""
    loraplus_ratio: Decided[float] | None
    groups: tuple[GroupPlan, ...]

    @property
    def rates_differ(self) -> bool:
        rates = any(group.learning_rate for group in self.groups)
        return rates or self.loraplus_ratio is not None

    @property
    def decays_differ(self) -> bool:
        decay = self.settings["weight_decay"].value > 0 and self.decay.value == "matrices"
        return decay or any(group.weight_decay for group in self.groups)


@record
class SchedulePlan:
    kind: str
    warmup: Decided[Amount]
    settings: dict[str, Decided[Any]]
    """The kind's own, in the spec's names."""
    line: str


@record
class WatchdogPlan:
    grad_norm: Decided[float | None]
    window: Decided[int]
    loss: Decided[float] | None
    then: Decided[str]
    """`skip`, `stop` or `go_back`."""
    patience: Decided[int]


@record
class TrainPlan:
    epochs: Decided[int] | None
    steps: Decided[int] | None
    batch: Decided[Amount]
    forward: Decided[int]
    gradient_checkpointing: Decided[bool]
    max_grad_norm: Decided[float | None]
    trained_dtype: Decided[str]
    neftune_noise_alpha: Decided[float] | None
    optimizer: OptimizerPlan
    schedule: SchedulePlan
    watchdog: WatchdogPlan | None


# --- Head -----------------------------------------------------------------------------


@record
class HeadPlan:
    """What a head on the model says of a whole text."""

    kind: str
    """As transformers names it: `single_label_classification`, `multi_label_classification` or
    `regression`.
    """
    labels: Decided[tuple[str, ...]] | None
    """In the order of the head's numbers; None for regression."""
    weights: Decided[tuple[float, ...]] | None
    """How much each counts in the loss."""
    threshold: Decided[str] | None
    """`half` or `best_f1`; None for regression."""
    causal: bool
    """Whether the head looks at the last token, for the model reads from left to right."""
    segments: bool
    """Whether the model is told which of two texts a token is of."""


# --- Checkpoints ----------------------------------------------------------------------


@record
class CheckpointPlan:
    every: Decided[Amount]
    keep: Decided[int]


@record
class Plan:
    """Everything that the script is made from."""

    name: str
    spec_name: str
    home: str
    """From the script's folder to the spec's, POSIX, `.` where they are the same."""
    seed: Decided[int]
    output: Decided[str]
    cache: Decided[str | None]
    """The folder that keeps encoded rows; None where they are encoded in memory, at every start."""
    model: ModelPlan
    quantize: QuantizePlan | None
    method: MethodPlan
    templates: tuple[TemplatePlan, ...]
    data: DataPlan
    objective: str
    head: HeadPlan | None
    """None for objectives that predict tokens."""
    train: TrainPlan
    evaluate: EvaluatePlan | None
    """None where nothing is held out."""
    checkpoint: CheckpointPlan

    @property
    def in_memory(self) -> bool:
        """Whether rows are encoded by the run's own process, into a list."""
        return self.cache.value is None

    @property
    def adapter(self) -> bool:
        """Whether the model's own weights stay as they are, and what is trained is saved alone."""
        return isinstance(self.method, (LoraPlan, PeftPlan, ContinuePlan, OwnPlan, PromptPlan))

    @property
    def prompted(self) -> bool:
        """Whether learned embeddings stand before those of a row."""
        return isinstance(self.method, PromptPlan) and self.method.place == "embeddings"

    @property
    def prefixed(self) -> bool:
        """Whether learned keys and values stand before those of a row, in each layer."""
        return isinstance(self.method, PromptPlan) and self.method.place == "keys"

    @property
    def in_float32(self) -> bool:
        """Whether the model's own weights are kept in float32, for all or some are trained."""
        whole = not self.adapter or self.method.kind == "bitfit" or self.head is not None
        return whole and not self.rounded

    @property
    def rounded(self) -> bool:
        """Whether trained weights are kept in bfloat16, and steps rounded to it at random."""
        return self.train.trained_dtype.value == "bfloat16"

    @property
    def validated(self) -> bool:
        """Whether there are validation rows."""
        return self.data.validation is not None or self.data.split is not None

    @property
    def repeated(self) -> bool:
        """Whether something is measured while training, at a cadence."""
        return self.validated or self.data.general is not None

    @property
    def parts_epochs(self) -> bool:
        """Whether something is done so many times per epoch."""
        cadences = [self.checkpoint.every]
        if self.evaluate and self.repeated:
            cadences.append(self.evaluate.every)
        return any(every.value.unit == "per_epoch" for every in cadences)

    @property
    def stops_differ(self) -> bool:
        """Whether answers may end with different tokens: of conversations, and of other rows."""
        kinds = {template.kind for template in self.templates} - {"text"}  # that is general
        return self.objective == "sft" and "chat" in kinds and len(kinds) > 1

    @property
    def weighted(self) -> bool:
        """Whether tokens count differently in the loss."""
        return any(part.weight is not None for part in self.marked)

    @property
    def flagged(self) -> bool:
        """Whether rows, or parts of a template, say what is trained on."""
        return any(part.train is not None for part in self.marked)

    @property
    def marked(self) -> tuple[TurnPlan | MessagesPlan, ...]:
        """The parts that can say so."""
        parts = [part for template in self.templates for part in template.turns]
        return tuple(part for part in parts if isinstance(part, (TurnPlan, MessagesPlan)))
