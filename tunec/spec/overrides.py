"""`--set path=value`: the last word on single settings.

In: the parsed arguments and the merged spec. Out: the spec with them in it. Invariant: a path that
leads to no setting is refused here, with the segment that does not fit; whether the value fits is
the setting's business.

A path is the keywords of the blocks on the way, the label where there are several (`data.train`,
`template.dates`), and the setting; the kind may be said on the way and must then be the one in
force (`method.lora.rank=8`). A path that ends at a block sets its label: `--set method=dora`,
`--set model="base"`.
"""

import re
from collections.abc import Sequence

from tunec.diagnostics import Diagnostic, Label, Report
from tunec.diagnostics.suggest import nearest
from tunec.source import Source
from tunec.spec.legal import listed, path_of, places_below, settings_of
from tunec.spec.merge import merge
from tunec.spec.raw import Word, show
from tunec.spec.resolve import Scope
from tunec.spec.tree import Broken, Entry, Given, Section
from tunec.spec.vocabulary import CHILDREN, Place
from tunec.syntax import nodes, parse, parse_path_setting
from tunec.syntax.nodes import Name, Symbol, Text, Value

Argument = tuple[tuple[Name, ...], Value]
_LET = re.compile(r"\s*let\.")


class BadPath(Exception):
    """A path that leads to no setting: the segment, what is wrong with it, what to write."""

    def __init__(self, segment: Name, message: str, remedy: str) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic("E222", message, Label(segment.span), help=remedy)


def parse_arguments(
    sets: Sequence[Source], report: Report
) -> tuple[list[Argument], list[nodes.Let]]:
    """Settings and `let`s among the arguments; what cannot be parsed is reported."""
    arguments: list[Argument] = []
    lets: list[nodes.Let] = []
    for source in sets:
        if _LET.match(source.text):
            let = _parse_let(source, report)
            if let is not None:
                lets.append(let)
        else:
            argument = parse_path_setting(source, report)
            if argument is not None:
                arguments.append(argument)
    return arguments, lets


def _parse_let(source: Source, report: Report) -> nodes.Let | None:
    """The line `let rank=8` for the argument `let.rank=8`; None, and a report, for all else."""
    # A point in the place of a space: every character stays where it is.
    line = Source(source.name, source.text.replace(".", " ", 1), source.folder)
    items = parse(line, report).items
    for item in items[1:]:
        message = "One `--set` sets one name."
        remedy = "Write a `--set` for each."
        report.add(Diagnostic("E222", message, Label(item.span), help=remedy))
    return items[0] if len(items) == 1 and isinstance(items[0], nodes.Let) else None


def replaced_lets(
    lets: Sequence[nodes.Let], items: Sequence[nodes.Item], report: Report
) -> dict[str, Given]:
    """By name the values of `--set let.name=value`; names that no item defines are reported."""
    defined = [item.name.text for item in items if isinstance(item, nodes.Let)]
    scope = Scope((), report, False, {})
    replaced = {}
    for let in lets:
        name = let.name.text
        value = scope.value(let.value)
        if name in defined:
            replaced[name] = value
            continue
        close = [f"let.{found}" for found in nearest(name, defined) or defined]
        remedy = f"Write {listed(close, 'or')}." if close else f"Add `let {name} = …` to the spec."
        message = f"The spec has no `let {name}`."
        report.add(Diagnostic("E222", message, Label(let.name.span), help=remedy))
    return replaced


