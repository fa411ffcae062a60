"""Tokens of texts, counted when compiling, and when rows are said to be too long."""

import sys
from pathlib import Path

import pytest
from lowering import lowering

from tunec.checks import check
from tunec.diagnostics import Report
from tunec.facts import gather
from tunec.facts.counting import TokenCounter
from tunec.files import Files

ROOT = Path(__file__).parents[2]
BYTES = ROOT / "samples" / "tokenizers" / "bytes"


def test_each_byte_is_a_token_and_special_tokens_are_one() -> None:
    texts = ["", "abc", "ä", "<|end|>", "\ud800"]
    assert TokenCounter(Files(), BYTES).count(texts) == [0, 3, 2, 1, 1]


def test_what_cannot_be_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert TokenCounter(Files(), None).count(["a"]) is None
    assert TokenCounter(Files(), tmp_path).count(["a"]) is None
    (tmp_path / "tokenizer.json").write_text("{}")
    assert TokenCounter(Files(), tmp_path).count(["a"]) is None
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    assert TokenCounter(Files(), BYTES).count(["a"]) is None


SPEC = """\
model "pico" {{ max_length = 8 tokens }}
method lora
template t {{ {template} }}
data train {{ source "rows.jsonl", {data} }}
"""


@pytest.mark.parametrize(
    ("template", "row", "data", "codes"),
    [
        ('user "{{ a }}", assistant "b"', '{"a": "123456"}', "", []),
        ('user "{{ a }}", assistant "b"', '{"a": "1234567"}', "", ["E445"]),
        ('user "{{ a }}", assistant "b"', '{"a": "12345678"}\n{"a": "1"}', "", []),
        ('user "{{ a }}", assistant "b"', '{"a": "12345678"}', "one_row_per_answer = true", []),
        ('user "{{ a | trim }}", assistant "b"', '{"a": "1234567890"}', "", ["E445"]),
        ('tokens "a"', '{"a": [1,2,3,4,5,6,7,8]}', "", []),
        ('tokens "a"', '{"a": [1,2,3,4,5,6,7,8,9]}', "", ["E445"]),
        ('segments "a"', '{"a": [{"text": "123456789", "label": true}]}', "", ["E445"]),
        (
            'messages "a" { think_tags = strip, system_turns = drop }',
            '{"a": [{"role": "system", "content": "123456789"}, {"role": "user", "content": "1"}, '
            '{"role": "assistant", "content": "<think>123</think>4"}]}',
            "",
            [],
        ),
    ],
)
def test_rows_that_are_too_long(
    template: str, row: str, data: str, codes: list[str], tmp_path: Path
) -> None:
    (tmp_path / "pico").symlink_to(ROOT / "samples" / "models" / "pico")
    (tmp_path / "rows.jsonl").write_text(row + "\n")
    lowered = lowering(SPEC.format(template=template, data=data), folder=tmp_path).valid
    report = Report()
    check(lowered, gather(lowered, Files(), report), report)
    assert [found.code for found in report] == codes
