"""A fault of tunec, told so that it can be mended.

In: an exception and the command line. Out: text for the user to paste into a report. Invariant:
no path of the user's machine beyond what the command line already says, and nothing here can fail
on its own.
"""

import os
import platform
import sys
import traceback

from tunec import __version__

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_FRAMES = 8
"""Of the innermost calls."""


def report(fault: BaseException, words: list[str]) -> str:
    """The message, and under it the report."""
    lines = [
        "error[E901]: tunec met a situation that it was not written for; nothing is wrong with "
        "what you did.",
        "help: Report it with the lines below, and with the spec if it can be shown.",
        "",
        f"    tunec {__version__}, Python {platform.python_version()}, {sys.platform} "
        f"{platform.machine()}",
        f"    command: {' '.join(['tunec', *words])}",
    ]
    for frame in traceback.extract_tb(fault.__traceback__)[-_FRAMES:]:
        lines.append(f"    {_short(frame.filename)}:{frame.lineno} in {frame.name}: {frame.line}")
    said = traceback.format_exception_only(type(fault), fault)
    lines += [f"    {_private(line)}" for text in said for line in text.rstrip().splitlines()]
    return "\n".join(lines)


def _private(line: str) -> str:
    """Without the folders that lead to tunec and to the user's files."""
    return line.replace(os.path.dirname(_PACKAGE), "...").replace(os.path.expanduser("~"), "~")


def _short(path: str) -> str:
    """Within tunec from its own folder on, within other packages from theirs."""
    if path.startswith(_PACKAGE):
        return os.path.join("tunec", os.path.relpath(path, _PACKAGE))
    _, packages, rest = path.replace(os.sep, "/").rpartition("-packages/")
    return rest if packages else os.path.basename(path)
