"""`tunec dump`: a stage of the compiler as JSON.

In: a stage and a spec. Out: JSON on standard output. Invariant: what is printed is the stage's
own value, complete, each part with the place where it was written.
"""

from tunec.cli import DONE, PROBLEM
from tunec.cli.arguments import Arguments, Command, Operand
from tunec.cli.request import SET, SPEC, Request, request
from tunec.terminal import show, write_bytes

STAGES = ("tree", "spec", "plan")

COMMAND = Command(
    "dump",
    "Print a stage of the compiler as JSON: the tree of what is written, the spec with every "
    "value checked, or the plan with every value decided and where it comes from.",
    (Operand("STAGE", "What to print.", choices=STAGES), SPEC),
    (SET,),
    (
        ("tunec dump plan support.tune", "what will be done, and why"),
        ("tunec dump spec support.tune --set seed=2", ""),
    ),
)


def run(arguments: Arguments) -> int:
    """Exit code 1 where the spec has errors; a tree is then printed of what could be understood."""
    import json

    from tunec.diagnostics import Report

    asked, report = request(arguments), Report()
    value = _stage(arguments.operand("STAGE"), asked, report)
    show(report)
    if value is not None:
        write_bytes((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())
    return PROBLEM if report.failed else DONE


def _stage(stage: str, asked: Request, report: "Report") -> object:
    from tunec.files import Files

    if stage == "tree":
        from tunec.syntax import parse, tree_as_json

        return tree_as_json(parse(asked.source(), report))
    if stage == "spec":
        from tunec.compiler import check_spec
        from tunec.spec.describe import spec_json

        lowered = check_spec(asked.source(), asked.set_sources(), Files(), report)
        return spec_json(lowered) if lowered else None
    from tunec.cli.compiling import compile_request
    from tunec.plan import plan_as_json

    compiled = compile_request(asked, Files(), report, lambda lowered: ".")
    return plan_as_json(compiled.plan) if compiled else None


TYPE_CHECKING = False
if TYPE_CHECKING:  # not light
    from tunec.diagnostics import Report
