"""The plan of the data: templates and sources, decided.

In: nothing. Out: frozen records. Invariant: paths are relative to the spec's folder.
"""

from tunec.plan.decided import Decided
from tunec.record import record


@record
class TurnPlan:
    role: str
    text: str
    plain: bool
    """Whether the text only places columns, so that it needs no Jinja."""


@record
class TemplatePlan:
    kind: str
    """`chat`, `completion` or `text`."""
    turns: tuple[TurnPlan, ...]
    columns: tuple[str, ...]
    """Columns that every row must have, as text or a number."""
    others: tuple[str, ...]
    """Further columns that a text uses, in an expression or where they may be missing."""
    lines: str


@record
class SourcePlan:
    path: str
    format: str
    sample_by: str | None


@record
class DataPlan:
    train: Decided[tuple[SourcePlan, ...]]
    validation: Decided[tuple[SourcePlan, ...]] | None
    split: Decided[float] | None
    test: Decided[tuple[SourcePlan, ...]] | None
    overflow: Decided[str]

    def sources(self) -> tuple[SourcePlan, ...]:
        """All sources, of all three data sets."""
        parts = [self.train, self.validation, self.test]
        return tuple(source for part in parts if part is not None for source in part.value)
