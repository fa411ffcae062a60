"""Rows that are alike, as the functions of emitted scripts find them."""

import random
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
import torch
from emitted_script import compile_to, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emitted.listed_rows import taking_lists, write_parquet

pytestmark = pytest.mark.torch

HEAD = 'model "hub:acme/base"\nmethod lora\ntemplate t { user "{{ q }}", assistant "{{ a }}" }\n'
FAST = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Fake(NamedTuple):
    """What these functions look at of a row."""

    ids: torch.Tensor
    trained: torch.Tensor
    place: str


def row(ids: list[int], place: object, prompt: int = 1) -> Fake:
    return Fake(torch.tensor(ids), torch.arange(len(ids)) >= prompt, f"rows.jsonl:{place}")


def rows_of(*several: list[int], prompt: int = 1) -> list[Fake]:
    return [row(ids, number, prompt) for number, ids in enumerate(several, start=1)]


def places(rows: list[Fake]) -> list[int]:
    return [int(each.place.partition(":")[2]) for each in rows]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory):
    """The script of some settings of `data train`, and of more data sets."""
    made: dict[tuple[str, str], ModuleType] = {}

    def script(data: str = "order = keep", more: str = "") -> ModuleType:
        if (data, more) not in made:
            path: Path = tmp_path_factory.mktemp("cleaning") / "spec.py"
            for name in ("rows", "held", "benchmark"):
                write_parquet(path.parent / f"{name}.parquet")
            text = f'{HEAD}data train {{ source "rows.parquet", {data} }}\n{more}'
            made[data, more] = taking_lists(load(compile_to(path, text)))
        return made[data, more]

    return script


# --- Copies ---------------------------------------------------------------------------


@FAST
@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=3), min_size=1, max_size=40))
def test_the_first_of_equal_rows_stays(scripts, several):
    module, rows = scripts("deduplicate = exact"), rows_of(*several)
    kept = module.deduplicated(rows, module.SameRows(rows))
    firsts = [number for number, ids in enumerate(several) if ids not in several[:number]]
    assert places(kept) == [number + 1 for number in firsts]


def test_copies_are_counted_and_the_first_is_named(scripts, capsys):
    module, rows = scripts("deduplicate = exact"), rows_of([1], [2], [2], [1], [2])
    module.deduplicated(rows, module.SameRows(rows))
    said = "train: 3 of 5 rows dropped as copies, the first at rows.jsonl:3, of rows.jsonl:2\n"
    assert capsys.readouterr().out == said
    module.deduplicated(rows[:2], module.SameRows(rows[:2]))
    assert capsys.readouterr().out == ""


def test_rows_of_one_prompt(scripts):
    module = scripts("deduplicate = prompt")
    rows = rows_of([5, 6, 7], [5, 6, 8], [5, 7, 8], prompt=2)
    assert places(module.deduplicated(rows, module.SamePrompts(rows))) == [1, 3]
    # Where nothing is a prompt, whole rows are compared.
    rows = rows_of([5, 6], [5, 7], [5, 6], prompt=0)
    assert places(module.deduplicated(rows, module.SamePrompts(rows))) == [1, 2]


def written(draw: random.Random, length: int = 60) -> list[int]:
    return [draw.randrange(1000, 9000) for _ in range(length)]


def near(module: ModuleType, rows: list[Fake]) -> list[int]:
    return places(module.deduplicated(rows, module.SimilarRows(rows, module.usual_runs(rows))))


def test_nearly_equal_rows(scripts):
    """A word changed at the end leaves most runs of five; five words far apart do not."""
    module, draw = scripts("deduplicate = near"), random.Random(0)
    texts = [written(draw) for _ in range(200)]
    changed = [[*text[:-1], 7] for text in texts]
    torn = [[7 if at % 12 == 0 else word for at, word in enumerate(text)] for text in texts]
    rows = rows_of(*texts, *changed, *torn)
    kept = near(module, rows)
    assert kept[:200] == list(range(1, 201)), "the first of each stays"
    assert not [number for number in kept if 200 < number <= 400], "no copy is missed"
    assert kept[200:] == list(range(401, 601)), "what is not similar enough stays"


def test_a_long_template_makes_no_rows_alike(scripts):
    module, draw = scripts("deduplicate = near"), random.Random(0)
    template = written(draw, 400)
    texts = [written(draw, 20) for _ in range(100)]
    rows = rows_of(*([*template, *text] for text in texts))
    assert near(module, rows) == list(range(1, 101))
    copied = [*rows, row([*template, *texts[3][:-1], 7], 101)]
    assert near(module, copied) == list(range(1, 101)), "but its rows can be"


@FAST
@given(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=12), min_size=1, max_size=12),
    st.sampled_from([0.3, 0.5, 0.8]),
)
def test_what_is_dropped_is_similar_to_what_stays(scripts, several, threshold):
    """Whatever MinHash finds, it is the runs themselves that are compared."""
    module, rows = scripts("deduplicate = near"), rows_of(*several)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "THRESHOLD", threshold)
        usual = module.usual_runs(rows)
        known = module.SimilarRows(rows, usual)
        kept = places(module.deduplicated(rows, known))
    runs = [known.runs(each) for each in rows]
    for number in set(range(1, len(rows) + 1)) - set(kept):
        alike = [
            len(runs[number - 1] & runs[other - 1]) / len(runs[number - 1] | runs[other - 1])
            for other in kept
            if other < number
        ]
        assert max(alike) >= threshold
    firsts = [n + 1 for n, ids in enumerate(several) if ids not in several[:n]]
    assert set(kept) <= set(firsts), "what is equal is near"


# --- Overlap --------------------------------------------------------------------------

