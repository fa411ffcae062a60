"""What the templates of sources, loading and batches are given.

In: a plan. Out: contexts. Invariant: that of `contexts`.
"""

from tunec.emit.contexts import Context
from tunec.plan.plan import Plan
from tunec.record import record
from tunec.spec.values import Amount


@record
class Reader(Context):
    opened: bool
    """Whether a file of the format is compressed, or at an address."""


@record
class Json(Reader):
    """For the readers of JSON: whether numbers must be told from text."""

    numbers: bool


@record
class ReadHub(Context):
    streaming: bool


@record
class Opened(Context):
    address: bool
    gz: bool
    bz2: bool
    xz: bool
    zst: bool


@record
class Functions(Context):
    functions: str


@record
class IsWanted(Context):
    name: str
    line: str
    code: str


@record
class InShares(Context):
    rest: bool


@record
class RowsOf(Context):
    name: str
    purpose: str
    lines: str
    statements: tuple[str, ...]


@record
class Mixed(Context):
    formats: str


@record
class LoadData(Context):
    plain: bool
    split: bool
    split_count: bool
    validation_files: bool
    test_files: bool

    @classmethod
    def of(cls, plan: Plan) -> "LoadData":
        data = plan.data
        return cls(
            plain=data.plain,
            split=data.split is not None,
            split_count=data.split is not None and isinstance(data.split.value, Amount),
            validation_files=data.validation is not None,
            test_files=data.test is not None,
        )


@record
class Batches(Context):
    epochs: bool
    by_tokens: bool
