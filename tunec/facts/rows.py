"""The first rows of a data file, read as faithfully as the script will read them.

In: bytes. Out: `Rows`, or `Damaged`. Invariant: a value keeps the type that the file gives it;
nothing is parsed into dates, and numbers keep their spelling.
"""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

MOST = 64
"""Rows that are looked at."""
LIMIT = 256 * 1024
"""Bytes that are looked at."""
WHOLE = 1024 * 1024
"""Bytes of a JSON file that are looked at; one that is longer is not read to its end."""


class Number(str):
    """A number of the data, as it is spelled there."""

    __slots__ = ()


class NotANumber(str):
    """`NaN` or `Infinity`, which some tools write where JSON allows a number."""

    __slots__ = ()


class Damaged(Exception):
    """A row that cannot be read; `reason` completes "Line 3 of `rows.jsonl` …"."""

    def __init__(
        self, line: int | None, reason: str, text: str = "", remedy: str | None = None
    ) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason
        self.text = text
        self.remedy = remedy


class Rows(NamedTuple):
    """The first rows of a file."""

    rows: tuple[Mapping[str, object], ...]
    lines: tuple[int, ...]
    """Where each row stands: its line, counted from 1; in a JSON file its number."""
    complete: bool
    """Whether these are all rows of the file."""
    columns: tuple[str, ...] | None = None
    """Where the file names its columns; None where its rows do."""


