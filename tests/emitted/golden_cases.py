"""The golden cases: a folder each, with a spec, the script it compiles to, and its plan.

In: `tests/golden/*/spec.tune`. Out: their paths, and compiled. Invariant: the stamp is fixed, so
a release changes no golden.
"""

import json
from functools import cache
from pathlib import Path

from tunec.checks import check
from tunec.diagnostics import Report
from tunec.emit import Stamp, render
from tunec.facts import gather
from tunec.files import Files
from tunec.plan import Plan, decide, plan_as_json
from tunec.source import Source
from tunec.spec import lower
from tunec.syntax import parse

FOLDER = Path(__file__).parent.parent / "golden"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/spec.tune"))
STAMP = Stamp("0.0.0", "spec.tune", "00000000")


@cache
def plan_of(case: str) -> Plan:
    folder = FOLDER / case
    source = Source("spec.tune", (folder / "spec.tune").read_text(), folder)
    files, report = Files(), Report()
    lowered = lower(parse(source, report), [], files, report)
    assert lowered is not None, report.diagnostics
    facts = gather(lowered, files, report)
    check(lowered, facts, report)
    assert not report.diagnostics
    return decide(lowered, facts, ".")


@cache
def script_of(case: str) -> str:
    return render(plan_of(case), STAMP)


def plan_text(case: str) -> str:
    return json.dumps(plan_as_json(plan_of(case)), indent=2, ensure_ascii=False) + "\n"
