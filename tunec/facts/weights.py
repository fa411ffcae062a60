"""Names and shapes of a model's weights, from the headers of its files.

In: a folder. Out: a table from tensor name to shape. Invariant: not one number of a weight is read.
"""

from collections.abc import Mapping
from pathlib import Path

from tunec.facts.jsonfile import Unreadable, parse_object, read_object
from tunec.files import Files

Shapes = Mapping[str, tuple[int, ...]]

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
_LONGEST = 100_000_000
"""Bytes that the format allows for a header."""


def read_shapes(files: Files, folder: Path) -> Shapes | None:
    """Shapes by name; None where no safetensors are there.

    Raises Unreadable, whose reason begins with the name of the file, where one is damaged or
    lacking.
    """
    if files.is_file(folder / SINGLE):
        return _header(files, folder, SINGLE)
    if not files.is_file(folder / INDEX):
        return None
    try:
        index = read_object(files, folder / INDEX)
    except Unreadable as problem:
        raise Unreadable(f"`{INDEX}` {problem.reason}") from None
    table = index.get("weight_map")
    if not isinstance(table, dict) or not all(isinstance(name, str) for name in table.values()):
        raise Unreadable(f"`{INDEX}` does not say which file has which weight")
    shapes: dict[str, tuple[int, ...]] = {}
    for shard in dict.fromkeys(table.values()):
        if "/" in shard or not files.is_file(folder / shard):
            raise Unreadable(f"`{shard}`, which `{INDEX}` names, is not there")
        shapes.update(_header(files, folder, shard))
    return shapes


def _header(files: Files, folder: Path, name: str) -> dict[str, tuple[int, ...]]:
    """Eight bytes of length, little end first, then as many bytes of JSON."""
    path = folder / name
    size = files.size(path)
    try:
        start = files.read_bytes(path, 8)
        if start.startswith(b"version "):
            raise Unreadable(f"`{name}` is a pointer of Git LFS, not the file itself")
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length > min(_LONGEST, size - 8):
            raise Unreadable(f"`{name}` is not a file of safetensors, or is cut off")
        data = files.read_bytes(path, length, start=8)
    except OSError as problem:
        reason = (problem.strerror or "unknown reason").lower()
        raise Unreadable(f"`{name}` cannot be read: {reason}") from None
    try:
        header = parse_object(data)
    except Unreadable:
        raise Unreadable(f"`{name}` has a damaged header") from None
    shapes, end = _shapes(header, name)
    if size < 8 + length + end:
        raise Unreadable(f"`{name}` is cut off: it has {size} bytes of {8 + length + end}")
    return shapes


def _shapes(header: Mapping[str, object], name: str) -> tuple[dict[str, tuple[int, ...]], int]:
    """Shapes by name, and where the last tensor ends, in bytes after the header."""
    shapes = {}
    end = 0
    for tensor, about in header.items():
        if tensor == "__metadata__":
            continue
        known = about if isinstance(about, dict) else {}
        shape = _whole_numbers(known.get("shape"))
        offsets = _whole_numbers(known.get("data_offsets"))
        if shape is None or offsets is None or len(offsets) != 2:
            raise Unreadable(f"`{name}` has a damaged header")
        shapes[tensor] = shape
        end = max(end, offsets[1])
    return shapes, end


def _whole_numbers(value: object) -> tuple[int, ...] | None:
    if isinstance(value, list) and all(isinstance(each, int) for each in value):
        return tuple(value)
    return None
