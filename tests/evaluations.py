"""Evaluations in tests, within the process of the tests.

In: the words of a command line. Out: how it ended, and the results that it wrote. Invariant: only
the process of its own is left out: all else is as `tunec eval` does it.
"""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any  # results are plain values of any sort

import pytest
from commands import Ended
from emitted_script import kept_random_state

from tunec.cli.main import main
from tunec.run.evaluate.child import ended
from tunec.run.evaluate.wanted import Wanted


class Evaluations:
    """Runs `tunec eval`, in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.capsys = capsys
        patch.setattr("tunec.run.process.run_child", self._child)

    def __call__(self, *words: str | Path) -> Ended:
        self.capsys.readouterr()
        code = main(["eval", *map(str, words)])
        out, err = self.capsys.readouterr()
        return Ended(code, out, err)

    def results(self, *words: str | Path) -> dict[str, Any]:
        """Of an evaluation that must succeed."""
        found = self(*words, "--json")
        assert found.code == 0, found.err
        results: dict[str, Any] = json.loads(found.out)
        return results

    @staticmethod
    def _child(words: list[str], _: object) -> int:
        with redirect_stdout(sys.stderr), kept_random_state():
            return ended(Wanted.from_word(words[1]))


def answers(file: Path) -> list[dict[str, Any]]:
    """Those of an evaluation."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n")[:-1]]


def files(folder: Path) -> dict[str, bytes]:
    """What a run's folder holds besides its evaluations, by name."""
    found = (path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder): path for path in found}
    return {
        str(name): path.read_bytes()
        for name, path in named.items()
        if name.parts[0] != "evaluations"
    }
