"""Previews in tests, within the process of the tests.

In: a spec and rows. Out: what a preview prints. Invariant: the spec is compiled once, and its
script is loaded anew for every preview, as `tunec preview` does it.
"""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any  # fields of `Wanted` are of several sorts

import pytest
from commands import ROOT, Ended
from emitted_script import compile_to

from tunec.run.preview.child import preview
from tunec.run.preview.script import Script
from tunec.run.preview.wanted import Wanted
from tunec.terminal import Stop

SPEC = """\
model scratch {
  architecture = llama, tokenizer = "tokenizer", hidden_size = 32, intermediate_size = 64
  num_hidden_layers = 1, num_attention_heads = 2, max_length = 64 tokens
}
method full
"""
TRAIN = """
train { epochs = 2, batch = 4 examples, forward = 128 tokens, optimizer adamw }
"""
CHAT = 'template chat { user "{{ question }}", assistant "{{ answer }}" }\n'


def rows_file(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


class Preview:
    """A spec whose rows are looked at."""

    def __init__(
        self, folder: Path, data: str, overflow: str = "drop", template: str = CHAT
    ) -> None:
        if not (folder / "tokenizer").exists():
            shutil.copytree(ROOT / "samples" / "tokenizers" / "bytes", folder / "tokenizer")
        self.overflow = overflow
        self.script = compile_to(folder / "tiny.py", SPEC + template + data + TRAIN)

    def wanted(self, **fields: Any) -> Wanted:  # noqa: ANN401  of several sorts
        rows = {"first": 3} if "report" not in fields else {}
        return Wanted(str(self.script), "tiny.tune", self.overflow, **{**rows, **fields})

    def loaded(self) -> Script:
        return Script(str(self.script))

    def __call__(self, capsys: pytest.CaptureFixture[str], **fields: Any) -> Ended:  # noqa: ANN401
        """What is printed; what would be told as an error is `err`."""
        capsys.readouterr()
        code, err = 1, ""
        try:
            code = preview(self.wanted(**fields))
        except SystemExit as stop:
            err = str(stop.code)
        except Stop as stop:
            err = f"{stop.diagnostic.code}: {stop.diagnostic.message} {stop.diagnostic.help}"
        return Ended(code, capsys.readouterr().out, err)
