"""What is read of a tokenizer."""

import json
from pathlib import Path

import pytest
from model_folders import CHAT, write_json, write_tokenizer

from tunec.facts.jsonfile import Unreadable
from tunec.facts.tokenizer import TokenizerFacts, read_tokenizer
from tunec.files import Files


def read(folder: Path) -> TokenizerFacts:
    found = read_tokenizer(Files(), folder)
    assert found is not None
    return found


def test_a_fast_tokenizer(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    found = read(tmp_path)
    assert found.chat_template == CHAT
    assert found.special_tokens == ("<|user|>", "<|assistant|>", "<|end|>")
    assert found.eos_token == "<|end|>"
    assert found.pad_token is None
    assert found.size == 4


def test_no_files(tmp_path: Path) -> None:
    assert read_tokenizer(Files(), tmp_path) is None


def test_the_file_of_the_chat_template_wins(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / "chat_template.jinja").write_text("from the file")
    assert read(tmp_path).chat_template == "from the file"


def test_named_chat_templates(tmp_path: Path) -> None:
    named = [{"name": "tool_use", "template": "a"}, {"name": "default", "template": "b"}]
    write_json(tmp_path / "tokenizer_config.json", {"chat_template": named})
    assert read(tmp_path).chat_template == "b"


def test_tokens_as_objects_and_in_a_file_of_their_own(tmp_path: Path) -> None:
    decoder = {
        "0": {"content": "<s>", "special": True},
        "1": {"content": "<tool>", "special": False},
    }
    config = {"added_tokens_decoder": decoder, "eos_token": {"content": "</s>"}}
    write_json(tmp_path / "tokenizer_config.json", config)
    special = {"pad_token": "<pad>", "additional_special_tokens": ["<a>", {"content": "<b>"}]}
    write_json(tmp_path / "special_tokens_map.json", special)
    found = read(tmp_path)
    assert found.special_tokens == ("<s>", "</s>", "<pad>", "<a>", "<b>")
    assert (found.eos_token, found.pad_token) == ("</s>", "<pad>")
    assert found.size is None


def test_only_the_head_of_a_large_file_is_read(tmp_path: Path) -> None:
    added = [{"id": 0, "content": "<s>", "special": True}]
    head = f'{{"version": "1.0", "added_tokens": {json.dumps(added)}, "model": {{"vocab": {{'
    (tmp_path / "tokenizer.json").write_text(head + '"x": 1, not even JSON' * 30_000)
    files = Reads()
    found = read_tokenizer(files, tmp_path)
    assert found is not None
    assert found.special_tokens == ("<s>",)
    assert found.size is None
    assert sum(files.lengths) < 100_000


class Reads(Files):
    """Remembers how much was read."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def read_bytes(self, path: Path, limit: int = -1, start: int = 0) -> bytes:
        data = super().read_bytes(path, limit, start)
        self.lengths.append(len(data))
        return data


def test_many_added_tokens(tmp_path: Path) -> None:
    added = [{"id": n, "content": f"<|reserved_{n}|>", "special": True} for n in range(3000)]
    text = json.dumps({"added_tokens": added, "model": {"vocab": {}}})
    (tmp_path / "tokenizer.json").write_text(text + " " * 300_000)
    assert len(read(tmp_path).special_tokens) == 3000


def test_tokens_of_a_class_may_come_from_it(tmp_path: Path) -> None:
    write_json(tmp_path / "tokenizer_config.json", {"tokenizer_class": "LlamaTokenizer"})
    assert not read(tmp_path).general


@pytest.mark.parametrize(
    "name", ["tokenizer_config.json", "special_tokens_map.json", "tokenizer.json"]
)
def test_damage_is_told(tmp_path: Path, name: str) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / name).write_text('{"a": 1,}')
    with pytest.raises(Unreadable, match=f"^`{name}` is not valid JSON at line 1, column 9$"):
        read(tmp_path)
