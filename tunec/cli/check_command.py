"""`tunec check`: every problem of a spec, at once.

In: a spec. Out: its diagnostics on standard output, in the format asked for.
Invariant: nothing is written but the cache; exit code 1 exactly if there is an error.
"""

from tunec.cli import DONE, PROBLEM
from tunec.cli.arguments import Arguments, Command, Option
from tunec.cli.cache import Entry
from tunec.cli.request import SET, SPEC, Request, request
from tunec.terminal import Stop, say, show

TYPE_CHECKING = False
if TYPE_CHECKING:  # not light
    from tunec.diagnostics import Report

FORMATS = ("text", "concise", "json", "sarif", "github")

COMMAND = Command(
    "check",
    "Report every problem of a spec, with line and column, and what to write instead.\n\n"
    "What can be known without loading weights is checked: names and values, settings that "
    "contradict each other or have no effect, the model's configuration and tokenizer where they "
    "are on this machine, and the first rows of the data.",
    (SPEC,),
    (
        SET,
        Option("--format", "How problems are printed.", "FORMAT", choices=FORMATS),
    ),
    (
        ("tunec check support.tune", ""),
        ("tunec check support.tune --set train.epochs=3", "as if the file said so"),
        ("tunec check support.tune --format github", "as annotations of a pull request"),
        ("generate-spec | tunec check -", "from standard input"),
    ),
)


def run(arguments: Arguments) -> int:
    """Exit code 0 without errors, 1 with some."""
    form = arguments.value("format") or "text"
    try:
        asked = request(arguments)
    except Stop as stop:
        from tunec.diagnostics import Report

        return _tell(Report([stop.diagnostic]), form, arguments.operand("SPEC"))
    entry = Entry("check", asked)
    if form == "text" and entry.recall() is not None:
        say(_fine(asked.name))
        return DONE
    return _tell(_check(asked, entry), form, asked.name)


def _check(asked: Request, entry: Entry) -> "Report":
    from tunec.compiler import check_spec
    from tunec.diagnostics import Report
    from tunec.files import Files

    report, files = Report(), Files()
    check_spec(asked.source(), asked.set_sources(), files, report)
    if not report.diagnostics:
        entry.remember(files.seen, "")
    return report


def _tell(report: "Report", form: str, name: str) -> int:
    import sys

    if form != "text":
        from tunec.diagnostics.render import render

        sys.stdout.write(render(report.ordered(), form))
    elif report.diagnostics:
        show(report, sys.stdout)
    else:
        say(_fine(name))
    return PROBLEM if report.failed else DONE


def _fine(name: str) -> str:
    return f"{name}: no problems."
