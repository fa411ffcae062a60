"""`--set`: single settings from the command line."""

from pathlib import Path

import pytest
from lowering import WHOLE, lowering

from tunec.spec.raw import Amount


def test_a_setting_is_replaced_or_added() -> None:
    text = WHOLE + "train { epochs = 1, optimizer adamw { weight_decay = 0.1 } }"
    spec = lowering(
        text,
        "train.epochs=3",
        "train.batch=65536 tokens",
        "train.optimizer.learning_rate=1e-4",
        "train.schedule.floor=10%",
        "evaluate.generate.limit=none",
        "data.train.overflow=drop",
        "data.validation.split=5%",
        "seed=7",
    ).valid.spec
    assert (spec.train.epochs, spec.train.batch) == (3, Amount(65536, "tokens"))
    optimizer = spec.train.optimizer
    assert (optimizer.learning_rate, optimizer.weight_decay) == (1e-4, 0.1)
    assert spec.train.schedule.floor == Amount(10, "%")
    assert spec.evaluate.generate.limit is None
    assert (spec.data["train"].overflow, spec.data["validation"].split) == (
        "drop",
        Amount(5, "%"),
    )
    assert [source.path for source in spec.data["train"].sources] == ["dates.jsonl"]
    assert spec.seed == 7


def test_the_kind_may_be_said_and_must_be_the_one_in_force() -> None:
    assert lowering(WHOLE, "method.lora.rank=8").valid.spec.method.rank == 8
    assert lowering(WHOLE, "method.dora.rank=8").codes == ["E222"]
    assert lowering(WHOLE, "method=dora", "method.dora.rank=8").valid.spec.method.rank == 8
    assert (
        lowering(WHOLE, "train.optimizer.adamw.epsilon=1e-6").valid.spec.train.optimizer.epsilon
        == 1e-6
    )
    assert lowering(WHOLE, "train.optimizer.sgd.momentum=0.9").codes == ["E222"]
    quantize = lowering(WHOLE, "quantize.int8.threshold=5.0").valid.spec.quantize
    assert (type(quantize).__name__, quantize.threshold) == ("Int8", 5.0)


def test_a_path_to_a_block_sets_its_label() -> None:
    text = WHOLE.replace('pico"', 'pico" { dtype = float32 }')
    spec = lowering(
        text, 'model="../other"', "method=dora", "train.optimizer=sgd", "quantize=nf4"
    ).valid.spec
    assert (spec.model.path, spec.model.dtype) == ("../other", "float32")
    assert (type(spec.method).__name__, spec.method.rank) == ("Dora", 16)
    assert type(spec.train.optimizer).__name__ == "Sgd"
    assert type(spec.quantize).__name__ == "Nf4"


def test_a_new_kind_keeps_the_settings_so_that_none_is_dropped_silently() -> None:
    outcome = lowering(WHOLE, "method=full")
    problem = outcome.only
    assert (problem.code, problem.primary.span.text) == ("E201", "rank")
    assert [(label.span.text, label.text) for label in problem.secondary] == [
        ("method", "set here")
    ]


def test_a_source_replaces_all_sources() -> None:
    text = WHOLE.replace('source "dates.jsonl"', 'overflow = drop, source "a", source "b"')
    data = lowering(text, 'data.train.source="c"').valid.spec.data["train"]
    assert ([source.path for source in data.sources], data.overflow) == (["c"], "drop")


def test_the_last_of_two_wins_and_both_over_used_files(tmp_path: Path) -> None:
    (tmp_path / "house.tune").write_text("seed = 1")
    outcome = lowering('use "house.tune"\n' + WHOLE, "seed=2", "seed=3", folder=tmp_path)
    assert outcome.valid.spec.seed == 3


def test_a_value_may_use_the_names_of_the_spec() -> None:
    spec = lowering("let n = 4\n" + WHOLE, "method.rank=2 * $n").valid.spec
    assert spec.method.rank == 8


def test_a_let_of_the_spec_gets_another_value() -> None:
    text = "let n = 4\nlet m = $n + 1\nseed = $m\n" + WHOLE
    assert lowering(text, "let.n=7").valid.spec.seed == 8
    assert lowering(text, "let.n=1", "let.n=2 * 3").valid.spec.seed == 7
    assert lowering(text, "let.m=7").valid.spec.seed == 7


def test_a_let_that_the_spec_does_not_have() -> None:
    problem = lowering("let rank = 4\n" + WHOLE.replace("16", "$rank"), "let.rnak=8").only
    assert (problem.code, problem.help) == ("E222", "Write `let.rank`.")
    assert problem.primary is not None
    assert (problem.primary.span.text, problem.primary.span.column) == ("rnak", 5)
    assert lowering(WHOLE, "let.x=8").only.help == "Add `let x = …` to the spec."


def test_a_problem_with_a_new_value_of_a_let_shows_the_argument() -> None:
    text = "let n = 4\n" + WHOLE.replace("16", "$n")
    problem = lowering(text, "let.n=0").only
    assert problem.code == "E203"
    assert [label.span.source.name for label in problem.secondary] == [
        "spec.tune",
        "--set let.n=0",
    ]


@pytest.mark.parametrize("argument", ["let.n=$n", "let.n=1/0", "let.n=", "let.n", "let.a.b=1",
                                      "let.n=1, seed=2", "let.n=1\nlet.n=2", "let.=1"])  # fmt: skip
def test_what_is_no_value_of_a_let_is_refused(argument: str) -> None:
    outcome = lowering("let n = 4\nseed = $n\n" + WHOLE, argument)
    assert outcome.lowered is None
    assert outcome.problems


def test_problems_point_into_the_argument() -> None:
    outcome = lowering(WHOLE, "method.rank=0", "train.epoch=3")
    assert outcome.codes == ["E203", "E222"]
    value, name = (problem.primary.span for problem in outcome.problems)
    assert (value.source.name, value.text, value.column) == ("--set method.rank=0", "0", 13)
    assert name.text == "epoch"
    assert outcome.problems[1].help == "Write `--set train.epochs=…`."


@pytest.mark.parametrize("value", ["12 bananas", "[]", '"x"', "1/0", "$no", "true", "word"])
@pytest.mark.parametrize(
    "path",
    ["model", "method", "train", "data", "data.train", "data.train.source", "template", "seed",
     "template.dates", "template.dates.user", "template.dates.user.text", "train.optimizer",
     "train.optimizer.adamw", "train.optimizer.adamw.betas", "a.b.c", "seed.seed", "data.data",
     "method.lora.lora.lora", "evaluate.generate.metrics.x", "model.scratch", "model.path"],
)  # fmt: skip
def test_no_argument_makes_it_fail_without_a_diagnostic(path: str, value: str) -> None:
    outcome = lowering(WHOLE, f"{path}={value}")
    assert (outcome.lowered is None) == bool(outcome.problems)
    for problem in outcome.problems:
        assert problem.help
