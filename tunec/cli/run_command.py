"""`tunec run`: compile a spec, and run the very file.

In: a spec. Out: the folder of the run, with the script in it. Invariant: everything that can be
known to fail is told before the script starts, and what stands in the folder is then untouched.
"""

import os

from tunec.cli import DONE, NOT_ACCEPTED, PROBLEM
from tunec.cli.arguments import Arguments, Command, Misuse, Option
from tunec.cli.request import SET, SPEC, Request, request
from tunec.cli.scripts import home_of, write_script
from tunec.terminal import Stop, say, show

TYPE_CHECKING = False
if TYPE_CHECKING:  # not light
    from tunec.compiler import Compiled
    from tunec.diagnostics import Report
    from tunec.spec import Lowered

COMMAND = Command(
    "run",
    "Compile a spec and run the script: the same file that `tunec compile` writes, in a process "
    "of its own.\n\nThe run's folder gets the script, its checkpoints, metrics, results and what "
    "was trained. Ctrl-C saves a checkpoint; the same command then goes on from it, to the same "
    "result as a run that was never stopped.",
    (SPEC,),
    (
        Option(
            "--output",
            "Folder of the run, instead of the spec's `output` or `runs/NAME` beside the spec.",
            "DIR",
        ),
        Option("--fresh", "Throw the checkpoints and metrics in the folder away first."),
        Option(
            "--accept-anyway",
            "Hand over what was trained even if it misses what `accept` asks of it.",
        ),
        SET,
    ),
    (
        ("tunec run support.tune", "train, or go on where it stopped"),
        ("tunec run support.tune --fresh", "start again"),
        ("tunec run support.tune --set seed=2 --output runs/second", ""),
    ),
)


def run(arguments: Arguments) -> int:
    """Exit code 0 if the script ended with 0, 4 if what it trained was not accepted, else 1."""
    from tunec.run.process import ended_by_system, run_script

    asked = request(arguments)
    compiled = _compiled(asked, arguments.value("output"))
    if compiled is None:
        return PROBLEM
    anyway = arguments.has("accept-anyway")
    accept = compiled.plan.evaluate.accept if compiled.plan.evaluate else ()
    if anyway and not accept:
        raise Misuse("The spec has no `accept`, so nothing can be missed.", "Leave the option out.")
    folder = _folder(compiled, arguments.value("output"))
    path = os.path.join(folder, f"{compiled.plan.name}.py")
    if not _ready(compiled, folder, arguments.has("fresh")):
        return PROBLEM
    _place(path, compiled.script)
    say(f"{asked.name} -> {path}")
    # The script finds its folder by itself; said like this, it is shown as the user knows it.
    flags = [f"--{name}" for name in ("fresh", "accept-anyway") if arguments.has(name)]
    words = ["--output", folder, *flags]
    failure = os.path.join(folder, "failure.txt")
    code = run_script(path, words, failure)
    if code < 0:
        raise Stop(ended_by_system(code, folder))
    if code == NOT_ACCEPTED and accept:
        show(_not_accepted(folder))
        return NOT_ACCEPTED
    return DONE if code == 0 else PROBLEM


def _not_accepted(folder: str) -> "Report":
    from tunec.diagnostics import Diagnostic, Report

    return Report(
        [
            Diagnostic(
                "E515",
                "The tuned model misses what `accept` asks of it, so it is not handed over.",
                None,
                notes=(f"What was trained is in `{os.path.join(folder, 'rejected')}`.",),
                help="If it is to be handed over all the same, run the same command again with "
                "`--accept-anyway`.",
            )
        ]
    )


def _compiled(asked: Request, output: str | None) -> "Compiled | None":
    """Compiled for where the script will stand; None where there are errors, which are printed."""
    from tunec.cli.compiling import compile_request
    from tunec.diagnostics import Report
    from tunec.files import Files
    from tunec.run.folder import folder_of

    def home(lowered: "Lowered") -> str:
        return home_of(asked, output or folder_of(lowered))

    report = Report()
    compiled = compile_request(asked, Files(), report, home)
    show(report)
    return compiled


def _folder(compiled: "Compiled", output: str | None) -> str:
    from tunec.run.folder import folder_of

    return output or folder_of(compiled.lowered)


def _ready(compiled: "Compiled", folder: str, fresh: bool) -> bool:
    """Whether the script can start; what stands against it is printed."""
    from tunec.diagnostics import Report
    from tunec.run.folder import in_use, other_run
    from tunec.run.packages import missing_packages

    report = Report(list(missing_packages(compiled.script)))
    found = in_use(folder)
    if found is None and not fresh:
        found = other_run(folder, compiled.plan.name, compiled.script)
    if found is not None:
        report.add(found)
    show(report)
    return not report.failed


def _place(path: str, script: str) -> None:
    """Writes the script into the run's folder, which is made if it is not there. Raises Stop."""
    from tunec.diagnostics import Diagnostic

    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as problem:
        raise Stop(
            Diagnostic(
                "E513",
                f"The folder `{folder}` cannot be made: {problem.strerror}.",
                None,
                help="Name another: `--output DIR`.",
            )
        ) from None
    write_script(path, script.encode(), "Move it away, or write elsewhere: `--output DIR`.")
