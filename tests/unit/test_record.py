"""What a record promises: what a frozen dataclass would."""

from typing import Generic, TypeVar

import pytest

from tunec.record import fields_of, is_record, record

T = TypeVar("T", covariant=True)


@record
class Point:
    x: int
    y: int = 2


@record
class Named(Point):
    name: str = "n"
    y: int = 3


@record
class Holder(Generic[T]):
    value: T


@record
class Positive:
    number: int

    def __post_init__(self) -> None:
        if self.number <= 0:
            raise ValueError("not positive")


@record
class Alone:
    text: str
    __eq__ = object.__eq__
    __hash__ = object.__hash__


def test_arguments_by_place_and_by_name() -> None:
    for _ in range(2):  # the first call makes the constructor
        point = Point(1)
        assert (point.x, point.y) == (1, 2) and Point(x=1, y=2) == point
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]  # `x` is missing
    with pytest.raises(TypeError):
        Point(1, 2, 3)  # type: ignore[call-arg]  # one too many


def test_fields_are_inherited_in_place_with_the_new_default() -> None:
    assert fields_of(Named(1)) == {"x": 1, "y": 3, "name": "n"}
    assert fields_of(Point(1)) == {"x": 1, "y": 2}


def test_equality_and_hash_go_by_class_and_fields() -> None:
    assert {Point(1), Point(1, 2)} == {Point(1)}
    assert Point(1, 3) != Point(1) != Named(1, 2)
    assert repr(Point(1)) == "Point(x=1, y=2)"


def test_nothing_changes_a_record() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="`x` cannot be changed"):
        point.x = 2  # type: ignore[misc]  # refused by a type checker too
    with pytest.raises(AttributeError, match="`x` cannot be removed"):
        del point.x


def test_what_a_class_defines_stays() -> None:
    assert Alone("a") != Alone("a")
    with pytest.raises(ValueError, match="not positive"):
        Positive(0)
    with pytest.raises(ValueError, match="not positive"):
        Positive(-1)


def test_generic_records_match_patterns() -> None:
    match Holder[int](3):
        case Holder(value):
            assert value == 3
    assert is_record(Holder(3)) and not is_record(3) and not is_record(Holder)
