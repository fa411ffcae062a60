"""Results of earlier compiles, so that a spec that did not change costs no compile.

In: a request and everything else that the result depends on. Out: the result, or None. Invariant:
an entry is used only if its whole key is the same, the text of the spec included, and no file
that the compile asked for differs in size, time, presence or kind. Only results without any
problem are kept.

The cache is a convenience: where it cannot be read or written, it is as if it were not there.
"""

import os
import sys
import time
from binascii import crc32

from tunec import __version__
from tunec.cli.request import Request
from tunec.files import Signature, signature
from tunec.resources import CHECKOUT

_FORMAT = "tunec cache 1"
_KEPT = 256
"""Entries, the newest."""
_SETTLED = 50_000_000
"""Nanoseconds after which a change of a file surely shows in its time."""
_ANY = "surrogateescape"
"""Paths may hold bytes that are no text."""
_ENVIRONMENT = ("HOME", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME")
"""Variables that decide where the local copy of the hub is."""


class Entry:
    """The place of one result: of a command on a request, for a script in a certain folder."""

    def __init__(self, command: str, request: Request, home: str = "") -> None:
        folder = os.path.abspath(request.folder)
        self.place = [command, request.name, folder, home, *request.sets]
        self.key = "\n".join([_FORMAT, *_installation(), *map(repr, self.place), request.text])

    def recall(self) -> str | None:
        """The result as it was remembered, if it still holds."""
        try:
            with open(self._path(), encoding="utf-8", errors=_ANY, newline="") as file:
                head, _, body = file.read().partition("\n")
            files, key, result = map(int, head.split())
        except (OSError, ValueError):
            return None
        if body[files : files + key] != self.key or len(body) != files + key + result:
            return None
        for line in body[:files].splitlines():
            size, modified, path = line.split(" ", 2)
            if signature(path) != (None if size == "-" else (int(size), int(modified))):
                return None
        return body[files + key :]

    def remember(self, seen: dict[str, Signature], result: str) -> None:
        """Keeps the result, which depended on the files `seen` as they were then."""
        now = time.time_ns()
        lines = []
        for path, found in seen.items():
            if len(path.splitlines()) != 1 or (found and now - found[1] < _SETTLED):
                return
            size, modified = found or ("-", "-")
            lines.append(f"{size} {modified} {path}\n")
        files = "".join(lines)
        path = self._path()
        temporary = f"{path}.{os.getpid()}"
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            with open(temporary, "w", encoding="utf-8", errors=_ANY, newline="") as file:
                file.write(f"{len(files)} {len(self.key)} {len(result)}\n{files}{self.key}{result}")
            os.replace(temporary, path)
            _forget_oldest(os.path.dirname(path))
        except (OSError, ValueError):
            return

    def _path(self) -> str:
        place = repr(self.place).encode("utf-8", "surrogatepass")
        return os.path.join(
            cache_folder(), "results", f"{crc32(place):08x}{crc32(place[::-1]):08x}"
        )


def cache_folder() -> str:
    """`TUNEC_CACHE`, else where the system keeps caches; it need not exist."""
    own = os.environ.get("TUNEC_CACHE")
    if own:
        return own
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(caches, "tunec")


def _installation() -> list[str]:
    """What identifies this tunec and what it compiles with: another version, another script."""
    parts = [__version__, sys.version, os.path.dirname(__file__)]
    parts += [f"{path} {signature(path)}" for path in sys.path if path.endswith("-packages")]
    parts += [f"{name}={os.environ.get(name)}" for name in _ENVIRONMENT]
    if CHECKOUT:
        for name in ("tunec", "grammar", "templates"):
            parts += _signatures(os.path.join(CHECKOUT, name))
    return parts


def _signatures(folder: str) -> list[str]:
    """Of all files below the folder; a folder's own would change when Python caches a module."""
    parts = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_file():
                parts.append(f"{entry.path} {signature(entry.path)}")
            elif entry.name != "__pycache__":
                parts += _signatures(entry.path)
    return parts


def _forget_oldest(folder: str) -> None:
    with os.scandir(folder) as entries:
        if len(names := [entry for entry in entries if entry.is_file()]) > _KEPT:
            names.sort(key=lambda entry: entry.stat().st_mtime_ns)
            for entry in names[:-_KEPT]:
                os.unlink(entry.path)
