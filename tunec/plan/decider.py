"""How a single value is decided, and how a path is made relative to the spec.

In: a lowered spec. Out: `Decided` values. Invariant: a value that the user wrote is never replaced.
"""

import os
from typing import Any  # settings are of any sort

from tunec.plan.decided import Decided
from tunec.spec.block import OpenBlock
from tunec.spec.places import Lowered
from tunec.spec.raw import Amount


class Decider:
    """Reads settings by path and gives each its origin."""

    def __init__(self, lowered: Lowered) -> None:
        self.spec = lowered.spec
        self.places = lowered.places

    def read(self, path: str) -> Any:  # noqa: ANN401  settings are of any sort
        """The spec's value at a path."""
        value: Any = self.spec
        for part in path.split("."):
            if isinstance(value, OpenBlock):
                value = value.given
            if isinstance(value, dict):
                value = value[part]
            elif isinstance(value, tuple):
                value = value[int(part)]
            else:
                value = getattr(value, part)
        return value

    def origin(self, path: str) -> str | None:
        return self.places.origin(path)

    def value(self, path: str, default: Any = None, why: str = "") -> Decided[Any]:  # noqa: ANN401
        """The value at a path; where it was left out and the spec has none, `default`, explained
        by `why`.
        """
        value = self.read(path)
        origin = self.origin(path)
        if origin is None:
            if value is None:
                value = default
            return Decided(value, f"default: {why}" if why else "default")
        return Decided(value, origin, self._spelling(path, value))

    def number(self, path: str, default: int | None = None, why: str = "") -> Decided[Any]:
        """Like `value`, but an amount becomes its number."""
        decided = self.value(path, default, why)
        if isinstance(decided.value, Amount):
            return Decided(decided.value.value, decided.origin, decided.spelling)
        return decided

    def written(self, path: str) -> Decided[Any] | None:
        """The value at a path if it says anything, else None."""
        return None if self.read(path) is None else self.value(path)

    def _spelling(self, path: str, value: Any) -> str | None:  # noqa: ANN401
        spelling = self.places.settings[path].spelling
        number = value.value if isinstance(value, Amount) else value
        if spelling is None or isinstance(number, bool) or not isinstance(number, (int, float)):
            return None
        whole = isinstance(number, int)
        try:
            same = (int(spelling, 10) if whole else float(spelling)) == number
        except ValueError:
            return None
        return spelling if same else None

    def relative(self, written: str, path: str) -> str:
        """A path of the spec, relative to the spec's own folder, POSIX; `path` says where it was
        written.
        """
        folder = self.places.folder(path)
        root = self.places.root.folder
        joined = os.path.relpath(os.path.join(folder, written), root)
        return joined.replace(os.sep, "/")
