"""Code of a model is run where it can compute, and do nothing else."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from emitted_script import ROOT, load

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(
        sys.platform != "linux" or os.uname().machine != "x86_64",
        reason="the sandbox is for Linux on x86-64",
    ),
]


@pytest.fixture(scope="module")
def script():
    module = load(ROOT / "tests" / "golden" / "tested_code" / "script.py")
    module.TEST_SECONDS = 20
    return module


@pytest.mark.parametrize(
    ("code", "tests", "right"),
    [
        ("def f(x):\n    return x + 1", "assert f(1) == 2", True),
        ("def f(x):\n    return x + 2", "assert f(1) == 2", False),
        ("def f(x) return x", "", False),
        ("from __future__ import annotations\nx = 1", "assert x == 1", True),
        ("if __name__ == '__main__':\n    input()", "", True),
        ("import sys\nsys.exit(0)", "assert False", False),
        ("import os\nos._exit(0)", "assert False", False),
        ("raise SystemExit", "assert False", False),
        ("def f(n):\n    return f(n + 1)", "f(0)", False),
        ("import ctypes\nctypes.string_at(0)", "", False),
        ("import torch", "", False),
        ("print('é' * 10)", "", True),
        ("x = 'a' * 10**10", "", False),
    ],
)
def test_tests_say_whether_code_is_right(script, code, tests, right):
    assert script.passes(code, tests) == right


def test_what_computes_is_there(script):
    modules = (
        "abc array bisect calendar cmath collections contextlib copy csv dataclasses datetime "
        "decimal enum fractions functools hashlib heapq io itertools json math operator random "
        "re statistics string struct textwrap time typing unicodedata"
    ).split()
    code = (
        f"import {', '.join(modules)}\n"
        + """
@dataclasses.dataclass
class Point:
    x: "int"
random.shuffle([1, 2]), time.sleep(0.001), datetime.datetime.now(), time.perf_counter()
buffer = io.StringIO()
print(Point(1), file=buffer)
"""
    )
    assert script.passes(code, "assert buffer.getvalue() == 'Point(x=1)\\n'")


FORBIDDEN = {
    "write": "open(PLACE + '/kept', 'w')",
    "append": "open(PLACE + '/kept', 'a')",
    "update": "open(PLACE + '/kept', 'r+')",
    "create": "open(PLACE + '/new', 'x')",
    "create here": "open('new', 'w')",
    "truncate": "os.open(PLACE + '/kept', os.O_RDONLY | os.O_TRUNC)",
    "truncate by path": "os.truncate(PLACE + '/kept', 0)",
    "remove": "os.remove(PLACE + '/kept')",
    "rename": "os.rename(PLACE + '/kept', PLACE + '/new')",
    "link": "os.symlink('a', PLACE + '/new')",
    "folder": "os.mkdir(PLACE + '/new')",
    "mode": "os.chmod(PLACE + '/kept', 0)",
    "times": "os.utime(PLACE + '/kept', (0, 0))",
    "fork": "os.fork()",
    "spawn": "subprocess.run(['true'])",
    "exec": "os.execv('/bin/true', ['true'])",
    "thread": "threading.Thread(target=print).start()",
    "socket": "socket.socket()",
    "signal": "os.kill(PARENT, 9)",
    "limits": "resource.setrlimit(resource.RLIMIT_AS, (2**20, 2**20))",
    "priority": "os.nice(1)",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_all_else_is_refused(script, tmp_path, what):
    kept = tmp_path / "kept"
    kept.write_text("as it was")
    before = kept.stat()
    code = f"""
import os, resource, socket, subprocess, threading
PLACE, PARENT = {str(tmp_path)!r}, {os.getpid()}
refused = False
try:
    {FORBIDDEN[what]}
except (OSError, RuntimeError, ValueError):
    refused = True
"""
    assert script.passes(code, "assert refused")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert kept.read_text() == "as it was"
    assert (kept.stat().st_mode, kept.stat().st_mtime) == (before.st_mode, before.st_mtime)


def test_it_sees_neither_environment_nor_folder(script, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "secret")
    tests = "assert {*os.environ} <= {'LC_CTYPE'}\nassert not os.listdir()"
    assert script.passes("import os", tests)


def commands():
    """What runs on this machine."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield path.read_bytes()


@pytest.mark.parametrize(
    "code",
    [
        "while True:\n    pass",
        "import time\ntime.sleep(1000)",
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        "while True:\n    print('x' * 10**6)",
        "import signal\nfor n in range(1, 32):\n    try:\n        signal.signal(n, lambda *_: 0)\n"
        "    except OSError:\n        pass\nwhile True:\n    pass",
    ],
    ids=["loop", "sleep", "fork bomb", "print", "deaf"],
)
def test_what_never_ends_is_ended(script, monkeypatch, code):
    monkeypatch.setattr(script, "TEST_SECONDS", 1)
    started = time.monotonic()
    assert not script.passes(code, "")
    assert time.monotonic() - started < 30
    assert b"def attempt" not in b"".join(commands())


def test_answers_get_scores_of_their_rows(script, monkeypatch):
    class Row:
        def __init__(self, place):
            self.place = place

    tests = {"a:1": ["assert x > 1", "assert x > 2"], "a:2": "assert x"}
    monkeypatch.setattr(script, "tests_at", lambda places: {at: tests[at] for at in places})
    given = (
        "x = 2",
        "So:\n```python\nx = 3\n```\nThat is it. ```x = 0```",
        "```\nx = 1\n```",
        "x=3",
    )
    places = ("a:1", "a:1", "a:2", "a:1")
    answers = [{"given": text, "scores": {}} for text in given]
    script.add_test_scores(answers, [Row(place) for place in places])
    assert [each["scores"]["python_tests"] for each in answers] == [0, 1, 1, 1]


def test_a_row_without_tests_ends_the_run(script, monkeypatch):
    monkeypatch.setattr(script, "TESTS", "absent")
    script.tests_at.cache_clear()
    place, _ = next(script.read_jsonl(script.TRAIN_FILES[0]))
    with pytest.raises(SystemExit, match="no tests in the column absent"):
        script.tests_at(frozenset([place]))


@pytest.mark.parametrize("works", [True, False], ids=["open", "closed"])
def test_a_sandbox_that_does_not_hold_is_not_used(script, monkeypatch, works):
    script.check_sandbox()
    monkeypatch.setattr(script, "passes", lambda code, tests: works)
    with pytest.raises(SystemExit, match="cannot be run"):
        script.check_sandbox()
