"""Rules on names and on where a run writes.

In: a context. Out: diagnostics. Invariant: no spec can make a run write outside of its own folder.
"""

import re
from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts.paths import is_absolute

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def name_is_plain(context: Context) -> Iterator[Diagnostic]:
    """`name` becomes the name of a folder."""
    name = context.spec.name
    if name is None or _NAME.fullmatch(name):
        return
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:64]
    yield problem(
        "E225",
        "`name` must be 1 to 64 letters, digits, `-`, `_` and `.`, and begin with a letter or "
        "digit.",
        context.at("name"),
        remedy=f'Write `name = "{plain or "support-desk"}"`.',
    )


def output_is_inside(context: Context) -> Iterator[Diagnostic]:
    """`output` is a folder below that of the spec."""
    if context.spec.output is not None:
        remedy = 'Write `output = "runs/support-desk"`; `tunec run --output` takes any folder.'
        yield from _inside(context, "output", context.spec.output, remedy)


def cache_is_inside(context: Context) -> Iterator[Diagnostic]:
    """`cache` is a folder below that of the spec."""
    if context.spec.cache is not None:
        yield from _inside(context, "cache", context.spec.cache, 'Write `cache = "runs/encoded"`.')


def _inside(context: Context, name: str, path: str, remedy: str) -> Iterator[Diagnostic]:
    parts = re.split(r"[\\/]+", path)
    if is_absolute(path):
        reason = "is an absolute path"
    elif ".." in parts:
        reason = "leads out of the folder of the spec"
    elif all(part in ("", ".") for part in parts):
        reason = "is the folder of the spec itself"
    elif any(ord(character) < 32 for character in path):
        reason = "has a control character in it"
    else:
        return
    yield problem(
        "E225",
        f"`{name}` must be a folder below that of the spec, but it {reason}.",
        context.at(name),
        remedy=remedy,
    )


RULES: tuple[Rule, ...] = (name_is_plain, output_is_inside, cache_is_inside)
