"""The compiler's only door to the file system, and a record of what went through it.

In: paths. Out: bytes, text, folder listings. Invariant: whatever the result of a compile depends on
was asked for here, so that `signature` of `seen` tells whether a second compile would differ.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` and `pathlib` take longer to load than an unchanged spec may take
    import mmap
    from pathlib import Path

Signature = tuple[int, int] | None


def signature(path: str) -> Signature:
    """Size and modification time in ns; None where there is nothing."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (status.st_size, status.st_mtime_ns)


class Files:
    """Reads files and remembers each path that was asked for, present or not."""

    def __init__(self) -> None:
        self.seen: dict[str, Signature] = {}

    def note(self, path: "Path") -> Signature:
        key = os.path.abspath(path)
        if key not in self.seen:
            self.seen[key] = signature(key)
        return self.seen[key]

    def is_file(self, path: "Path") -> bool:
        self.note(path)
        return path.is_file()

    def is_folder(self, path: "Path") -> bool:
        self.note(path)
        return path.is_dir()

    def size(self, path: "Path") -> int:
        """In bytes; 0 where there is nothing."""
        found = self.note(path)
        return found[0] if found else 0

    def names(self, path: "Path") -> list[str]:
        """What is in a folder, sorted; empty where it cannot be listed."""
        self.note(path)
        try:
            return sorted(os.listdir(path))
        except OSError:
            return []

    def read_bytes(self, path: "Path", limit: int = -1, start: int = 0) -> bytes:
        """At most `limit` bytes from byte `start` on, all where it is negative. Raises OSError."""
        self.note(path)
        with open(path, "rb") as file:
            file.seek(start)
            return file.read(limit)

    def mapped(self, path: "Path") -> "mmap.mmap":
        """The bytes of a file, of which only those that are looked at are read. Raises OSError."""
        import mmap

        self.note(path)
        with open(path, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def read_text(self, path: "Path") -> str:
        """The whole file as UTF-8. Raises OSError, UnicodeDecodeError."""
        return self.read_bytes(path).decode("utf-8")
