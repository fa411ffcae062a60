"""How a script comes to its rows, where that is more than reading some files.

In: a plan. Out: sections: readers, what the steps of sources need, and a function for each data
set. Invariant: a helper is there if and only if a source needs it.
"""

from collections.abc import Iterator

from tunec.emit import data_contexts as c
from tunec.emit.encoding_contexts import has_tools
from tunec.emit.literals import comment, prose, py, quoted
from tunec.emit.section import Section
from tunec.plan.data import SourcePlan, StepPlan
from tunec.plan.plan import Plan
from tunec.spec.expression import Quoted, compiled
from tunec.spec.raw import Amount

PURPOSES = {
    "train": "to train on",
    "validation": "held out",
    "test": "to test on",
    "general": "known before",
    "exclude": "never to train on",
}
HELPERS = {
    "filter": "kept",
    "map": "mapped",
    "first": "first_of",
    "sample": "sampled",
    "repeat": "repeated",
}
"""From a step to its function."""
ARGUMENTS = {"subset": "name"}
"""From a setting to the argument of `load_dataset`, where they are called differently."""


PROTOCOLS = {"s3": "s3fs", "http": "aiohttp", "https": "aiohttp"}
"""Packages that fsspec needs for addresses; for others it says at the start of a run which."""


def protocols(plan: Plan) -> tuple[str, ...]:
    """The packages that the addresses of a plan need."""
    schemes = (source.path.partition("://")[0].lower() for source in plan.data.sources())
    return tuple(PROTOCOLS[scheme] for scheme in schemes if scheme in PROTOCOLS)


def readers(plan: Plan) -> Iterator[tuple[str, Section]]:
    """The reader of each format that the sources need, by its function's name."""
    sources = plan.data.sources()
    opened = {source.format for source in sources if _is_opened(source)}
    for source in {each.format: each for each in sources}.values():
        form = source.format
        suffix = f"_{source.sample_by}" if form == "text" else ""
        context: c.Reader | c.ReadHub = c.Reader(form in opened)
        if form == "hub":
            context = c.ReadHub(any("streaming" in each.arguments for each in sources))
        elif form in ("json", "jsonl"):
            context = c.Json(form in opened, has_tools(plan))
        yield f"read_{form}", Section(f"data/read_{form}{suffix}", context)


def reader_of(plan: Plan) -> str:
    """The function that reads each of some plain files."""
    names = [name for name, _ in readers(plan)]
    return names[0] if len(names) == 1 else "read_rows"


def _is_opened(source: SourcePlan) -> bool:
    return bool(source.packed) or source.kind == "address"


def rows_of(plan: Plan) -> Iterator[Section]:
    """All that reads rows, up to a function for each data set."""
    sources = plan.data.sources()
    opened = [source for source in sources if _is_opened(source)]
    if opened:
        endings = {source.packed for source in opened}
        address = any(source.kind == "address" for source in opened)
        packed = (f".{each}" in endings for each in ("gz", "bz2", "xz", "zst"))
        yield Section("data/opened", c.Opened(address, *packed))
    yield from (section for _, section in readers(plan))
    if any(source.kind == "files" for source in sources):
        yield Section("data/all_files")
    names = _Names(sources)
    yield from names.sections()
    yield from _helpers(plan)
    for name, part in plan.data.parts().items():
        origins = list(dict.fromkeys(prose(source.origin) for source in part.value))
        lines = "-".join(origins[:: len(origins) - 1] if len(origins) > 1 else origins)
        statements = tuple(_statements(plan, name, part.value, names))
        yield Section("data/rows_of", c.RowsOf(name, PURPOSES[name], lines, statements))


