"""The wheel, installed where nothing else is, checks and compiles."""

import os
import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from commands import ROOT
from packaging.requirements import Requirement

pytestmark = pytest.mark.wheel


def needed(found: Distribution) -> set[str]:
    """The distributions that one needs, those included that they need in turn."""
    wanted = [Requirement(text) for text in found.requires or ()]
    names = {one.name for one in wanted if not one.marker or one.marker.evaluate({"extra": ""})}
    return names.union(*(needed(distribution(name)) for name in names))


def link(name: str, site: Path) -> None:
    """Makes an installed distribution importable from another environment, offline."""
    found = distribution(name)
    parts = {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}
    for part in parts:
        target = site / part
        if not target.exists():
            target.symlink_to(str(found.locate_file(part)))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment that has tunec and what it depends on, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("tunec-*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (info,) = site.glob("tunec-*.dist-info")
    for name in needed(Distribution.at(info)):
        link(name, site)
    return python.parent


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of the installed tunec, which must not find the checkout."""
    environment = {**os.environ, "TUNEC_CACHE": str(folder / "cache")}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [str(installed / words[0]), *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_sample_is_copied_checked_and_compiled(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "python", "-c", "import tunec; print(tunec.__file__)")
    assert str(ROOT) not in where.stdout
    assert run(installed, tmp_path, "python", "-c", "import torch").returncode == 1
    copied = run(installed, tmp_path, "tunec", "init", "--from", "dates")
    assert (copied.returncode, copied.stderr) == (0, "")
    checked = run(installed, tmp_path, "tunec", "check", "dates/dates.tune")
    assert checked.stdout == "dates/dates.tune: no problems.\n"
    compiled = run(installed, tmp_path, "tunec", "compile", "dates/dates.tune", "-o", "dates.py")
    assert (compiled.returncode, compiled.stderr) == (0, "")
    here = subprocess.run(
        [sys.executable, "-m", "tunec", "compile", "samples/dates/dates.tune"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    script = (tmp_path / "dates.py").read_text()
    assert script.replace(' / "dates"', "") == here.stdout


def test_running_without_torch_says_how_to_install_it(installed: Path, tmp_path: Path) -> None:
    run(installed, tmp_path, "tunec", "init", "--from", "dates")
    ended = run(installed, tmp_path, "tunec", "run", "dates/dates.tune")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "error[E501]: " in ended.stderr
    assert "`torch`" in ended.stderr
    assert f"{installed}/python -m pip install " in ended.stderr
    assert "torch==" in ended.stderr
    assert not (tmp_path / "dates" / "runs").exists()
