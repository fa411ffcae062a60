"""The switch that rewrites expected text never lets a test pass in the run that rewrote."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from golden_files import check_golden, check_goldens, check_no_leftovers


def request(update: bool) -> SimpleNamespace:
    """As much of pytest's request as the helper looks at."""
    config = SimpleNamespace(getoption=lambda name: update)
    return SimpleNamespace(config=config, node=SimpleNamespace(nodeid="test_x.py::test_y"))


def test_same_text_passes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("é\r\n".encode())
    check_golden(tmp_path / "a.txt", "é\r\n", request(False))
    check_golden(tmp_path / "a.txt", "é\r\n", request(True))
    check_no_leftovers(tmp_path, [tmp_path / "a.txt"], request(False))


@pytest.mark.parametrize(("held", "diff"), [("old\n", "-old\n+new"), ("new\r\n", "line ends")])
def test_other_text_fails_with_a_diff(tmp_path: Path, held: str, diff: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(held.encode())
    with pytest.raises(pytest.fail.Exception) as failure:
        check_golden(path, "new\n", request(False))
    assert diff in str(failure.value)
    assert "pytest --update-golden test_x.py::test_y" in str(failure.value)
    assert path.read_bytes() == held.encode()


def test_a_missing_file_fails(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"a\.txt is missing"):
        check_golden(tmp_path / "a.txt", "new\n", request(False))
    assert not list(tmp_path.iterdir())


def test_rewriting_fails_too(tmp_path: Path) -> None:
    texts = {tmp_path / "case" / name: name for name in ("a", "b")}
    with pytest.raises(pytest.fail.Exception, match="rewrote 2 files; read the diff, run again"):
        check_goldens(texts, request(True))
    assert (tmp_path / "case" / "b").read_text() == "b"
    check_goldens(texts, request(True))


def test_leftovers_fail_and_are_removed(tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_text("x")
    with pytest.raises(pytest.fail.Exception, match=r"old\.txt"):
        check_no_leftovers(tmp_path, [], request(False))
    assert old.exists()
    with pytest.raises(pytest.fail.Exception, match="removed 1 file; read the diff, run again"):
        check_no_leftovers(tmp_path, [], request(True))
    assert not old.exists()
