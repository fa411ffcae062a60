"""What ended an evaluation, explained.

In: the exception. Out: one diagnostic. Invariant: no remedy speaks of going on: an evaluation
that failed left nothing behind.
"""

from tunec.diagnostics import Diagnostic
from tunec.record import fields_of
from tunec.run.failure import explain

_HELP = {
    "E504": "Make room and run the same command again.",
    "E505": "Measure fewer rows, `--limit N`, or evaluate where there is more memory.",
    "E507": "Run the same command again if the cause has passed.",
}


def told(problem: BaseException, script: str) -> Diagnostic:
    """The diagnostic that stands for it."""
    found = explain(problem, script, "")
    fields = fields_of(found)
    return Diagnostic(**{**fields, "help": _HELP.get(found.code, found.help)})
