"""The plan of what is measured: losses, answers, metrics.

In: nothing. Out: frozen records. Invariant: paths are relative to the spec's folder.
"""

from typing import Any  # settings are of any sort

from tunec.plan.decided import Decided
from tunec.record import record
from tunec.spec.raw import Amount


@record
class MetricPlan:
    """One metric of generated answers."""

    kind: str
    """Its word, or `own` for a function of a Python file."""
    name: str
    """What it is called in the results."""
    origin: str
    settings: dict[str, Decided[Any]]
    file: str = ""
    """Of a function of one's own."""
    relative: bool = False
    """Whether a tolerance is a share of the wanted number."""


@record
class AgainstPlan:
    """What else the tuned model is compared with."""

    name: str
    origin: str
    model: Decided[str] | None
    """Another model: a folder, or a name on the hub."""
    local: bool
    """Whether it is a folder."""
    examples: Decided[int] | None
    system: Decided[str] | None


@record
class GeneratePlan:
    metrics: tuple[MetricPlan, ...]
    max_new_tokens: Decided[int]
    limit: Decided[int | None]
    compare: Decided[str | None]
    batch: Decided[int]
    show: Decided[int]
    temperature: Decided[float] | None
    """None for greedy answers, like `top_p`."""
    top_p: Decided[float] | None
    metric_timeout: Decided[int] | None
    """Seconds; None where all metrics are tunec's."""
    against: tuple[AgainstPlan, ...]
    positions: int | None
    """Most tokens of prompt and answer, where prompts may be longer than rows; None: not known."""
    on: str
    """`validation` or `test`: the rows that are asked."""

    def kinds(self) -> tuple[str, ...]:
        """The metrics by their word, each once."""
        return tuple(dict.fromkeys(metric.kind for metric in self.metrics))

    @property
    def gaps(self) -> bool:
        """Whether a measure may be missing: what is not tunec's own may fail."""
        return not {"own", "judge"}.isdisjoint(self.kinds())


@record
class BestPlan:
    """Which evaluation's weights are handed over."""

    measure: Decided[str]
    patience: Decided[int] | None
    min_change: Decided[float]
    more_is_better: bool


@record
class BoundPlan:
    """What is asked of a measure of the tuned model."""

    measure: str
    sign: str
    bound: Decided[float]


@record
class HarnessPlan:
    """Tasks of lm_eval."""

    tasks: Decided[tuple[str, ...]]
    """Names, and files relative to the spec's folder."""
    named: bool
    """Whether any is known to lm_eval by name."""
    limit: Decided[int | None]
    few_shot: Decided[int] | None
    """None for what each task says."""
    batch: Decided[int]
    apply_chat_template: Decided[bool]


@record
class EvaluatePlan:
    every: Decided[Amount]
    generate: GeneratePlan | None
    best: BestPlan | None
    accept: tuple[BoundPlan, ...]
    harness: HarnessPlan | None
    forgetting: Decided[float] | None
    """The share above which is warned; None where there are no general rows."""

    @property
    def against(self) -> tuple[AgainstPlan, ...]:
        """What the tuned model is compared with besides the base."""
        return self.generate.against if self.generate else ()
