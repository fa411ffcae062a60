"""Values of one file: `let`s substituted, arithmetic computed.

In: the items of a document. Out: a `Section` for its top. Invariant: every problem is reported
once, at its place, and a value with a problem is `BROKEN`, so that nothing else is said about it.

A name is defined by a `let` at the top of the file that uses it, above its first use; a `let` may
use the names before it. Names of other files are not visible.

How deep values and blocks are nested is bounded by the parser.
"""

from collections.abc import Iterator, Mapping

from tunec.diagnostics import Diagnostic, Label, Report
from tunec.source import Span
from tunec.spec.arithmetic import Impossible, literal, negate, operate, with_unit
from tunec.spec.raw import Bound, Word, sort_of
from tunec.spec.tree import BROKEN, Broken, Entry, Given, Section
from tunec.spec.vocabulary import CHILDREN, Place
from tunec.syntax import nodes


class Scope:
    """The names of one file, and values computed with them.

    `incomplete` says that parts of the file could not be parsed, so that unknown and unused names
    are no news.
    """

    def __init__(
        self,
        items: tuple[nodes.Item, ...],
        report: Report,
        incomplete: bool,
        replaced: Mapping[str, Given],
    ) -> None:
        self.report = report
        self.incomplete = incomplete
        self.replaced = replaced
        self.given: dict[str, Given] = {}
        self.lets: dict[str, nodes.Let] = {}
        self.inner: set[str] = set()
        """Names of `let`s inside blocks, which are reported as such."""
        self.items = items
        for item in items:
            if isinstance(item, nodes.Let):
                self.lets.setdefault(item.name.text, item)

    def define(self, let: nodes.Let) -> None:
        """Makes the name known from here on."""
        name = let.name.text
        value = self.value(let.value)
        if name in self.given:
            self.report.add(
                Diagnostic(
                    "E226",
                    f"`let {name}` is written twice.",
                    Label(let.name.span),
                    (Label(self.lets[name].name.span, "first written here"),),
                    help=f"Remove one of them, or give this one a name of its own: `let {name}_2`.",
                )
            )
            return
        self.given[name] = self.replaced.get(name, value)

    def report_unused(self) -> None:
        """Reports each `let` whose name stands nowhere in the file."""
        if self.incomplete:
            return
        used = set(references(self.items))
        for name, let in self.lets.items():
            if name not in used:
                self.report.add(
                    Diagnostic(
                        "E221",
                        f"`let {name}` is never used.",
                        Label(let.name.span),
                        help=f"Use it as `${name}`, or remove the line.",
                    )
                )

    def value(self, node: nodes.Value) -> Given:
        """The value of a node; `BROKEN` where it has none, which is then reported."""
        try:
            return self.computed(node)
        except Impossible as problem:
            self.report.add(
                Diagnostic("E213", problem.message, Label(node.span), help=problem.remedy)
            )
            return Given(BROKEN, node.span)

    def computed(self, node: nodes.Value) -> Given:
        """The value of a node. Raises Impossible where arithmetic has no result."""
        match node:
            case nodes.Number(text):
                number = literal(text)
                # `1e3` is whole here and not in Python, so its spelling is of no use there.
                exact = isinstance(number, float) or text.replace("_", "").isdigit()
                return Given(number, node.span, text if exact else None)
            case nodes.Text(value):
                return Given(value, node.span)
            case nodes.Symbol(name):
                return Given(Word(name), node.span)
            case nodes.Boolean(truth):
                return Given(truth, node.span)
            case nodes.Sequence(elements):
                return self.sequence(node, [self.value(item) for item in elements])
            case nodes.Reference(name):
                return self.named(name, node.span)
            case nodes.Quantity(number_node, unit):
                inner = self.value(number_node)
                if isinstance(inner.raw, Broken):
                    return Given(BROKEN, node.span)
                spelling = None if unit.text == "%" else inner.spelling
                return Given(with_unit(inner.raw, unit.text), node.span, spelling, inner.defined)
            case nodes.Bound(operator, bound):
                inner = self.value(bound)
                if isinstance(inner.raw, Broken):
                    return Given(BROKEN, node.span)
                return Given(Bound(operator, inner.raw), node.span)
            case nodes.Negation(operand):
                inner = self.value(operand)
                if isinstance(inner.raw, Broken):
                    return Given(BROKEN, node.span)
                spelling = f"-{inner.spelling}" if isinstance(operand, nodes.Number) else None
                return Given(negate(inner.raw), node.span, spelling if inner.spelling else None)
            case nodes.Operation():
                return self.operation(node)

    def sequence(self, node: nodes.Sequence, items: list[Given]) -> Given:
        if any(isinstance(item.raw, Broken) for item in items):
            return Given(BROKEN, node.span)
        return Given([item.raw for item in items], node.span, items=tuple(items))

    def operation(self, node: nodes.Operation) -> Given:
        left, right = self.value(node.left).raw, self.value(node.right).raw
        if isinstance(left, Broken) or isinstance(right, Broken):
            return Given(BROKEN, node.span)
        try:
            return Given(operate(node.operator, left, right), node.span)
        except Impossible as problem:
            sides = (
                Label(node.left.span, sort_of(left)),
                Label(node.right.span, sort_of(right)),
            )
            self.report.add(
                Diagnostic("E213", problem.message, Label(node.span), sides, help=problem.remedy)
            )
            return Given(BROKEN, node.span)

    def named(self, name: str, span: Span) -> Given:
        found = self.given.get(name)
        if found is not None:
            defined = found.defined or found.span
            return Given(found.raw, span, found.spelling, defined, found.items)
        if not self.incomplete and name not in self.inner:
            self.report.add(self.unknown(name, span))
        return Given(BROKEN, span)

    def unknown(self, name: str, span: Span) -> Diagnostic:
        let = self.lets.get(name)
        if let is not None and let.span.start > span.start:
            return Diagnostic(
                "E212",
                f"`${name}` is used above its `let`.",
                Label(span),
                (Label(let.name.span, "defined here"),),
                help=f"Move `let {name}` above this line.",
            )
        if let is not None:
            return Diagnostic(
                "E212",
                f"`let {name}` uses its own name.",
                Label(span),
                help="Write a value that does not depend on it.",
            )
        from tunec.diagnostics.suggest import nearest  # only a spec with problems needs it

        close = nearest(name, self.lets)
        return Diagnostic(
            "E212",
            f"No `let` in this file defines `${name}`.",
            Label(span),
            help=f"Write {' or '.join(f'`${found}`' for found in close)}."
            if close
            else f"Define it above: `let {name} = …`.",
        )


