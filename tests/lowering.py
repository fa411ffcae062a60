"""Lowering for tests: text in, spec and problems out."""

from dataclasses import dataclass
from pathlib import Path

from tunec.diagnostics import Diagnostic, Report
from tunec.files import Files
from tunec.source import Source
from tunec.spec import Lowered, lower
from tunec.syntax import parse

WHOLE = """\
model "../models/pico"
method lora { rank = 16 }
template dates {
  system    "You rewrite dates."
  user      "{{ question }}"
  assistant "{{ answer }}"
}
data train { source "dates.jsonl" }
"""
"""A spec that needs nothing more."""


@dataclass(frozen=True)
class Outcome:
    """What lowering made of a text."""

    lowered: Lowered | None
    problems: list[Diagnostic]

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]

    @property
    def valid(self) -> Lowered:
        """The lowered spec; fails the test where there is none."""
        assert self.lowered is not None, [problem.message for problem in self.problems]
        return self.lowered

    @property
    def only(self) -> Diagnostic:
        """The one problem; fails the test where there is another number of them."""
        assert len(self.problems) == 1, [problem.message for problem in self.problems]
        return self.problems[0]


def lowering(
    text: str, *sets: str, folder: Path | None = None, files: Files | None = None
) -> Outcome:
    """Lowers a text as the file `spec.tune` of a folder, with `--set` arguments."""
    report = Report()
    where = folder or Path()
    document = parse(Source("spec.tune", text, where), report)
    arguments = [Source(f"--set {argument}", argument, where) for argument in sets]
    lowered = lower(document, arguments, files or Files(), report)
    return Outcome(lowered, report.ordered())
