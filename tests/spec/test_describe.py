"""What is said about the language and about a spec."""

import json
import re
from pathlib import Path

import pytest
from golden_files import check_golden
from lowering import WHOLE, lowering

from tunec.diagnostics import Report
from tunec.source import Source
from tunec.spec.describe import explain, language_reference, spec_json, topics
from tunec.spec.legal import places_below, settings_of
from tunec.spec.reference import SECTIONS
from tunec.syntax import parse

REFERENCE = Path(__file__).parents[2] / "docs" / "language-reference.md"


def test_every_topic_has_a_text() -> None:
    for topic in topics():
        text = explain(topic)
        assert text is not None, topic
        assert text.endswith("\n")
        assert all(len(line) <= 100 for line in text.splitlines() if "Example" not in line)


def test_topics_are_all_blocks_kinds_and_settings() -> None:
    known = set(topics())
    assert {
        "seed",
        "method",
        "method.lora",
        "method.lora.rank",
        "train.optimizer.sgd.momentum",
    } <= known
    names = {topic.rpartition(".")[2] for topic in known}
    for _, place in places_below():
        assert {place.keyword, *settings_of(place)} <= names


def test_a_setting_is_explained_with_its_limits_default_reason_and_an_example() -> None:
    assert explain("method.lora.rank") == (
        "method.rank\n"
        "\n"
        "Rank of the product.\n"
        "It is a setting of `method lora`, `method dora` and `method qlora`.\n"
        "It takes a whole number, at least 1 and at most 1024.\n"
        "Default: 16 (enough for most tasks; 8 to 64 is the usual range).\n"
        "\n"
        "Example: method lora { rank = 16 }\n"
    )


@pytest.mark.parametrize(
    "topic", ["lora.rank", "method.lora.rank", "dora.rank", "method.dora.rank"]
)
def test_words_before_the_last_may_be_left_out(topic: str) -> None:
    assert explain(topic) == explain("method.lora.rank")


def test_a_name_of_several_settings_is_explained_for_each() -> None:
    text = explain("every") or ""
    assert "evaluate.every" in text
    assert "checkpoint.every" in text


def test_a_block_names_its_kinds_and_a_kind_its_settings() -> None:
    assert all(kind in (explain("schedule") or "") for kind in ("constant", "linear", "cosine"))
    assert "floor" in (explain("cosine") or "")
    assert "floor" not in (explain("schedule.constant") or "")


@pytest.mark.parametrize("topic", ["", ".", "method.", "rnk", "method.full.rank", "rank.method"])
def test_what_is_no_topic_has_no_text(topic: str) -> None:
    assert explain(topic) is None


def test_defaults_are_spelled_as_one_would_write_them() -> None:
    for topic, default in {
        "method.dropout": "0%",
        "schedule.warmup": "3%",
        "optimizer.betas": "[0.9, 0.999]",
        "optimizer.epsilon": "1e-8",
        "generate.metrics": "[exact_match]",
        "generate.compare": "base",
        "checkpoint.every": "1 epoch",
        "method.target_modules": "all_linear",
        "train.gradient_checkpointing": "false",
        "seed": "42",
    }.items():
        assert f"Default: {default} (" in (explain(topic) or ""), topic


def test_the_reference_in_the_documentation_is_current(request: pytest.FixtureRequest) -> None:
    check_golden(REFERENCE, language_reference(), request)


def test_the_reference_has_every_setting_with_its_default() -> None:
    text = language_reference()
    for _, place in places_below():
        for kind in place.kinds:
            assert not kind or f"# `{place.keyword} {kind}`" in text
            for name in settings_of(place, kind):
                assert f"| `{name}` |" in text


def test_the_examples_of_the_reference_can_be_parsed() -> None:
    examples = re.findall(r"```tune\n(.*?)```", language_reference(), re.DOTALL)
    assert len(examples) > 12
    for example in examples:
        report = Report()
        parse(Source("example", example), report)
        assert not report.failed, example


def test_sections_on_syntax_end_no_line_with_white_space() -> None:
    assert not [
        line for text in SECTIONS.values() for line in text.split("\n") if line != line.rstrip()
    ]


def test_a_spec_as_json() -> None:
    lowered = lowering(WHOLE + "train { batch = 4 examples }", "seed=7").valid
    dumped = json.loads(json.dumps(spec_json(lowered)))
    assert dumped["settings"]["seed"] == {
        "value": 7,
        "written": {"file": "--set seed=7", "line": 1, "column": 6},
    }
    assert dumped["settings"]["train.batch"] == {
        "value": {"number": 4, "unit": "examples"},
        "written": {"file": "spec.tune", "line": 9, "column": 17},
    }
    assert dumped["settings"]["train.optimizer.betas"] == {"value": [0.9, 0.999], "written": None}
    assert dumped["settings"]["template.dates.turns.2.text"]["value"] == "{{ answer }}"
    assert dumped["blocks"]["method"]["kind"] == "lora"
    assert dumped["blocks"]["train.optimizer"] == {"kind": "adamw", "written": None}
    assert lowered.places.settings.keys() - {"template.dates.name"} <= dumped["settings"].keys()
