"""A script's failure, explained.

In: the exception that ended it. Out: one diagnostic, and the whole error in a file where a
message cannot hold it. Invariant: the kinds of failure are told apart by names and numbers of
exceptions, without importing what raised them.
"""

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from tunec.diagnostics import Diagnostic, Label, Report
from tunec.source import Source, Span

STOPS = (
    ("stopped after step", "E508"),
    ("is in use by another run", "E502"),
    ("holds a run of another script", "E503"),
    ("bytes are needed on the disk", "E504"),
)
"""Words of a script's own last message, and the code that says more."""

_MEMORY = ("OutOfMemoryError", "MemoryError")
_MEMORY_WORDS = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
)
_DISK_WORDS = (
    "No space left on device",
    "Disk quota exceeded",
    "PytorchStreamWriter failed",
    "unexpected pos",
)
"""What safetensors and torch say, whose exceptions have no number."""
_NOT_FOUND = ("RepositoryNotFoundError", "RevisionNotFoundError", "EntryNotFoundError")
_NOT_REACHED = (
    "ConnectionError",
    "ConnectError",
    "LocalEntryNotFoundError",
    "OfflineModeIsEnabled",
    "TimeoutException",
)
_OWN_NAMES = {"sklearn": "scikit-learn", "PIL": "pillow", "yaml": "pyyaml"}
"""Modules that are installed under another name."""


def tell(problem: BaseException, script: str, failure: str) -> None:
    """Prints the diagnostic; what is unexpected is also written to the file `failure`, in full."""
    from tunec.terminal import show

    if sys.stderr.isatty():
        print(file=sys.stderr)  # a progress bar may have left its line open
    show(Report([explain(problem, script, failure)]))


def explain(problem: BaseException, script: str, failure: str) -> Diagnostic:
    """The diagnostic of what ended the script."""
    if isinstance(problem, SystemExit):
        return _stopped(str(problem.code))
    if isinstance(problem, KeyboardInterrupt):
        return Diagnostic(
            "E508",
            "The run was interrupted before training began.",
            None,
            help="Run the same command again.",
        )
    causes = list(_causes(problem))
    for explained in (_package, _disk, _memory, _hub):
        found = next(filter(None, map(explained, causes)), None)
        if found is not None:
            _write(problem, failure)
            return found
    return _crashed(problem, script, _write(problem, failure))


def _causes(problem: BaseException | None) -> Iterator[BaseException]:
    """The exception and those that it was raised from."""
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__


def _stopped(message: str) -> Diagnostic:
    code = next((code for words, code in STOPS if words in message), "E506")
    sentence = message if message.endswith((".", "!", "?")) else f"{message}."
    helps = {
        "E502": "Wait until it ends, or write elsewhere: `--output DIR`.",
        "E504": "Make room and run the same command again, which goes on from the last checkpoint.",
        "E508": "Run the same command again: it goes on from there, to the same result.",
    }
    return Diagnostic(code, sentence, None, help=helps.get(code))


def _package(error: BaseException) -> Diagnostic | None:
    if not isinstance(error, ImportError):
        return None
    from tunec.run.packages import install_command, not_installed, requirements

    name = (error.name or "").partition(".")[0]
    package = _OWN_NAMES.get(name, name)
    script = sys.argv[0]
    pins = {
        pin.partition("==")[0].lower(): pin
        for pin in requirements(Path(script).read_text(encoding="utf-8"))
    }
    wanted = pins.get(package.lower(), package)
    if isinstance(error, ModuleNotFoundError) and package:
        return not_installed([package], [wanted])
    return Diagnostic(
        "E501",
        f"`{package or 'a package'}` is installed but lacks what is imported from it: {error}.",
        None,
        help=f"Run `{install_command([wanted] if package else list(pins.values()))}`.",
    )


def _disk(error: BaseException) -> Diagnostic | None:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if not full and not any(part in str(error) for part in _DISK_WORDS):
        return None
    file = getattr(error, "filename", None)
    where = f" while writing `{file}`" if file else ""
    return Diagnostic(
        "E504",
        f"The disk is full{where}.",
        None,
        help="Make room and run the same command again, which goes on from the last checkpoint.",
    )


def _memory(error: BaseException) -> Diagnostic | None:
    words = str(error).lower()
    if type(error).__name__ not in _MEMORY and not any(part in words for part in _MEMORY_WORDS):
        return None
    return Diagnostic(
        "E505",
        "The run needs more memory than there is.",
        None,
        notes=(_first_line(error),),
        help="Lower `forward` in `train`, write `gradient_checkpointing = true` there, or add "
        "`quantize nf4`.",
    )


def _hub(error: BaseException) -> Diagnostic | None:
    names = {kind.__name__ for kind in type(error).__mro__}
    if "GatedRepoError" in names:
        message = "The model's owners let only those download it who have agreed to their terms."
        remedy = "Agree to them on the page of the model, then run `hf auth login`."
    elif names & set(_NOT_REACHED):
        message = "The hub cannot be reached, and not all that is needed is on this machine."
        remedy = "Connect to the network, or name a local folder in `model`."
    elif names & set(_NOT_FOUND):
        message = "The model, or its revision, is not on the hub."
        remedy = "Correct its name in `model`; if it is private, run `hf auth login`."
    else:
        return None
    return Diagnostic("E402", message, None, notes=(_first_line(error),), help=remedy)


def _crashed(problem: BaseException, script: str, written: str) -> Diagnostic:
    said = traceback.format_exception_only(type(problem), problem)[-1].strip()
    label = _script_line(problem, script)
    return Diagnostic(
        "E507",
        f"The script ended with {said.splitlines()[0]}" + ("" if said.endswith(".") else "."),
        label,
        notes=(written,),
        help="Run the same command again if the cause has passed: it goes on from the last "
        "checkpoint.",
    )


def _script_line(problem: BaseException, script: str) -> Label | None:
    """The innermost line of the script itself."""
    frames = traceback.extract_tb(problem.__traceback__)
    path = os.path.abspath(script)
    numbers = [frame.lineno for frame in frames if frame.filename == path and frame.lineno]
    if isinstance(problem, SyntaxError) and problem.filename == path and problem.lineno:
        numbers = [problem.lineno]
    if not numbers:
        return None
    source = Source(script, Path(script).read_text(encoding="utf-8"))
    line = source.line_text(numbers[-1])
    start = source.line_starts[numbers[-1] - 1] + len(line) - len(line.lstrip())
    return Label(Span(source, start, start + len(line.strip())))


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _write(problem: BaseException, failure: str) -> str:
    """Writes the whole error down; a sentence that says where it is."""
    text = "".join(traceback.format_exception(type(problem), problem, problem.__traceback__))
    try:
        os.makedirs(os.path.dirname(failure) or ".", exist_ok=True)
        Path(failure).write_text(text, encoding="utf-8")
    except OSError:
        return f"The whole error:\n{text.rstrip()}"
    return f"The whole error is in `{failure}`."
