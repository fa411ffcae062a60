"""A script's process: what the script sees, and what its failures become."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import ROOT, Ended

from tunec.resources import folder
from tunec.run.failure import STOPS
from tunec.run.process import CHILD, ended_by_system

HEAD = """\
# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "no-such-package==1.0"]
# ///
"""
HUB = "class {name}(Exception): pass\nraise {name}('no luck') from OSError('deep')"


def run(tmp_path: Path, text: str, *words: str) -> Ended:
    """The script in its process, without `tunec run` around it."""
    (tmp_path / "x.py").write_text(HEAD + text)
    ended = subprocess.run(
        [sys.executable, CHILD, "out/failure.txt", "x.py", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def test_a_script_sees_what_it_sees_when_run_by_hand(tmp_path: Path) -> None:
    text = "import sys, os\nprint(__name__, __file__, sys.argv, os.getcwd(), sys.path)\n"
    text += "print(sorted(m for m in sys.modules if m.startswith('tunec')))\n"
    ended = run(tmp_path, text, "--fresh", "a b")
    by_hand = subprocess.run(
        [sys.executable, "x.py", "--fresh", "a b"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == by_hand.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "code"), [("pass", 0), ("raise SystemExit", 0), ("raise SystemExit(3)", 3)]
)
def test_exit_codes_pass_through(tmp_path: Path, text: str, code: int) -> None:
    assert run(tmp_path, text) == Ended(code, "", "")


@pytest.mark.parametrize(
    ("text", "said", "advice"),
    [
        ("import sys\nsys.exit('a.jsonl:3: not JSON')", "error[E506]: a.jsonl:3: not JSON.", ""),
        (
            "import sys\nsys.exit('stopped after step 3 of 9; run again to go on')",
            "error[E508]: stopped after step 3 of 9; run again to go on.",
            "Run the same command again",
        ),
        (
            "import sys\nsys.exit('out is in use by another run')",
            "error[E502]: out is in use by another run.",
            "Wait until it ends",
        ),
        ("raise KeyboardInterrupt", "error[E508]: The run was interrupted", "Run the same"),
        (
            "import no_such_package",
            "error[E501]: `no_such_package` is not installed, and the script imports it.",
            "-m pip install no_such_package`.",
        ),
        (
            "raise ImportError('old', name='torch.nn')",
            "error[E501]: `torch` is installed but lacks what is imported from it: old.",
            "-m pip install torch==2.13.0`.",
        ),
        (
            "raise OSError(28, 'No space left', 'big.bin')",
            "error[E504]: The disk is full while writing `big.bin`.",
            "Make room",
        ),
        (
            "raise RuntimeError('I/O error: No space left on device (os error 28)')",
            "error[E504]: The disk is full.",
            "Make room",
        ),
        (
            "raise RuntimeError('[enforce fail at inline_container.cc:672] . unexpected pos 4')",
            "error[E504]: The disk is full.",
            "Make room",
        ),
        (
            "class OutOfMemoryError(RuntimeError): pass\nraise OutOfMemoryError('CUDA: 2 GiB')",
            "error[E505]: The run needs more memory than there is.\nnote: CUDA: 2 GiB\n",
            "Lower `forward`",
        ),
        (
            "raise RuntimeError('DefaultCPUAllocator: not enough memory: you tried')",
            "error[E505]",
            "`quantize nf4`",
        ),
        (
            "try:\n    raise MemoryError\nexcept MemoryError:\n    raise ValueError('later')",
            "error[E505]",
            "Lower `forward`",
        ),
        (
            HUB.format(name="RepositoryNotFoundError"),
            "error[E402]: The model, or its revision, is not on the hub.\nnote: no luck\n",
            "Correct its name",
        ),
        (HUB.format(name="GatedRepoError"), "error[E402]: The model's owners let", "Agree"),
        (HUB.format(name="ConnectError"), "error[E402]: The hub cannot be reached", "Connect"),
    ],
)
def test_a_failure_becomes_one_message(tmp_path: Path, text: str, said: str, advice: str) -> None:
    ended = run(tmp_path, text)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(said)
    assert advice in ended.err
    assert "Traceback" not in ended.err
    assert ended.err.count("error[") == 1


def test_an_unexpected_error_names_the_line_and_the_file_with_the_rest(tmp_path: Path) -> None:
    text = "def f(x):\n    return 1 / x\n\n\nprint('before')\nf(0)\n"
    ended = run(tmp_path, text)
    assert (ended.code, ended.out) == (1, "before\n")
    assert ended.err == (
        "error[E507]: The script ended with ZeroDivisionError: division by zero.\n"
        " --> x.py:6:5\n"
        "  |\n"
        "6 |     return 1 / x\n"
        "  |     ^^^^^^^^^^^^\n"
        "  |\n"
        "note: The whole error is in `out/failure.txt`.\n"
        "help: Run the same command again if the cause has passed: it goes on from the last "
        "checkpoint.\n"
        "\n"
        "1 error in x.py.\n"
    )
    whole = (tmp_path / "out" / "failure.txt").read_text()
    assert whole.startswith("Traceback")
    assert "division by zero" in whole


def test_a_script_that_is_no_python(tmp_path: Path) -> None:
    ended = run(tmp_path, "def f(:\n")
    assert "error[E507]: The script ended with SyntaxError: " in ended.err
    assert " --> x.py:5:1\n" in ended.err


def test_the_words_of_the_scripts_are_known() -> None:
    texts = [path.read_text() for path in Path(folder("templates")).rglob("*.j2")]
    assert len(texts) > 10
    for words, _ in STOPS:
        assert any(words in text for text in texts), words


# --- Signals --------------------------------------------------------------------------

SAVING = """\
import signal, sys, time
from pathlib import Path
asked = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, frame: asked.append(number))
Path("ready").touch()
while not asked:
    time.sleep(0.01)
