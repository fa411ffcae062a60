"""`tunec compile`: what is written where, what is refused, and what is left as it was."""

import errno
import os
import stat
import time
from pathlib import Path

import pytest
from commands import SPEC, Commands

BROKEN = SPEC.replace("rank = 8", "rank = 0")


def test_standard_output_is_the_script_and_nothing_else(tunec: Commands) -> None:
    ended = tunec("compile", "support.tune")
    assert (ended.code, ended.err) == (0, "")
    compile(ended.out, "support.py", "exec")
    assert "Compiled by tunec" in ended.out
    assert tunec("compile", "support.tune") == ended
    assert tunec("compile", "-", stdin=SPEC.encode()).out.count("<stdin>") <= 1


def test_a_file_is_the_same_as_standard_output(tunec: Commands) -> None:
    script = tunec("compile", "support.tune").out
    ended = tunec("compile", "support.tune", "-o", "support.py")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"support.py: written, {script.count(chr(10))} lines.\n"
    assert (tunec.folder / "support.py").read_text() == script
    again = tunec("compile", "support.tune", "-o", "support.py")
    assert again.out == f"support.py: up to date, {script.count(chr(10))} lines.\n"


def test_the_stamp_is_that_of_sha256sum(tunec: Commands) -> None:
    from hashlib import sha256

    tunec.spec.write_bytes(SPEC.encode() + "# süß\r\n".encode())
    digits = sha256(tunec.spec.read_bytes()).hexdigest()[:8]
    assert digits in tunec("compile", "support.tune").out


def test_paths_start_at_the_script(tunec: Commands) -> None:
    (tunec.folder / "scripts" / "new").mkdir(parents=True)
    beside = tunec("compile", "support.tune").out
    tunec("compile", "support.tune", "-o", "scripts/new/support.py")
    apart = (tunec.folder / "scripts" / "new" / "support.py").read_text()
    differing = [line for line in apart.splitlines() if line not in beside.splitlines()]
    assert [line.partition(" = ")[0] for line in differing] == ["HERE"]
    assert '"../.."' in differing[0]
    assert str(tunec.folder) not in apart


def test_paths_start_at_the_script_through_a_link(tunec: Commands) -> None:
    """`..` of a linked folder is beside its target, not beside the link."""
    (tunec.folder / "a" / "b").mkdir(parents=True)
    (tunec.folder / "link").symlink_to("a/b")
    tunec("compile", "support.tune", "-o", "link/support.py")
    assert '"../.."' in (tunec.folder / "a" / "b" / "support.py").read_text()


def test_a_spec_with_errors_leaves_the_script(tunec: Commands) -> None:
    tunec("compile", "support.tune", "-o", "support.py")
    tunec.spec.write_text(BROKEN)
    before = tunec.files()
    ended = tunec("compile", "support.tune", "-o", "support.py")
    assert (ended.code, ended.out) == (1, "")
    assert "error[E203]" in ended.err
    assert tunec.files() == before
    assert tunec("compile", "support.tune").out == ""


def test_check_says_whether_a_script_is_up_to_date(tunec: Commands) -> None:
    words = ("compile", "support.tune", "-o", "support.py", "--check")
    absent = tunec(*words)
    assert absent.code == 1
    assert "error[E511]: There is no file `support.py` yet." in absent.err
    assert not (tunec.folder / "support.py").exists()
    tunec("compile", "support.tune", "-o", "support.py")
    assert (tunec(*words).code, tunec(*words).out) == (0, "support.py: up to date.\n")
    with open(tunec.folder / "support.py", "a") as script:
        script.write("print()\n")
    before = tunec.files()
    differs = tunec(*words)
    assert differs.code == 1
    assert "\n-print()" in differs.out
    assert differs.err == (
        "error[E511]: `support.py` is not what `support.tune` compiles to.\n"
        "help: Compile it again: `tunec compile support.tune -o support.py`.\n\n1 error.\n"
    )
    assert tunec.files() == before


def test_a_file_of_someone_else_is_kept(tunec: Commands) -> None:
    own = tunec.folder / "train.py"
    own.write_text("print('mine')\n")
    ended = tunec("compile", "support.tune", "-o", "train.py")
    assert (ended.code, ended.out) == (1, "")
    assert "error[E512]: `train.py` exists and was not written by tunec." in ended.err
    assert own.read_text() == "print('mine')\n"
    assert tunec("compile", "support.tune", "-o", "train.py", "--force").code == 0
    assert "Compiled by tunec" in own.read_text()
    tunec.spec.write_text(SPEC.replace("epochs = 2", "epochs = 3"))
    assert tunec("compile", "support.tune", "-o", "train.py").code == 0


@pytest.mark.parametrize(
    ("path", "message", "remedy"),
    [
        ("new/a.py", "There is no folder `new` to write `new/a.py` into.", "Run `mkdir -p new`"),
        (".", "`.` is a folder, not a file.", "Write `./NAME.py`."),
        ("a\0.py", "`a\\x00.py` is no name of a file.", "Name another file."),
    ],
)
def test_a_file_that_cannot_be_written(
    tunec: Commands, path: str, message: str, remedy: str
) -> None:
    before = tunec.files()
    ended = tunec("compile", "support.tune", "-o", path)
    assert (ended.code, ended.out) == (1, "")
    assert f"error[E513]: {message}" in ended.err
    assert f"help: {remedy}" in ended.err
    assert tunec.files() == before


