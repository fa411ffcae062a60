"""A request, compiled; and what black made of parts of scripts, kept from one compile to the next.

In: a request. Out: what the compiler makes of it. Invariant: a formatted fragment is found only
under the hash of the exact text that it was made from, so an old table is never wrong.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tunec.cli.cache import cache_folder
from tunec.cli.request import Request
from tunec.compiler import Compiled, Home, compile_spec
from tunec.diagnostics import Report
from tunec.emit import format
from tunec.files import Files

_KEPT = 2000
"""Fragments, the newest; a script has about twenty."""


def compile_request(asked: Request, files: Files, report: Report, home: Home) -> Compiled | None:
    """As `compile_spec`, and faster the second time."""
    with _fragments_on_disk():
        return compile_spec(asked.source(), asked.set_sources(), files, report, home)


@contextmanager
def _fragments_on_disk() -> Iterator[None]:
    """Formatted fragments are taken from, and added to, the cache while this is open."""
    path = os.path.join(cache_folder(), "fragments.json")
    format.kept.update(_read(path))
    known = len(format.kept)
    yield
    if len(format.kept) > known:
        with suppress(OSError):
            _write(path, dict([*format.kept.items()][-_KEPT:]))


def _read(path: str) -> dict[str, str]:
    try:
        with open(path, encoding="utf-8") as file:
            table = json.load(file)
    except (OSError, ValueError):
        return {}
    if not isinstance(table, dict):
        return {}
    return {key: text for key, text in table.items() if isinstance(text, str)}


def _write(path: str, table: dict[str, str]) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(table, file)
    os.replace(temporary, path)
