"""`let`: names of a file, and what they may stand for."""

import pytest
from lowering import WHOLE, lowering

from tunec.spec.raw import Amount


@pytest.mark.parametrize(
    ("value", "setting", "held"),
    [
        ("8", "seed = $x", 8),
        ("8", "seed = -$x + 10", 2),
        ('"hall"', "name = $x", "hall"),
    ],
)
def test_a_name_stands_for_its_value(value: str, setting: str, held: object) -> None:
    spec = lowering(f"let x = {value}\n{WHOLE}{setting}").valid.spec
    assert held in (spec.seed, spec.name)


def test_a_name_may_stand_in_lists_and_for_lists_words_and_amounts() -> None:
    text = WHOLE.replace("rank = 16", "rank = $r, target_modules = $m, dropout = $d") + (
        "train { batch = $b, schedule cosine { warmup = $w }\n"
        "optimizer adamw { betas = [$p, 0.99] } }"
    )
    lets = (
        'let r = 2 * 4\nlet q = "q_proj"\nlet m = [$q, "v_proj"]\nlet d = 5%\nlet b = 4 examples\n'
    )
    spec = lowering(lets + "let w = 10 steps\nlet p = 0.8\n" + text).valid.spec
    assert spec.method.rank == 8
    assert spec.method.target_modules == ("q_proj", "v_proj")
    assert spec.method.dropout == 0.05
    assert spec.train.batch == Amount(4, "examples")
    assert spec.train.schedule.warmup == Amount(10, "steps")
    assert spec.train.optimizer.betas == (0.8, 0.99)


def test_a_dollar_sign_in_a_text_is_text() -> None:
    outcome = lowering(WHOLE.replace("You rewrite dates.", "Prices in $rank."))
    assert outcome.valid.spec.template["dates"].turns[0].text == "Prices in $rank."


def test_a_refused_value_is_shown_where_it_is_used_and_where_it_comes_from() -> None:
    problem = lowering("let half = 0.5\nlet rank = $half\n" + WHOLE.replace("16", "$rank")).only
    assert problem.primary is not None
    assert problem.primary.span.text == "$rank"
    assert [(label.span.text, label.text) for label in problem.secondary] == [
        ("method lora", "in this block"),
        ("0.5", "the value comes from here"),
    ]


def test_a_value_with_a_problem_causes_no_other() -> None:
    text = "let a = 1 / 0\nlet b = $a + 1\n" + WHOLE.replace("16", "2 * $b")
    assert lowering(text).codes == ["E213"]


def test_lets_of_a_file_with_syntax_errors_are_left_alone() -> None:
    codes = lowering("let a = 1\nlet = 2\nseed = $b\n" + WHOLE).codes
    assert {"E212", "E221"}.isdisjoint(codes)


def test_a_let_that_is_only_used_inside_a_refused_block_is_used() -> None:
    assert lowering("let a = 1\nnonsense { x { y = [1, 2 * $a tokens] } }\n" + WHOLE).codes == [
        "E202"
    ]