class _Names:
    """Names of the functions that filter and change rows."""

    def __init__(self, sources: tuple[SourcePlan, ...]) -> None:
        self.files: dict[tuple[str, object], tuple[str, StepPlan]] = {}
        self.texts: dict[str, tuple[str, StepPlan]] = {}
        for step in (step for each in sources for step in each.steps):
            value = step.value.value
            if isinstance(value, tuple):
                number = 1 + sum(kind == step.kind for kind, _ in self.files)
                name = f"{step.kind.upper()}_{number}"
                self.files.setdefault((step.kind, value), (name, step))
            elif step.kind == "filter":
                self.texts.setdefault(value, (f"is_wanted_{len(self.texts) + 1}", step))

    def of(self, step: StepPlan) -> str:
        """The name of the function of a `filter` or a `map`."""
        value = step.value.value
        found = self.files[step.kind, value] if isinstance(value, tuple) else self.texts[value]
        return found[0]

    def sections(self) -> Iterator[Section]:
        if self.files:
            lines = [
                f"{name} = function_of({', '.join(map(py, step.value.value))})"
                f"  # {comment(step.value.origin)}"
                for name, step in self.files.values()
            ]
            yield Section("data/function_of", c.Functions("\n".join(lines)))
        expressions = {text: compiled(text) for text in self.texts}
        if any(expression.numbers for expression in expressions.values()):
            yield Section("data/as_number")
        for text, (name, step) in self.texts.items():
            pieces = expressions[text].pieces
            code = "".join(quoted(each) if isinstance(each, Quoted) else each for each in pieces)
            yield Section("data/is_wanted", c.IsWanted(name, prose(step.value.origin), code))


def _helpers(plan: Plan) -> Iterator[Section]:
    """The functions that steps and mixes call."""
    kinds = {step.kind for source in plan.data.sources() for step in source.steps}
    yield from (Section(f"data/{helper}") for kind, helper in HELPERS.items() if kind in kinds)
    if len(plan.templates) > 1:
        yield Section("data/through")
    if plan.data.interleave:
        until = plan.data.interleave.value.partition("_")[0]
        yield Section(f"data/interleaved_until_{until}")
    shared = [
        all(source.share for source in part.value)
        for part in plan.data.parts().values()
        if any(source.share for source in part.value)
    ]
    if shared:
        yield Section("data/in_shares", c.InShares(not all(shared)))


def _statements(
    plan: Plan, part: str, sources: tuple[SourcePlan, ...], names: _Names
) -> Iterator[str]:
    """The lines of a data set's function."""
    several = len(plan.templates) > 1 and part != "exclude"
    interleave = plan.data.interleave if part == "train" else None
    shared = any(source.share for source in sources)
    gathered = interleave is not None or shared
    if gathered:
        yield "sources = []"
    for source in sources:
        encode = f"encode_by_{source.template}"
        if not gathered and not source.steps:
            rows = _read(source, py(source.path))
            rows = f"through({rows}, {encode})" if several else rows
            yield f"yield from {rows}  # {comment(source.origin)}"
            continue
        yield f"name = {py(source.path)}  # {comment(source.origin)}"
        yield f"rows = {_read(source, 'name')}"
        yield from _steps(source, names)
        rows = f"through(rows, {encode})" if several else "rows"
        yield f"sources.append((name, list({rows})))" if gathered else f"yield from {rows}"
    if interleave:
        chances = [each.probability for each in sources if each.probability]
        values = [each.value for each in chances] or [1] * len(sources)
        note = ", ".join(dict.fromkeys(each.origin for each in chances)) or "default: equal"
        yield f"probabilities = {py(values)}  # {comment(note)}"
        yield f"yield from interleaved(sources, probabilities)  # {comment(interleave.origin)}"
    elif shared:
        shares = [source.share.value if source.share else None for source in sources]
        note = ", ".join(dict.fromkeys(each.share.origin for each in sources if each.share))
        yield f"shares = {py(shares)}  # {comment(note)}"
        yield "yield from in_shares(sources, shares)"


def _steps(source: SourcePlan, names: _Names) -> Iterator[str]:
    for step in source.steps:
        value = step.value.value
        if isinstance(value, float):
            yield "rows = list(rows)"
            code = f"round({py(value)} * len(rows))"
        elif step.kind in ("filter", "map"):
            code = names.of(step)
        else:
            code = py(value.value if isinstance(value, Amount) else value)
        yield f"rows = {HELPERS[step.kind]}(rows, {code}, name)  # {comment(step.value.origin)}"


def _read(source: SourcePlan, path: str) -> str:
    """The call that reads a source."""
    if source.kind == "files":
        return f"all_files(read_{source.format}, {path})"
    options = (
        f"{ARGUMENTS.get(name, name)}={py(decided.value)}"
        for name, decided in source.arguments.items()
    )
    return f"read_{source.format}({', '.join([path, *options])})"
