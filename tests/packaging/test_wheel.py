"""What the wheel has in it. Another test, of the command line, installs one and uses it."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parents[2]
PACKED = {
    "grammar": "_grammar",
    "pages": "_pages",
    "samples": "_samples",
    "templates": "_templates",
    "tunec": "",
}
"""Folders of the checkout, and where in the package they are found again."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The contents by name."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (path,) = folder.glob("tunec-*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def of_checkout() -> dict[str, bytes]:
    """The files that git has, or would take, by the names that they have in the wheel."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *PACKED],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    found = {}
    for name in filter(None, listed.stdout.decode().split("\0")):
        folder, _, rest = name.partition("/")
        if (ROOT / name).is_file():
            inside = "/".join(part for part in ("tunec", PACKED[folder], rest) if part)
            found[inside] = (ROOT / name).read_bytes()
    return found


def test_it_has_the_files_of_the_checkout_and_no_others(wheel: dict[str, bytes]) -> None:
    packed = {name: text for name, text in wheel.items() if ".dist-info/" not in name}
    expected = of_checkout()
    assert sorted(packed) == sorted(expected)
    assert [name for name in packed if packed[name] != expected[name]] == []
    assert {"tunec/_grammar/tune.lark", "tunec/_templates/header.py.j2"} <= packed.keys()
    assert {"tunec/_samples/dates/dates.tune", "tunec/py.typed"} <= packed.keys()


def test_it_needs_nothing_that_only_scripts_import(wheel: dict[str, bytes]) -> None:
    (metadata,) = (text for name, text in wheel.items() if name.endswith("/METADATA"))
    lines = metadata.decode().splitlines()
    needed = [line.partition(": ")[2] for line in lines if line.startswith("Requires-Dist: ")]
    assert len(needed) > 10
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    scripts = {pin.partition("==")[0] for pin in project["optional-dependencies"]["train"]}
    always = {line.partition("==")[0] for line in needed if "extra ==" not in line}
    assert always == {pin.partition("==")[0] for pin in project["dependencies"]}
    assert not always & scripts
