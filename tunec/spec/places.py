"""Where each value of a spec was written.

In: nothing. Out: `Places`, a table from paths to spans, and `Lowered`, the spec with its table.
Invariant: paths are field names, map keys and list indices joined by dots
(`train.optimizer.learning_rate`, `data.train.sources.0.format`); the kind of a block never appears
in one.
"""

from collections.abc import Iterator
from pathlib import Path

from tunec.record import record
from tunec.source import Source, Span
from tunec.spec.spec import Spec


@record
class Origin:
    """Where a value was written."""

    span: Span
    """Of the value: `$name` where it came from a `let`."""
    spelling: str | None
    """The user's spelling of a single number (`2e-3`; without its unit); None for all else."""


class Places:
    """What was written where; what is missing here was left to its default."""

    def __init__(self, root: Source) -> None:
        self.root = root
        """The main file."""
        self.settings: dict[str, Origin] = {}
        """By path: the value, or the label for a field that a label fills (`model.path`)."""
        self.names: dict[str, Span] = {}
        """By the same paths: the setting's name, or the keyword before the label."""
        self.blocks: dict[str, Span] = {}
        """By path: the header of a block, its keyword and label."""
        self.kinds: dict[str, str] = {}
        """By path: the kind of each block that has one, also of those that were not written."""

    def span(self, path: str) -> Span | None:
        """Of the setting's value or the block's header; None where neither was written."""
        origin = self.settings.get(path)
        return origin.span if origin else self.blocks.get(path)

    def written(self, path: str) -> bool:
        """Whether the user wrote this setting or block, in any file or in a `--set`."""
        return path in self.settings or path in self.blocks

    def line(self, path: str) -> int | None:
        """Line in the main file, from 1; None for defaults, other files and `--set`."""
        span = self.span(path)
        return span.line if span and span.source is self.root else None

    def origin(self, path: str) -> str | None:
        """`L12`, `house.tune L3` or `--set train.epochs=3`; None for a default."""
        span = self.span(path)
        if span is None:
            return None
        if span.source is self.root:
            return f"L{span.line}"
        name = span.source.name
        return name if name.startswith("--set") else f"{name} L{span.line}"

    def folder(self, path: str) -> Path:
        """Where a relative path written at `path` starts: the folder of the file that says it."""
        span = self.span(path)
        return (span.source if span else self.root).folder

    def __iter__(self) -> Iterator[str]:
        """Paths of all settings that were written."""
        return iter(self.settings)


@record
class Lowered:
    """A valid spec, and where its values were written."""

    spec: Spec
    places: Places