HELD = 'data validation {{ source "held.parquet", overlap = {0} }}'
TRAINED, MEASURED = ([1, 1], [2, 2], [3, 3], [2, 2]), ([9, 9], [3, 3], [2, 2])


def known_of(module: ModuleType) -> object:
    held = [each._replace(place=each.place.replace("rows", "held")) for each in rows_of(*MEASURED)]
    return module.SameRows(held)


def test_rows_that_are_measured_are_not_trained_on(scripts):
    module = scripts(more=HELD.format("error"))
    said = r"validation: 2 of 3 rows are trained on, too, the first at held\.jsonl:2, as "
    with pytest.raises(SystemExit, match=said + r"rows\.jsonl:3"):
        module.check_overlap(rows_of(*TRAINED), known_of(module), "validation")
    module.check_overlap(rows_of([1, 1]), known_of(module), "validation")


def test_an_overlap_leaves_the_measure_as_it_is(scripts, capsys):
    module = scripts(more=HELD.format("drop"))
    kept = module.without_overlap(rows_of(*TRAINED), known_of(module), "validation")
    assert places(kept) == [1]
    assert "train: 3 of 4 rows dropped for that" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="train: no rows are left"):
        module.without_overlap(rows_of([2, 2]), known_of(module), "validation")


def test_an_overlap_that_is_allowed_is_told(scripts, capsys):
    module = scripts(more=HELD.format("allow"))
    module.count_overlap(rows_of(*TRAINED), known_of(module), "validation")
    assert "2 of 3 rows are trained on, too" in capsys.readouterr().out
    module.count_overlap(rows_of([1, 1]), known_of(module), "validation")
    assert capsys.readouterr().out == ""


def test_it_is_an_error_by_default_where_there_are_sources(scripts):
    held_out = 'data test { source "held.parquet" }'
    assert hasattr(scripts(more=held_out), "check_overlap")
    assert not hasattr(scripts(more="data validation { split = 10% }"), "check_overlap")


# --- Benchmarks -----------------------------------------------------------------------


class Words:
    """Stands in for a tokenizer."""

    def decode(self, ids: torch.Tensor) -> str:
        return "<|user|>" + " ".join(f"word{number}," for number in ids.tolist()) + "<|end|>"


def excluded(module: ModuleType, *texts: object) -> ModuleType:
    found = [(f"benchmark: row {n}", {"q": text, "n": "7"}) for n, text in enumerate(texts)]
    module.read_parquet = lambda file: found
    return module


def spoken(*numbers: int) -> str:
    return " ".join(f"Word{number}" for number in numbers)


def test_a_run_of_words_is_enough(scripts, capsys):
    module = scripts(more='data exclude { source "benchmark.parquet", ngram = 5 }')
    excluded(module, ["x", {"deep": spoken(1, 2, 3, 4, 5, 6)}], "too short")
    rows = rows_of([0, 2, 3, 4, 5, 6, 0], [1, 2, 3, 4, 0, 5, 6], [2, 3, 4, 5, 6])
    assert places(module.without_excluded(rows, Words())) == [2]
    said = capsys.readouterr().out
    assert "exclude: 2 rows, 1 of them shorter than 5 words" in said
    first = "rows.jsonl:1: word2 word3 word4 word5 word6"
    assert f"train: 2 of 3 rows dropped as excluded: {first}" in said
    excluded(module, "too short")
    with pytest.raises(SystemExit, match="no row is long enough"):
        module.without_excluded(rows, Words())


def test_it_can_stop_the_run_and_look_at_some_columns(scripts):
    more = 'data exclude { source "benchmark.parquet", ngram = 5, overlap = error, columns = [%s] }'
    module = excluded(scripts(more=more % '"q"'), spoken(1, 2, 3, 4, 5))
    with pytest.raises(SystemExit, match=r"rows\.jsonl:2: this is excluded: word1 word2"):
        module.without_excluded(rows_of([1, 2, 3, 4], [1, 2, 3, 4, 5]), Words())
    module = excluded(scripts(more=more % '"other"'), spoken(1, 2, 3, 4, 5))
    with pytest.raises(SystemExit, match="benchmark: row 0: `other` is missing"):
        module.without_excluded(rows_of([1, 2, 3, 4]), Words())


# --- Texts ----------------------------------------------------------------------------


def turns(*texts: str | None) -> list[dict[str, object]]:
    roles = ("user", "assistant")
    return [{"role": roles[at % 2], "content": text} for at, text in enumerate(texts)]


@pytest.mark.parametrize("policy", ["drop", "error"])
def test_empty_turns(scripts, policy):
    module = scripts(f"empty = {policy}")
    wrong = module.Unwanted if policy == "drop" else ValueError
    for texts in (("", "a"), ("a", " \n"), ("a", None), ("a", "b", "", "c")):
        with pytest.raises(wrong, match="empty turn"):
            module.checked_turns(turns(*texts))
    fine = [{"role": "system", "content": ""}, *turns("a", "b")]
    assert module.checked_turns(fine) is fine
    called = [*turns("a"), {"role": "assistant", "content": None, "tool_calls": [{}]}]
    assert module.checked_turns(called) is called


def test_answers_in_prompts(scripts):
    module = scripts("answer_in_prompt = error")
    for texts in (("Say yes.", "yes"), ("yes", "a", "b", " yes "), ("a (b) c", "(b)")):
        with pytest.raises(ValueError, match="its answer is in the prompt"):
            module.checked_turns(turns(*texts))
    for texts in (
        ("Say yesterday.", "yes"),
        ("My eyes.", "yes"),
        ("a", "yes", "b", "yes"),
        ("a", ""),
        ("yes", None),
    ):
        module.checked_turns(turns(*texts))
