"""What the page on evaluation says of `tunec eval` is what the command takes and gives."""

import json
import re
import shlex
from pathlib import Path

import pytest
from commands import ROOT
from emitted_script import run
from evaluations import Evaluations
from exactness.small_runs import small_script

from tunec.cli.arguments import read
from tunec.cli.eval_command import COMMAND, _limit, _misused

PAGE = (ROOT / "docs" / "evaluation.md").read_text().partition("## Measuring again")[2]
COMMANDS = re.findall(r"^(?:\| `|\$ )(tunec eval [^`\n]+)", PAGE, re.MULTILINE)


def test_every_command_can_be_given() -> None:
    assert len(COMMANDS) == 10
    for command in [*COMMANDS, *(example for example, _ in COMMAND.examples)]:
        words = shlex.split(command.partition(" > ")[0])
        assert words[:2] == ["tunec", "eval"]
        arguments = read(COMMAND, words[2:])
        _misused(arguments)
        _limit(arguments)


def test_every_option_is_there() -> None:
    flags = {option.flags[-1] for option in COMMAND.options} - {"--help"}
    assert {flag for flag in flags if f"{flag} " not in PAGE and f"{flag}`" not in PAGE} == set()


@pytest.mark.torch
def test_every_key_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(small_script(tmp_path, "lora"))
    monkeypatch.chdir(tmp_path)
    results = Evaluations(capsys, monkeypatch).results("runs/lora-6", "--against", "base")
    rows = PAGE.partition("| key | value |")[2]
    inner = {key for each in results["measures"].values() for key in each}
    keys = {*results, *results["model"], *inner}
    assert {key for key in keys if f"`{key}`" not in rows} == set()
    line = (tmp_path / "runs/lora-6/evaluations/held-out-against-base/answers.jsonl").open()
    assert {*json.loads(line.readline())} == {"prompt", "wanted", "given", "scores", "against"}
