"""Texts of templates that need Jinja: what they take from a row, and what is wrong with them.

In: a text. Out: `Placeholders`, or `BadTemplate`. Invariant: a text is parsed, never rendered, and
of Jinja's own messages none is shown.
"""

import re
from collections.abc import Iterable

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tunec.checks.placeholders import BadTemplate, Placeholders
from tunec.diagnostics.suggest import nearest

_CONSTRUCT = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_OPENING = re.compile(r"\{[{%#]")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_TOKENS = (
    "end of print statement",
    "end of statement block",
    "begin of statement block",
    "begin of print statement",
    "end of template",
)
"""Jinja's own words for parts of its syntax, which say nothing to a user."""
_OF_TEXT = ("capitalize", "indent", "lower", "replace", "title", "trim", "truncate", "upper")
"""Filters that make text of anything, such as `None` of null."""
_ELSEWHERE = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
_BRACES = (
    "Write a column between the braces, `{{ question }}`, or `{{ '{{' }}` for two braces in the "
    "text itself."
)


def analyse(text: str) -> Placeholders:
    """What the text takes from a row. Raises BadTemplate."""
    _refuse_return(text)
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    try:
        tree = environment.parse(text)
        _refuse_unknown(environment, tree, text)
        _refuse_self(tree, text)
        free = meta.find_undeclared_variables(tree)
    except TemplateSyntaxError as problem:
        raise _explain(environment, problem.message or "", problem.lineno, text) from None
    except (TemplateError, RecursionError):
        raise BadTemplate(
            "it cannot be understood", "Write it in a simpler way.", 0, len(text)
        ) from None
    walk = _Walk(free)
    walk.visit(tree, frozenset(), frozenset())
    optional = tuple(name for name in walk.seen if name not in walk.required)
    return Placeholders(tuple(walk.required), optional, False, tuple(walk.placed))


class _Walk:
    """Collects the names that a tree takes from the row."""

    def __init__(self, free: set[str]) -> None:
        self.free = free
        self.seen: dict[str, None] = {}
        self.required: dict[str, None] = {}
        self.placed: dict[str, None] = {}

    def visit(self, node: nodes.Node, covered: frozenset[str], true: frozenset[str]) -> None:
        """`covered` are the names whose absence has been asked for on the way here; `true` those
        that have a value here that is not empty.
        """
        if isinstance(node, nodes.Name):
            self.name(node.name, covered)
            return
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                name = _column(part)
                if name in self.free and name not in true:
                    self.placed[name] = None
        if isinstance(node, (nodes.If, nodes.CondExpr)):
            covered |= _tested(node.test)
        elif isinstance(node, (nodes.And, nodes.Or)):
            covered |= _tested(node)
        elif isinstance(node, (nodes.Filter, nodes.Test)):
            covered |= _covers(node)
        inside, holds = [], true
        if isinstance(node, nodes.If):
            inside, holds = node.body, true | _truths(node.test)
        for child in node.iter_child_nodes():
            self.visit(child, covered, holds if child in inside else true)

    def name(self, name: str, covered: frozenset[str]) -> None:
        if name not in self.free:
            return
        self.seen[name] = None
        if name not in covered:
            self.required[name] = None


def _column(node: nodes.Node) -> str:
    """The name that is placed as it is, or through filters that take text alone."""
    while isinstance(node, nodes.Filter) and node.name in _OF_TEXT and node.node:
        node = node.node
    return node.name if isinstance(node, nodes.Name) else ""


def _truths(test: nodes.Node) -> frozenset[str]:
    """The names that are surely not empty where the test holds."""
    if isinstance(test, nodes.And):
        return _truths(test.left) | _truths(test.right)
    return frozenset({test.name}) if isinstance(test, nodes.Name) else frozenset()


def _covers(node: nodes.Filter | nodes.Test) -> frozenset[str]:
    """The name that `name | default(…)` or `name is defined` is about."""
    about = node.node
    names = ("default", "d") if isinstance(node, nodes.Filter) else ("defined", "undefined")
    return (
        frozenset({about.name})
        if node.name in names and isinstance(about, nodes.Name)
        else frozenset()
    )


def _tested(node: nodes.Node) -> frozenset[str]:
    tests: Iterable[nodes.Test] = (
        [node] if isinstance(node, nodes.Test) else node.find_all(nodes.Test)
    )
    return frozenset().union(*(_covers(test) for test in tests))


def _refuse_return(text: str) -> None:
    """A carriage return, which Jinja, unlike a text that only places columns, would not keep."""
    found = re.search("\r", text)
    if found:
        raise BadTemplate(
            "a carriage return in it would become a newline",
            "Write `\\n` for a newline, or `{{ '\\\\r' }}` for a carriage return.",
            *found.span(),
        )


def _refuse_self(tree: nodes.Template, text: str) -> None:
    """The one name that Jinja takes for itself even where the row has a column of that name."""
    for node in tree.find_all(nodes.Name):
        if node.name == "self":
            start, end = _construct(text, node.lineno, r"\bself\b")
            raise BadTemplate(
                "`self` is a name of its own, never a column",
                "Give the column another name.",
                start,
                end,
            )