def test_a_full_disk_leaves_what_was_there(tunec: Commands) -> None:
    tunec("compile", "support.tune", "-o", "support.py")
    tunec.spec.write_text(SPEC.replace("epochs = 2", "epochs = 3"))
    before = tunec.files()

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    tunec.patch.setattr(os, "fsync", full)
    ended = tunec("compile", "support.tune", "-o", "support.py")
    assert ended.code == 1
    assert "error[E504]: `support.py` cannot be written: the disk is full." in ended.err
    assert tunec.files() == before


def test_permissions_and_links_stay(tunec: Commands) -> None:
    script = tunec.folder / "real.py"
    tunec("compile", "support.tune", "-o", "real.py")
    script.chmod(0o750)
    (tunec.folder / "support.py").symlink_to("real.py")
    tunec.spec.write_text(SPEC.replace("epochs = 2", "epochs = 3"))
    tunec("compile", "support.tune", "-o", "support.py")
    assert (tunec.folder / "support.py").is_symlink()
    assert stat.S_IMODE(script.stat().st_mode) == 0o750
    assert "EPOCHS = 3" in script.read_text()


def test_set_and_its_origin_reach_the_script(tunec: Commands) -> None:
    ended = tunec("compile", "support.tune", "--set", "train.epochs=7")
    assert "EPOCHS = 7  # --set train.epochs=7" in ended.out


# --- The cache ------------------------------------------------------------------------


def compiles(tunec: Commands) -> list[str]:
    """Appends to the list whenever the compiler really runs."""
    from tunec import compiler

    parse, parsed = compiler.parse, []

    def note(source: object, report: object) -> object:
        parsed.append(source.name)
        return parse(source, report)

    tunec.patch.setattr(compiler, "parse", note)
    return parsed


def test_an_unchanged_spec_is_not_compiled_again(tunec: Commands) -> None:
    time.sleep(0.06)
    parsed = compiles(tunec)
    first = tunec("compile", "support.tune")
    assert tunec("compile", "support.tune") == first
    assert parsed == ["support.tune"]
    assert tunec("check", "support.tune").code == tunec("check", "support.tune").code == 0
    assert len(parsed) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "support.tune").write_text(SPEC.replace("= 2", "= 3")),
        lambda folder: (folder / "rows.jsonl").write_text('{"question": "?", "answer": "!"}\n'),
        lambda folder: (folder / "acme" / "base").mkdir(parents=True),
    ],
    ids=["spec", "data", "model"],
)
def test_a_change_is_seen(tunec: Commands, change: object) -> None:
    time.sleep(0.06)
    tunec("compile", "support.tune")
    parsed = compiles(tunec)
    change(tunec.folder)
    tunec("compile", "support.tune")
    assert parsed == ["support.tune"]


def test_other_settings_folders_and_versions_are_other_results(tunec: Commands) -> None:
    time.sleep(0.06)
    tunec("compile", "support.tune")
    parsed = compiles(tunec)
    assert "EPOCHS = 9" in tunec("compile", "support.tune", "--set", "train.epochs=9").out
    (tunec.folder / "sub").mkdir()
    assert tunec("compile", "support.tune", "-o", "sub/a.py").code == 0
    tunec.patch.setattr("tunec.cli.cache.__version__", "9.9.9")
    tunec("compile", "support.tune")
    assert len(parsed) == 3


def test_a_damaged_cache_is_no_cache(tunec: Commands, tmp_path: Path) -> None:
    time.sleep(0.06)
    first = tunec("compile", "support.tune")
    # Formatted fragments of earlier tests are still in this process, so none may be saved here.
    (tmp_path / "cache" / "fragments.json").touch()
    cached = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(cached) == 2
    for path in cached:
        path.write_bytes(path.read_bytes()[:-20])
    assert tunec("compile", "support.tune") == first
    for path in cached:
        path.write_bytes(b"\xff\x00")
    assert tunec("compile", "support.tune") == first


def test_a_cache_that_cannot_be_written_is_no_cache(tunec: Commands) -> None:
    first = tunec("compile", "support.tune")
    tunec.patch.setenv("TUNEC_CACHE", str(tunec.folder / "rows.jsonl"))
    assert tunec("compile", "support.tune") == first
    assert tunec("check", "support.tune").code == 0


def test_specs_with_errors_are_not_kept(tunec: Commands, tmp_path: Path) -> None:
    time.sleep(0.06)
    tunec.spec.write_text(BROKEN)
    for command in ("check", "compile"):
        assert tunec(command, "support.tune").code == 1
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_the_cache_does_not_grow_without_end(tunec: Commands, tmp_path: Path) -> None:
    tunec.patch.setattr("tunec.cli.cache._KEPT", 3)
    time.sleep(0.06)
    for seed in range(5):
        tunec("check", "support.tune", "--set", f"seed={seed}")
    assert len(list((tmp_path / "cache" / "results").iterdir())) == 3
