"""The command line, run within the process of the tests, or in one of its own where it matters."""

import os
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from tunec.cli.main import main

ROOT = Path(__file__).parent.parent

SPEC = """\
model "acme/base"

method lora { rank = 8 }

template chat {
  user      "{{ question }}"
  assistant "{{ answer }}"
}

data train { source "rows.jsonl" }

train {
  epochs = 2
  batch = 4 examples
}
"""
ROWS = '{"question": "Is it?", "answer": "It is."}\n' * 8


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Commands:
    """Runs commands in a folder that has `support.tune` and its data."""

    def __init__(
        self,
        folder: Path,
        capsys: pytest.CaptureFixture[str],
        patch: pytest.MonkeyPatch,
    ) -> None:
        self.folder = folder
        self.capsys = capsys
        self.patch = patch
        self.spec = folder / "support.tune"
        self.spec.write_text(SPEC)
        (folder / "rows.jsonl").write_text(ROWS)

    def __call__(self, *words: str, stdin: bytes = b"") -> Ended:
        """In this process, for speed."""
        self.capsys.readouterr()
        self.patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
        code = main(list(words))
        out, err = self.capsys.readouterr()
        return Ended(code, out, err)

    def files(self) -> dict[str, bytes]:
        """What the folder holds, by name."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}


LIBRARIES = ("/torchao/", "torch/utils/_pytree.py", "gemm_4bit_forward")
"""What stands in the lines that libraries write when they are imported without a GPU."""


def apart(*words: str, cwd: Path, **environment: str) -> Ended:
    """In a process of its own; what libraries say of themselves is left out."""
    ended = subprocess.run(
        [sys.executable, "-m", "tunec", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    told = (
        line
        for line in ended.stderr.splitlines(keepends=True)
        if not any(words in line for words in LIBRARIES)
    )
    return Ended(ended.returncode, ended.stdout, "".join(told))
