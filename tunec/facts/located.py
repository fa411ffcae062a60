"""Where the rows of a source are: a file, several, an address, or the hub.

In: a source. Out: `Located`, or the diagnostic that says why there is none. Invariant: all files of
a source have one format and one ending of compression, and nothing is downloaded.
"""

import os
import re
from typing import Literal, NamedTuple

from tunec.diagnostics import Diagnostic, Label
from tunec.facts.matching import escaped, is_pattern, matching
from tunec.facts.packed import ENDINGS
from tunec.facts.paths import enumerated, is_absolute, missing, refuse_absolute
from tunec.files import Files
from tunec.spec.data import HUB, Source
from tunec.spec.places import Places

FORMATS = {
    ".jsonl": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".txt": "text",
}
"""From the ending of a file's name to its format."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)?", re.ASCII)
_OF_A_SAVED_SET = ("dataset_info.json", "state.json")
"""What `save_to_disk` of datasets writes beside its Arrow files."""


class Located(NamedTuple):
    """Where rows are."""

    kind: Literal["file", "files", "address", "hub"]
    path: str
    """In the spec's words: a file, a pattern, an address, or the name on the hub."""
    format: str
    packed: str = ""
    """The ending of compressed files."""
    names: tuple[str, ...] = ()
    """The files that there are now, in the spec's words."""


def ending_of(name: str) -> tuple[str, str]:
    """The ending that names a format, and that of the compression after it; empty for none."""
    stem, last = os.path.splitext(name)
    if last.lower() in ENDINGS:
        return os.path.splitext(stem)[1], last
    return last, ""


def locate_source(places: Places, path: str, source: Source, files: Files) -> Located | Diagnostic:
    """`path` is that of the setting `path` in the spec."""
    return _Locator(places, path, source, files).locate()


