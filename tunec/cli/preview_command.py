"""`tunec preview`: the first rows as the model will see them.

In: a spec. Out: rows rendered and tokenised by the script's own functions, what is trained on
marked. Invariant: nothing is written that stays, and no weights are loaded.
"""

import os
import sys

from tunec.cli import DONE, PROBLEM
from tunec.cli.arguments import Arguments, Command, Misuse, Option
from tunec.cli.request import SET, SPEC, request
from tunec.cli.scripts import home_of
from tunec.terminal import coloured, show

COMMAND = Command(
    "preview",
    "Show the first rows as the model will see them: rendered by the template and the model's "
    "chat template, tokenised, and what is trained on marked, in green on a terminal, else "
    "between ⟦ and ⟧.",
    (SPEC,),
    (Option("-n --rows", "How many rows; 3 unless said.", "N"), SET),
    (
        ("tunec preview support.tune", ""),
        ("tunec preview support.tune -n 1 --set model.max_length='64 tokens'", ""),
    ),
)

FATES = {
    "drop": "so the row is dropped",
    "truncate": "so the rest is cut off",
    "truncate_prompt": "so its start is cut off",
    "split": "so it becomes several rows",
    "error": "which stops the run",
}
"""What becomes of a row that is too long, by `overflow`."""


def run(arguments: Arguments) -> int:
    """Exit code 1 if the spec, the environment or a row has a problem."""
    import tempfile

    number = arguments.value("rows") or "3"
    if not number.isdecimal() or int(number) == 0:
        raise Misuse(f"`{number}` is not a number of rows.", "Write `-n 3`.")
    asked = request(arguments)
    with tempfile.TemporaryDirectory(prefix="tunec-") as folder:
        from tunec.cli.compiling import compile_request
        from tunec.diagnostics import Report
        from tunec.files import Files
        from tunec.run.packages import missing_packages

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
        return _show(path, number, FATES[compiled.plan.data.overflow.value])


def _show(path: str, number: str, fate: str) -> int:
    import subprocess

    from tunec.run.process import PREVIEW_CHILD

    style = "colour" if coloured(sys.stdout) else "plain"
    ended = subprocess.run([sys.executable, PREVIEW_CHILD, path, number, fate, style], check=False)
    return DONE if ended.returncode == 0 else PROBLEM
