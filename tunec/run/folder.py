"""The folder of a run: where it is, and whether a script may go on in it.

In: a spec or a script. Out: a path, or a diagnostic. Invariant: nothing is written or removed
here; the script itself locks its folder and throws away what `--fresh` says.
"""

import ast
import os
from pathlib import Path

from tunec.diagnostics import Diagnostic
from tunec.plan.decide import run_name
from tunec.spec import Lowered

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
_SHOWN = 12
"""Lines of a difference that are shown."""


def name_of(lowered: Lowered) -> str:
    """The run's name: the spec's own, else that of its file."""
    return lowered.spec.name or run_name(os.path.basename(lowered.places.root.name))


def folder_of(lowered: Lowered) -> str:
    """Where the run writes unless told otherwise; it starts at the folder of the spec."""
    output = lowered.spec.output or f"runs/{name_of(lowered)}"
    return os.path.normpath(os.path.join(lowered.places.root.folder, output))


def in_use(folder: str) -> Diagnostic | None:
    """An error where another run has locked the folder, in the way that scripts do."""
    import fcntl

    try:
        with open(os.path.join(folder, ".lock"), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return Diagnostic(
            "E502",
            f"Another run is writing to `{folder}`.",
            None,
            help="Wait until it ends, or write elsewhere: `--output DIR`.",
        )
    except OSError:
        pass  # no run has been here
    return None


def other_run(folder: str, name: str, script: str) -> Diagnostic | None:
    """An error where the folder has checkpoints of another script, of no use to this one."""
    if not any(Path(folder, "checkpoints").glob("step-??????")):
        return None
    path = Path(folder, f"{name}.py")
    there = [path] if path.is_file() else sorted(Path(folder).glob("*.py"))
    for other in there:
        old = other.read_text(encoding="utf-8", errors="replace")
        if not same_run(old, script):
            return Diagnostic(
                "E503",
                f"`{folder}` holds a run of another script, from whose checkpoints this one "
                f"cannot go on.",
                None,
                notes=(f"What differs from `{other}`:\n{changes(old, script)}",),
                help="Write elsewhere, `--output DIR`, or throw that run away, `--fresh`.",
            )
    return None


def same_run(old: str, new: str) -> bool:
    """Whether two scripts do the same; comments and where a script stands make no difference."""
    try:
        return _meaning(old) == _meaning(new)
    except (SyntaxError, ValueError):
        return False


def _meaning(script: str) -> str:
    """The script without comments, docstrings and the line that says where it stands."""
    tree = ast.parse(script)
    tree.body = [statement for statement in tree.body if not _is_place(statement)]
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def _is_place(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Assign):
        return False
    target = statement.targets[0]
    return isinstance(target, ast.Name) and target.id == "HERE"


def changes(old: str, new: str) -> str:
    """The lines that differ, without those around them; a few at most."""
    from difflib import unified_diff

    diff = unified_diff(_code(old), _code(new), n=0, lineterm="")
    lines = [line for line in [*diff][2:] if line.startswith(("+", "-"))]
    if len(lines) > _SHOWN:
        lines[_SHOWN:] = [f"... and {len(lines) - _SHOWN} lines more"]
    return "\n".join(lines)


def _code(script: str) -> list[str]:
    """The lines without comments at their ends, which say where in the spec a value stands."""
    lines = (line.partition("  # ")[0] for line in script.splitlines())
    return [line for line in lines if not line.startswith(("HERE = ", "Compiled by tunec"))]
