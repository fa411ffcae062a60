"""Whether what a script imports is installed.

In: a script. Out: diagnostics. Invariant: the head of the script (PEP 723) is the one list of
what it needs, and nothing is imported to look.
"""

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from tunec.diagnostics import Diagnostic

_START, _END = "# /// script", "# ///"


def requirements(script: str) -> list[str]:
    """What the head of a script asks for, such as `torch==2.13.0`."""
    import tomllib

    lines = script.splitlines()
    if _START not in lines:
        return []
    start = lines.index(_START) + 1
    head = lines[start : lines.index(_END, start)]
    found = tomllib.loads("\n".join(line.removeprefix("#").removeprefix(" ") for line in head))
    return [str(requirement) for requirement in found.get("dependencies", [])]


def missing_packages(script: str) -> Iterator[Diagnostic]:
    """An error for packages that are not there, a warning for each of another version."""
    wanted = requirements(script)
    absent = [requirement for requirement in wanted if not _importable(requirement)]
    if absent:
        yield not_installed([requirement.partition("==")[0] for requirement in absent], absent)
    for requirement in wanted:
        name, _, pinned = requirement.partition("==")
        installed = None if requirement in absent else _version(name)
        # What follows a plus says how a version was built, not which one it is.
        if installed and pinned and installed.partition("+")[0] != pinned:
            yield Diagnostic(
                "E501",
                f"`{name}` is {installed}, but the script was compiled for {pinned}.",
                None,
                help=f"Run `{install_command([requirement])}` to have what tunec is tested with.",
                severity="warning",
            )


def not_installed(names: list[str], wanted: list[str]) -> Diagnostic:
    """The error for packages that a script cannot import."""
    listed = " and ".join(
        filter(None, [", ".join(f"`{name}`" for name in names[:-1]), f"`{names[-1]}`"])
    )
    are = "is" if len(names) == 1 else "are"
    return Diagnostic(
        "E501",
        f"{listed} {are} not installed, and the script imports {'it' if are == 'is' else 'them'}.",
        None,
        help=f"Run `{install_command(wanted)}`.",
    )


def install_command(wanted: list[str]) -> str:
    """What to type so that this very Python has the packages."""
    return " ".join([sys.executable or "python", "-m", "pip", "install", *wanted])


def _importable(requirement: str) -> bool:
    name = requirement.partition("==")[0].replace("-", "_").lower()
    return find_spec(name) is not None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