class _Locator:
    """Looks for one source."""

    def __init__(self, places: Places, path: str, source: Source, files: Files) -> None:
        self.places = places
        self.path = path
        self.source = source
        self.text = source.path
        self.files = files
        self.folder = places.folder(path)

    def locate(self) -> Located | Diagnostic:
        text = self.text
        if text.startswith(HUB):
            name = text.removeprefix(HUB)
            if not _NAME.fullmatch(name):
                remedy = 'Write owner and name, such as `source "hub:acme/rows"`.'
                return self.problem("E405", f"`{name}` cannot be a name on the hub.", remedy)
            return Located("hub", name, "hub")
        if _ADDRESS.match(text):
            return self.address()
        if is_absolute(text):
            return refuse_absolute(self.places, self.path, text, '`source "PATH"`')
        if self.files.is_file(self.folder / text):
            return self.of_files("file", text, [text])
        if self.files.is_folder(self.folder / text):
            return self.in_folder(text.rstrip("/"))
        names = matching(self.files, self.folder, text) if is_pattern(text) else []
        return self.of_files("files", text, names) if names else self.absent()

    def address(self) -> Located | Diagnostic:
        text = self.text
        scheme, _, rest = text.partition("://")
        if scheme.lower() in ("file", "local"):
            remedy = "Write its path relative to the folder of the spec."
            return self.problem("E405", f"`{text}` is a file of this machine.", remedy)
        if re.match(r"[^/@]*:[^/@]*@", rest):
            return self.problem(
                "E405",
                "The address has a name and a password in it, which would stand in the script.",
                "Remove them, and let the environment of the run say them.",
            )
        if "*" in text:
            return self.problem(
                "E405",
                f"`{text}` is an address, which takes no patterns.",
                "Write one `source` for each file, or download them and name their folder.",
            )
        return self.of_files("address", text, [rest.partition("?")[0].partition("#")[0]])

    def in_folder(self, folder: str) -> Located | Diagnostic:
        """All files of the one format that the folder has."""
        inside = [
            name
            for name in self.files.names(self.folder / folder)
            if not name.startswith(".") and self.files.is_file(self.folder / folder / name)
        ]
        if "dataset_dict.json" in inside:
            return self.problem(
                "E405",
                f"`{self.text}` is a folder of several data sets.",
                f'Name one of them, such as `source "{folder}/train"`.',
            )
        if any(name.endswith(".arrow") for name in inside):
            inside = [name for name in inside if name not in _OF_A_SAVED_SET]
        groups: dict[tuple[str, str], list[str]] = {}
        for name in inside:
            endings = ending_of(name)
            form = FORMATS.get(endings[0].lower())
            if form is not None and self.source.format in (None, form):
                groups.setdefault(endings, []).append(name)
        stem = "" if folder == "." else f"{folder}/"
        if not groups:
            wanted = f"format `{self.source.format}`" if self.source.format else "a known format"
            has = f"It has the files {enumerated(inside)}." if inside else "It has no files in it."
            return self.problem(
                "E405",
                f"`{self.text}` is a folder without files of {wanted}.",
                f'Name a file, or a pattern such as `source "{stem}*.jsonl"`.',
                has,
            )
        if len(groups) > 1:
            return self.mixed([stem + names[0] for names in groups.values()])
        ((ending, packed), names) = next(iter(groups.items()))
        pattern = f"{escaped(stem)}*{ending}{packed}"
        return self.of_files("files", pattern, [stem + name for name in names])

    def of_files(
        self, kind: Literal["file", "files", "address"], path: str, names: list[str]
    ) -> Located | Diagnostic:
        examples: dict[tuple[str, str], str] = {}
        for name in names:
            ending, packed = ending_of(name)
            form = self.source.format or FORMATS.get(ending.lower())
            if form is None:
                return self.unknown(name, ending)
            examples.setdefault((form, packed.lower()), name)
        if len(examples) > 1:
            return self.mixed(list(examples.values()))
        form, packed = next(iter(examples))
        if packed and form in ("parquet", "arrow"):
            return self.problem(
                "E416",
                f"`{names[0]}` is compressed as a whole, and its format has compression inside.",
                f"Unpack it: name the file without `{packed}`.",
            )
        return Located(kind, path, form, packed, () if kind == "address" else tuple(names))

    # --- What is said where there is none ---------------------------------------------

    def mixed(self, examples: list[str]) -> Diagnostic:
        patterns = [
            f'`source "{os.path.join(os.path.dirname(name), "*" + "".join(ending_of(name)))}"`'
            for name in examples[:2]
        ]
        return self.problem(
            "E441",
            f"`{self.text}` stands for files of several formats: {enumerated(examples)}.",
            f"Write {' or '.join(dict.fromkeys(patterns))}.",
        )

    def unknown(self, name: str, ending: str) -> Diagnostic:
        has = "its name has no ending"
        if ending:
            has = f"`{ending}` is not the ending of a known format"
        return self.problem(
            "E416",
            f"The format of `{name}` is not known: {has}.",
            f'Write the format: `source "{self.text}" {{ format = jsonl }}`.',
            "The formats are `jsonl`, `json`, `csv`, `parquet`, `arrow` and `text`.",
        )

    def absent(self) -> Diagnostic:
        close, fact = missing(self.files, self.folder, self.text, "files")
        remedy = "Write the path of the file, relative to the folder of the spec."
        if close:
            remedy = "Write " + " or ".join(f'`source "{each}"`' for each in close) + "."
        message = f"There is no file `{self.text}`."
        if is_pattern(self.text):
            message = f"No file matches `{self.text}`."
        return self.problem("E405", message, remedy, fact)

    def problem(self, code: str, message: str, remedy: str, note: str = "") -> Diagnostic:
        span = self.places.span(self.path)
        notes = (note,) if note else ()
        return Diagnostic(code, message, Label(span) if span else None, notes=notes, help=remedy)


__all__ = ["FORMATS", "Located", "ending_of", "locate_source"]
