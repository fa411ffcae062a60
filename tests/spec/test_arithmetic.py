"""Values: how numbers are read and computed."""

import pytest
from lowering import WHOLE, lowering

from tunec.spec.arithmetic import LARGEST, Impossible, literal, negate, operate, with_unit
from tunec.spec.raw import Amount, Word
from tunec.spec.tree import Raw


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16", 16),
        ("1_000", 1000),
        ("1e3", 1000),
        ("2E+2", 200),
        ("1e-3", 1e-3),
        ("16.0", 16.0),
        ("1.5e3", 1500.0),
        ("0.0", 0.0),
        ("0e5", 0),
        ("1e22", 1e22),
        (str(LARGEST), LARGEST),
    ],
)
def test_a_number_without_a_point_is_whole_where_its_value_is(
    text: str, value: int | float
) -> None:
    assert literal(text) == value
    assert type(literal(text)) is type(value)


@pytest.mark.parametrize("text", ["1e999", "9" * 5000, str(LARGEST + 1), "1e-999", "0.1e-400"])
def test_a_number_that_cannot_be_held_is_refused(text: str) -> None:
    with pytest.raises(Impossible):
        literal(text)


STEPS = Amount(3, "steps")


@pytest.mark.parametrize(
    ("left", "operator", "right", "value"),
    [
        (2, "+", 3, 5),
        (2, "-", 3, -1),
        (2, "*", 3, 6),
        (64, "/", 2, 32),
        (1, "/", 4, 0.25),
        (64, "*", 0.5, 32.0),
        (3, "*", 1e-4, 3e-4),
        (0.1, "+", 0.2, 0.3),
        (STEPS, "*", 2, Amount(6, "steps")),
        (2, "*", STEPS, Amount(6, "steps")),
        (Amount(6, "steps"), "/", 2, STEPS),
        (STEPS, "+", Amount(1, "step"), Amount(4, "steps")),
        (Amount(5, "%"), "-", Amount(2, "%"), Amount(3, "%")),
        (Amount(5, "%"), "/", 2, Amount(2.5, "%")),
    ],
)
def test_arithmetic(left: Raw, operator: str, right: Raw, value: Raw) -> None:
    result = operate(operator, left, right)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("left", "operator", "right"),
    [
        (1, "/", 0),
        (1.0, "/", 0.0),
        (STEPS, "/", 0),
        (STEPS, "+", 1),
        (1, "-", STEPS),
        (STEPS, "+", Amount(1, "tokens")),
        (STEPS, "+", Amount(1, "%")),
        (STEPS, "*", STEPS),
        (STEPS, "/", STEPS),
        (1, "/", STEPS),
        ("a", "+", "b"),
        (True, "+", 1),
        (1, "*", Word("rank")),
        ([1], "*", 2),
        (LARGEST, "+", 1),
        (LARGEST, "*", LARGEST),
        (1e300, "*", 1e300),
        (Amount(LARGEST, "steps"), "*", 2),
    ],
)
def test_what_has_no_result_is_refused(left: Raw, operator: str, right: Raw) -> None:
    with pytest.raises(Impossible):
        operate(operator, left, right)


def test_a_unit_is_given_once_and_to_numbers_only() -> None:
    assert with_unit(3, "steps") == STEPS
    others: list[Raw] = [STEPS, "3", True, [3]]
    for value in others:
        with pytest.raises(Impossible):
            with_unit(value, "steps")


def test_the_sign_of_a_number() -> None:
    assert negate(3) == -3
    assert negate(STEPS) == Amount(-3, "steps")
    assert str(negate(0.0)) == "0.0"
    with pytest.raises(Impossible):
        negate("3")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("let n = 8\nseed = 2 * $n + 1", 17),
        ("let n = 8\nlet m = $n / 2\nseed = $m", 4),
        ("seed = (1 + 2) * -(3 - 4)", 3),
        ("seed = 100 - 10 - 1", 89),
        ("seed = 1e3", 1000),
    ],
)
def test_values_in_a_spec(written: str, value: int) -> None:
    assert lowering(WHOLE + written).valid.spec.seed == value


def test_a_unit_may_follow_a_computed_number() -> None:
    text = WHOLE + "let n = 3\ntrain { batch = (2 * $n) examples, forward = 2 * 512 tokens }"
    train = lowering(text).valid.spec.train
    assert (train.batch, train.forward) == (Amount(6, "examples"), Amount(1024, "tokens"))


def test_both_sides_of_a_sum_without_a_result_are_shown() -> None:
    problem = lowering(WHOLE + "checkpoint { every = 3 steps + 2 }").only
    assert problem.code == "E213"
    assert [label.span.text for label in problem.secondary] == ["3 steps", "2"]
    assert problem.help == "Write the unit on both: `3 steps + 2 steps`."
