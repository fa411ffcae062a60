"""Files of expected text, compared and, when asked for, rewritten.

In: what a file should hold. Out: nothing, or a failed test. Invariant: a run that changed a file
never passes, so what was rewritten has to be read before it counts.
"""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest


def check_golden(path: Path, text: str, request: pytest.FixtureRequest) -> None:
    """Fails with a diff unless the file holds exactly `text`."""
    check_goldens({path: text}, request)


def check_goldens(texts: Mapping[Path, str], request: pytest.FixtureRequest) -> None:
    """As `check_golden` for several files, all of which are compared before the test fails."""
    differing = {path: text for path, text in texts.items() if _read(path) != text}
    if not differing:
        return
    if request.config.getoption("--update-golden"):
        for path, text in differing.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        _fail_rewritten(len(differing))
    diffs = "\n".join(_diff(path, text) for path, text in differing.items())
    pytest.fail(f"{diffs}\nTo accept: pytest --update-golden {request.node.nodeid}", pytrace=False)


def check_no_leftovers(
    folder: Path, expected: Iterable[Path], request: pytest.FixtureRequest
) -> None:
    """Fails if `folder` has files, at any depth, that no test expects."""
    found = {path for path in folder.rglob("*") if path.is_file()}
    leftovers = sorted(found - set(expected))
    if not leftovers:
        return
    if request.config.getoption("--update-golden"):
        for path in leftovers:
            path.unlink()
        _fail_rewritten(len(leftovers), "removed")
    names = ", ".join(str(path.relative_to(folder)) for path in leftovers)
    pytest.fail(f"No test expects these files of {folder.name}: {names}", pytrace=False)


def _fail_rewritten(count: int, verb: str = "rewrote") -> None:
    files = "1 file" if count == 1 else f"{count} files"
    pytest.fail(f"{verb} {files}; read the diff, run again", pytrace=False)


def _read(path: Path) -> str | None:
    return path.read_bytes().decode() if path.is_file() else None


def _diff(path: Path, text: str) -> str:
    expected = _read(path)
    if expected is None:
        return f"{path.name} is missing; it should hold:\n{text}"
    lines = difflib.unified_diff(
        expected.splitlines(), text.splitlines(), f"{path.name} (expected)", "now", lineterm=""
    )
    return "\n".join(lines) or f"{path.name} differs in its line ends only."
