"""Patterns: what the compiler lists is what the script will read."""

import glob
from pathlib import Path

import pytest

from tunec.facts.functions import Function, functions
from tunec.facts.matching import escaped, matching
from tunec.facts.packed import Spoiled, unpacked
from tunec.files import Files, signature

PATTERNS = (
    "*.jsonl **/*.jsonl a/**/*.jsonl */b.jsonl a/[bc].jsonl a/?.jsonl **/deep/* ** a/** .h/* "
    "../{name}/a/*.jsonl [!a]/*.jsonl a/*/../*.jsonl a//b.jsonl *"
).split()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "top.jsonl a/b.jsonl a/c.jsonl a/deep/d.jsonl a/deep/er/e.jsonl .h/f.jsonl a/.g.jsonl "
        "c/x.jsonl"
    ).split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}\n")
    return tmp_path


@pytest.mark.parametrize("pattern", PATTERNS)
def test_it_finds_what_glob_finds(folder: Path, pattern: str) -> None:
    pattern = pattern.replace("{name}", folder.name)
    found = [folder / name for name in glob.glob(pattern, root_dir=folder, recursive=True)]
    expected = sorted({path.resolve() for path in found if path.is_file()})
    listed = [(folder / name).resolve() for name in matching(Files(), folder, pattern)]
    assert sorted(set(listed)) == expected


def test_a_new_file_is_seen_by_the_cache(folder: Path) -> None:
    files = Files()
    matching(files, folder, "**/*.jsonl")
    before = dict(files.seen)
    (folder / "a" / "deep" / "new.jsonl").write_text("{}\n")
    assert any(signature(path) != known for path, known in before.items())


def test_escaped_names_match_themselves(tmp_path: Path) -> None:
    (tmp_path / "a[1]*").mkdir()
    (tmp_path / "a[1]*" / "x").write_text("")
    assert matching(Files(), tmp_path, escaped("a[1]*") + "/*") == ["a[1]*/x"]


def test_no_more_is_unpacked_than_is_looked_at() -> None:
    import gzip

    bomb = gzip.compress(bytes(10_000_000))
    assert unpacked(bomb, True, ".gz", 1000) == (bytes(1000), False)
    assert unpacked(gzip.compress(b"a"), True, ".gz", 1000) == (b"a", True)
    assert unpacked(gzip.compress(b"a") * 2, True, ".gz", 1000) == (b"a", False)
    for ending in (".gz", ".bz2", ".xz", ".zst"):
        with pytest.raises(Spoiled):
            unpacked(b"no archive", True, ending, 1000)


def test_names_of_a_python_file() -> None:
    text = (
        "import a.b\nfrom c import d as e\nx = lambda row: row\n"
        "def f(row, more=1): ...\ndef g(*rows): ...\ndef h(): ...\ndef i(a, b): ...\n"
        "def j(a, *, b): ...\nclass K: ...\nif True:\n    def inner(row): ...\n"
    )
    found = functions(text)
    assert list(found) == ["a", "e", "x", "f", "g", "h", "i", "j", "K"]
    assert found["x"] == Function()
    assert (found["f"].needs, found["f"].most) == (1, 2)
    assert (found["g"].most, found["h"].most) == (None, 0)
    assert found["g"].takes and not found["h"].takes
    assert (found["i"].needs, found["j"].needs) == (2, 2)
