"""Encoded rows: the same from many processes as from one, and kept while nothing changes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
from emitted_script import ROOT, compile_to, load

pytestmark = pytest.mark.torch

SPEC = """
cache = "runs/encoded"
model "pico" { max_length = 64 tokens }
method lora
template t {
  user "{{ q }}"
  assistant "{{ a }}"
}
data train { source "rows.jsonl" }
train { steps = 1, optimizer adamw { learning_rate = 1e-3 } }
"""


def rows_of(count: int) -> list[dict[str, str]]:
    return [{"q": f"q{number}", "a": "x" * (number % 90)} for number in range(count)]


def write(folder: Path, rows: list[dict[str, str]]) -> None:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def compiled(folder: Path, text: str = SPEC, name: str = "script") -> ModuleType:
    if not (folder / "pico").exists():
        (folder / "pico").symlink_to(ROOT / "samples" / "models" / "pico")
    return load(compile_to(folder / f"{name}.py", text))


def loaded(module: ModuleType):
    return module.load_rows(module.TRAIN_FILES, module.load_tokenizer())


# --- Processes ------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 40, 41, 333])
def test_processes_change_nothing(tmp_path, capsys, count):
    write(tmp_path, [{"q": "<|end|>", "a": "b"}, *rows_of(count)])
    module = compiled(tmp_path)
    alone = loaded(module)
    said = capsys.readouterr().out.splitlines()[:-1]
    module.ROWS_AT_ONCE, module.CACHE = 20, tmp_path / "other"
    shared = loaded(module)
    assert capsys.readouterr().out.splitlines()[:-1] == said
    assert len(alone) == len(shared)
    for one, other in zip(alone, shared, strict=True):
        assert one.ids.equal(other.ids) and one.trained.equal(other.trained)
        assert one.ids.dtype == module.torch.int64 and one.trained.dtype == module.torch.bool


@pytest.mark.parametrize(("bad", "said"), [(30, "`a` is missing"), (95, "not JSON")])
def test_the_first_bad_row_is_named(tmp_path, bad, said):
    """Also where a later one was read, or encoded, before."""
    write(tmp_path, rows_of(200))
    module = compiled(tmp_path)
    module.ROWS_AT_ONCE = 20
    lines = (tmp_path / "rows.jsonl").read_text().splitlines()
    lines[95] = "{"
    lines[97] = lines[150] = '{"q": "q"}'
    lines[bad] = '{"q": "q"}' if bad == 30 else lines[bad]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    with pytest.raises(SystemExit) as stopped:
        loaded(module)
    assert str(stopped.value).startswith(f"rows.jsonl:{bad + 1}: {said}")
    assert not [path for path in module.CACHE.iterdir() if path.is_dir()], "nothing is kept of it"


def test_processes_end_with_a_run_that_is_killed(tmp_path):
    write(tmp_path, rows_of(40_000))
    compiled(tmp_path)
    code = (
        "import sys, script; sys.modules['__main__'] = script; script.ROWS_AT_ONCE = 20;"
        "print('begin', flush=True); script.load_data(script.load_tokenizer())"
    )
    options = {"cwd": tmp_path, "start_new_session": True, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **options) as run:
        run.stdout.readline()
        while len(members(run.pid)) < 2:
            assert run.poll() is None
            time.sleep(0.01)
        run.kill()
        run.wait()
        for _ in range(500):
            if not members(run.pid):
                break
            time.sleep(0.01)
        left = members(run.pid)
        for number in left:
            os.kill(number, signal.SIGKILL)
        assert not left


def members(session: int) -> list[int]:
    """Processes of a session that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[3] == str(session) and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


# --- Rows -----------------------------------------------------------------------------


def test_rows_are_a_sequence(tmp_path):
    write(tmp_path, rows_of(50))
    rows = loaded(compiled(tmp_path))
    every = list(rows)
    assert len(rows) == len(every) == 50
    assert list(rows.lengths()) == [len(row.ids) for row in every]
    some = rows[[7, 3, 3]]
    assert [row.ids.tolist() for row in some] == [every[at].ids.tolist() for at in (7, 3, 3)]
    assert list(some.lengths()) == [len(row.ids) for row in some]
    assert [row.ids.tolist() for row in some[1:]] == [every[3].ids.tolist()] * 2
    assert rows[-1].ids.equal(every[-1].ids)
    with pytest.raises(IndexError):
        rows[50]


# --- Kept -----------------------------------------------------------------------------


