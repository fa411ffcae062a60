"""What a script refuses: each with one line that says where and why, before anything is written."""

import contextlib
import fcntl
import json
import re
import shutil
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from emitted_script import run
from exactness.small_runs import small_script, undisturbed
from exactness.tiny_models import CHAT, CONVERSATIONS, build, script, spec

pytestmark = pytest.mark.torch

LINE = """
template line {
  prompt     "{{ question }}"
  completion "{{ answer }}"
}
"""
TEXT = """
template plain {
  text "{{ text }}"
}
"""
GOOD = {"question": "Is it?", "answer": "It is."}


def refusal(module: ModuleType, output: Path, *arguments: str) -> str:
    """The message with which a run ends: one line, and exit code 1."""
    with pytest.raises(SystemExit) as stopped:
        run(module, "--output", output, *arguments)
    message = stopped.value.code
    assert isinstance(message, str), "a message makes the exit code 1"
    assert message and "\n" not in message
    return message


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def assert_nothing_made(output: Path, module: ModuleType) -> None:
    """Only the lock and the script's copy, which a refused run leaves too."""
    assert files(output).keys() <= {".lock", Path(str(module.__file__)).name}


# --- Rows -----------------------------------------------------------------------------


def refused_rows(folder: Path, name: str, content: bytes, template: str = LINE) -> str:
    """What is said of a file of rows; the spec was compiled when its rows were good."""
    build(folder, "llama")
    data = folder / name
    _write_good(data)
    text = spec("llama", "full {}", template).replace("rows.jsonl", name)
    module = script(folder, "refused", text)
    data.write_bytes(content)
    message = refusal(module, folder / "output")
    assert_nothing_made(folder / "output", module)
    return message


def _write_good(data: Path) -> None:
    if data.suffix == ".csv":
        data.write_text("question,answer,text\nIs it?,It is.,Good.\n")
    elif data.suffix == ".parquet":
        pq.write_table(pa.table({"question": ["Is it?"], "answer": ["It is."]}), data)
    else:
        row = json.dumps({**GOOD, "text": "Good."})
        data.write_text(f"[{row}]" if data.suffix == ".json" else row + "\n")


def lines(*rows: object) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


BAD_VALUES = {
    "missing": {"question": "Is it?"},
    "null": {"question": "Is it?", "answer": None},
    "boolean": {"question": "Is it?", "answer": True},
    "list": {"question": "Is it?", "answer": ["It", "is"]},
    "object": {"question": "Is it?", "answer": {"text": "It is."}},
    "not a number": {"question": "Is it?", "answer": float("nan")},
}