time.sleep(0.2)
Path("saved").write_text(str(asked))
sys.exit("stopped after step 1 of 2; run again to go on")
"""
PARENT = """\
import sys
from tunec.run.process import run_script
sys.exit(run_script("x.py", [], "failure.txt"))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_tunec_stops_the_script_which_saves_first(
    tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "x.py").write_text(SAVING)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        start_new_session=True,  # no terminal, so that nothing but tunec can tell the child
    )
    while not (tmp_path / "ready").exists():
        assert parent.poll() is None
        time.sleep(0.01)
    parent.send_signal(number)
    _, said = parent.communicate(timeout=30)
    assert (tmp_path / "saved").read_text() == f"[{int(number)}]"
    assert parent.returncode == 1
    assert b"error[E508]: stopped after step 1 of 2" in said


def test_a_key_typed_at_a_terminal_reaches_the_script_once(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(SAVING)
    (tmp_path / "parent.py").write_text(PARENT)
    terminal = subprocess.Popen(
        [sys.executable, "-c", "import pty, sys; pty.spawn([sys.executable, 'parent.py'])"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    while not (tmp_path / "ready").exists():
        assert terminal.poll() is None
        time.sleep(0.01)
    said, _ = terminal.communicate(b"\x03", timeout=30)
    assert (tmp_path / "saved").read_text() == f"[{int(signal.SIGINT)}]"
    assert b"stopped after step 1 of 2" in said


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (signal.SIGKILL, "E508", "where memory runs out"),
        (signal.SIGTERM, "E508", "stopped before it could save"),
        (signal.SIGSEGV, "E507", "SIGSEGV"),
    ],
)
def test_a_script_that_the_system_ends(
    tmp_path: Path, number: signal.Signals, code: str, words: str
) -> None:
    ended = run(tmp_path, f"import os\nos.kill(os.getpid(), {int(number)})")
    assert ended.code == -number
    found = ended_by_system(ended.code, "out")
    assert found.code == code
    assert words in found.message
