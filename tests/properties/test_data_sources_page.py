"""Every example of the page on data sources is compiled."""

import gzip
import json
import re
from pathlib import Path

import pytest
from properties.compiling import script_of

PAGE = Path(__file__).parents[2] / "docs" / "data-sources.md"
EXAMPLES = re.findall(r"```tune\n(.*?)```", PAGE.read_text(), re.DOTALL)
HEAD = (
    'model "hub:acme/base"\nmethod lora\n'
    'template t { user "{{ question }}", assistant "{{ answer }}" }\n'
)
ROW = {"question": "?", "answer": "long", "lang": "en", "score": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page")
    line = json.dumps(ROW) + "\n"
    for name in ("rows.jsonl", "parts/a.jsonl", "folder/a.jsonl"):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(line)
    (place / "parts" / "deep").mkdir()
    (place / "parts" / "deep" / "a.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    (place / "rows.csv").write_text("question,answer\n?,!\n")
    (place / "rows.py").write_text("def to_row(row): ...\ndef is_wanted(row): ...\n")
    return place


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 7


@pytest.mark.parametrize("example", EXAMPLES)
def test_it_compiles(example: str, folder: Path) -> None:
    assert "def load_rows" in script_of(HEAD + example, folder)
