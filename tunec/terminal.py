"""What is printed, and whether in colour.

In: text and diagnostics. Out: bytes on a stream. Invariant: colour only on a terminal, unless
`NO_COLOR` or `FORCE_COLOR` says otherwise; a character that the terminal cannot show never stops
tunec.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # a spec without problems needs none of these
    from typing import TextIO

    from tunec.diagnostics import Diagnostic, Report


class Stop(Exception):
    """A command cannot go on, and this is why."""

    def __init__(self, diagnostic: "Diagnostic") -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def coloured(stream: "TextIO") -> bool:
    """As no-color.org has it: `NO_COLOR` first, then `FORCE_COLOR`, then what the stream is."""
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR", "")
    if forced:
        return forced != "0"
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def say(text: str, stream: "TextIO | None" = None) -> None:
    """Writes a line, or several, to standard output unless told otherwise."""
    stream = stream or sys.stdout
    line = f"{text.rstrip()}\n"
    try:
        stream.write(line)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(line.encode(encoding, "backslashreplace").decode(encoding))


def write_bytes(content: bytes) -> None:
    """Writes to standard output exactly these bytes, whatever encoding the terminal has."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def show(report: "Report", stream: "TextIO | None" = None) -> None:
    """Prints the diagnostics for people, to standard error unless told otherwise."""
    from tunec.diagnostics.render import render

    stream = stream or sys.stderr
    found = report.ordered()
    if found:
        say(render(found, "text", coloured(stream)), stream)


def show_one(diagnostic: "Diagnostic") -> None:
    """Prints one diagnostic for people to standard error."""
    from tunec.diagnostics import Report

    show(Report([diagnostic]))
