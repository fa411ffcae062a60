"""The outputs on the page about previews are those of the commands that stand there."""

import re
import shlex
from pathlib import Path

import pytest
from commands import ROOT

from tunec.cli.arguments import read
from tunec.cli.preview_command import COMMAND, choice_of
from tunec.compiler import compile_spec
from tunec.diagnostics import Report
from tunec.files import Files
from tunec.run.preview.child import preview
from tunec.run.preview.wanted import Wanted
from tunec.source import Source

pytestmark = pytest.mark.torch

PAGE = (ROOT / "docs" / "preview.md").read_text()
BLOCKS = re.findall(r"```\n\$ tunec preview (.*?)\n(.*?)```", PAGE, re.DOTALL)


def test_there_are_blocks() -> None:
    assert len(BLOCKS) == 4


@pytest.mark.parametrize(("words", "said"), BLOCKS, ids=[words for words, _ in BLOCKS])
def test_it_is_what_is_printed(
    words: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = read(COMMAND, shlex.split(words))
    spec = ROOT / arguments.operand("SPEC")
    sets = [Source(f"--set {text}", text, spec.parent) for text in arguments.values("set")]
    source = Source(str(spec), spec.read_text(), spec.parent)
    compiled = compile_spec(source, sets, Files(), Report(), lambda lowered: str(spec.parent))
    assert compiled is not None
    script = tmp_path / "dates.py"
    script.write_text(compiled.script)
    wanted = Wanted(str(script), "dates.tune", "drop", **choice_of(arguments))
    capsys.readouterr()
    assert preview(wanted) == 0
    rest = capsys.readouterr().out
    for part in filter(None, said.split("...\n")):
        assert part in rest
        rest = rest.partition(part)[2]
