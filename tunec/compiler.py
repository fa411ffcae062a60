"""The pipeline: from the text of a spec to a script, stage by stage.

In: a spec's text and what `--set` adds. Out: `Compiled`, or None with the report saying why.
Invariant: the file system is reached through `Files` alone, and the same input gives the same
bytes.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from tunec import __version__
from tunec.checks import check
from tunec.diagnostics import Report
from tunec.facts import gather
from tunec.files import Files
from tunec.record import record
from tunec.source import Source
from tunec.spec import Lowered, lower
from tunec.syntax import parse

if TYPE_CHECKING:  # a check needs no plan, and neither the templates nor what formats a script
    from tunec.plan import Plan

Home = Callable[[Lowered], str]
"""From a spec to the way from the script's folder to the spec's: POSIX, `.` where they are one."""


@record
class Compiled:
    """What came of a spec without errors."""

    lowered: Lowered
    plan: "Plan"
    script: str


def compile_spec(
    source: Source, sets: Sequence[Source], files: Files, report: Report, home: Home
) -> Compiled | None:
    """All stages, in their order: tree, spec, facts, diagnostics, plan, script."""
    from tunec.emit import Stamp, render
    from tunec.plan import decide

    document = parse(source, report)
    lowered = lower(document, sets, files, report)
    if lowered is None:
        return None
    facts = gather(lowered, files, report)
    check(lowered, facts, report)
    if report.failed:
        return None
    plan = decide(lowered, facts, home(lowered))
    script = render(plan, Stamp(__version__, plan.spec_name, fingerprint(source)))
    return Compiled(lowered, plan, script)


def check_spec(
    source: Source, sets: Sequence[Source], files: Files, report: Report
) -> Lowered | None:
    """The first four stages of the same, which find whatever is wrong with a spec."""
    document = parse(source, report)
    lowered = lower(document, sets, files, report)
    if lowered is None:
        return None
    facts = gather(lowered, files, report)
    check(lowered, facts, report)
    return None if report.failed else lowered


def fingerprint(source: Source) -> str:
    """The first eight digits of what `sha256sum` says of the spec's file."""
    return sha256(source.text.encode()).hexdigest()[:8]
