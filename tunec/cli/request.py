"""A spec as it was asked for: SPEC and each `--set`.

In: the arguments. Out: `Request`, and from it the sources that the compiler takes. Invariant:
reading the request imports nothing heavy, so that an unchanged spec is recognised in
milliseconds.
"""

import os
import sys

from tunec.cli.arguments import Arguments, Operand, Option
from tunec.terminal import Stop

TYPE_CHECKING = False
if TYPE_CHECKING:  # not light
    from tunec.diagnostics import Diagnostic
    from tunec.source import Source

SPEC = Operand("SPEC", "The spec, a `.tune` file; `-` reads it from standard input.")
SET = Option(
    "--set",
    "Set one setting, typed and checked as in the file, where it wins. A path in the value starts "
    "at the folder of the spec.",
    "PATH=VALUE",
    repeated=True,
)


class Request:
    """A spec to be compiled: what it says, what it is called, and what is set beside it."""

    def __init__(self, name: str, text: str, folder: str, sets: list[str]) -> None:
        self.name = name
        """As the user wrote it; `<stdin>` for standard input."""
        self.text = text
        self.folder = folder
        """Where relative paths start."""
        self.sets = sets

    def source(self) -> "Source":
        from pathlib import Path

        from tunec.source import Source

        return Source(self.name, self.text, Path(self.folder))

    def set_sources(self) -> "list[Source]":
        from pathlib import Path

        from tunec.source import Source

        return [Source(f"--set {text}", text, Path(self.folder)) for text in self.sets]


def request(arguments: Arguments) -> Request:
    """Reads the spec. Raises Stop where it cannot be read."""
    spec = arguments.operand("SPEC")
    sets = arguments.values("set")
    if spec == "-":
        return Request("<stdin>", _decoded("<stdin>", sys.stdin.buffer.read()), ".", sets)
    return Request(spec, read_spec(spec), os.path.dirname(spec) or ".", sets)


def read_spec(path: str) -> str:
    """The text of a spec file. Raises Stop where it cannot be read."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except (OSError, ValueError) as problem:
        raise Stop(_unreadable(path, problem)) from None
    return _decoded(path, content)


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as problem:
        from tunec.diagnostics import Diagnostic

        line = content.count(b"\n", 0, problem.start) + 1
        raise Stop(
            Diagnostic(
                "E401",
                f"`{name}` is not UTF-8 text: line {line} has the byte "
                f"0x{content[problem.start]:02x}.",
                None,
                help="Save the file as UTF-8.",
            )
        ) from None


def _unreadable(path: str, problem: OSError | ValueError) -> "Diagnostic":
    from tunec.diagnostics import Diagnostic

    if os.path.isdir(path):
        specs = sorted(name for name in os.listdir(path) if name.endswith(".tune"))
        advice = " or ".join(f"`{os.path.join(path, name)}`" for name in specs[:2])
        return Diagnostic(
            "E401",
            f"`{path}` is a folder, not a spec.",
            None,
            help=f"Write {advice or 'the path of a `.tune` file'}.",
        )
    if isinstance(problem, FileNotFoundError | NotADirectoryError):
        close = _neighbour(path)
        return Diagnostic(
            "E401",
            f"There is no file `{path}`.",
            None,
            help=f"Write `{close}`." if close else "Correct the path, or start with `tunec init`.",
        )
    reason = (
        problem.strerror if isinstance(problem, OSError) else "the path has a null character in it"
    )
    return Diagnostic(
        "E401", f"`{path}` cannot be read: {reason}.", None, help="Make the file readable."
    )


def _neighbour(path: str) -> str | None:
    """The spec in the same folder whose name is nearest, or the only one."""
    from tunec.diagnostics.suggest import nearest

    folder, name = os.path.split(path)
    try:
        there = sorted(other for other in os.listdir(folder or ".") if other.endswith(".tune"))
    except OSError:
        return None
    close = nearest(name.removesuffix(".tune"), [other.removesuffix(".tune") for other in there])
    if close:
        return os.path.join(folder, f"{close[0]}.tune")
    return os.path.join(folder, there[0]) if len(there) == 1 else None
