"""The labels of rows, counted when compiling, and the architectures that take a head."""

import json
from pathlib import Path

import pytest
from lowering import lowering
from model_folders import write_model

from tunec.diagnostics import Report
from tunec.facts import LabelFacts, ModelFacts, gather
from tunec.facts.labels import in_order
from tunec.files import Files

SPEC = """\
model "base"
method full
template t {{ text "{{{{ text }}}}", {label} }}
data train {{ source {source} }}
objective classify
"""
LABEL = 'label "{{ mood }}"'


def counted(folder: Path, source: str, label: str = LABEL) -> LabelFacts | None:
    write_model(folder / "base")
    lowered = lowering(SPEC.format(label=label, source=source), folder=folder).valid
    return gather(lowered, Files(), Report()).labels


def rows(folder: Path, name: str = "rows.jsonl", count: int = 300) -> None:
    """More rows than are looked at for anything else; the last has a label of its own."""
    moods = [*("good" if number % 3 else "bad" for number in range(count)), "rare"]
    lines = [json.dumps({"text": "a", "mood": each, "all": [each, "any"]}) for each in moods]
    (folder / name).write_text("\n".join(lines) + "\n")


def test_every_row_is_counted(tmp_path: Path) -> None:
    rows(tmp_path)
    found = counted(tmp_path, '"rows.jsonl"')
    assert found == LabelFacts({"bad": 100, "good": 200, "rare": 1}, 301)
    several = counted(tmp_path, '"rows.jsonl"', 'labels "all"')
    assert several == LabelFacts({"any": 301, "bad": 100, "good": 200, "rare": 1}, 301)


def test_other_formats_and_several_files(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    rows(tmp_path / "part", "a.jsonl", 30)
    rows(tmp_path / "part", "b.jsonl", 60)
    assert counted(tmp_path, '"part/*.jsonl"') == LabelFacts({"bad": 30, "good": 60, "rare": 2}, 92)
    lines = "".join(f"a,{number % 2}\n" for number in range(100))
    (tmp_path / "rows.csv").write_text("text,mood\n" + lines)
    assert counted(tmp_path, '"rows.csv"') == LabelFacts({"0": 50, "1": 50}, 100)
    listed = [{"text": "a", "mood": number % 2} for number in range(100)]
    (tmp_path / "rows.json").write_text(json.dumps(listed))
    assert counted(tmp_path, '"rows.json"') == LabelFacts({"0": 50, "1": 50}, 100)


@pytest.mark.parametrize(
    "source",
    [
        '"rows.jsonl" { filter = "mood != \'bad\'" }',
        '"rows.jsonl" { first = 10 examples }',
        '"hub:acme/rows"',
        '"missing.jsonl"',
    ],
)
def test_what_is_not_certain_is_not_known(tmp_path: Path, source: str) -> None:
    rows(tmp_path)
    assert counted(tmp_path, source) is None


def test_a_label_that_is_made_is_not_known(tmp_path: Path) -> None:
    rows(tmp_path)
    assert counted(tmp_path, '"rows.jsonl"', 'label "{{ mood | upper }}"') is None
    assert counted(tmp_path, '"rows.jsonl"', 'label "a {{ mood }}"') is None


def test_labels_of_a_damaged_file_are_not_known(tmp_path: Path) -> None:
    rows(tmp_path)
    with open(tmp_path / "rows.jsonl", "a") as file:
        file.write("{")
    assert counted(tmp_path, '"rows.jsonl"') is None


def test_numbers_come_by_size_and_before_words() -> None:
    assert in_order({"10": 1, "b": 1, "9": 1, "-1.5": 1, "a": 1}) == ["-1.5", "9", "10", "a", "b"]


@pytest.mark.torch
def test_transformers_has_a_head_for_each_architecture() -> None:
    """And PyTorch's attention, but for those whose scores are capped."""
    import transformers
    from transformers.models.auto import modeling_auto

    from tunec.facts.architectures import CLASSIFYING_DECODERS, CLASSIFYING_ENCODERS

    known = modeling_auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES
    for name in CLASSIFYING_ENCODERS | CLASSIFYING_DECODERS:
        assert name in known
        assert getattr(transformers, known[name])._supports_sdpa or name == "gemma2", name


@pytest.mark.parametrize(
    ("config", "most"),
    [
        ({"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514}, 512),
        ({"model_type": "bert", "max_position_embeddings": 512, "pad_token_id": 0}, 512),
    ],
)
def test_positions_that_are_counted_after_padding(config: dict[str, object], most: int) -> None:
    assert ModelFacts("folder", config, None).max_positions == most
