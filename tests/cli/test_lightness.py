"""What `check` and `compile` load: nothing heavy, and next to nothing when nothing changed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, Commands

HEAVY = {"torch", "transformers", "peft", "datasets", "numpy", "rich", "tokenizers", "pydantic"}
"""Of pydantic, its engine alone is light enough: `pydantic_core`."""
NOT_FOR_THE_CACHE = {"dataclasses", "typing", "re", "pathlib", "json", "argparse", "pydantic_core"}

PROBE = """\
import sys
from tunec.__main__ import main
before = set(sys.modules)
sys.argv[1:] = {words!r}
code = main()
print("\\n".join(sorted(name for name in set(sys.modules) - before)), file=sys.stderr)
sys.exit(code)
"""


def loaded(words: list[str], folder: Path) -> set[str]:
    """Modules that the command loads, by their first name."""
    ended = subprocess.run(
        [sys.executable, "-c", PROBE.format(words=words)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in ended.stderr.splitlines()}


@pytest.mark.parametrize("words", [["check", "support.tune"], ["compile", "support.tune"]])
def test_nothing_heavy_is_loaded(tunec: Commands, words: list[str]) -> None:
    names = loaded(words, tunec.folder)
    assert "tunec" in names
    assert not names & HEAVY


@pytest.mark.parametrize("words", [["check", "support.tune"], ["compile", "support.tune"]])
def test_an_unchanged_spec_loads_next_to_nothing(tunec: Commands, words: list[str]) -> None:
    for _ in range(2):  # the first may find its files too new to trust
        loaded(words, tunec.folder)
    assert not loaded(words, tunec.folder) & (HEAVY | NOT_FOR_THE_CACHE)


def test_errors_load_no_templates(tunec: Commands) -> None:
    tunec.spec.write_text("model")
    ended = subprocess.run(
        [sys.executable, "-m", "tunec", "check", "support.tune"],
        cwd=tunec.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    names = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "tunec.compiler" in names
    assert not names & {"black", "jinja2", "tunec.emit", *HEAVY}
