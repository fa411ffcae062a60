"""The plan of the data: templates and sources, decided.

In: nothing. Out: frozen records. Invariant: paths are relative to the spec's folder.
"""

from collections.abc import Iterator
from typing import Any  # what a step takes is of any sort

from tunec.plan.decided import Decided
from tunec.record import record
from tunec.spec.raw import Amount


@record
class TurnPlan:
    """A turn, a prompt, a completion, a text or its label."""

    role: str
    text: str
    plain: bool
    """Whether the text only places columns, so that it needs no Jinja."""
    train: bool | str | None = None
    """Whether it is trained on, or the column that says so; None as `train_on` says."""
    weight: float | str | None = None
    """How much its tokens count, or the column that says so."""
    reasoning: "TurnPlan | None" = None
    optional: bool = False


@record
class MessagesPlan:
    """A column with a conversation."""

    column: str
    role_field: str
    content_field: str
    roles: dict[str, str]
    """From the rows' names of roles to those of chat templates."""
    keep_system: bool
    alternation: str
    train: bool | str | None
    weight: str | None
    reasoning_field: str | None
    think_tags: str
    role: str = "messages"


@record
class ColumnPlan:
    """A column with segments, tokens or tools, and what else is said of it."""

    role: str
    column: str
    settings: dict[str, str | bool | None]


PartPlan = TurnPlan | MessagesPlan | ColumnPlan


@record
class TemplatePlan:
    name: str
    kind: str
    """`chat`, `completion`, `text`, `segments`, `tokens`, or `labelled` text."""
    turns: tuple[PartPlan, ...]
    tools: str | None
    """The column with a conversation's tools."""
    columns: tuple[str, ...]
    """Columns that every row must have, as text or a number."""
    others: tuple[str, ...]
    """Further columns that a text uses, in an expression or where they may be missing."""
    lines: str

    @property
    def messages(self) -> tuple[MessagesPlan, ...]:
        return tuple(part for part in self.turns if isinstance(part, MessagesPlan))

    @property
    def column(self) -> ColumnPlan:
        """That of segments, tokens or labels."""
        return next(part for part in self.turns if isinstance(part, ColumnPlan))

    def numbered_texts(self) -> Iterator[tuple[int, TurnPlan]]:
        """All texts, those of thoughts too, with the number of their part."""
        for at, part in enumerate(self.turns, start=1):
            if isinstance(part, TurnPlan):
                yield at, part
                if part.reasoning:
                    yield at, part.reasoning

    @property
    def texts(self) -> tuple[TurnPlan, ...]:
        return tuple(part for part in self.turns if isinstance(part, TurnPlan))


@record
class StepPlan:
    """What is done with the rows of a source."""

    kind: str
    """`filter`, `map`, `first`, `sample` or `repeat`."""
    value: Decided[Any]
    """Of a Python function its file and its name."""


@record
class SourcePlan:
    template: str
    path: str
    """A file or a pattern of files, an address, or a name on the hub."""
    format: str
    sample_by: str | None
    kind: str
    """`file`, `files`, `address` or `hub`."""
    packed: str
    """The ending of compressed files; empty for others."""
    origin: str
    arguments: dict[str, Decided[Any]]
    """Of a data set on the hub."""
    steps: tuple[StepPlan, ...]
    """In the order in which they are applied."""
    share: Decided[float] | None
    probability: Decided[float] | None

    @property
    def plain(self) -> bool:
        """Whether it is a file, all of whose rows are taken as they are."""
        bare = self.kind == "file" and not self.packed
        return bare and not self.steps and self.share is None


@record
class OverlapPlan:
    """What becomes of rows that are measured on and trained on."""

    policy: Decided[str]
    """`error`, `drop` or `allow`."""
    by: Decided[str]
    """`exact`, `prompt` or `near`."""


@record
class ExcludePlan:
    """What no row to train on may have in it."""

    columns: Decided[tuple[str, ...]] | None
    ngram: Decided[int]
    policy: Decided[str]
    """`drop` or `error`."""


@record
class DataPlan:
    size: int | None
    """Bytes of the text that is encoded, about; None where the files are not at hand."""
    train: Decided[tuple[SourcePlan, ...]]
    interleave: Decided[str] | None
    """When rows drawn from all sources end; None where they are read one after the other."""
    validation: Decided[tuple[SourcePlan, ...]] | None
    split: Decided[float | Amount] | None
    """Held out of the rows to train on: a share, or a number of examples."""
    test: Decided[tuple[SourcePlan, ...]] | None
    general: Decided[tuple[SourcePlan, ...]] | None
    order: Decided[str]
    """`shuffle` or `keep`."""
    sort_by: Decided[str] | None
    descending: Decided[bool]
    deduplicate: Decided[str] | None
    """`exact`, `prompt` or `near`."""
    threshold: Decided[float] | None
    """Where rows are compared by `near`."""
    overlaps: dict[str, OverlapPlan]
    """Of the data sets to measure on that have sources, by name."""
    exclude: Decided[tuple[SourcePlan, ...]] | None
    exclusion: ExcludePlan | None
    empty: Decided[str]
    answer_in_prompt: Decided[str]
    """Of these, `keep`, `drop` or `error`."""
    overflow: Decided[str]
    train_on: Decided[str | tuple[str, ...]]
    """`assistant`, `last_assistant`, `all`, or roles."""
    one_row_per_answer: Decided[bool]
    labelled: bool
    """Rows have labels in place of tokens that are predicted."""

    def parts(self) -> dict[str, Decided[tuple[SourcePlan, ...]]]:
        """The sources of each data set that has some, by its name."""
        parts = {
            "train": self.train,
            "validation": self.validation,
            "test": self.test,
            "general": self.general,
            "exclude": self.exclude,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def sources(self) -> tuple[SourcePlan, ...]:
        """All sources, of all data sets."""
        return tuple(source for part in self.parts().values() for source in part.value)

    @property
    def placed(self) -> bool:
        """Whether rows have to know where they are from, so that it can be said later."""
        return bool(self.sort_by or self.compared or self.exclusion or self.measured_apart)

    @property
    def measured_apart(self) -> tuple[SourcePlan, ...]:
        """All sources that are measured, if a data set of these has several.

        What a head says is measured over all of a data set.
        """
        if self.labelled:
            return ()
        sets = (self.train if self.split else self.validation, self.test, self.general)
        parts = [part.value for part in sets if part is not None]
        several = any(len({source.path for source in part}) > 1 for part in parts)
        return tuple(source for part in parts for source in part) if several else ()

    @property
    def drops_unwanted(self) -> bool:
        """Whether rows are dropped for what they say."""
        return "drop" in (self.empty.value, self.answer_in_prompt.value)

    @property
    def compared(self) -> dict[str, None]:
        """The ways in which rows are compared with others, in order."""
        ways = [self.deduplicate, *(overlap.by for overlap in self.overlaps.values())]
        return dict.fromkeys(way.value for way in ways if way is not None)

    @property
    def plain(self) -> bool:
        """Whether rows are those of some files, read one after the other."""
        return self.interleave is None and all(source.plain for source in self.sources())

    @property
    def kept(self) -> bool:
        """Whether encoded rows are kept: only of files can be said whether they changed."""
        return all(source.kind in ("file", "files") for source in self.sources())
