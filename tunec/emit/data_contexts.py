"""What the templates of sources, loading and batches are given.

In: a plan. Out: contexts. Invariant: that of `contexts`.
"""

from tunec.emit.contexts import Context
from tunec.plan.plan import Plan
from tunec.record import record


@record
class Json(Context):
    """For the readers of JSON: whether numbers must be told from text."""

    numbers: bool


@record
class Mixed(Context):
    formats: str


@record
class LoadData(Context):
    split: bool
    validation_files: bool
    test_files: bool

    @classmethod
    def of(cls, plan: Plan) -> "LoadData":
        data = plan.data
        return cls(
            split=data.split is not None,
            validation_files=data.validation is not None,
            test_files=data.test is not None,
        )


@record
class Batches(Context):
    epochs: bool
    by_tokens: bool
