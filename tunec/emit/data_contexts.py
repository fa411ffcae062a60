"""What the templates of sources, loading and batches are given.

In: a plan. Out: contexts. Invariant: that of `contexts`.
"""

from collections.abc import Iterator

from tunec.emit.cleaning_contexts import deduplicate, overlaps
from tunec.emit.contexts import Context
from tunec.emit.literals import comment, prose, py
from tunec.plan.data import SourcePlan
from tunec.plan.plan import Plan
from tunec.record import record
from tunec.spec.raw import Amount


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
    keyed: bool
    """Encoded rows are found again by what the named files hold; `bare`: they are not kept."""
    bare: bool
    sorted: bool
    excluded: bool
    exclude: str
    deduplicated: bool
    deduplicate: str
    split: bool
    validation_files: bool
    validation_overlap: str
    test_files: bool
    test_overlap: str
    general_files: bool
    general_overlap: str
    train: str
    validation: str
    test: str
    general: str

    @classmethod
    def of(cls, plan: Plan) -> "LoadData":
        data = plan.data
        files = {
            name: f"[{', '.join(_files_of(part.value))}]" for name, part in data.parts().items()
        }
        keyed = data.kept and not plan.in_memory
        return cls(
            plain=data.plain,
            keyed=keyed and not data.plain,
            bare=not keyed and not data.plain,
            sorted=data.sort_by is not None,
            excluded=data.exclusion is not None,
            exclude=comment(data.exclusion.policy.origin) if data.exclusion else "",
            deduplicated=data.deduplicate is not None,
            deduplicate=deduplicate(plan),
            split=data.split is not None,
            validation_files=data.validation is not None,
            validation_overlap=overlaps(plan, "validation"),
            test_files=data.test is not None,
            test_overlap=overlaps(plan, "test"),
            general_files=data.general is not None,
            general_overlap=overlaps(plan, "general"),
            train=files.get("train", ""),
            validation=files.get("validation", ""),
            test=files.get("test", ""),
            general=files.get("general", ""),
        )


def _files_of(sources: tuple[SourcePlan, ...]) -> Iterator[str]:
    """The files of sources, and those of the functions that filter and change rows."""
    for source in sources:
        yield f"*files_of({py(source.path)})" if source.kind == "files" else py(source.path)
        for step in source.steps:
            if isinstance(step.value.value, tuple):
                yield py(step.value.value[0])


@record
class SplitRows(Context):
    each: bool
    split_count: bool
    in_memory: bool

    @classmethod
    def of(cls, plan: Plan) -> "SplitRows":
        split = plan.data.split
        assert split is not None, "chosen where there is one"
        count = isinstance(split.value, Amount)
        return cls(plan.data.one_row_per_answer.value, count, plan.in_memory)


@record
class Batches(Context):
    epochs: bool
    by_tokens: bool
    order: str
    shuffled: bool
    sorted: bool
    descending: bool
    by: str

    @classmethod
    def of(cls, plan: Plan) -> "Batches":
        data = plan.data
        shuffled = data.order.value == "shuffle"
        way = "as the epoch's number and the seed say" if shuffled else "as they were read"
        by = data.descending.origin if data.descending.value else ""
        return cls(
            epochs=plan.train.epochs is not None,
            by_tokens=plan.train.batch.value.unit == "tokens",
            order=f"{way} ({prose(data.order.origin)})",
            shuffled=shuffled,
            sorted=data.sort_by is not None,
            descending=data.descending.value,
            by=comment(by),
        )


@record
class LoadRows(Context):
    headed: bool
    plain: bool
    several: bool
    reader: str


@record
class KeepRows(LoadRows):
    kept: bool


@record
class CacheKey(Context):
    packages: str

    @classmethod
    def of(cls, plan: Plan) -> "CacheKey":
        """Packages that make a row what it is."""
        formats = {source.format for source in plan.data.sources()}
        pyarrow = formats & {"parquet", "arrow"}
        return cls(py(["transformers", "tokenizers", "jinja2", *(["pyarrow"] if pyarrow else [])]))