@pytest.mark.parametrize("case", BAD_VALUES)
@pytest.mark.parametrize("suffix", ["jsonl", "json"])
def test_values_that_are_no_text(case: str, suffix: str, tmp_path: Path) -> None:
    rows = [GOOD, GOOD, BAD_VALUES[case], GOOD]
    content = lines(*rows) if suffix == "jsonl" else json.dumps(rows).encode()
    message = refused_rows(tmp_path, f"rows.{suffix}", content)
    place = "rows.jsonl:3: " if suffix == "jsonl" else "rows.json: row 3: "
    assert message.startswith(place + "`answer` is missing, or neither text nor number")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.jsonl", lines(GOOD) + b'\n{"question": "Is it?"', r"rows\.jsonl:3: not JSON: .+"),
        ("rows.jsonl", lines(GOOD, ["Is it?"]), r"rows\.jsonl:2: not an object.*"),
        (
            "rows.jsonl",
            lines(GOOD) + b'{"question": "\xff"}',
            r"rows\.jsonl:2: not JSON: .*utf-8.*",
        ),
        ("rows.jsonl", lines(GOOD, {**GOOD, "answer": "\ud800"}), r"rows\.jsonl:2: .+"),
        ("rows.json", b'[{"question": "\xff"}]', r"rows\.json: not JSON: .*utf-8.*"),
        ("rows.jsonl", b"", r"rows\.jsonl: no rows.*"),
        ("rows.jsonl", b"\n\n", r"rows\.jsonl: no rows.*"),
        ("rows.json", b'[{"question": 1,', r"rows\.json: not JSON: .+"),
        (
            "rows.jsonl",
            lines(GOOD) + b'\n{"question": ' + 9_999 * b"[" + 9_999 * b"]" + b"}",
            r"rows\.jsonl:3: not JSON: maximum recursion depth.*",
        ),
        ("rows.json", b'{"rows": []}', r"rows\.json: not a list of rows"),
        ("rows.json", b"[]", r"rows\.json: no rows.*"),
        ("rows.csv", b"question,answer\na,b\nc\n", r"rows\.csv:3: not as many values as columns"),
        ("rows.csv", b"question,answer\na,b,c\n", r"rows\.csv:2: not as many values as columns"),
        ("rows.csv", b"question,reply\na,b\n", r"rows\.csv:2: `answer` is missing.*"),
        ("rows.csv", b'question,answer\na,"b"c\n', r"rows\.csv:2: not CSV: .+"),
        ("rows.csv", b"question,answer\na,\xe9\n", r"rows\.csv: not UTF-8: .+"),
        ("rows.csv", b"question,answer\n", r"rows\.csv: no rows.*"),
    ],
)
def test_malformed(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    found = refused_rows(tmp_path, name, content)
    assert re.fullmatch(message, found), found


@pytest.mark.parametrize("unit", ["document", "paragraph", "line"])
def test_text_that_is_not_utf_8(unit: str, tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text("Good.\n")
    build(tmp_path, "llama")
    source = f'"rows.txt" {{ sample_by = {unit} }}'
    module = script(
        tmp_path, "refused", spec("llama", "full {}", TEXT).replace('"rows.jsonl"', source)
    )
    (tmp_path / "rows.txt").write_bytes(b"Good.\n\nCaf\xe9.\n")
    message = refusal(module, tmp_path / "output")
    assert message.startswith("rows.txt: not UTF-8: ")
    assert_nothing_made(tmp_path / "output", module)


def test_a_template_that_fails(tmp_path: Path) -> None:
    build(tmp_path, "llama")
    (tmp_path / "rows.jsonl").write_bytes(lines(GOOD))
    template = LINE.replace("{{ answer }}", "{{ answer + 1 }}")
    module = script(tmp_path, "refused", spec("llama", "full {}", template))
    message = refusal(module, tmp_path / "output")
    assert message.startswith("rows.jsonl:1: can only concatenate")


def test_a_row_with_nothing_to_train_on(tmp_path: Path) -> None:
    message = refused_rows(tmp_path, "rows.jsonl", lines({"text": "a"}, {"text": ""}), TEXT)
    assert message == "rows.jsonl:2: nothing in this row is trained on"


def test_all_rows_too_long(tmp_path: Path) -> None:
    message = refused_rows(tmp_path, "rows.jsonl", lines({**GOOD, "answer": "a" * 300}))
    assert message.startswith("rows.jsonl: no rows")


# --- Chat templates -------------------------------------------------------------------

FORGETS = (
    "{% for message in messages %}{% if message.role == 'assistant' %}<|assistant|>"
    "{{ message.content if loop.last else '…' }}<|end|>"
    "{% else %}<|user|>{{ message.content }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
ENDLESS = (
    "{% for message in messages %}{{ message.role }}: {{ message.content }} {% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
UNPROMPTED = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>Well, {% endif %}"
)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (FORGETS, "rows.jsonl:1: the chat template changes turns: use one_row_per_answer"),
        (UNPROMPTED, "rows.jsonl:1: the chat template begins an answer as no prompt ends"),
        (ENDLESS, "rows.jsonl:1: the chat template ends a turn with no special token"),
        ("{{ raise_exception('No, never.') }}", "rows.jsonl:1: No, never."),
    ],
    ids=["forgets", "unprompted", "endless", "raises"],
)
def test_chat_template(template: str, message: str, tmp_path: Path) -> None:
    model = build(tmp_path, "llama")
    (tmp_path / "rows.jsonl").write_bytes(lines(*CONVERSATIONS))
    module = script(tmp_path, "refused", spec("llama", "full {}", CHAT))
    (model / "chat_template.jinja").write_text(template)
    assert refusal(module, tmp_path / "output") == message
    assert_nothing_made(tmp_path / "output", module)


# --- The folder and the disk ----------------------------------------------------------


def test_a_folder_in_use(shared: Path, tmp_path: Path) -> None:
    module = small_script(shared, "lora")
    with open(tmp_path / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert refusal(module, tmp_path) == f"{tmp_path} is in use by another run"
        assert refusal(module, tmp_path, "--fresh") == f"{tmp_path} is in use by another run"
    assert files(tmp_path) == {".lock": b""}


def other_script(module: ModuleType, folder: Path, name: str) -> ModuleType:
    """The same run with another seed."""
    text = Path(str(module.__file__)).with_suffix(".tune").read_text()
    return script(folder, name, "seed = 7\n" + text)


@pytest.mark.parametrize("name", ["lora-6", "other"])
def test_a_folder_of_another_script(name: str, shared: Path, tmp_path: Path) -> None:
    """Whatever the other is called."""
    module, _ = undisturbed(shared, "lora")
    output = tmp_path / "output"
    shutil.copytree(shared / "undisturbed-lora-6", output)
    for part in ["pico", "dates.jsonl"]:
        (tmp_path / part).symlink_to(shared / part)
    other = other_script(module, tmp_path, name)
    before = files(output)
    message = refusal(other, output)
    assert message == f"{output} holds a run of another script: use --fresh or --output"
    assert files(output) == before


def test_a_copy_cut_short(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies while it copies the script can be started again."""
    module, _ = undisturbed(shared, "lora")
    output = tmp_path / "output"
    shutil.copytree(shared / "undisturbed-lora-6", output)

    def half(source: Path, target: Path) -> None:
        Path(target).write_bytes(Path(source).read_bytes()[:1000])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", half)
        with contextlib.suppress(KeyboardInterrupt):
            run(module, "--output", output)
    run(module, "--output", output)


def test_too_little_disk(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = small_script(shared, "full")
    usage = namedtuple("usage", ["total", "used", "free"])
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 1000))
    message = refusal(module, tmp_path)
    assert re.fullmatch(
        re.escape(str(tmp_path)) + r": [\d,]{7,} bytes are needed on the disk, 1,000 are free",
        message,
    )
    assert_nothing_made(tmp_path, module)
