"""`tunec eval`: a run, or a model, measured again.

In: the folder of a run, or that of a model and a spec. Out: a table, and a folder of results.
Invariant: nothing that the run wrote is changed, and a folder of results is whole or not there.
"""

import os
import sys

from tunec.cli import DONE, PROBLEM
from tunec.cli.arguments import Arguments, Command, Misuse, Operand, Option
from tunec.cli.request import SET
from tunec.terminal import Stop, coloured, say, show, show_one

TYPE_CHECKING = False
if TYPE_CHECKING:  # a command line that is misused needs none of it
    from pathlib import Path
    from typing import Any  # results are plain values of any sort

    from tunec.run.evaluate.wanted import Wanted

COMMAND = Command(
    "eval",
    "Measure a run again, finished or stopped: what it handed over, else its newest checkpoint. "
    "Its own script does it, by the functions with which the run measures, on the rows that it "
    "holds out or on those of other files.\n\n"
    "--against measures a second model on the same rows by the same functions, and says of each "
    "measure of answers how large the difference is, with an interval of 95 % and p: `base` is the "
    "model before training, RUN2 another run, MODEL a folder with a model or an adapter.\n\n"
    "Results are a table, and a folder `evaluations/NAME` in that of the run, with `results.json` "
    "and `answers.jsonl`: each prompt, what is wanted, what was given, and its scores. Nothing "
    "that was there is replaced.\n\n"
    "Exit code 1 if something could not be measured.",
    (Operand("RUN", "The folder of a run, or with --spec that of a model."),),
    (
        Option(
            "--against",
            "`base`, or the folder of another run or of a model, on the same rows.",
            "base|RUN2|MODEL",
        ),
        Option(
            "--data",
            "A file with rows of the same columns, in place of those that the run holds out.",
            "FILE",
            repeated=True,
        ),
        Option(
            "--limit",
            "The first N rows, for losses and answers alike; 0 is all. As the spec says unless "
            "given: losses of all rows, answers to the first `limit`.",
            "N",
        ),
        Option(
            "--spec",
            "The spec that says how to measure, in place of the script in the run's folder: other "
            "metrics, or a model that tunec did not train.",
            "SPEC",
        ),
        Option("--name", "Name of the folder of results; made of what is measured.", "NAME"),
        Option("--output", "Where that folder is, instead of RUN/evaluations.", "DIR"),
        Option("--json", "Print the results as JSON, and no table."),
        Option(
            "--html",
            "Write measures, curves and answers side by side to one page FILE; needs "
            "`tunec[report]`.",
            "FILE",
        ),
        Option("--force", "Replace FILE even if it is no earlier page."),
        Option(
            "--stored",
            "What the run measured at its end, with its base, in place of measuring it again.",
        ),
        SET,
    ),
    (
        ("tunec eval runs/support", "the same rows again"),
        ("tunec eval runs/support --against base", "is it better than before?"),
        ("tunec eval runs/support --against runs/second", "is it better than that one?"),
        ("tunec eval runs/support --data new.jsonl --limit 500", "on other rows"),
        ("tunec eval runs/support --spec support.tune", "by the metrics that the spec has now"),
        ("tunec eval models/large --spec support.tune", "a model that was not tuned"),
        ("tunec eval runs/support --against base --html page.html", "to look at in a browser"),
        ("tunec eval runs/support --stored --html page.html", "at once: nothing is measured"),
        ("tunec eval runs/support --json > results.json", "for scripts"),
    ),
)


_OF_MEASURING = ("against", "data", "limit", "spec", "name", "output", "set")
_INTERRUPTED = 130
"""As a shell has it; see `main.py`."""


