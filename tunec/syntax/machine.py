"""The parser: tables of the grammar, and a stack.

In: tokens. Out: values made by `build`. Invariant: a stack is never changed, only grown or cut, so
any earlier one can be kept and gone back to, which is how a repair is tried out.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from tunec.syntax._tables import ENDS, RULES, STARTS, STATES
from tunec.syntax.tokens import END, NEWLINE, Token

Row = dict[str, int]
Stack = tuple[Any, ...]
"""(state, value, start, end, stack below); Any: Python has no recursive tuple type for it. `start`
and `end` are offsets of the text it stands for, -1 where that is empty or only line ends."""

Built = Any  # Any: what is built depends on the rule
Build = Callable[[str, list[Built], int, int], Built]
"""From what to build, the parts, and the offsets of start and end, to the value."""

_STATE_LINES = STATES.splitlines()
_RULE_LINES = RULES.splitlines()


@cache
def row(state: int) -> Row:
    """What each symbol does in a state."""
    cells = _STATE_LINES[state].split()
    return dict(zip(cells[::2], map(int, cells[1::2]), strict=True))


@cache
def rule(number: int) -> tuple[str, int, str, bool, tuple[tuple[int, bool], ...]]:
    """Symbol, length, what to build, whether a single part stands for itself, parts kept."""
    origin, length, action, *parts = _RULE_LINES[number].split()
    kept = tuple((int(part.lstrip("*")), part[0] == "*") for part in parts)
    return origin, int(length), action.lstrip("?"), action[0] == "?", kept


class Spliced:
    """The first `length` members of a list that only ever grows.

    Sharing the list keeps long runs of items linear; the length keeps every stack that shares it
    right when another one adds to it.
    """

    __slots__ = ("length", "members")

    def __init__(self, members: list[Built], length: int) -> None:
        self.members = members
        self.length = length

    def list(self) -> list[Built]:
        return self.members[: self.length]

    def plus(self, value: Built) -> "Spliced":
        members = self.members
        if len(members) != self.length:
            members = self.list()
        members.append(value)
        return Spliced(members, self.length + 1)


class Machine:
    """A parse in progress."""

    def __init__(self, start: str, build: Build) -> None:
        self.top: Stack = (STARTS[start], None, -1, -1, None)
        self.end = ENDS[start]
        self.build = build

    def feed(self, token: Token) -> bool:
        """Takes one token; False, and nothing has changed, where it cannot follow."""
        top, kind = self.top, token.kind
        while True:
            action = row(top[0]).get(kind)
            if action is None:
                return False
            if action >= 0:
                start, end = (-1, -1) if kind == NEWLINE else (token.start, token.end)
                self.top = (action, token, start, end, top)
                return True
            top = self.reduce(top, rule(~action))
            if kind == END and top[0] == self.end:
                self.top = top
                return True

    def reduce(self, top: Stack, how: tuple[Any, ...]) -> Stack:  # Any: see `rule`
        origin, length, action, single, kept = how
        values = [None] * length
        start = end = -1
        for index in range(length - 1, -1, -1):
            _, values[index], first, last, top = top
            if first >= 0:
                start = first
                end = end if end >= 0 else last
        target = row(top[0])[origin]
        if action == "silent":
            return (target, None, -1, -1, top)
        value: Built
        if action == "list":
            value = self.splice(values, kept)
        else:
            parts: list[Built] = []
            for index, spliced in kept:
                if spliced:
                    parts.extend(values[index].list())
                else:
                    parts.append(values[index])
            value = (
                parts[0] if single and len(parts) == 1 else self.build(action, parts, start, end)
            )
        return (target, value, start, end, top)

    def splice(self, values: list[Built], kept: tuple[tuple[int, bool], ...]) -> Spliced:
        """The parts as a list, growing the first where that is one."""
        result: Spliced | None = None
        for index, spliced in kept:
            if spliced and result is None:
                result = values[index]
            elif spliced:
                for value in values[index].list():
                    result = (result or Spliced([], 0)).plus(value)
            else:
                result = (result or Spliced([], 0)).plus(values[index])
        return result or Spliced([], 0)

    def accepts(self, *kinds: str, top: Stack | None = None) -> bool:
        """Whether tokens of these kinds could follow, one after the other. Builds nothing."""
        stack = self.top if top is None else top
        for kind in kinds:
            while True:
                action = row(stack[0]).get(kind)
                if action is None:
                    return False
                if action >= 0:
                    stack = (action, None, -1, -1, stack)
                    break
                origin, length = rule(~action)[:2]
                for _ in range(length):
                    stack = stack[4]
                stack = (row(stack[0])[origin], None, -1, -1, stack)
                if kind == END and stack[0] == self.end:
                    return True
        return True