def folders(place: Path) -> set[str]:
    return {path.name for path in (place / "runs" / "encoded").iterdir() if path.is_dir()}


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder with encoded rows, and whether others are needed for a spec."""
    write(tmp_path, rows_of(50))
    loaded(compiled(tmp_path))
    monkeypatch.chdir("/")

    def again(text: str = SPEC, change=lambda module: None) -> bool:
        before = folders(tmp_path)
        module = compiled(tmp_path, text, "other")
        change(module)
        loaded(module)
        return folders(tmp_path) != before

    return again


def test_rows_are_found_again(kept, capsys):
    assert not kept()
    said = capsys.readouterr().out.splitlines()
    assert said[-1].startswith("rows.jsonl: encoded rows found in ")
    assert said[:-1] == ["rows.jsonl: 50 rows, 81.5% of their tokens trained on"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1e-3", "2e-3"),
        ("method lora", "method lora\n\n\n"),
        ("steps = 1", "steps = 2, batch = 4 examples, forward = 128 tokens"),
        ("data train {", "data validation { split = 10% }\ndata train {"),
    ],
)
def test_other_settings_change_no_row(kept, before, after):
    assert not kept(SPEC.replace(before, after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("64 tokens", "63 tokens"),
        ('user "', 'user "A '),
        ('source "rows.jsonl"', 'source "rows.jsonl", overflow = truncate'),
        ('user "', 'system "S"\n  user "'),
    ],
)
def test_these_settings_change_rows(kept, before, after):
    assert kept(SPEC.replace(before, after))


def test_bytes_of_the_data_change_rows(kept, tmp_path):
    text = (tmp_path / "rows.jsonl").read_text()
    (tmp_path / "rows.jsonl").write_text(text.replace("q7", "Q7"))
    assert kept()
    (tmp_path / "rows.jsonl").write_text(text)
    assert not kept()


def test_a_tokenizer_changes_rows(kept):
    def template(module):
        own = module.load_tokenizer

        def other():
            tokenizer = own()
            tokenizer.chat_template += "{# other #}"
            return tokenizer

        module.load_tokenizer = other

    def token(module):
        own = module.load_tokenizer

        def other():
            tokenizer = own()
            tokenizer.add_tokens(["q1"])
            return tokenizer

        module.load_tokenizer = other

    assert kept(change=template)
    assert kept(change=token)


def test_a_version_changes_rows(kept):
    def change(module):
        module.version = lambda name: "0.0.0"

    assert kept(change=change)


def test_damaged_rows_are_not_used(kept, tmp_path):
    (name,) = folders(tmp_path)
    file = tmp_path / "runs" / "encoded" / name / "trained"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(SystemExit, match="it is damaged, delete it"):
        kept()


def test_what_was_left_half_done_is_not_used(tmp_path):
    write(tmp_path, rows_of(50))
    module = compiled(tmp_path)
    key = module.key_of("rows.jsonl", ["rows.jsonl"], module.load_tokenizer())
    partial = module.CACHE / f"{key}.partial"
    partial.mkdir(parents=True)
    (partial / "ids").write_bytes(b"1234")
    assert len(loaded(module)) == 50
    assert not partial.exists()


def test_sources_with_steps_are_kept_too(tmp_path, capsys):
    write(tmp_path, rows_of(50))
    (tmp_path / "rows.py").write_text("def keep(row):\n    return row['q'] != 'q3'\n")
    text = SPEC.replace('source "rows.jsonl"', 'source "*.jsonl" { filter = "rows.py:keep" }')
    counts = []
    for content in (None, "def keep(row):\n    return row['q'] > 'q3'\n"):
        if content:
            (tmp_path / "rows.py").write_text(content)
        for name in ("one", "two"):
            module = compiled(tmp_path, text, name)
            counts.append(len(module.load_data(module.load_tokenizer())[0]))
    assert counts == [49, 49, 26, 26]
    assert len(folders(tmp_path)) == 2
    assert capsys.readouterr().out.count("found in") == 2


def test_rows_of_an_address_are_not_kept(tmp_path):
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://encoded/rows.jsonl", "wb") as file:
        file.write(json.dumps({"q": "q", "a": "a"}).encode() + b"\n")
    text = SPEC.replace('"rows.jsonl"', '"memory://encoded/rows.jsonl"')
    module = compiled(tmp_path, text)
    rows, _ = module.load_data(module.load_tokenizer())
    assert len(rows[0].ids) > 3
    assert not folders(tmp_path)