def _refuse_unknown(
    environment: ImmutableSandboxedEnvironment, tree: nodes.Template, text: str
) -> None:
    """Filters, tests and tags that parse, but fail when a row is rendered."""
    for node in tree.find_all((nodes.Filter, nodes.Test, *_ELSEWHERE)):
        if isinstance(node, _ELSEWHERE):
            start, end = _construct(text, node.lineno, r"\{%-?\s*(?:include|import|from|extends)\b")
            raise BadTemplate(
                "a text cannot take in other files",
                "Write the text of the other file here.",
                start,
                end,
            )
        assert isinstance(node, (nodes.Filter, nodes.Test)), "nothing else was asked for"
        is_filter = isinstance(node, nodes.Filter)
        legal = environment.filters if is_filter else environment.tests
        if node.name in legal:
            continue
        what = "filter" if is_filter else "test"
        close = nearest(node.name, legal)
        remedy = f"Write `{close[0]}`." if close else f"Use a {what} that Jinja has."
        start, end = _construct(text, node.lineno, re.escape(node.name))
        raise BadTemplate(f"there is no {what} `{node.name}`", remedy, start, end)


def _construct(text: str, line: int, pattern: str) -> tuple[int, int]:
    """Where a pattern is found from a line on; the whole text where it is not."""
    start, _ = _line(text, line)
    found = re.compile(pattern).search(text, start)
    return found.span() if found else (0, len(text))


def _line(text: str, line: int) -> tuple[int, int]:
    """Start and end of a line, counted from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    end = text.find("\n", start)
    return start, len(text) if end < 0 else end


def _explain(
    environment: ImmutableSandboxedEnvironment, message: str, line: int, text: str
) -> BadTemplate:
    """A syntax error of Jinja in our words, at the construct that it is in."""
    unclosed = _unclosed_tag(message, text) or _unclosed_braces(text)
    if unclosed is not None:
        return unclosed
    start, end = _culprit(environment, line, text)
    shown = text[start:end] if "\n" not in text[start:end] and end - start <= 60 else ""
    tag = re.search(r"unknown tag '(\w+)'", message)
    if tag:
        if tag[1].startswith("end") or tag[1] in ("else", "elif"):
            reason, remedy = (
                f"`{{% {tag[1]} %}}` closes nothing",
                "Remove it, or open what it closes.",
            )
        else:
            reason, remedy = f"there is no tag `{{% {tag[1]} %}}`", "Use `if`, `for` or `set`."
        return BadTemplate(reason, remedy, start, end)
    got = re.search(r"got '(.*)'$", message) or re.search(r"^unexpected '(.*?)'", message)
    if got and got[1] not in _TOKENS:
        where = f" in `{shown}`" if shown else ""
        return BadTemplate(f"`{got[1]}` cannot stand where it does{where}", _BRACES, start, end)
    what = f"`{shown}`" if shown else "a placeholder or tag"
    return BadTemplate(f"{what} is not an expression", _BRACES, start, end)


def _unclosed_tag(message: str, text: str) -> BadTemplate | None:
    """For a tag that lacks its `end` tag."""
    waiting = re.search(r"innermost block that needs to be closed is '(\w+)'", message)
    tag = waiting[1] if waiting else "raw" if message.startswith("Missing end of raw") else None
    if tag is None:
        return None
    start, end = _construct(text, 1, rf"\{{%[-+]?\s*{tag}\b")
    reason = f"`{{% {tag} %}}` is not closed by `{{% end{tag} %}}`"
    return BadTemplate(reason, f"Add `{{% end{tag} %}}`.", start, end)


def _unclosed_braces(text: str) -> BadTemplate | None:
    """For the first opening that has no closing before the next one."""
    position = 0
    while opening := _OPENING.search(text, position):
        found = _CONSTRUCT.match(text, opening.start())
        inner = _OPENING.search(text, opening.end()) if opening[0] != "{#" else None
        inside = inner is not None and found is not None and inner.start() < found.end()
        if inner and inside and _quoted(text, opening.end(), inner.start()):
            inside = False
        if found is None or inside:
            closing = _CLOSING[opening[0]]
            reason = f"`{opening[0]}` is not closed by `{closing}`"
            return BadTemplate(reason, f"Add `{closing}`.", opening.start(), opening.end())
        position = found.end()
    return None


def _quoted(text: str, start: int, end: int) -> bool:
    """Whether a quote that was opened after `start` is open at `end`."""
    part = text[start:end]
    return part.count("'") % 2 == 1 or part.count('"') % 2 == 1


def _culprit(environment: ImmutableSandboxedEnvironment, line: int, text: str) -> tuple[int, int]:
    """What is wrong: the only placeholder or tag of the line, or the first that fails alone."""
    first, last = _line(text, line)
    found = [
        each for each in _CONSTRUCT.finditer(text) if each.start() <= last and each.end() > first
    ]
    if len(found) == 1:
        return found[0].span()
    for each in found:
        if each[0].startswith("{{"):
            try:
                environment.parse(each[0])
            except TemplateSyntaxError:
                return each.span()
    tags = [each for each in found if each[0].startswith("{%")]
    return tags[0].span() if len(tags) == 1 else (first, last)
