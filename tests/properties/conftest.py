"""What the tests of this folder share."""

import json
from pathlib import Path

import pytest
from properties.hostile import COLUMNS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rows that have every column."""
    place = tmp_path_factory.mktemp("strings")
    row = dict.fromkeys(COLUMNS, "value")
    (place / "rows.jsonl").write_text(json.dumps(row) + "\n" + json.dumps(row) + "\n")
    return place
