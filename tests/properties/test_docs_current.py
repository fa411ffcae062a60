"""Pages that are generated are current, every code is shown, and no file names this machine."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from golden_files import check_golden

from tunec.cli.method_table import markdown, rows
from tunec.diagnostics.codes import CODES
from tunec.diagnostics.explain import code_reference_markdown
from tunec.facts.methods import METHODS
from tunec.spec.describe import language_reference

ROOT = Path(__file__).parents[2]
MACHINE = re.compile(rb"(?<![\w./<>~$}-])/(?:work|root|home(?!/x/)|Users)/")
"""Folders that only some machine has; `/home/x` is no one's."""


@pytest.mark.parametrize(
    ("page", "text"),
    [("language-reference.md", language_reference), ("diagnostics.md", code_reference_markdown)],
)
def test_pages_are_what_their_generators_print(
    page: str, text: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    check_golden(ROOT / "docs" / page, text(), request)


def test_the_page_of_methods_has_their_tables() -> None:
    page = (ROOT / "docs" / "methods.md").read_text()
    families = {row.family for row in rows()}
    assert [family for family in families if markdown(family) not in page] == []
    takes = [kind for kind, method in METHODS.items() if method.conv1d]
    assert f"`{'`, `'.join(takes[:-1])}` and\n`{takes[-1]}` take" in page


def test_every_code_that_a_spec_triggers_is_shown() -> None:
    """Each has a case that shows its message; what only commands bring about has tests of its own.

    Those are codes whose example is a command, or that have none.
    """
    by_spec = {
        code.id
        for code in CODES.values()
        if code.id[1] in "1234" and code.example and not code.example.startswith("$ ")
    }
    shown: set[str] = set()
    for path in (ROOT / "tests" / "diagnostics").rglob("*.tune"):
        said = path.read_bytes().decode(errors="replace").partition("# ---\n")[2]
        shown.update(re.findall(r"\b(E\d{3})\b", said))
    assert sorted(by_spec - shown) == []


def tracked() -> list[Path]:
    """Files that are, or are about to be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in names if path.is_file()]


def test_no_file_names_a_machine() -> None:
    """Absolute paths of where something was made say nothing elsewhere."""
    if not (ROOT / ".git").exists():
        return  # the source distribution has been checked where it was made
    found = [
        f"{path.relative_to(ROOT)}: {line.decode(errors='replace').strip()[:80]}"
        for path in tracked()
        for line in path.read_bytes().splitlines()
        if MACHINE.search(line) and path != Path(__file__)
    ]
    assert found == []
