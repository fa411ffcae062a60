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
from tunec.cli.scripts import home_of, replace_file
from tunec.terminal import Stop, coloured, say, show

TYPE_CHECKING = False
if TYPE_CHECKING:  # a preview that is misused needs none of it
    from typing import Any  # the fields of `Wanted` are of several sorts

    from tunec.plan.data import DataPlan
    from tunec.run.preview.wanted import Wanted

COMMAND = Command(
    "preview",
    "Show rows as the model will see them: the columns as they are in the file; the text that the "
    "template and the model's chat template make of them, with what is trained on in green on a "
    "terminal, else between ⟦ and ⟧, and with its weight where that is not 1; the tokens it begins "
    "and stops with. A line with `!` says what may be wrong with a row. The first rows unless "
    "others are asked for.\n\n"
    "--worst orders rows by the worst that is wrong with them: first those that stop the run, then "
    "those that are dropped, truncated, split, have an empty answer, do not teach to stop, begin "
    "twice, have text without a token, spell out special tokens, repeat the prompt as answer, have "
    "an empty column; among equals, and after all these, the smallest share of trained tokens "
    "first.\n\n"
    "With --report, figures of all rows of all data sets instead: how long they are, what is "
    "trained on, what becomes of rows that are too long, which are refused, empty or there twice, "
    "which stand in two data sets, and how well they pack. --html and --json are of a report, and "
    "ask for one by themselves.\n\n"
    "Exit code 1 if a row that was looked at would stop the run.",
    (SPEC,),
    (
        Option("-n --rows", "How many rows; 3 unless said.", "N"),
        Option(
            "--row",
            "The row with this number, the first being 1, or the one at this place: FILE:LINE, as "
            "a preview writes it.",
            "N|PLACE",
            repeated=True,
        ),
        Option("--longest", "The rows with most tokens, before any are cut.", "[N]"),
        Option("--worst", "The rows most likely to be a problem, in the order above.", "[N]"),
        Option("--data", "Which data set, `train`, `validation` or `test`; train.", "NAME"),
        Option("--raw", "Columns whole, and with their lines."),
        Option("--ids", "A line for each token: its id, its weight, its text."),
        Option("--report", "Figures of all rows of all data sets."),
        Option(
            "--html",
            "Write the report, with plots and rows, to one page FILE; needs `tunec[report]`.",
            "FILE",
        ),
        Option("--json", "Print the figures of the report as JSON."),
        Option("--force", "Replace FILE even if it is no earlier report."),
        SET,
    ),
    (
        ("tunec preview support.tune", "the first three rows"),
        ("tunec preview support.tune --row 17 --ids", "token by token"),
        ("tunec preview support.tune --row tickets.jsonl:17", "by file and line"),
        ("tunec preview support.tune --worst 5 --raw", "what to mend first"),
        ("tunec preview support.tune --data validation --longest", ""),
        ("tunec preview support.tune --report", "figures and a histogram"),
        ("tunec preview support.tune --html report.html", "to look at in a browser"),
        ("tunec preview support.tune --json > figures.json", "for scripts"),
        ("tunec preview support.tune -n 1 --set model.max_length='64 tokens'", ""),
    ),
)

_OF_ROWS = ("rows", "row", "longest", "worst", "data", "raw", "ids")
_OF_REPORTS = ("report", "html", "json")


def run(arguments: Arguments) -> int:
    """Exit code 1 if the spec, the environment or a row has a problem."""
    import tempfile

    choice = choice_of(arguments)
    asked = request(arguments)
    page = arguments.value("html")
    if page is not None:
        from tunec.cli.pages import refuse_page
        from tunec.run.preview.wanted import MARK

        refuse_page(page, MARK, force=arguments.has("force"))
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
        data = compiled.plan.data
        _refuse_absent(choice.get("data", "train"), data)
        path = os.path.join(folder, f"{compiled.plan.name}.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(compiled.script)
        aside = os.path.join(folder, "page.html") if page is not None else ""
        code = _show(
            Wanted(
                path,
                asked.name,
                data.overflow.value,
                coloured(sys.stdout),
                page=aside,
                **choice,
            )
        )
        if page is not None and os.path.exists(aside):
            with open(aside, "rb") as made:
                replace_file(page, made.read())
            say(f"{page}: written.", sys.stderr)
        return code


def _show(wanted: "Wanted") -> int:
    import subprocess

    from tunec.run.process import PREVIEW_CHILD

    words = [sys.executable, PREVIEW_CHILD, wanted.to_word()]
    ended = subprocess.run(words, check=False)
    return DONE if ended.returncode == 0 else PROBLEM


def choice_of(arguments: Arguments) -> "dict[str, Any]":
    """The fields of `Wanted` that options say. Raises Misuse where they contradict each other."""
    if any(arguments.has(name) for name in _OF_REPORTS):
        extra = next((name for name in _OF_ROWS if arguments.has(name)), None)
        if extra is not None:
            raise Misuse(
                f"`{_flag(extra)}` chooses rows, but a report is of all of them.",
                f"Leave out `{_flag(extra)}`, or what asks for a report.",
            )
        if arguments.has("force") and not arguments.has("html"):
            raise Misuse("`--force` is of a page.", "Write `--html FILE --force`.")
        return {"report": True, "json": arguments.has("json")}
    if arguments.has("force"):
        raise Misuse("`--force` is of a page.", "Write `--html FILE --force`.")
    if arguments.has("row"):
        extra = next((name for name in ("rows", "longest", "worst") if arguments.has(name)), None)
        if extra is not None:
            raise Misuse(f"`--row` and `{_flag(extra)}` choose different rows.", "Write one.")
    return {
        "data": arguments.value("data") or "train",
        "first": _number(arguments, "rows", 3),
        "picked": tuple(_row(text) for text in arguments.values("row")),
        "longest": _number(arguments, "longest", 3) if arguments.has("longest") else 0,
        "worst": _number(arguments, "worst", 3) if arguments.has("worst") else 0,
        "raw": arguments.has("raw"),
        "ids": arguments.has("ids"),
    }


def _number(arguments: Arguments, name: str, default: int) -> int:
    text = arguments.value(name) or arguments.value("rows")
    if text is None:
        return default
    if not text.isascii() or not text.isdecimal() or int(text) == 0:
        raise Misuse(f"`{text}` is not a number of rows.", f"Write `{_flag(name)} 3`.")
    return int(text)


def _row(text: str) -> str:
    """A number from 1 or a place."""
    if not text or (text.isascii() and text.isdecimal() and int(text) == 0):
        raise Misuse(f"`{text}` is not the number of a row.", "Write `--row 1` for the first.")
    return text


def _flag(name: str) -> str:
    return "-n" if name == "rows" else f"--{name}"


def _refuse_absent(name: str, data: "DataPlan") -> None:
    """Raises Stop where the spec has no data set of this name."""
    from tunec.diagnostics import Diagnostic

    names = list(dict.fromkeys([*data.parts(), *(["validation"] if data.split else [])]))
    if name not in names:
        message = f"The spec has no `data {name}`."
        remedy = f"Write {' or '.join(f'`--data {each}`' for each in names)}."
        raise Stop(Diagnostic("E514", message, None, help=remedy))
