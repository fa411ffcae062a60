"""The diagnostic as data.

In: spans and sentences. Out: frozen values that every renderer takes as they are.
Invariant: a code is one of the registry in `codes.py`, and the message is complete without the
snippet.
"""

from collections.abc import Iterator
from typing import Literal

from tunec.record import record
from tunec.source import Span

Severity = Literal["error", "warning"]


@record
class Label:
    """A place, and a few words on it."""

    span: Span
    text: str = ""


@record
class Edit:
    """Replace the characters of `span` by `text`."""

    span: Span
    text: str


@record
class Fix:
    """Edits that mend the problem; `safe` if they cannot change what was meant."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


@record
class Diagnostic:
    """One problem, said once.

    `message` is one sentence that stands alone; `notes` are facts; `help` is one imperative
    sentence saying what to type. `primary` is None only for problems of a whole run.
    """

    code: str
    message: str
    primary: Label | None
    secondary: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    severity: Severity = "error"

    def __post_init__(self) -> None:
        # Imported here because a spec without problems needs none of the explanations.
        from tunec.diagnostics.codes import CODES

        if self.code not in CODES:
            raise KeyError(f"{self.code} is not a registered diagnostic code")


class Report:
    """Collects the diagnostics of all stages; stages go on as far as they can."""

    def __init__(self, diagnostics: list[Diagnostic] | None = None) -> None:
        self.diagnostics = [] if diagnostics is None else diagnostics

    def add(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.append(diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.diagnostics)

    @property
    def failed(self) -> bool:
        return any(found.severity == "error" for found in self.diagnostics)

    def ordered(self) -> list[Diagnostic]:
        """By file and place; problems without a place come last; no repetitions."""

        def place(found: Diagnostic) -> tuple[bool, str, int, int, str]:
            if found.primary is None:
                return (True, "", 0, 0, found.code)
            span = found.primary.span
            return (False, span.source.name, span.start, span.end, found.code)

        return sorted(dict.fromkeys(self.diagnostics), key=place)
