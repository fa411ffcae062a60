"""What a block promises: defaults, all problems at once, and that nothing changes it."""

from typing import Annotated

import pytest
from pydantic_core import ValidationError

from tunec.spec.block import Block, nested, required, setting
from tunec.spec.values import Flag, Number, Text


class Base(Block):
    path: Annotated[str, Text()] = required("A path.")
    size: Annotated[int, Number(least=1)] = setting(8, "A size.", why="usual")
    parts: dict[str, Block] = nested({}, "Parts.")


class Extended(Base):
    quick: Annotated[bool, Flag()] = setting(False, "Speed.", why="safe", shown="no")


def problems(**values: object) -> list[tuple[str, tuple[int | str, ...]]]:
    with pytest.raises(ValidationError) as caught:
        Extended(**values)
    return [(error["type"], error["loc"]) for error in caught.value.errors()]


def test_defaults_are_filled_in() -> None:
    block = Extended(path="a", size=2)
    assert (block.path, block.size, block.parts, block.quick) == ("a", 2, {}, False)


def test_inherited_fields_come_first() -> None:
    assert list(Base.model_fields) == ["path", "size", "parts"]
    assert list(Extended.model_fields) == ["path", "size", "parts", "quick"]


def test_a_field_knows_what_was_declared() -> None:
    path, parts, quick = (Extended.model_fields[name] for name in ("path", "parts", "quick"))
    assert path.required and path.sort == Text() and not path.nested
    assert parts.nested and parts.sort is None and not parts.required
    assert (quick.description, quick.why, quick.shown) == ("Speed.", "safe", "no")


def test_all_problems_are_found_at_once() -> None:
    assert problems(size=0, quick=1, unknown=2) == [
        ("missing", ("path",)),
        ("tunec", ("size",)),
        ("tunec", ("quick",)),
        ("extra_forbidden", ("unknown",)),
    ]


def test_nested_blocks_are_taken_as_they_are() -> None:
    inner = {"a": Base(path="a")}
    assert Base(path="b", parts=inner).parts["a"] is inner["a"]


def test_no_two_blocks_share_a_default() -> None:
    first, second = Base(path="a"), Base(path="a")
    assert first.parts is not second.parts


def test_a_block_is_frozen() -> None:
    block = Base(path="a")
    with pytest.raises(AttributeError, match="`size` cannot be changed"):
        block.size = 2
    with pytest.raises(AttributeError, match="`size` cannot be removed"):
        del block.size


def test_blocks_are_equal_by_class_and_fields() -> None:
    assert Base(path="a") == Base(path="a", size=8)
    assert Base(path="a") != Base(path="b")
    assert Base(path="a") != Extended(path="a")
