"""`tunec check`: verdicts, formats, and specs that cannot be read."""

import json
import os
from pathlib import Path

import pytest
from commands import ROWS, SPEC, Commands, apart

BROKEN = SPEC.replace("rank = 8", "rnak = 8").replace("epochs = 2", "epochs = 0")


def test_a_spec_without_problems(tunec: Commands) -> None:
    ended = tunec("check", "support.tune")
    assert (ended.code, ended.out, ended.err) == (0, "support.tune: no problems.\n", "")
    assert tunec("check", "support.tune") == ended


def test_every_problem_is_told_with_its_place(tunec: Commands) -> None:
    tunec.spec.write_text(BROKEN)
    ended = tunec("check", "support.tune")
    assert ended.code == 1
    assert " --> support.tune:3:15\n" in ended.out
    assert " --> support.tune:13:12\n" in ended.out
    assert ended.out.endswith("2 errors in support.tune.\n")


def test_a_spec_is_found_from_another_folder(tunec: Commands) -> None:
    tunec.patch.chdir(tunec.folder.parent)
    assert tunec("check", "work/support.tune").out == "work/support.tune: no problems.\n"


def test_standard_input(tunec: Commands) -> None:
    assert tunec("check", "-", stdin=SPEC.encode()).out == "<stdin>: no problems.\n"
    assert " --> <stdin>:3:15\n" in tunec("check", "-", stdin=BROKEN.encode()).out


def test_set_is_checked_like_the_file(tunec: Commands) -> None:
    assert tunec("check", "support.tune", "--set", "train.epochs=3").code == 0
    ended = tunec("check", "support.tune", "--set", "train.epochs=0", "--set", "seed=1")
    assert ended.code == 1
    assert " --> --set train.epochs=0:1:14\n" in ended.out


def test_formats(tunec: Commands) -> None:
    assert json.loads(tunec("check", "support.tune", "--format", "json").out)["errors"] == 0
    assert tunec("check", "support.tune", "--format", "concise").out == ""
    tunec.spec.write_text(BROKEN)
    concise = tunec("check", "support.tune", "--format", "concise")
    assert concise.code == 1
    assert [line.split(": ")[0] for line in concise.out.splitlines()] == [
        "support.tune:3:15",
        "support.tune:13:12",
    ]
    found = json.loads(tunec("check", "support.tune", "--format", "json").out)
    assert found["errors"] == len(found["diagnostics"]) == 2
    sarif = json.loads(tunec("check", "support.tune", "--format", "sarif").out)
    assert len(sarif["runs"][0]["results"]) == 2
    assert tunec("check", "support.tune", "--format", "github").out.startswith("::error ")


@pytest.mark.parametrize(
    ("name", "message", "remedy"),
    [
        ("suport.tune", "There is no file `suport.tune`.", "Write `support.tune`."),
        ("x/y.tune", "There is no file `x/y.tune`.", "Correct the path"),
        (".", "`.` is a folder, not a spec.", "Write `./latin.tune` or `./support.tune`."),
        ("latin.tune", "`latin.tune` is not UTF-8 text: line 2 has the byte 0xe9.", "Save the"),
        ("rows.jsonl/a.tune", "There is no file `rows.jsonl/a.tune`.", "Correct the path"),
        ("a\0.tune", "`a\\x00.tune` cannot be read: the path has a null character", "Make the"),
    ],
)
def test_a_spec_that_cannot_be_read(tunec: Commands, name: str, message: str, remedy: str) -> None:
    (tunec.folder / "latin.tune").write_bytes(b"# a\n# caf\xe9\n")
    ended = tunec("check", name)
    assert ended.code == 1
    assert f"error[E401]: {message}" in ended.out
    assert f"help: {remedy}" in ended.out
    (found,) = json.loads(tunec("check", name, "--format", "json").out)["diagnostics"]
    assert found["code"] == "E401"
    other = tunec("compile", name)
    assert (other.code, other.out) == (1, "")
    assert f"error[E401]: {message}" in other.err


def test_a_spec_without_permission(tunec: Commands) -> None:
    def forbid(path: str, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    tunec.patch.setattr("tunec.cli.request.open", forbid, raising=False)
    assert "`support.tune` cannot be read: Permission denied." in tunec("check", "support.tune").out


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour(tunec: Commands, environment: dict[str, str], coloured: bool) -> None:
    for name, value in environment.items():
        tunec.patch.setenv(name, value)
    tunec.spec.write_text(BROKEN)
    assert ("\x1b[" in tunec("check", "support.tune").out) == coloured


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_on_a_terminal(tunec: Commands, environment: dict[str, str], coloured: bool) -> None:
    from types import SimpleNamespace

    from tunec.terminal import coloured as decided

    tunec.patch.setenv("TERM", "xterm")
    for name, value in environment.items():
        tunec.patch.setenv(name, value)
    assert decided(SimpleNamespace(isatty=lambda: True)) == coloured


def test_a_fault_of_tunec_is_a_report(tunec: Commands) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such luck")

    tunec.patch.setattr("tunec.compiler.parse", fail)
    ended = tunec("check", "support.tune")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("error[E901]: ")
    assert "    command: tunec check support.tune\n" in ended.err
    assert "    RuntimeError: no such luck\n" in ended.err
    assert "Traceback" not in ended.err
    assert str(Path(__file__).parent) not in ended.err


def test_a_reader_that_has_seen_enough_is_no_fault(tunec: Commands) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    import subprocess
    import sys

    ended = subprocess.run(
        [sys.executable, "-m", "tunec", "compile", "support.tune"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_text_that_a_terminal_cannot_show(tunec: Commands) -> None:
    (tunec.folder / "süß.tune").write_text(SPEC)
    ended = apart("check", "süß.tune", cwd=tunec.folder, PYTHONIOENCODING="ascii")
    assert (ended.code, ended.out) == (0, "s\\xfc\\xdf.tune: no problems.\n")


def test_data_that_changed_is_looked_at_again(tunec: Commands) -> None:
    import time

    time.sleep(0.06)
    assert tunec("check", "support.tune").code == 0
    (tunec.folder / "rows.jsonl").write_text(ROWS.replace("answer", "reply"))
    ended = tunec("check", "support.tune")
    assert ended.code == 1
    assert "error[E407]" in ended.out
