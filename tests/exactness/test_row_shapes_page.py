"""The page on shapes of rows shows what scripts make of the sample rows.

Below each spec on the page stand the rows of its files, unless the spec before has the same, and
what its script makes of them: both are written by `pytest --update-golden`.
"""

import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from emitted_script import ROOT, load
from exactness.shapes import marked
from golden_files import check_golden
from properties.compiling import compiled

pytestmark = pytest.mark.torch

PAGE = ROOT / "docs" / "row-shapes.md"
ROWS = ROOT / "samples" / "rows"
EXAMPLE = re.compile(
    r"```tune\n(.*?)```\n(?:\n```jsonl\n.*?```\n)?(?:\n```text\n.*?```\n)?", re.DOTALL
)


def files_of(spec: str) -> list[str]:
    return re.findall(r'source "([^"]+)"', spec)


def seen(spec: str, folder: Path) -> str:
    """Each row as the model is shown it, and what the script says of the rows."""
    script, problems = compiled(spec, ROWS, home=os.path.relpath(ROWS, folder))
    assert not problems
    (folder / "spec.py").write_text(script)
    module, said = load(folder / "spec.py"), io.StringIO()
    module.CACHE = Path(tempfile.mkdtemp(dir=folder))  # steps are told when rows are encoded
    tokenizer = module.load_tokenizer()
    with redirect_stdout(said):
        rows, _ = module.load_data(tokenizer)
    told = [line for line in said.getvalue().splitlines() if str(folder) not in line]
    shown = [marked(tokenizer, row, "⟦", "⟧") + "\n" for row in rows]
    return "---\n".join([*shown, "\n".join(told) + "\n"])


def written(page: str, folder: Path) -> Iterator[str]:
    """The page with what is below each spec made anew."""
    end, before = 0, None
    for example in EXAMPLE.finditer(page):
        spec = example[1]
        yield page[end : example.start()] + f"```tune\n{spec}```\n"
        files, end = files_of(spec), example.end()
        if files != before:
            rows = "".join((ROWS / name).read_text() for name in files)
            yield f"\n```jsonl\n{rows}```\n"
        before = files
        yield f"\n```text\n{seen(spec, folder)}```\n"
    yield page[end:]


def test_what_is_below_each_spec(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    check_golden(PAGE, "".join(written(PAGE.read_text(), tmp_path)), request)


def test_every_sample_is_on_the_page() -> None:
    specs = [example[1] for example in EXAMPLE.finditer(PAGE.read_text())]
    named = {name for spec in specs for name in files_of(spec)}
    assert named == {path.name for path in ROWS.glob("*.jsonl")}


def test_links_within_the_page_lead_somewhere() -> None:
    page = PAGE.read_text()
    titles = {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.*)$", page, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= titles