class Override:
    """One argument on its way to the setting that it names."""

    def __init__(self, path: tuple[Name, ...], value: Given) -> None:
        self.path = path
        self.value = value
        self.span = path[0].span.to(path[-1].span)

    def apply(self, root: Section) -> Section:
        """The spec with the value in it. Raises BadPath."""
        return merge(root, self.section(root, Section(), 0), keep=True)

    def section(self, under: Section | None, over: Section, at: int) -> Section:
        """Fills `over`, which is merged onto `under` later, from the segment `at` on."""
        name = self.path[at]
        place = next(
            (place for place in CHILDREN.get(over.word, ()) if place.keyword == name.text), None
        )
        last = at == len(self.path) - 1
        if place is None:
            if not last:
                raise self.lost(over, at)
            over.settings[name.text] = Entry(name, self.value)
            return over
        if last:
            child = self.labelled(over, place, name)
        elif place.holds == "list":
            raise BadPath(
                self.path[at + 1],
                f"`{place.keyword}` blocks form a list, so their settings have no path.",
                f'Set the block as a whole, `{self.dotted(at + 1)}="…"`, or change the spec.',
            )
        elif place.holds == "map":
            child = self.mapped(under, place, at)
        else:
            child = self.single(under, place, at)
        over.children[place.field] = [child]
        return over

    def labelled(self, over: Section, place: Place, name: Name) -> Section:
        """A block whose label is the value."""
        here = self.dotted(len(self.path))
        if place.holds == "list" and place.label != "path":
            message = f"`{place.keyword}` is one of several blocks in order, which have no paths."
            raise BadPath(name, message, "Change it in the spec.")
        if place.label == "none" or place.holds == "map":
            raise BadPath(
                name,
                f"`{here}` is a block, which has no value.",
                f"Set one of its settings: {self.example(place, here)}.",
            )
        raw, span = self.value.raw, self.value.span
        label: Symbol | Text | None = None
        if isinstance(raw, Word):
            label = Symbol(str(raw), span)
        elif isinstance(raw, str):
            label = Text(raw, span)
        elif not isinstance(raw, Broken):
            kind = place.default or next(iter(place.kinds))
            path = place.label == "path"
            wanted = "a text in quotes" if path else listed(list(place.kinds), "or", most=8)
            raise BadPath(
                name,
                f"`{here}` must be {wanted}, but it is {show(raw)}.",
                f'Write `--set {here}="…"`.'
                if path
                else f"Write, for example, `--set {here}={kind}`.",
            )
        return Section(place, name.span, self.span, label, implied=isinstance(raw, Broken))

    def mapped(self, under: Section | None, place: Place, at: int) -> Section:
        """The block with the label that the next segment gives."""
        key = self.path[at + 1]
        found = under.child(place, key.text) if under else None
        known = (
            list(place.kinds)
            if place.label == "kind"
            else [
                block.key or "" for block in (under.children.get(place.field, []) if under else [])
            ]
        )
        if found is None and key.text not in known:
            close = nearest(key.text, known) or known
            raise BadPath(
                key,
                f"There is no block `{place.keyword} {key.text}`.",
                f"Write {' or '.join(f'`{self.dotted(at + 1)}.{name}`' for name in close)}."
                if close
                else f"Add a block `{place.keyword} {key.text} {{ … }}` to the spec.",
            )
        if at + 2 == len(self.path):
            here = self.dotted(at + 2)
            raise BadPath(
                key,
                f"`{here}` is a block, which has no value.",
                f"Set one of its settings: {self.example(place, here, key.text)}.",
            )
        return self.section(
            found, self.standing(found, place, Symbol(key.text, key.span), at + 1), at + 2
        )

    def single(self, under: Section | None, place: Place, at: int) -> Section:
        """The only block of a place, perhaps with its kind as the next segment."""
        found = under.child(place) if under else None
        follows = self.path[at + 1]
        child = self.standing(found, place, None, at)
        if follows.text not in place.kinds:
            return self.section(found, child, at + 1)
        here = self.dotted(at + 1)
        if at + 2 == len(self.path):
            raise BadPath(
                follows,
                f"`{follows.text}` is a kind of `{place.keyword}`, not a setting.",
                f"Write `--set {here}={follows.text}`.",
            )
        if found is not None and isinstance(found.label, Text):
            raise BadPath(
                follows,
                f"The spec has `{place.keyword} {found.label.span.text}`, "
                f"not `{place.keyword} {follows.text}`.",
                f"Change the kind first: `--set {here}={follows.text}`.",
            )
        force = (found.key if found and isinstance(found.label, Symbol) else None) or (
            place.default if found is None or found.implied else None
        )
        if force is not None and force != follows.text:
            raise BadPath(
                follows,
                f"The spec has `{place.keyword} {force}`, not `{place.keyword} {follows.text}`.",
                f"Write `{here}.{force}`, or change the kind first: `--set {here}={follows.text}`.",
            )
        if force is None:
            child.label, child.implied = Symbol(follows.text, follows.span), False
        return self.section(found, child, at + 2)

    def standing(
        self, found: Section | None, place: Place, label: Symbol | None, at: int
    ) -> Section:
        """An empty block to merge onto `found`, or to stand where there is none."""
        if found is None:
            name = self.path[at]
            return Section(place, name.span, name.span, label, implied=label is None)
        return Section(place, found.keyword, found.header, found.label, implied=True)

    def lost(self, over: Section, at: int) -> BadPath:
        """For a segment that has others after it and names no block."""
        name = self.path[at]
        prefix = self.dotted(at)
        rest = [segment.text for segment in self.path[at:]]
        places = CHILDREN.get(over.word, ())
        if name.text in settings_of(over.place):
            return BadPath(
                name,
                f"`{self.dotted(at + 1)}` is a setting, so nothing can follow it.",
                f"Write `--set {self.dotted(at + 1)}=value`.",
            )
        for trail, place in places_below():
            path = path_of(trail)
            if path and place.keyword == name.text and not prefix:
                return BadPath(
                    name,
                    f"`{name.text}` is not at the top of a spec.",
                    f"Write `{'.'.join([path, *rest])}`.",
                )
        close = nearest(name.text, [place.keyword for place in places])
        dot = f"{prefix}." if prefix else ""
        remedy = " or ".join(f"`{dot}{'.'.join([found, *rest[1:]])}`" for found in close)
        blocks = ", ".join(f"`{place.keyword}`" for place in places)
        return BadPath(
            name,
            f"There is no block `{dot}{name.text}`.",
            f"Write {remedy}."
            if remedy
            else f"Write one of the blocks {blocks} first."
            if blocks
            else f"Write a setting right after `{prefix}`.",
        )

    def dotted(self, count: int) -> str:
        """The first segments as written."""
        return ".".join(name.text for name in self.path[:count])

    def example(self, place: Place, here: str, kind: str = "") -> str:
        """A path that leads to a setting of the block."""
        settings = settings_of(place, kind if kind in place.kinds else None)
        for name, sort in settings.items():
            return f"`--set {here}.{name}={sort.sample()}`"
        return f"`--set {here}=…`"


def apply(root: Section, path: tuple[Name, ...], value: Given, report: Report) -> Section:
    """The spec with one argument applied; as it was, and a report, where its path leads nowhere."""
    try:
        return Override(path, value).apply(root)
    except BadPath as problem:
        report.add(problem.diagnostic)
        return root
