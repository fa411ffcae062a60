"""Frozen records that cost little at start.

In: a class with annotated fields. Out: the same class with a constructor, equality, hash and repr.
Invariant: what `dataclass(frozen=True)` would give for fields with or without plain defaults, also
inherited ones, without the time that it takes per class at import, used or not.
"""

from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform  # Any: a field is of any sort

Class = TypeVar("Class", bound=type)


class Frozen:
    """What all records share; fields live in `__dict__`."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: `{name}` cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: `{name}` cannot be removed")

    def __eq__(self, other: object) -> bool:
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((self.__class__, *self.__dict__.values()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({fields})"


_MARK = "__record_fields__"
_SHARED = ("__setattr__", "__delattr__", "__eq__", "__hash__", "__repr__")


@dataclass_transform(frozen_default=True)
def record(cls: Class) -> Class:
    """Makes a class a frozen record of its annotated fields, in their order, after inherited ones.

    What the class defines itself stays; `__post_init__` is called where there is one.
    """
    own = cls.__dict__
    inherited = getattr(cls, _MARK, ())
    names = tuple(dict.fromkeys((*inherited, *cls.__annotations__)))
    members = {"__init__": _constructor(cls, names), _MARK: names, "__match_args__": names}
    for name in _SHARED:
        if name not in own:
            members[name] = Frozen.__dict__[name]
    for name, member in members.items():
        setattr(cls, name, member)
    return cls


def _constructor(cls: Class, names: tuple[str, ...]) -> Callable[..., None]:
    """A constructor that makes the real one when first called: most classes never are."""

    def first(self: object, *values: object, **named: object) -> None:
        made = _compiled(cls, names)
        setattr(cls, "__init__", made)  # noqa: B010  mypy takes the plain form for an override
        made(self, *values, **named)

    return first


def _compiled(cls: Class, names: tuple[str, ...]) -> Callable[..., None]:
    defaults = {f"_{name}": getattr(cls, name) for name in names if hasattr(cls, name)}
    arguments = ", ".join(f"{name}=_{name}" if f"_{name}" in defaults else name for name in names)
    # Writing to `__dict__` is what makes it frozen for others and quick for itself.
    lines = ["    fields = self.__dict__", *(f"    fields[{name!r}] = {name}" for name in names)]
    if hasattr(cls, "__post_init__"):
        lines.append("    self.__post_init__()")
    made: dict[str, Any] = {}
    exec("\n".join([f"def __init__(self, {arguments}):", *lines]), defaults, made)
    constructor: Callable[..., None] = made["__init__"]
    return constructor


def is_record(value: object) -> bool:
    """Whether `record` made the value's class."""
    return _MARK in type(value).__dict__


def fields_of(value: object) -> dict[str, Any]:
    """The fields of a record by name, in their order."""
    names: tuple[str, ...] = getattr(type(value), _MARK)
    return {name: getattr(value, name) for name in names}
