"""`tunec preview`: rows as the model will see them, and what all of them are like.

In: a spec. Out: rows rendered and tokenised by the script's own functions, what is trained on
marked; or a report, also as a page. Invariant: nothing is written that stays but that page, and no
weights are loaded.
"""

import os
import sys

from tunec.cli import DONE, PROBLEM
from tunec.cli.arguments import Arguments, Command, Misuse, Option
from tunec.cli.request import SET, SPEC, request
from tunec.cli.scripts import home_of, refuse_foreign, replace_file
from tunec.terminal import Stop, coloured, say, show

TYPE_CHECKING = False
if TYPE_CHECKING:  # a preview that is misused needs none of it
    from tunec.run.preview.wanted import Wanted

COMMAND = Command(
    "preview",
    "Show rows as the model will see them: rendered by the template and the model's chat "
    "template, tokenised, and what is trained on marked, in green on a terminal, else between "
    "⟦ and ⟧. The first rows unless others are asked for.\n\n"
    "With --report, figures of all rows of all data sets instead: how long they are, what is "
    "trained on, what becomes of rows that are too long, which rows are refused, empty or there "
    "twice, and how well they pack. Exit code 1 if a row that was looked at would stop the run.",
    (SPEC,),
    (
        Option("-n --rows", "How many rows; 3 unless said.", "N"),
        Option(
            "--row",
            "The N-th row of the data set, the first being 1.",
            "N",
            repeated=True,
        ),
        Option("--longest", "The longest rows.", "[N]"),
        Option(
            "--worst",
            "The rows most likely to be a problem, and why: refused, too long, empty, with "
            "least to train on.",
            "[N]",
        ),
        Option(
            "--data",
            "Which data set; train unless said.",
            "NAME",
            choices=("train", "validation", "test"),
        ),
        Option("--raw", "Columns as they are in the file, whole."),
        Option("--ids", "A line for each token: its id, whether it is trained on, its text."),
        Option("--report", "Figures of all rows of all data sets."),
        Option("--html", "Write the report, with plots and rows, to one page FILE.", "FILE"),
        Option("--json", "Print the figures of the report as JSON."),
        Option("--force", "Replace FILE even if it is no earlier report."),
        SET,
    ),
    (
        ("tunec preview support.tune", ""),
        ("tunec preview support.tune --row 17 --ids", "token by token"),
        ("tunec preview support.tune --worst 5 --raw", "what to mend first"),
        ("tunec preview support.tune --data validation --longest", ""),
        ("tunec preview support.tune --report", "figures and a histogram"),
        ("tunec preview support.tune --report --html report.html", "to look at in a browser"),
        ("tunec preview support.tune --report --json > figures.json", "for scripts"),
        ("tunec preview support.tune -n 1 --set model.max_length='64 tokens'", ""),
    ),
)

_OF_ROWS = ("rows", "row", "longest", "worst", "data", "raw", "ids")
_OF_REPORTS = ("html", "json")


def run(arguments: Arguments) -> int:
    """Exit code 1 if the spec, the environment or a row has a problem."""
    import tempfile

    choice = _choice(arguments)
    asked = request(arguments)
    page = arguments.value("html")
    if page is not None:
        _page_can_be_made(page, force=arguments.has("force"))
    with tempfile.TemporaryDirectory(prefix="tunec-") as folder:
        from tunec.cli.compiling import compile_request
        from tunec.diagnostics import Report
        from tunec.files import Files
        from tunec.run.packages import missing_packages
        from tunec.run.preview.wanted import Wanted

        report, home = Report(), home_of(asked, folder)
        compiled = compile_request(asked, Files(), report, lambda lowered: home)
        if compiled is not None:
            report.diagnostics += missing_packages(compiled.script)
        show(report)
        if compiled is None or report.failed:
            return PROBLEM
        path = os.path.join(folder, f"{compiled.plan.name}.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(compiled.script)
        aside = os.path.join(folder, "page.html") if page is not None else ""
        overflow = compiled.plan.data.overflow.value
        code = _show(Wanted(path, asked.name, overflow, coloured(sys.stdout), page=aside, **choice))
        if page is not None and os.path.exists(aside):
            with open(aside, "rb") as made:
                replace_file(page, made.read())
            if not arguments.has("json"):
                say(f"{page}: written.")
        return code


def _show(wanted: "Wanted") -> int:
    import subprocess

    from tunec.run.process import PREVIEW_CHILD

    words = [sys.executable, PREVIEW_CHILD, wanted.to_word()]
    ended = subprocess.run(words, check=False)
    return DONE if ended.returncode == 0 else PROBLEM


def _choice(arguments: Arguments) -> "dict[str, Any]":
    """The fields of `Wanted` that options say. Raises Misuse where they contradict each other."""
    if arguments.has("report"):
        extra = next((name for name in _OF_ROWS if arguments.has(name)), None)
        if extra is not None:
            raise Misuse(
                f"`--{extra}` chooses rows, but a report is of all of them.",
                "Leave out that one or `--report`.",
            )
        return {"report": True, "json": arguments.has("json")}
    extra = next((name for name in (*_OF_REPORTS, "force") if arguments.has(name)), None)
    if extra is not None:
        with_html = " --html FILE" if extra == "force" else ""
        raise Misuse(f"`--{extra}` is of a report.", f"Write `--report{with_html} --{extra}`.")
    return {
        "data": arguments.value("data") or "train",
        "first": _number(arguments, "rows", 3),
        "numbers": tuple(_whole(text, "row") for text in arguments.values("row")),
        "longest": _number(arguments, "longest", 3) if arguments.has("longest") else 0,
        "worst": _number(arguments, "worst", 3) if arguments.has("worst") else 0,
        "raw": arguments.has("raw"),
        "ids": arguments.has("ids"),
    }


def _number(arguments: Arguments, name: str, default: int) -> int:
    text = arguments.value(name) or arguments.value("rows")
    return default if text is None else _whole(text, name)


def _whole(text: str, name: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) == 0:
        what = "a number of a row" if name == "row" else "a number of rows"
        raise Misuse(f"`{text}` is not {what}.", f"Write `{_flag(name)} 3`.")
    return int(text)


def _flag(name: str) -> str:
    return "-n" if name == "rows" else f"--{name}"


def _page_can_be_made(path: str, *, force: bool) -> None:
    """Raises Stop before all rows are read in vain."""
    from importlib.util import find_spec

    from tunec.diagnostics import Diagnostic
    from tunec.run.packages import install_command
    from tunec.run.preview.wanted import MARK, PLOTS

    name, _, _ = PLOTS.partition("==")
    if find_spec(name) is None:
        message = f"`{name}` is not installed, and `--html` draws with it."
        remedy = f"Run `{install_command([PLOTS])}`, or leave out `--html`."
        raise Stop(Diagnostic("E501", message, None, help=remedy))
    remedy = "Name another file after `--html`, or write `--force` to replace this one."
    refuse_foreign(path, MARK.encode(), remedy, force=force)


if TYPE_CHECKING:
    from typing import Any  # the fields of `Wanted` are of several sorts
