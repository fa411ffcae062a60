"""A spec with its values computed, before anything is known to be valid.

In: nothing. Out: `Given`, `Entry` and `Section`. Invariant: sections are never changed once another
one was merged from them, so that a file used twice can be read once.
"""

from typing import Final

from tunec.record import record
from tunec.source import Span
from tunec.spec.raw import Amount, Bound, Word
from tunec.spec.vocabulary import Place
from tunec.syntax.nodes import Block, Name, Symbol, Text


class Broken:
    """Stands for a value that could not be computed; that was reported."""


BROKEN: Final = Broken()

Raw = bool | int | float | str | Word | Amount | Bound | list["Raw"] | Broken
"""What a value is before its setting has checked it."""


@record
class Given:
    """A computed value, and where it was written."""

    raw: Raw
    span: Span
    spelling: str | None = None
    """The user's spelling, where the value is a single literal number."""
    defined: Span | None = None
    """The value in the `let` that it came from."""
    items: tuple["Given", ...] = ()
    """The elements of a list."""


@record
class Entry:
    """A setting."""

    name: Name
    value: Given


class Section:
    """A block, or the top of a spec, with its settings by name and its blocks by field."""

    def __init__(
        self,
        place: Place | None = None,
        keyword: Span | None = None,
        header: Span | None = None,
        label: Symbol | Text | None = None,
        implied: bool = False,
    ) -> None:
        self.place = place
        """None at the top."""
        self.keyword = keyword
        self.header = header
        self.label = label
        self.implied = implied
        """Made by a `--set` that names a setting in it, so that it takes the default kind."""
        self.settings: dict[str, Entry] = {}
        self.children: dict[str, list[Section]] = {}
        self.strays: list[Block] = []
        """Blocks that are not known here."""

    @property
    def word(self) -> str:
        """The keyword; empty at the top."""
        return self.place.keyword if self.place else ""

    @property
    def key(self) -> str | None:
        """The text of the label."""
        if self.label is None:
            return None
        return self.label.name if isinstance(self.label, Symbol) else self.label.value

    @property
    def title(self) -> str:
        """As messages call it: `method lora`, `train`."""
        if self.place is None:
            return "the top of a spec"
        if isinstance(self.label, Symbol) and self.place.label != "none":
            return f"`{self.word} {self.label.name}`"
        return f"`{self.word}`"

    def child(self, place: Place, key: str | None = None) -> "Section | None":
        """The block of a place that holds one, or the one with this label."""
        for found in self.children.get(place.field, ()):
            if place.holds == "one" or found.key == key:
                return found
        return None
