"""Each case is a spec with what is to be said about it at its end.

A file `STAGE/NAME.tune` holds the spec, a line `# ---`, and the problems in the concise format as
comments; for the stage `checks`, which often speaks of two places, in the long format. Comments
`# --set path=value` at its top are arguments. All stages up to the one that the folder is named
after look at it. `pytest --update-golden` writes the end anew.
"""

from pathlib import Path

import pytest
from golden_files import check_golden

from tunec.checks import check
from tunec.diagnostics import Report
from tunec.diagnostics.render.concise import render_concise
from tunec.diagnostics.render.text import render_text
from tunec.facts import gather
from tunec.files import Files
from tunec.source import Source
from tunec.spec import lower
from tunec.syntax import parse

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*.tune"))
END = "# ---\n"
SET = "# --set "


def problems(path: Path, text: str) -> str:
    """What all stages up to the case's own say, a line for each problem."""
    report = Report()
    document = parse(Source(path.name, text, path.parent), report)
    if path.parent.name != "syntax":
        arguments = [line.removeprefix(SET) for line in text.splitlines() if line.startswith(SET)]
        sets = [Source(f"--set {argument}", argument, path.parent) for argument in arguments]
        lowered = lower(document, sets, Files(), report)
        if path.parent.name == "checks" and lowered is not None:
            check(lowered, gather(lowered, Files(), report), report)
            return render_text(report.ordered())
    return render_concise(report.ordered())


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_said_about(
    path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(HERE / "checks" / "fixtures" / "hub"))
    text = path.read_bytes().decode().partition(END)[0]
    said = "".join(f"# {line}".rstrip() + "\n" for line in problems(path, text).splitlines())
    check_golden(path, text + END + said, request)
