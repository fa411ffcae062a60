"""One thread, no GPU, and files that the tests of a session share."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

# Equality bit by bit is promised on a CPU, and is tested by killing forked processes.
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import pytest
import torch
from exactness.tiny_models import CONVERSATIONS


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `rows.jsonl`, for tiny models, specs and scripts."""
    folder = tmp_path_factory.mktemp("exactness")
    lines = [json.dumps(row, ensure_ascii=False) for row in CONVERSATIONS]
    (folder / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
