"""Paths as a spec writes them, and as a script needs them.

In: a path of a spec and the folder of the file that says it. Out: where it leads, and the same path
from the main file's folder. Invariant: nothing absolute and nothing of this machine gets into a
script; separators are `/`.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from tunec.diagnostics import Diagnostic, Label
from tunec.diagnostics.suggest import nearest
from tunec.files import Files
from tunec.spec.places import Places

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def is_absolute(written: str) -> bool:
    """Whether a path starts at a root, a drive or someone's home."""
    return written.startswith(("/", "\\", "~")) or _DRIVE.match(written) is not None


def relative(places: Places, path: str, written: str) -> str:
    """What the spec writes at `path`, from the main file's folder."""
    folder = places.folder(path)
    target = os.path.normpath(written)
    if os.path.abspath(folder) != os.path.abspath(places.root.folder):
        target = os.path.relpath(folder / written, places.root.folder)
    return target.replace(os.sep, "/")


def refuse_absolute(places: Places, path: str, written: str, wanted: str) -> Diagnostic:
    """For an absolute path; `wanted` is the line to write, with PATH in it."""
    remedy = "Write the path relative to the folder of the spec."
    if written.startswith("/"):
        spelled = os.path.relpath(written, places.folder(path)).replace(os.sep, "/")
        remedy = f"Write {wanted.replace('PATH', spelled)}."
    span = places.span(path)
    return Diagnostic(
        "E225",
        f"`{written}` is an absolute path, so the spec works on one machine only.",
        Label(span) if span else None,
        help=remedy,
    )


def missing(files: Files, folder: Path, written: str, only: str) -> tuple[list[str], str]:
    """What may have been meant by a path that leads nowhere, and a fact about where it ends.

    `only` is "folders" or "files", the sort that was looked for.
    """
    parts = [part for part in written.split("/") if part]
    known = ""
    for index, part in enumerate(parts):
        here = f"{known}{part}"
        if not files.is_folder(folder / here):
            return _near(files, folder, known, parts[index:], only)
        known = f"{here}/"
    return [], ""


def _near(
    files: Files, folder: Path, known: str, rest: list[str], only: str
) -> tuple[list[str], str]:
    """`known` is the part that exists, with its `/`; empty for the folder of the spec."""
    last = len(rest) == 1
    shown = f"`{known.rstrip('/')}`" if known else "The folder of the spec"
    is_wanted = files.is_file if last and only == "files" else files.is_folder
    names = [
        name
        for name in files.names(folder / known)
        if not name.startswith(".") and is_wanted(folder / known / name)
    ]
    close = nearest(rest[0], names)
    tail = "".join(f"/{part}" for part in rest[1:])
    found = [
        f"{known}{name}{tail}"
        for name in close
        if not tail or is_there(files, folder, known + name + tail)
    ]
    sort = only if last else "folders"
    if not names:
        return found, f"{shown} has no {sort} in it."
    return found, f"{shown} has the {sort[:-1] if len(names) == 1 else sort} {enumerated(names)}."


def is_there(files: Files, folder: Path, written: str) -> bool:
    return files.is_file(folder / written) or files.is_folder(folder / written)


def enumerated(names: Iterable[str], most: int = 8) -> str:
    """Names in backticks, the rest counted."""
    listed = list(dict.fromkeys(names))
    shown = [f"`{name}`" for name in listed[:most]]
    if len(listed) > most:
        shown.append(f"{len(listed) - most} more")
    if len(shown) == 1:
        return shown[0]
    return ", ".join(shown[:-1]) + f" and {shown[-1]}"
