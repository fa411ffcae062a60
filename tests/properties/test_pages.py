"""Every example of the pages in `docs/` is compiled, with what the page leaves out around it."""

import gzip
import json
import re
from pathlib import Path

import pytest
from model_folders import write_model
from properties.compiling import script_of

from tunec.spec.chat_templates import LIBRARY

DOCS = Path(__file__).parents[2] / "docs"
MODEL = 'model "hub:acme/base"\n'
METHOD = "method lora\n"
TEMPLATE = 'template t { user "{{ question }}", assistant "{{ answer }}" }\n'
DATA = 'data train { source "rows.jsonl" }\n'
AROUND = {
    "data-sources": MODEL + METHOD + TEMPLATE,
    "order-and-batches": MODEL + METHOD + TEMPLATE,
    "cleaning": MODEL + METHOD + TEMPLATE,
    "chat-templates": METHOD + TEMPLATE + DATA,
    "methods": MODEL + TEMPLATE + DATA,
}
"""By page, what its examples stand in."""

EXAMPLES = [
    (page, example)
    for page in AROUND
    for example in re.findall(r"```tune\n(.*?)```", (DOCS / f"{page}.md").read_text(), re.DOTALL)
]
ROW = {"question": "?", "answer": "long", "lang": "en", "score": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page")
    line = json.dumps(ROW) + "\n"
    others = ("held_out.jsonl", "test.jsonl", "benchmark.jsonl")
    for name in ("rows.jsonl", "parts/a.jsonl", "folder/a.jsonl", *others):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(line)
    (place / "parts" / "deep").mkdir()
    (place / "parts" / "deep" / "a.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    (place / "rows.csv").write_text("question,answer\n?,!\n")
    (place / "rows.py").write_text("def to_row(row): ...\ndef is_wanted(row): ...\n")
    text = "{{ style }} {{ date_string }}{% for m in messages %}{{ m.content }}<|end|>{% endfor %}"
    (place / "style.jinja").write_text(text)
    write_model(place / "base")
    return place


def test_there_are_examples() -> None:
    assert [page for page, _ in EXAMPLES].count("data-sources") == 7
    assert [page for page, _ in EXAMPLES].count("chat-templates") == 3
    assert [page for page, _ in EXAMPLES].count("order-and-batches") == 3
    assert [page for page, _ in EXAMPLES].count("cleaning") == 5
    assert [page for page, _ in EXAMPLES].count("methods") == 2


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_it_compiles(page: str, example: str, folder: Path) -> None:
    assert "def load_rows" in script_of(AROUND[page] + example, folder)


def test_the_page_on_chat_templates_has_all_of_the_library() -> None:
    text = (DOCS / "chat-templates.md").read_text()
    rows = [
        f"| `{name}` | {each.summary} | {'yes' if each.markers else 'no'} |"
        for name, each in LIBRARY.items()
    ]
    assert "\n".join(rows) in text
