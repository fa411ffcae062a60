"""Files that a pattern matches.

In: a folder and a pattern such as `data/**/*.jsonl`. Out: paths from that folder, sorted.
Invariant: these are the files that `glob.glob` of the script finds, hidden ones left out alike.
"""

import re
from collections.abc import Iterator
from fnmatch import filter as matching_names
from pathlib import Path

from tunec.files import Files

_MAGIC = re.compile(r"[*?[]")


def is_pattern(text: str) -> bool:
    return _MAGIC.search(text) is not None


def escaped(text: str) -> str:
    """A pattern that matches this very text."""
    return re.sub(r"([*?[])", r"[\1]", text)


def matching(files: Files, folder: Path, pattern: str) -> list[str]:
    parts = [part for part in pattern.split("/") if part]
    found = set(_below(files, folder, "", parts))
    return sorted(name for name in found if files.is_file(folder / name))


def _below(files: Files, folder: Path, known: str, parts: list[str]) -> Iterator[str]:
    """`known` is the part that was matched, with its `/`."""
    part, rest = parts[0], parts[1:]
    if part == "**":
        # It stands for any number of folders; at the end of a pattern, for what is in them.
        yield from _below(files, folder, known, rest or ["*"])
        for name in _names(files, folder / known, "*"):
            if files.is_folder(folder / known / name):
                yield from _below(files, folder, f"{known}{name}/", parts)
        return
    for name in _names(files, folder / known, part) if is_pattern(part) else [part]:
        if not rest:
            yield known + name
        elif files.is_folder(folder / known / name):
            yield from _below(files, folder, f"{known}{name}/", rest)


def _names(files: Files, folder: Path, pattern: str) -> list[str]:
    names = files.names(folder)
    if not pattern.startswith("."):
        names = [name for name in names if not name.startswith(".")]
    return matching_names(names, pattern)
