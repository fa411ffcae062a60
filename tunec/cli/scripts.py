"""Scripts on disk: where a script stands, how it is written, and how it differs.

In: a script and a path. Out: a file, whole or not at all. Invariant: a file that tunec did not
write is replaced only if the user says so, and no folder appears that the user did not ask for.
"""

import errno
import os

from tunec.cli.request import Request
from tunec.terminal import Stop

_MARK = b"Compiled by tunec"
_HEAD = 4096
"""Bytes at the start of a script within which it says what wrote it."""


def home_of(request: Request, folder: str) -> str:
    """The way from a script's folder to the spec's, links followed, as the script will go it."""
    way = os.path.relpath(os.path.realpath(request.folder), os.path.realpath(folder or "."))
    return way.replace(os.sep, "/")


def read_if_there(path: str) -> bytes | None:
    """None where there is no file. Raises Stop where there is one that cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise _unwritable(path, problem) from None
    except ValueError:
        raise _nameless(path) from None


def write_script(path: str, content: bytes, remedy: str, *, force: bool = False) -> bool:
    """Writes the script unless it is there already; whether it was written.

    Raises Stop where the folder is missing, the disk is full, or the file is someone's own work;
    `remedy` is what to do about the last.
    """
    if read_if_there(path) == content:
        return False
    refuse_foreign(path, _MARK, remedy, force=force)
    replace_file(path, content)
    return True


def refuse_foreign(path: str, mark: bytes, remedy: str, *, force: bool) -> None:
    """Raises Stop where a file is there that tunec did not write: it lacks the mark.

    So it does where the folder is missing, and `remedy` is what to do about the first.
    """
    old = read_if_there(path)
    if old is not None and not force and mark not in old[:_HEAD]:
        raise _foreign(path, remedy)
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise _unwritable(path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))


def replace_file(path: str, content: bytes) -> None:
    """Writes aside and renames, so that a reader sees the old file or the new one. Raises Stop."""
    # A link stays a link: what it points to is replaced.
    target = os.path.realpath(path)
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):
            os.chmod(temporary, os.stat(target).st_mode & 0o7777)
        os.replace(temporary, target)
    except OSError as problem:
        raise _unwritable(path, problem) from None
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def difference(old: str, new: str, path: str, now: str = "compiled now") -> str:
    """A unified diff from the file on disk to what it should be; empty where they are the same."""
    from difflib import unified_diff

    lines = unified_diff(old.splitlines(), new.splitlines(), path, f"{path} ({now})", lineterm="")
    return "\n".join(lines)


def _foreign(path: str, remedy: str) -> Stop:
    from tunec.diagnostics import Diagnostic

    return Stop(
        Diagnostic("E512", f"`{path}` exists and was not written by tunec.", None, help=remedy)
    )


def _nameless(path: str) -> Stop:
    """For a name with a null character in it."""
    from tunec.diagnostics import Diagnostic

    help = "Name another file."
    return Stop(Diagnostic("E513", f"`{path}` is no name of a file.", None, help=help))


def _unwritable(path: str, problem: OSError) -> Stop:
    from tunec.diagnostics import Diagnostic

    folder = os.path.dirname(path) or "."
    code, message, remedy = (
        "E513",
        f"`{path}` cannot be written: {problem.strerror}.",
        "Name another file.",
    )
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        code, message = "E504", f"`{path}` cannot be written: the disk is full."
        remedy = "Make room, or name a file on another disk."
    elif os.path.isdir(path):
        message, remedy = (
            f"`{path}` is a folder, not a file.",
            f"Write `{os.path.join(path, 'NAME.py')}`.",
        )
    elif not os.path.isdir(folder):
        message, remedy = (
            f"There is no folder `{folder}` to write `{path}` into.",
            f"Run `mkdir -p {folder}` first.",
        )
    return Stop(Diagnostic(code, message, None, help=remedy))
