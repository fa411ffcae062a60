"""What `check` and `compile` of the sample load: nothing of what scripts import."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    "accelerate",
    "bitsandbytes",
    "datasets",
    "huggingface_hub",
    "numpy",
    "peft",
    "pyarrow",
    "rich",
    "safetensors",
    "tokenizers",
    "torch",
    "transformers",
    "trl",
}
PROBE = """\
import atexit, sys
atexit.register(lambda: print(*sys.modules, sep="\\n", file=sys.stderr))
sys.argv[1:] = {words!r}
from tunec.__main__ import main
sys.exit(main())
"""


def loaded(tmp_path: Path, *words: str) -> set[str]:
    """All modules, by their first name, that the command has loaded when it ends."""
    ended = subprocess.run(
        [sys.executable, "-c", PROBE.format(words=list(words))],
        cwd=ROOT,
        env={**os.environ, "TUNEC_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return {name.partition(".")[0] for name in ended.stderr.splitlines()}


@pytest.mark.parametrize("command", ["check", "compile"])
def test_the_sample_loads_nothing_heavy(command: str, tmp_path: Path) -> None:
    names = loaded(tmp_path, command, "samples/dates/dates.tune")
    assert {"tunec", "os"} <= names
    assert not names & HEAVY