def run(arguments: Arguments) -> int:
    """Exit code 1 if something cannot be measured, 130 after Ctrl-C."""
    limit = _limit(arguments)
    _misused(arguments)
    page = arguments.value("html")
    if page is not None:
        from tunec.cli.pages import refuse_page
        from tunec.run.evaluate.results import MARK

        refuse_page(page, MARK, force=arguments.has("force"))
    if arguments.has("stored"):
        from tunec.run.evaluate.results import stored_in

        results, answers = stored_in(arguments.operand("RUN"))
        _show(arguments, results, answers, arguments.operand("RUN"))
        return DONE
    return _measured(arguments, limit)


def _measured(arguments: Arguments, limit: int | None) -> int:
    """Measures, stores and shows."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="tunec-") as folder:
        script = _compiled(arguments, folder) if arguments.has("spec") else ""
        if script is None:
            return PROBLEM
        wanted = _wanted(arguments, script, limit, folder)
        place, name = _destination(arguments, wanted)
        if not _packages(wanted):
            return PROBLEM
        known = _as_written(wanted)
        code = _measure(wanted)
        if code != DONE:
            return code
        from pathlib import Path

        from tunec.run.evaluate.results import answers_of, results_of
        from tunec.run.evaluate.stored import store

        results = results_of(wanted, known)
        whole = store(place, name, results, Path(folder))
    say(f"{whole}: written.", sys.stderr)
    _show(arguments, results, answers_of(whole), wanted.subject.folder)
    return DONE


def _show(
    arguments: Arguments, results: "dict[str, Any]", answers: "list[dict[str, Any]]", run: str
) -> None:
    """In the terminal, and as a page if one is asked for."""
    if arguments.has("json"):
        import json

        say(json.dumps(results, indent=2))
    else:
        from tunec.run.evaluate.told import table

        say(table(results, colour=coloured(sys.stdout)))
    page = arguments.value("html")
    if page is not None:
        from tunec.cli.scripts import replace_file
        from tunec.run.evaluate.page import page_of
        from tunec.run.evaluate.results import metrics_of

        replace_file(page, page_of(results, answers, metrics_of(run)))
        say(f"{page}: written.", sys.stderr)


# --- What is asked for ----------------------------------------------------------------


def _limit(arguments: Arguments) -> int | None:
    text = arguments.value("limit")
    if text is not None and not (text.isascii() and text.isdecimal()):
        raise Misuse(f"`{text}` is not a number of rows.", "Write `--limit 200`, or `--limit 0`.")
    return None if text is None else int(text)


def _misused(arguments: Arguments) -> None:
    name = arguments.value("name")
    if name is not None and (not name or name.startswith(".") or "/" in name):
        raise Misuse(f"`{name}` is no name of a folder.", "Write a word after `--name`.")
    if arguments.has("force") and not arguments.has("html"):
        raise Misuse("`--force` is of a page.", "Write `--html FILE --force`.")
    extra = next((each for each in _OF_MEASURING if arguments.has(each)), None)
    if arguments.has("stored") and extra is not None:
        message = f"`--{extra}` says how to measure, and `--stored` measures nothing."
        raise Misuse(message, f"Leave out `--{extra}`, or `--stored`.")
    if arguments.has("set") and not arguments.has("spec"):
        raise Misuse("`--set` changes a spec, and none is given.", "Write `--spec SPEC` as well.")


def _compiled(arguments: Arguments, folder: str) -> str | None:
    """The script of the spec, in `folder`; None where there are errors, which are printed."""
    from tunec.cli.compiling import compile_request
    from tunec.cli.request import Request, read_spec
    from tunec.cli.scripts import home_of
    from tunec.diagnostics import Report
    from tunec.files import Files

    spec = arguments.value("spec") or ""
    asked = Request(spec, read_spec(spec), os.path.dirname(spec) or ".", arguments.values("set"))
    report, home = Report(), home_of(asked, folder)
    compiled = compile_request(asked, Files(), report, lambda lowered: home)
    show(report)
    if compiled is None:
        return None
    path = os.path.join(folder, f"{compiled.plan.name}.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(compiled.script)
    return path


def _wanted(arguments: Arguments, script: str, limit: int | None, folder: str) -> "Wanted":
    """Raises Stop where a model or its script is not found."""
    from tunec.run.evaluate.place import subject_of
    from tunec.run.evaluate.wanted import BASE, Subject, Wanted

    data = tuple(arguments.values("data"))
    subject = subject_of(arguments.operand("RUN"), script=script, own_data=not data)
    other = arguments.value("against")
    against: Subject | None = None
    if other == BASE:
        against = Subject(BASE, subject.script, subject.home)
    elif other is not None:
        against = subject_of(other, own_data=not data, fallback=subject)
    return Wanted(subject, against, data, limit, folder)


def _destination(arguments: Arguments, wanted: "Wanted") -> "tuple[Path, str]":
    """The folder for results, and the name that they get in it. Raises Stop."""
    from pathlib import Path

    from tunec.run.evaluate.stored import FOLDER, free_name, refuse_taken, refuse_unwritable

    subject, spec = wanted.subject, arguments.value("spec")
    beside = subject.name if subject.folder else os.path.dirname(spec or "")
    place = Path(arguments.value("output") or os.path.join(beside, FOLDER))
    refuse_unwritable(place)
    name = arguments.value("name")
    if name is not None:
        refuse_taken(place, name)
        return place, name
    name = "-".join(Path(file).stem for file in wanted.data) or "held-out"
    if wanted.against is not None:
        name += f"-against-{Path(wanted.against.name).name}"
    return place, free_name(place, name)


# --- Measuring ------------------------------------------------------------------------


def _packages(wanted: "Wanted") -> bool:
    """Whether all that the scripts import is installed; what is not is printed."""
    from tunec.diagnostics import Report
    from tunec.run.packages import missing_packages

    report = Report()
    for subject in filter(None, [wanted.subject, wanted.against]):
        with open(subject.script, encoding="utf-8") as file:
            report.diagnostics += missing_packages(file.read())
    show(report)
    return not report.failed


def _as_written(wanted: "Wanted") -> "dict[str, str]":
    """By script, whether it is what tunec wrote; what is to be known of that is printed."""
    from tunec.run.evaluate.written import AS_COMPILED, written
    from tunec.run.folder import in_use

    known: dict[str, str] = {}
    for subject in filter(None, [wanted.subject, wanted.against]):
        if subject.folder and not subject.finished:
            going = "is still going on" if in_use(subject.folder) else "was stopped"
            say(f"{subject.name}: it {going}; its newest checkpoint is measured.", sys.stderr)
        if subject.script in known:
            continue
        if subject.script.startswith(wanted.out):
            known[subject.script] = AS_COMPILED
            continue
        found = written(subject)
        known[subject.script] = found.word
        if found.warning is not None:
            show_one(found.warning)
        if found.note:
            say(found.note, sys.stderr)
    return known


def _measure(wanted: "Wanted") -> int:
    """The exit code, where results are in the folder if it is 0. Raises Stop."""
    import signal

    from tunec.diagnostics import Diagnostic
    from tunec.run.process import EVALUATE_CHILD, run_child

    code = run_child([EVALUATE_CHILD, wanted.to_word()], sys.stderr)
    if code in (_INTERRUPTED, -signal.SIGINT):
        say("Stopped; nothing was written.", sys.stderr)
        raise KeyboardInterrupt
    if code in (-signal.SIGTERM, -signal.SIGHUP):
        message = "The evaluation was stopped before it had results, and wrote nothing."
        raise Stop(Diagnostic("E508", message, None, help="Run the same command again."))
    if code < 0:
        name = signal.Signals(-code).name
        raise Stop(
            Diagnostic(
                "E507",
                f"The evaluation was ended by {name}, and wrote nothing.",
                None,
                notes=("Where memory runs out, the system ends a process with SIGKILL.",),
                help="Measure fewer rows, `--limit N`, or evaluate where there is more memory.",
            )
        )
    return DONE if code == 0 else PROBLEM
