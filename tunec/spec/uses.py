"""The files of a spec: `use` followed, and all merged into one.

In: the main document. Out: one section. Invariant: each file is read once, whatever the number of
`use`s that lead to it, and a file wins over those it uses; among those the later one wins.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from tunec.diagnostics import Diagnostic, Label, Report
from tunec.files import Files
from tunec.source import Source
from tunec.spec.merge import merge
from tunec.spec.raw import show
from tunec.spec.resolve import Scope, resolve
from tunec.spec.tree import Given, Section
from tunec.syntax import parse
from tunec.syntax.nodes import Document, Use

DEPTH = 10
"""Files in a chain of `use`s, the main one not counted."""


class Unusable(Exception):
    """A `use` that leads to no spec."""

    def __init__(
        self,
        use: Use,
        code: str,
        message: str,
        notes: tuple[str, ...] = (),
        remedy: str = "Write the path of a spec, relative to the folder of this file.",
    ) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic(code, message, Label(use.path.span), notes=notes, help=remedy)


class Loader:
    """Reads the files of one spec."""

    def __init__(self, files: Files, report: Report) -> None:
        self.files = files
        self.report = report
        self.incomplete = report.failed
        """Whether parts are missing because they could not be read or parsed."""
        self.sections: dict[str, Section] = {}
        self.chain: list[tuple[str, str]] = []
        """Absolute path and name of the files on the way to the one being read."""

    def load(self, document: Document, replaced: Mapping[str, Given]) -> tuple[Section, Scope]:
        """The merged spec of a document and what it uses, and the document's own names."""
        source = document.source
        key = os.path.abspath(source.folder / os.path.basename(source.name))
        scope = Scope(document.items, self.report, self.incomplete, replaced)
        section = resolve(scope)
        self.chain.append((key, source.name))
        under: Section | None = None
        for item in document.items:
            if isinstance(item, Use):
                used = self.used(item, source)
                if used is not None:
                    under = merge(under, used) if under else used
        self.chain.pop()
        return (merge(under, section) if under else section), scope

    def used(self, use: Use, user: Source) -> Section | None:
        """The merged spec of a file that is used; None, and a report, where it cannot be read."""
        try:
            key, path = self.locate(use, user)
            if key in self.sections:
                return self.sections[key]
            self.refuse_long_chain(use)
            name = os.path.normpath(os.path.join(os.path.dirname(user.name), use.path.value))
            source = self.read(use, path, name)
        except Unusable as problem:
            self.incomplete = True
            self.report.add(problem.diagnostic)
            return None
        before = len(self.report.diagnostics)
        document = parse(source, self.report)
        known = self.incomplete
        self.incomplete = any(
            found.severity == "error" for found in self.report.diagnostics[before:]
        )
        section, _ = self.load(document, {})
        self.incomplete = self.incomplete or known
        self.sections[key] = section
        return section

    def locate(self, use: Use, user: Source) -> tuple[str, Path]:
        """The absolute path that tells files apart, and the path to open. Raises Unusable."""
        written = use.path.value
        if not written.strip() or "\0" in written:
            message = f"`use` needs the path of a file, but it is {show(written)}."
            raise Unusable(use, "E214", message)
        path = user.folder / written
        key = os.path.abspath(path)
        for start, (known, name) in enumerate(self.chain):
            if known != key:
                continue
            itself = start == len(self.chain) - 1
            raise Unusable(
                use,
                "E215",
                "This file uses itself." if itself else "This file uses itself through others.",
                () if itself else (f"{self.path_of_chain(start)} uses `{name}`.",),
                "Remove the line, or move what both files need into a third one.",
            )
        return key, path

    def refuse_long_chain(self, use: Use) -> None:
        """Raises Unusable where the file would be one too many."""
        if len(self.chain) > DEPTH:
            raise Unusable(
                use,
                "E216",
                f"More than {DEPTH} files use one another in a chain.",
                (f"{self.path_of_chain(0)}.",),
                "Write the settings of the files in between into one file.",
            )

    def read(self, use: Use, path: Path, name: str) -> Source:
        """The text of a used file. Raises Unusable."""
        try:
            if self.files.is_folder(path):
                raise Unusable(use, "E214", f"`{name}` is a folder, not a spec.")
            if not self.files.is_file(path):
                raise Unusable(use, "E214", f"There is no file `{name}`.")
            return Source(name, self.files.read_text(path), path.parent)
        except UnicodeDecodeError as problem:
            message = f"`{name}` is not text in UTF-8: byte {problem.start + 1} is not valid."
            raise Unusable(use, "E214", message, (), "Save the file as UTF-8.") from problem
        except OSError as problem:
            reason = (problem.strerror or "unknown reason").lower()
            message = f"`{name}` cannot be read: {reason}."
            raise Unusable(use, "E214", message, (), "Make the file readable.") from problem
        except ValueError as problem:
            message = f"{show(use.path.value)} is not a path."
            raise Unusable(use, "E214", message) from problem

    def path_of_chain(self, start: int) -> str:
        """The files on the way, as notes name them."""
        return " uses ".join(f"`{name}`" for _, name in self.chain[start:])
