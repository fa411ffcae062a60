"""A value with its origin.

In: nothing. Out: `Decided`. Invariant: a value says where it comes from.
"""

from typing import Generic, TypeVar

from tunec.record import record

T = TypeVar("T", covariant=True)


@record
class Decided(Generic[T]):
    """A value, where it comes from (`L25`, `default`), and the user's own spelling of a number."""

    value: T
    origin: str
    spelling: str | None = None
