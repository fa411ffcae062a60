"""The spec stage: from a tree to a typed spec.

In: a parsed document, `--set` arguments, and the door to the files that it uses. Out: a `Lowered`
spec, or None.
Invariant: every block is validated by itself and all problems of all blocks are reported, so what
is None has been explained.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any  # values of fields are of any type

from pydantic_core import ValidationError

from tunec.diagnostics import Report
from tunec.files import Files
from tunec.source import Source, Span
from tunec.spec import labels
from tunec.spec.block import Block
from tunec.spec.legal import label_field, model_of, settings_of
from tunec.spec.places import Lowered, Origin, Places
from tunec.spec.spec import Spec
from tunec.spec.tree import Broken, Entry, Given, Section
from tunec.spec.uses import Loader
from tunec.spec.vocabulary import CHILDREN, Place
from tunec.syntax.nodes import Document, Name, Symbol

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

HARMLESS = frozenset({"E208", "E209", "E221", "E226"})
"""Problems that leave no doubt about the rest of the spec, so that later stages can go on."""


def lower(
    document: Document, sets: Sequence[Source], files: Files, report: Report
) -> Lowered | None:
    """The spec that the document, the files it uses and the `--set` arguments say together.

    Problems go to `report`. None where one of them leaves no valid spec; a report that has failed
    before (a syntax error) gives None too, and no complaint about what may only be lost to it.
    """
    failed = report.failed
    before = len(report.diagnostics)
    section, incomplete = _combine(document, sets, files, report)
    lowering = _Lowering(document.source, report, incomplete)
    spec = lowering.block(section, "")
    found = report.diagnostics[before:]
    if failed or any(one.severity == "error" and one.code not in HARMLESS for one in found):
        return None
    assert isinstance(spec, Spec), "a spec without problems is valid"
    return Lowered(spec, lowering.places)


def _combine(
    document: Document, sets: Sequence[Source], files: Files, report: Report
) -> tuple[Section, bool]:
    """The merged tree, and whether parts of it are missing because they could not be read."""
    loader = Loader(files, report)
    if not sets:
        return loader.load(document, {})[0], loader.incomplete
    from tunec.spec import overrides

    arguments, lets = overrides.parse_arguments(sets, report)
    replaced = overrides.replaced_lets(lets, document.items, report)
    section, scope = loader.load(document, replaced)
    for path, value in arguments:
        section = overrides.apply(section, path, scope.value(value), report)
    return section, loader.incomplete


class _Lowering:
    """Validates sections from the inside out, and notes where everything was written."""

    def __init__(self, root: Source, report: Report, incomplete: bool) -> None:
        self.places = Places(root)
        self.report = report
        self.incomplete = incomplete

    def block(self, section: Section, path: str) -> Block | None:
        """The model of a section at a path; None where it is not valid."""
        place = section.place
        kind = labels.kind_of(section, self.report)
        if section.header is not None:
            self.places.blocks[path] = section.header
        if place is not None and kind and place.label in ("kind", "path"):
            self.places.kinds[path] = kind
        if section.strays:
            from tunec.spec import unknown

            for stray in section.strays:
                self.report.add(unknown.block(section, stray))
        nested = self.children(section, path)
        if kind is None:
            return None
        for child in CHILDREN.get(section.word, ()):
            if child.field not in model_of(place, kind).model_fields:
                nested.pop(child.field, None)
                self.foreign(section, child)
        entries = self.known_settings(section, kind)
        filled = label_field(place, kind)
        if filled is not None and section.label is not None and section.keyword is not None:
            entries[filled] = _labelled(section, filled)
        for name, entry in entries.items():
            where = f"{path}.{name}" if path else name
            self.places.settings[where] = Origin(entry.value.span, entry.value.spelling)
            self.places.names[where] = entry.name.span
        return self.validate(section, kind, entries, nested)

    def known_settings(self, section: Section, kind: str) -> dict[str, Entry]:
        """The settings that the kind has; the others are reported."""
        legal = settings_of(section.place, kind)
        if model_of(section.place, kind).any_name is not None:
            return dict(section.settings)
        known = {}
        for name, entry in section.settings.items():
            if name in legal:
                known[name] = entry
                continue
            from tunec.spec import unknown

            self.report.add(unknown.setting(section, kind, entry))
        return known

    def children(self, section: Section, path: str) -> dict[str, Any]:
        """The blocks of a section by field, as its model takes them, without invalid ones."""
        values: dict[str, Any] = {}
        done = set()
        for place in CHILDREN.get(section.word, ()):
            if place.field in done:
                continue
            done.add(place.field)
            where = f"{path}.{place.field}" if path else place.field
            blocks = section.children.get(place.field, [])
            if place.holds == "list":
                values[place.field] = self.listed(blocks, where)
            elif place.holds == "map":
                values[place.field] = self.mapped(blocks, where)
            else:
                values[place.field] = self.single(place, blocks, where)
            if place.required and not self.incomplete and not _present(place, blocks):
                self.lacks(section, place)
        return {name: value for name, value in values.items() if value is not None}

    def foreign(self, section: Section, place: Place) -> None:
        """Reports blocks that other kinds have."""
        from tunec.spec import unknown

        for block in section.children.get(place.field, []):
            self.report.add(unknown.of_other_kinds(section, place, block))

    def lacks(self, section: Section, place: Place) -> None:
        """Reports a required block that is not there, unless something refused was meant as it."""
        from tunec.spec import problems, unknown

        if not unknown.stands_for(section, place):
            end = len(self.places.root.text.rstrip())
            self.report.add(problems.missing_block(place, Span(self.places.root, end, end)))

    def listed(self, blocks: list[Section], path: str) -> tuple[Block, ...]:
        models = [self.block(block, f"{path}.{index}") for index, block in enumerate(blocks)]
        return tuple(model for model in models if model is not None)

    def mapped(self, blocks: list[Section], path: str) -> dict[str, Block]:
        models = {}
        for index, block in enumerate(blocks):
            # A block without a label has been refused; its number keeps its parts apart.
            key = block.key if block.key is not None else str(index)
            model = self.block(block, f"{path}.{key}")
            if model is not None:
                models[key] = model
        return models

    def single(self, place: Place, blocks: list[Section], path: str) -> Block | None:
        if blocks:
            return self.block(blocks[0], path)
        if place.default is None:
            return None
        return self.block(Section(place, implied=True), path)

    def validate(
        self, section: Section, kind: str, entries: dict[str, Entry], nested: dict[str, Any]
    ) -> Block | None:
        """The model, made of values as written and of blocks that are valid already."""
        values = dict(nested)
        broken = False
        for name, entry in entries.items():
            if isinstance(entry.value.raw, Broken):
                broken = True
            else:
                values[name] = entry.value.raw
        place = section.place
        model = model_of(place, kind)
        if place is not None and place.holds == "list" and "role" in model.model_fields:
            values["role"] = place.keyword
        try:
            valid = model(**values)
        except ValidationError as problem:
            for error in problem.errors(include_url=False, include_input=False):
                self.refused(section, kind, entries, error)
            return None
        return None if broken else valid

    def refused(
        self, section: Section, kind: str, entries: dict[str, Entry], error: "ErrorDetails"
    ) -> None:
        """Reports one error of a block."""
        from tunec.spec import problems, unknown

        name = str(error["loc"][0])
        entry = entries.get(name)
        if error["type"] == "missing":
            misspelt = unknown.misspelt(section, kind, name)
            if entry is None and not self.incomplete and not misspelt:
                self.report.add(problems.missing(section, kind, name))
            return
        if entry is None or error["type"] != "tunec":
            raise AssertionError(f"{section.title}: vocabulary and model disagree about {name}")
        shown = section.word if name == label_field(section.place, kind) else name
        open_to = model_of(section.place, kind).any_name
        sort = open_to or settings_of(section.place, kind).get(name)
        self.report.add(problems.refused(section, shown, sort, entry.value, error["ctx"]))


def _labelled(section: Section, field: str) -> Entry:
    """The label as the setting that it fills."""
    label = section.label
    assert label is not None and section.keyword is not None
    raw = str(label.name) if isinstance(label, Symbol) else label.value
    return Entry(Name(field, section.keyword), Given(raw, label.span))


def _present(place: Place, blocks: list[Section]) -> bool:
    """Whether a required block is there, or one that was refused and may be it.

    Of several by kind, the first kind is the one required.
    """
    if place.holds == "map" and place.label == "kind":
        _, *others = place.kinds
        return any(block.key not in others for block in blocks)
    return bool(blocks)
