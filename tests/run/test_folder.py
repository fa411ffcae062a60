"""The folder of a run: in use, of another script, or free; and the packages a script needs."""

import fcntl
from importlib.metadata import version
from pathlib import Path

import pytest

from tunec.run.folder import in_use, other_run, same_run
from tunec.run.packages import missing_packages, requirements

SCRIPT = '''\
# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0"]
# ///
"""support.

Compiled by tunec 0.1.0 from support.tune (sha256 00000000).
"""

HERE = Path(__file__).resolve().parent / "../.."  # paths below start here
EPOCHS = 2  # L12
SEED = 42  # default


def f():
    """The template at L12."""
    return SEED
'''


@pytest.mark.parametrize(
    "new",
    [
        SCRIPT,
        SCRIPT.replace("L12", "L13").replace("00000000", "12345678"),
        SCRIPT.replace('/ "../.."', '/ "."'),
        SCRIPT.replace("EPOCHS = 2", "EPOCHS = (2)"),
    ],
)
def test_comments_and_place_make_no_other_run(new: str) -> None:
    assert same_run(SCRIPT, new)


@pytest.mark.parametrize(
    "new",
    [
        SCRIPT.replace("SEED = 42", "SEED = 43"),
        SCRIPT + "print()\n",
        SCRIPT.replace("SEED = 42", "SEED = = 42"),
        SCRIPT.replace("return SEED", "return EPOCHS"),
    ],
)
def test_anything_else_makes_another_run(new: str) -> None:
    assert not same_run(SCRIPT, new)


def test_a_folder_of_another_script_is_refused_with_the_lines_that_differ(tmp_path: Path) -> None:
    new = SCRIPT.replace("SEED = 42  # default", "SEED = 43  # L3").replace("00000000", "12345678")
    assert other_run(str(tmp_path / "none"), "support", new) is None
    (tmp_path / "support.py").write_text(SCRIPT)
    assert other_run(str(tmp_path), "support", new) is None  # nothing was saved yet
    (tmp_path / "checkpoints" / "step-000004").mkdir(parents=True)
    assert other_run(str(tmp_path), "support", SCRIPT) is None
    found = other_run(str(tmp_path), "support", new)
    assert found is not None
    assert found.code == "E503"
    (note,) = found.notes
    assert note.splitlines()[1:] == ["-SEED = 42", "+SEED = 43"]
    assert "--output" in str(found.help)
    assert "--fresh" in str(found.help)


def test_a_script_of_another_name_counts_too(tmp_path: Path) -> None:
    (tmp_path / "checkpoints" / "step-000004").mkdir(parents=True)
    (tmp_path / "other.py").write_text(SCRIPT)
    assert other_run(str(tmp_path), "support", SCRIPT) is None
    assert other_run(str(tmp_path), "support", SCRIPT + "print()\n") is not None


def test_many_differences_are_cut(tmp_path: Path) -> None:
    (tmp_path / "checkpoints" / "step-000004").mkdir(parents=True)
    (tmp_path / "support.py").write_text(SCRIPT)
    more = "".join(f"x{number} = {number}\n" for number in range(30))
    found = other_run(str(tmp_path), "support", SCRIPT + more)
    assert found is not None
    assert found.notes[0].endswith("+x11 = 11\n... and 18 lines more")


def test_a_locked_folder_is_in_use(tmp_path: Path) -> None:
    assert in_use(str(tmp_path)) is None
    with open(tmp_path / ".lock", "w") as lock:
        assert in_use(str(tmp_path)) is None
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = in_use(str(tmp_path))
    assert found is not None
    assert found.code == "E502"
    assert in_use(str(tmp_path)) is None


def head(*wanted: str) -> str:
    """A script that needs these packages."""
    listed = "".join(f'#     "{one}",\n' for one in wanted)
    return f"# /// script\n# dependencies = [\n{listed}# ]\n# ///\nprint()\n"


def test_the_head_of_a_script_is_read() -> None:
    assert requirements(head("torch==2.13.0", "tqdm==4")) == ["torch==2.13.0", "tqdm==4"]
    assert requirements("print()\n") == []


def test_packages_that_are_missing_are_named_with_the_command() -> None:
    wanted = ("no-such-one==1.0", f"jinja2=={version('jinja2')}", "no-such-two==2.0")
    (found,) = missing_packages(head(*wanted))
    assert found.severity == "error"
    assert found.message == (
        "`no-such-one` and `no-such-two` are not installed, and the script imports them."
    )
    assert str(found.help).endswith("-m pip install no-such-one==1.0 no-such-two==2.0`.")


def test_another_version_is_a_warning() -> None:
    (found,) = missing_packages(head("jinja2==0.1"))
    assert found.severity == "warning"
    assert found.message == (
        f"`jinja2` is {version('jinja2')}, but the script was compiled for 0.1."
    )
    assert list(missing_packages(head(f"jinja2=={version('jinja2')}"))) == []
