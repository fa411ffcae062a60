"""From a tree to a spec: defaults, what is said of problems, and that none makes it fall over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lowering import WHOLE, Outcome, lowering

from tunec.spec.legal import example, kinds_with, places_below, settings_of
from tunec.spec.vocabulary import CHILDREN, Place

SCRATCH = (
    'model scratch { architecture = llama, tokenizer = "t", hidden_size = 8, '
    "num_hidden_layers = 1, num_attention_heads = 1 }"
)


def test_what_is_not_written_has_its_default() -> None:
    spec = lowering(WHOLE).valid.spec
    assert spec.seed == 42
    assert spec.objective is not None
    assert type(spec.train.optimizer).__name__ == "Adamw"
    assert type(spec.train.schedule).__name__ == "Cosine"
    assert spec.evaluate.generate is None
    assert spec.quantize is None


def test_every_kind_of_every_block_can_be_written() -> None:
    for place in CHILDREN[""]:
        for kind in place.kinds:
            block = SCRATCH if kind == "scratch" else example(place, kind)
            assert lowering(block).codes.count("E211") == len(lowering(block).problems), block


def test_the_sample_of_every_setting_is_taken() -> None:
    for trail, place in places_below():
        for kind in place.kinds:
            for name, sort in settings_of(place, kind).items():
                body = f"{name} = {sort.sample()}"
                text = f"{header(place, kind)} {{ {body} }}"
                inner = place
                for outer in reversed(trail):
                    text = f"{header(outer, kinds_with(outer, inner)[0])} {{ {text} }}"
                    inner = outer
                codes = set(lowering(text).codes)
                assert codes <= {"E210", "E211"}, text


def header(place: Place, kind: str) -> str:
    label = {"name": "x", "path": '"x"', "text": '"x"', "kind": kind, "none": ""}[place.label]
    return f"{place.keyword} {kind or label}"


def test_no_name_of_a_kind_is_a_setting_or_block_of_its_place() -> None:
    for _, place in places_below():
        inner = {each.keyword for each in CHILDREN.get(place.keyword, ())}
        assert not set(place.kinds) & (set(settings_of(place)) | inner)


def test_all_problems_of_all_blocks_are_reported() -> None:
    text = (
        "method lora { rank = 0, alpha = 0 }\n"
        "train { epochs = 0, optimizer adamw { epsilon = 0 }, schedule cosin }\n"
        'template t { user "" }\n'
        'model "m" { dtype = x }\ndata train { source "" { format = y } }'
    )
    assert sorted(lowering(text).codes) == [
        *["E203"] * 4,
        *["E204"] * 2,
        *["E205"] * 3,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("method lora { rnk = 16 }", "Write `rank`."),
        ("method lora { lora_alpha = 16 }", "Write `alpha`."),
        ("method lora { dropout = 0.05 }", "Write it as a percentage: `dropout = 5%`."),
        ("method lora { rank = 16 tokens }", "Write the number alone: `rank = 16`."),
        ("train { batch = 32 }", "Write the unit: `batch = 32 examples`."),
        ("train { learning_rate = 1 }", "Write `train { optimizer adamw { learning_rate = … } }`."),
        ("train { seed = 1 }", "Move `seed` to the top of the spec, outside all blocks."),
        ("optimizer sgd", "Write it inside `train`: `train { optimizer adamw }`."),
        ("train { method lora }", "Move `method` to the top of the spec, outside all blocks."),
        ("qlora { rank = 8 }", "Write `method qlora`."),
        ("method = qlora", "Write it without `=`: `method qlora`."),
        ('model = "x"', 'Write it without `=`: `model "x"`.'),
        ("train = 3", "Write it without `=`: `train { … }`."),
        ('name "x"', 'Write it with `=`: `name = "x"`.'),
        ("seed { }", "Write it with `=`: `seed = 42`."),
        ("method lorra", "Write `method lora`."),
        ("method", "Write, for example, `method full`."),
        ("data tests", "Write `data test`."),
        ('method "lora"', "Write `method lora`."),
        ("model llama", 'Write `model "llama"`.'),
        ("model scrath", "Write `model scratch`."),
        ("name = x", 'Put it in quotes: `name = "x"`.'),
        ("method lora { target_modules = [q] }", 'Put it in quotes: `"q"`.'),
        ("method lora { target_modules = all_linaer }", "Write `target_modules = all_linear`."),
        ("evaluate { generate { metrics = [exact_macth] } }", "Write `exact_match`."),
        ("evaluate { generate { metrics = exact_match } }",
         "Put it in brackets: `metrics = [exact_match]`."),
        ("seed = $s", "Define it above: `let s = …`."),
    ],
)  # fmt: skip
def test_help(text: str, expected: str) -> None:
    problems = [problem for problem in lowering(text).problems if problem.code != "E211"]
    assert [problem.help for problem in problems] == [expected]


def test_a_missing_block_is_shown_at_the_end_of_the_file() -> None:
    problems = lowering(WHOLE.replace("method lora { rank = 16 }", "") + "\n\n# end\n").problems
    assert [(p.code, p.help, p.primary.span.line) for p in problems] == [
        ("E211", "Add, for example, `method lora { rank = 16 }`.", 11)
    ]


def test_what_may_be_lost_to_a_syntax_error_is_not_missed() -> None:
    outcome = lowering("model scratch { hidden_size = }\nmethod lora { rank = 0 }\n")
    assert outcome.lowered is None
    assert {"E210", "E211"}.isdisjoint(outcome.codes)
    assert "E203" in outcome.codes


def test_harmless_problems_leave_a_spec_for_the_next_stage() -> None:
    outcome = lowering("let unused = 1\nseed = 1\nseed = 2\n" + WHOLE)
    assert sorted(outcome.codes) == ["E208", "E221"]
    assert outcome.valid.spec.seed == 1


def test_long_specs_take_time_in_proportion_to_their_length() -> None:
    settings = "\n".join(f"name_{n} = {n}" for n in range(2000))
    lets = "\n".join(f"let v{n} = $v{n - 1} + 1" for n in range(1, 2000))
    turns = "\n".join(f'user "{n}"' for n in range(2000))
    text = f"let v0 = 1\n{lets}\nseed = $v1999\n{settings}\ntemplate t {{\n{turns}\n}}\n{WHOLE}"
    assert lowering(text).codes.count("E201") == 2000


# --- Any text -----------------------------------------------------------------------------

WORDS = st.sampled_from(
    [each.keyword for _, each in places_below()]
    + [kind for _, each in places_below() for kind in each.kinds if kind]
    + [name for _, each in places_below() for name in settings_of(each)]
    + ["seed", "name", "lr", "packing", "x", "steps", "none"]
)
NUMBERS = st.sampled_from(["0", "1", "16", "1e3", "2e-4", "0.5", "1e999", "9" * 30])
LEAVES = st.one_of(
    NUMBERS,
    WORDS,
    st.sampled_from(['"x"', '""', '"a\\u{0}"', "true", "false", "$a", "$b", "$c", "[]"]),
    st.builds("{} {}".format, NUMBERS, st.sampled_from(["steps", "tokens", "%", "epoch", "x"])),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("-{}".format, inner),
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
    ),
    max_leaves=4,
)
LINES = st.one_of(
    st.builds("{} = {}".format, WORDS, VALUES),
    st.builds("let {} = {}".format, st.sampled_from("abc"), VALUES),
    st.builds('use "{}"'.format, st.sampled_from(["no.tune", "spec.tune", "."])),
    st.builds("{} {}".format, WORDS, st.one_of(WORDS, st.sampled_from(['"x"', ""]))),
)
ITEMS = st.recursive(
    LINES,
    lambda inner: st.builds(
        "{} {} {{\n{}\n}}".format,
        WORDS,
        st.one_of(WORDS, st.sampled_from(['"x"', ""])),
        st.lists(inner, max_size=4).map("\n".join),
    ),
    max_leaves=8,
)
SETS = st.builds("{}={}".format, st.lists(WORDS, min_size=1, max_size=4).map(".".join), VALUES)


def check_outcome(outcome: Outcome) -> None:
    assert outcome.lowered is not None or outcome.problems
    for problem in outcome.problems:
        assert problem.message.endswith(".")
        assert problem.help is None or problem.help.endswith(".")


@settings(max_examples=150, deadline=None)
@given(st.lists(ITEMS, max_size=6).map("\n".join), st.lists(SETS, max_size=2), st.booleans())
def test_no_text_makes_it_fall_over(text: str, sets: list[str], whole: bool) -> None:
    check_outcome(lowering(text + "\n" + (WHOLE if whole else ""), *sets))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_no_characters_make_it_fall_over(text: str) -> None:
    check_outcome(lowering(WHOLE + text))


def test_a_kind_that_is_left_out_has_its_reason() -> None:
    (problem,) = lowering(WHOLE + "\nquantize hqq\n").problems
    assert problem.code == "E205"
    assert problem.notes[0] == "transformers 5.23 does not load weights as HQQ yet."
