"""The plan as JSON.

In: a plan, or a part of one. Out: JSON values. Invariant: what was decided says where from.
"""

from typing import Any  # JSON is of any shape

from tunec.record import fields_of, is_record
from tunec.spec.raw import Amount


def plan_as_json(value: Any) -> Any:  # noqa: ANN401  JSON is of any shape
    """The plan as JSON values; a decided value becomes its value and its origin."""
    if isinstance(value, Amount):
        return str(value)
    if is_record(value):
        return {
            name: plan_as_json(item)
            for name, item in fields_of(value).items()
            if not (name == "spelling" and item is None)
        }
    if isinstance(value, dict):
        return {key: plan_as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plan_as_json(item) for item in value]
    return value
