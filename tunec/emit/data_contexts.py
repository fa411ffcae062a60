"""What the templates of sources, loading and batches are given.

In: a plan. Out: contexts. Invariant: that of `contexts`.
"""

from tunec.emit.contexts import Context
from tunec.plan.plan import Plan
from tunec.record import record


@record
class Mixed(Context):
    formats: str


@record
class LoadRows(Context):
    reader: str
    fate: str
    drop: bool
    truncate: bool
    split: bool
    error: bool
    others: bool

    @classmethod
    def of(cls, plan: Plan, reader: str) -> "LoadRows":
        overflow = plan.data.overflow.value
        fate = {"drop": "dropped", "truncate": "cut", "split": "split", "error": ""}[overflow]
        return cls(
            reader,
            fate,
            drop=overflow == "drop",
            truncate=overflow == "truncate",
            split=overflow == "split",
            error=overflow == "error",
            others=bool(plan.template.others),
        )


@record
class LoadData(Context):
    stops: bool
    split: bool
    validation_files: bool
    test_files: bool

    @classmethod
    def of(cls, plan: Plan) -> "LoadData":
        data = plan.data
        return cls(
            stops=plan.objective == "sft",
            split=data.split is not None,
            validation_files=data.validation is not None,
            test_files=data.test is not None,
        )


@record
class Batches(Context):
    epochs: bool
    by_tokens: bool