def parse(data: bytes, whole: bool, form: str, sample_by: str, most: int | None = MOST) -> Rows:
    """The first rows in the bytes that a file starts with, at most `most`; `whole` if these are
    all bytes.

    Raises Damaged.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Damaged(1, "is in UTF-16", remedy="Save the file as UTF-8.")
    parser = _PARSERS.get(form)
    return parser(data, whole, most) if parser else _parse_text(data, whole, sample_by)


def _decode(data: bytes, first: int = 1) -> str:
    try:
        return data.decode("utf-8-sig" if first == 1 else "utf-8")
    except UnicodeDecodeError as problem:
        line = first + data.count(b"\n", 0, problem.start)
        raise Damaged(line, "is not text in UTF-8", remedy="Save the file as UTF-8.") from None


def _upto_line_end(data: bytes, whole: bool) -> bytes:
    """Without the line that the limit cut."""
    return data if whole else data[: data.rfind(b"\n") + 1]


# --- JSON -----------------------------------------------------------------------------


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Damaged(None, f"has `{twice}` twice in one object")
    return found


_DECODER = json.JSONDecoder(
    parse_int=Number, parse_float=Number, parse_constant=NotANumber, object_pairs_hook=_object
)
_load = _DECODER.decode


def _sort(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "`true` or `false`"
    if value is None:
        return "nothing (`null`)"
    return "a number" if isinstance(value, (Number, NotANumber)) else "text"


def _parse_jsonl(data: bytes, whole: bool, most: int | None) -> Rows:
    rows: list[Mapping[str, object]] = []
    lines: list[int] = []
    for number, raw in enumerate(_upto_line_end(data, whole).split(b"\n"), 1):
        text = _decode(raw, number).strip()
        if not text:
            continue
        if len(rows) == most:
            return Rows(tuple(rows), tuple(lines), False)
        rows.append(_json_line(number, text))
        lines.append(number)
    return Rows(tuple(rows), tuple(lines), whole)


def _json_line(number: int, text: str) -> dict[str, object]:
    try:
        value = _load(text)
    except json.JSONDecodeError as problem:
        raise Damaged(
            number, _json_reason(problem, text), text, _json_remedy(number, text)
        ) from None
    except Damaged as problem:
        raise Damaged(number, problem.reason, text) from None
    except RecursionError:
        raise Damaged(number, "is nested too deeply", text) from None
    if isinstance(value, dict):
        return value
    raise Damaged(number, f"is {_sort(value)}, not an object", text, _json_remedy(number, text))


def _json_reason(problem: json.JSONDecodeError, text: str) -> str:
    if text == "[":
        return "begins a list, not an object"
    if problem.pos >= len(text) or problem.msg.startswith("Unterminated"):
        return "ends in the middle of a row"
    if problem.msg.startswith("Extra data"):
        return f"goes on after its object, from character {problem.pos + 1}"
    return f"is not valid JSON from character {problem.pos + 1}"


def _json_remedy(number: int, text: str) -> str | None:
    if number == 1 and text.startswith("["):
        return "If the file is one JSON list of objects, write `format = json`."
    if number == 1 and text == "{":
        return "Write each row on a line of its own."
    return None


def _parse_json(data: bytes, whole: bool, most: int | None) -> Rows:
    if not whole:
        return _head_of_json(data)
    text = _decode(data)
    if not text.strip():
        return Rows((), (), True)
    try:
        value = _load(text)
    except json.JSONDecodeError as problem:
        extra = problem.msg.startswith("Extra data")
        reason = (
            "goes on after its first value"
            if extra
            else f"is not valid JSON from character {problem.colno}"
        )
        raise Damaged(problem.lineno, reason, remedy=_LINES if extra else None) from None
    except RecursionError:
        raise Damaged(None, "is nested too deeply") from None
    if not isinstance(value, list):
        what = "one object" if isinstance(value, dict) else _sort(value)
        raise Damaged(
            None, f"is {what}, not a list of objects", remedy="Write the rows as `[{ … }, { … }]`."
        )
    for number, row in enumerate(value[:most], 1):
        if not isinstance(row, dict):
            raise Damaged(None, f"has {_sort(row)} in place of its row {number}, not an object")
    first = value[:most]
    return Rows(tuple(first), tuple(range(1, len(first) + 1)), len(first) == len(value))


def _head_of_json(data: bytes) -> Rows:
    """The rows of a list before the place where the limit cut it."""
    text = data.decode("utf-8-sig", "ignore")
    if not text.lstrip().startswith("["):
        raise Damaged(1, "does not begin a list of objects", remedy=_LINES)
    rows: list[Mapping[str, object]] = []
    at = text.index("[") + 1
    while len(rows) < MOST:
        while text.startswith((" ", "\t", "\r", "\n", ","), at):
            at += 1
        try:
            row, at = _DECODER.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            break  # cut here, or damaged, which the script tells
        if not isinstance(row, dict):
            what = f"has {_sort(row)} in place of its row {len(rows) + 1}, not an object"
            raise Damaged(None, what)
        rows.append(row)
    return Rows(tuple(rows), tuple(range(1, len(rows) + 1)), False)


_LINES = "If each line of the file is an object, write `format = jsonl`."


# --- CSV ------------------------------------------------------------------------------


def _parse_csv(data: bytes, whole: bool, most: int | None) -> Rows:
    import csv  # only where there is such a file
    from io import StringIO

    text = _decode(_upto_line_end(data, whole))
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    rows: list[Mapping[str, object]] = []
    lines: list[int] = []
    line = 1
    more = False
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1
            if not cells:
                continue
            if header is None:
                header = _header(cells, here)
                continue
            if len(rows) == most:
                more = True
                break
            if len(cells) != len(header):
                raise Damaged(here, f"has {len(cells)} cells, but the header has {len(header)}")
            rows.append(dict(zip(header, cells, strict=True)))
            lines.append(here)
    except csv.Error:
        # The limit may have cut a cell of several lines; the reader refuses a very long one.
        if whole and len(text) < LIMIT:
            raise Damaged(line, "has a quote that is not closed, or text after one") from None
        more = True
    return Rows(tuple(rows), tuple(lines), whole and not more, tuple(header or ()))


def _header(cells: list[str], line: int) -> list[str]:
    for cell in cells:
        if not cell.strip():
            raise Damaged(line, "is the header, but a column has no name")
        if cells.count(cell) > 1:
            raise Damaged(line, f"is the header, but has the column `{cell}` twice")
    return cells


# --- Others ---------------------------------------------------------------------------


def _parse_text(data: bytes, whole: bool, sample_by: str) -> Rows:
    text = _decode(data if whole else _upto_line_end(data, False)).replace("\r\n", "\n")
    rows: list[Mapping[str, object]] = []
    lines: list[int] = []
    if sample_by == "document":
        pieces = [(1, text)] if whole or text else []
    elif sample_by == "line":
        pieces = list(enumerate(text.split("\n"), 1))
    else:
        pieces = _paragraphs(text)
    for line, piece in pieces:
        if piece.strip() and len(rows) < MOST:
            rows.append({"text": piece})
            lines.append(line)
    complete = whole and len(rows) == sum(1 for _, piece in pieces if piece.strip())
    return Rows(tuple(rows), tuple(lines), complete, ("text",))


def _paragraphs(text: str) -> list[tuple[int, str]]:
    """Lines between blank ones, with the line that each paragraph starts in."""
    found: list[tuple[int, list[str]]] = []
    open_ = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            open_ = False
        elif open_:
            found[-1][1].append(line)
        else:
            found.append((number, [line]))
            open_ = True
    return [(number, "\n".join(lines)) for number, lines in found]


_PARSERS: dict[str, Callable[[bytes, bool, int | None], Rows]] = {
    "jsonl": _parse_jsonl,
    "json": _parse_json,
    "csv": _parse_csv,
}
