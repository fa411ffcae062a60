"""What every rule sees, and how it says what it found.

In: a lowered spec and its facts. Out: `Context`, labels and diagnostics. Invariant: a label is at
what the user wrote; for a default it is at the block that the default belongs to.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tunec.diagnostics import Diagnostic, Label
from tunec.diagnostics.model import Severity
from tunec.facts import Facts
from tunec.source import Span
from tunec.spec.classify import HEADED
from tunec.spec.model import Pretrained, Scratch
from tunec.spec.places import Lowered, Places
from tunec.spec.spec import Spec
from tunec.spec.template import Template
from tunec.spec.train import Train

LENGTH = 2048
"""`max_length` where it is not written, unless the model allows less."""
EPOCHS = 3
"""Epochs where neither `epochs` nor `steps` is written."""


LABELS = ("label", "labels")
"""Parts of a template that say what the text before them is."""


class Length(NamedTuple):
    """The longest row that is allowed."""

    tokens: int
    written: bool

    @property
    def said(self) -> str:
        """For a sentence: the value, and where it comes from."""
        return f"{self.tokens} tokens" + ("" if self.written else " by default")


class Context(NamedTuple):
    """A spec, where it was written, and what is known of its model and data."""

    lowered: Lowered
    facts: Facts

    @property
    def spec(self) -> Spec:
        return self.lowered.spec

    @property
    def places(self) -> Places:
        return self.lowered.places

    @property
    def pretrained(self) -> Pretrained | None:
        return self.spec.model if isinstance(self.spec.model, Pretrained) else None

    @property
    def scratch(self) -> Scratch | None:
        return self.spec.model if isinstance(self.spec.model, Scratch) else None

    @property
    def train(self) -> Train:
        assert isinstance(self.spec.train, Train), "the block has a default"
        return self.spec.train

    @property
    def method(self) -> str:
        """The kind of the method: `lora`."""
        return self.kind("method")

    @property
    def stored(self) -> str:
        """How the frozen weights are stored, as in `facts.storage`; empty where as they are."""
        said = self.kind("quantize") or ("nf4" if self.method == "qlora" else "")
        return said or (self.facts.model.storage if self.facts.model else "")

    @property
    def objective(self) -> str:
        return self.kind("objective")

    @property
    def headed(self) -> bool:
        """Whether a head is trained, and no token is predicted."""
        return self.objective in HEADED

    @property
    def max_length(self) -> Length:
        model = self.pretrained or self.scratch
        if model is not None and model.max_length is not None:
            return Length(int(model.max_length.value), True)
        limit = self.facts.model.max_positions if self.facts.model else None
        most = limit - self.virtual_tokens if limit else LENGTH
        return Length(min(LENGTH, most), False)

    @property
    def virtual_tokens(self) -> int:
        """Positions that a learned prompt takes before every row."""
        found: int = getattr(self.spec.method, "virtual_tokens", 0)
        return found

    def kind(self, path: str) -> str:
        """The kind of a block, empty where it has none."""
        return self.places.kinds.get(path, "")

    def written(self, path: str) -> bool:
        return self.places.written(path)

    def part_of_data(self, name: str) -> bool:
        """Whether there is a block `data NAME`."""
        return name in self.spec.data

    def forms(self) -> Iterable[tuple[str, Template, str]]:
        """The templates with parts: path in the spec, template, and what it is made of."""
        for name, template in self.spec.template.items():
            if template.turns:
                roles = [part.role for part in template.turns]
                labelled = any(role in LABELS for role in roles)
                form = "labelled" if labelled else form_of(roles[0])
                yield f"template.{name}", template, form

    def asked(self) -> Iterable[tuple[str, Template, str]]:
        """Those of `forms` that more go through than the rows of `data general`."""
        general = getattr(self.spec.data.get("general"), "sources", ())
        others = [part for name, part in self.spec.data.items() if name != "general"]
        used = {source.template for part in others for source in part.sources}
        alone = set() if None in used else {source.template for source in general} - used
        return (found for found in self.forms() if found[1].name not in alone)

    # --- Labels -----------------------------------------------------------------------

    def at(self, path: str, text: str = "") -> Label | None:
        """At a value, or else at the innermost block around it that was written."""
        while path:
            span = self.places.span(path)
            if span is not None:
                return Label(span, text)
            path = path.rpartition(".")[0]
        return None

    def name(self, path: str, text: str = "") -> Label | None:
        """At the name of a setting that was written, or else as `at`."""
        span = self.places.names.get(path)
        return Label(span, text) if span else self.at(path, text)

    def at_storage(self) -> Label | None:
        """At what says how the frozen weights are stored."""
        if self.written("quantize"):
            return self.at("quantize", "stored quantized")
        if self.method == "qlora":
            return self.at("method", "stored quantized")
        return self.at("model.path", "a model with `quantization_config`")

    def inside(self, path: str, value: str, start: int, end: int) -> Label | None:
        """At some characters of a text, where they can be found in how it was written."""
        span = self.places.span(path)
        return Label(within(span, value, start, end)) if span else self.at(path)


def form_of(role: str) -> str:
    """What a template with such a part is made of: `turns`, `prompt`, or the one part alone."""
    return _FORMS.get(role, "turns")


_FORMS = {
    "prompt": "prompt",
    "completion": "prompt",
    "text": "text",
    "segments": "segments",
    "tokens": "tokens",
}


def within(span: Span, value: str, start: int, end: int) -> Span:
    """The part of a quoted text that says `value[start:end]`; all of it where that cannot be told.

    Escapes and margins make a text longer than its value, so the part is found by what it says.
    """
    piece = value[start:end]
    raw = span.text
    if not piece or "\n" in piece or raw.count(piece) != value.count(piece):
        return span
    found = -1
    for _ in range(value[:start].count(piece) + 1):
        found = raw.find(piece, found + 1)
    return (
        span
        if found < 0
        else Span(span.source, span.start + found, span.start + found + len(piece))
    )


def problem(
    code: str,
    message: str,
    primary: Label | None,
    *secondary: Label | None,
    notes: tuple[str, ...] = (),
    remedy: str,
    severity: Severity = "error",
) -> Diagnostic:
    """A diagnostic of the labels that there are; the first of them is the primary one."""
    labels = [label for label in (primary, *secondary) if label is not None]
    return Diagnostic(
        code,
        message,
        labels[0] if labels else None,
        tuple(labels[1:]),
        notes=notes,
        help=remedy,
        severity=severity,
    )


Rule = Callable[[Context], Iterable[Diagnostic]]
"""Looks at a spec and gives what it finds wrong."""