def references(items: tuple[nodes.Item, ...]) -> Iterator[str]:
    """The names that stand in the items as `$name`, at any depth."""
    stack: list[nodes.Item | nodes.Value] = list(items)
    while stack:
        match stack.pop():
            case nodes.Setting(value=value) | nodes.Let(value=value):
                stack.append(value)
            case nodes.Block(body=body):
                stack.extend(body or ())
            case nodes.Sequence(elements):
                stack.extend(elements)
            case (
                nodes.Quantity(number=operand)
                | nodes.Negation(operand=operand)
                | nodes.Bound(value=operand)
            ):
                stack.append(operand)
            case nodes.Operation(left=left, right=right):
                stack.extend((left, right))
            case nodes.Reference(name):
                yield name


def resolve(scope: Scope) -> Section:
    """The top of a file, with its values computed."""
    section = Section()
    _fill(section, scope.items, scope)
    scope.report_unused()
    return section


def _fill(section: Section, items: tuple[nodes.Item, ...], scope: Scope) -> None:
    places = {place.keyword: place for place in CHILDREN.get(section.word, ())}
    for item in items:
        match item:
            case nodes.Setting():
                _add_setting(section, item, scope)
            case nodes.Block():
                place = places.get(item.keyword.text)
                if place is None:
                    section.strays.append(item)
                else:
                    _add_block(section, place, item, scope)
            case nodes.Let() if section.place is None:
                scope.define(item)
            case nodes.Let() | nodes.Use() if section.place is not None:
                _misplaced(section, item, scope)


def _add_setting(section: Section, item: nodes.Setting, scope: Scope) -> None:
    name = item.name.text
    value = scope.value(item.value)
    first = section.settings.get(name)
    if first is None:
        section.settings[name] = Entry(item.name, value)
        return
    scope.report.add(
        Diagnostic(
            "E208",
            f"`{name}` is written twice in {section.title}."
            if section.place
            else f"`{name}` is written twice.",
            Label(item.name.span),
            (Label(first.name.span, "first written here"),),
            help="Remove one of the two.",
        )
    )


def _add_block(section: Section, place: Place, item: nodes.Block, scope: Scope) -> None:
    block = Section(place, item.keyword.span, item.header, item.label)
    _fill(block, item.items, scope)
    siblings = section.children.setdefault(place.field, [])
    first = None
    if place.holds == "one" or (place.holds == "map" and block.key is not None):
        first = section.child(place, block.key)
    if first is None:
        siblings.append(block)
        return
    title = f"`{place.keyword}`" if place.holds == "one" else block.title
    scope.report.add(
        Diagnostic(
            "E209",
            f"{title} is written twice.",
            Label(item.header),
            (Label(first.header, "first written here"),) if first.header else (),
            help="Write one block with the settings of both."
            if first.key == block.key
            else "Remove one of the two.",
        )
    )


def _misplaced(section: Section, item: nodes.Let | nodes.Use, scope: Scope) -> None:
    word = "let" if isinstance(item, nodes.Let) else "use"
    if isinstance(item, nodes.Let):
        scope.inner.add(item.name.text)
        span = item.name.span
    else:
        span = item.path.span
    scope.report.add(
        Diagnostic(
            "E202",
            f"`{word}` may not stand inside a block.",
            Label(span),
            (Label(section.header, "in this block"),) if section.header else (),
            help="Move the line to the top of the file, outside all blocks.",
        )
    )
