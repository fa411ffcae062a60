"""The process of a script.

In: the path of a script and its arguments. Out: an exit code. Invariant: the child has the
terminal to itself; whoever asks tunec to stop asks the child, and tunec waits until it has saved.
"""

import os
import signal
import subprocess
import sys
from types import FrameType
from typing import TextIO

from tunec.diagnostics import Diagnostic

_HERE = os.path.dirname(os.path.abspath(__file__))
CHILD = os.path.join(_HERE, "child.py")
PREVIEW_CHILD = os.path.join(_HERE, "preview", "child.py")
EVALUATE_CHILD = os.path.join(_HERE, "evaluate", "child.py")
_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_script(path: str, words: list[str], failure: str) -> int:
    """Runs the script; what went wrong is said by the child, in full in the file `failure`.

    The child's exit code; below 0 it is the number of the signal that ended it.
    """
    return run_child([CHILD, failure, path, *words])


def run_child(words: list[str], stdout: TextIO | None = None) -> int:
    """Runs Python with these words, and waits for its end; its exit code, as above."""
    asked: list[int] = []
    child: list[subprocess.Popen[bytes]] = []

    def forward(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        # A key typed at a terminal reaches every process of its foreground group by itself.
        if child and not (number == signal.SIGINT and _typed()):
            child[0].send_signal(number)

    before = {number: signal.signal(number, forward) for number in _FORWARDED}
    try:
        child.append(subprocess.Popen([sys.executable, *words], stdout=stdout))
        if asked and not _typed():
            child[0].send_signal(asked[-1])
        return child[0].wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ended_by_system(code: int, folder: str) -> Diagnostic:
    """The message for a child that a signal, -`code`, ended before it could say anything."""
    name = signal.Signals(-code).name
    if name in ("SIGINT", "SIGTERM", "SIGHUP"):
        message, remedy = "The run was stopped before it could save.", "Run the same command again."
    elif name == "SIGKILL":
        message = "The run was killed from outside; where memory runs out, the system does that."
        remedy = (
            "Run the same command again, which goes on from the last checkpoint; if memory was "
            "short, lower `forward` or write `gradient_checkpointing = true` first."
        )
    else:
        message = f"The run ended by {name}, which is a fault of a library or of the machine."
        remedy = "Run the same command again, which goes on from the last checkpoint."
        return Diagnostic(
            "E507", message, None, notes=(f"The run's folder is `{folder}`.",), help=remedy
        )
    return Diagnostic("E508", message, None, help=remedy)


def _typed() -> bool:
    """Whether this process is in the foreground of a terminal."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
