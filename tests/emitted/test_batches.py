"""Order, batches, packs and splits, as the functions of emitted scripts make them."""

import math
import random
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
import torch
from emitted_script import compile_to, load
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from emitted.listed_rows import taking_lists, write_parquet

pytestmark = pytest.mark.torch

HEAD = 'model "hub:acme/base"\nmethod lora\ntemplate t { user "{{ q }}", assistant "{{ a }}" }\n'
FAST = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Fake(NamedTuple):
    """What these functions look at of a row."""

    ids: torch.Tensor
    value: float = math.nan
    place: str = ""


def row(length: int, fill: int = 7, value: float = math.nan) -> Fake:
    return Fake(torch.full((length,), fill), value)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory):
    """The script of some settings of `data train`, of `train`, and more."""
    made: dict[tuple[str, str, str], ModuleType] = {}

    def script(data: str = "", train: str = "", more: str = "") -> ModuleType:
        if (data, train, more) not in made:
            path: Path = tmp_path_factory.mktemp("batches") / "spec.py"
            write_parquet(path.parent / "rows.parquet")
            text = f'{HEAD}data train {{ source "rows.parquet", {data or "order = shuffle"} }}\n'
            text += f"{more}\ntrain {{ {train or 'epochs = 3'} }}"
            made[data, train, more] = taking_lists(load(compile_to(path, text)))
        return made[data, train, more]

    return script


# --- Order ----------------------------------------------------------------------------


def epochs_of(batches: list[list[int]], ends: list[int]) -> list[list[int]]:
    starts = [0, *ends]
    return [
        [number for batch in batches[start:end] for number in batch]
        for start, end in zip(starts, ends, strict=False)
    ]


def test_an_epoch_is_shuffled_by_its_number_and_the_seed(scripts):
    module, rows = scripts(), [row(3)] * 100
    one, two, three = epochs_of(*module.plan_batches(rows))
    assert sorted(one) == sorted(two) == sorted(three) == list(range(100))
    assert one != two != three
    assert epochs_of(*module.plan_batches(rows)) == [one, two, three]
    longer = scripts(train="epochs = 5")
    assert epochs_of(*longer.plan_batches(rows))[:3] == [one, two, three]
    other = scripts(more="seed = 7")
    assert epochs_of(*other.plan_batches(rows))[0] != one


def test_kept_order(scripts):
    module = scripts("order = keep", "epochs = 2, batch = 4 examples")
    batches, ends = module.plan_batches([row(3)] * 10)
    assert batches[:3] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert batches[3:] == batches[:3]
    assert ends == [3, 6]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", ["shuffle", "keep"])
def test_a_curriculum(scripts, order, descending):
    data = f'order = {order}, sort_by = "n", descending = {str(descending).lower()}'
    module = scripts(data)
    rows = [row(3, value=float(number % 4)) for number in range(40)]
    epochs = epochs_of(*module.plan_batches(rows))
    for epoch in epochs:
        assert sorted(epoch) == list(range(40))
        values = [rows[number].value for number in epoch]
        assert values == sorted(values, reverse=descending)
    lowest = [number for number in range(40) if number % 4 == (3 if descending else 0)]
    if order == "keep":
        assert all(epoch[:10] == lowest for epoch in epochs), "equal rows stay as they were read"
    else:
        assert len({tuple(epoch[:10]) for epoch in epochs}) == 3, "equal rows are shuffled anew"


@pytest.mark.parametrize("bad", [None, True, "", "easy", "nan", "inf", [1]])
def test_a_row_without_a_number_is_named(scripts, bad):
    module = scripts('sort_by = "n"')
    value = module.value_of({"n": bad})
    rows = [row(3, value=1.0), row(3, value=value)._replace(place="rows.jsonl:2")]
    with pytest.raises(SystemExit, match=r"rows\.jsonl:2: `n` is missing, or no number"):
        module.check_values(rows)
    assert module.value_of({"n": "1e3"}) == 1000
    module.check_values(rows[:1])


# --- Batches --------------------------------------------------------------------------


@FAST
@given(rows=st.integers(1, 60), steps=st.integers(1, 40), size=st.integers(1, 70))
def test_steps_end_where_they_end(scripts, rows, steps, size):
    """In the middle of an epoch, with a batch larger than the data, or after many epochs."""
    module = scripts(train="steps = 9, batch = 5 examples")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "STEPS", steps)
        patch.setattr(module, "BATCH", size)
        batches, ends = module.plan_batches([row(3)] * rows)
    assert len(batches) == steps
    assert all(0 < len(batch) <= size for batch in batches)
    seen = Counter(number for batch in batches for number in batch)
    assert max(seen.values()) - (min(seen.values()) if len(seen) == rows else 0) <= 1
    per_epoch = -(-rows // size)
    assert ends[0] == per_epoch
    assert all(len(batch) == size for n, batch in enumerate(batches) if (n + 1) % per_epoch)


@FAST
@given(lengths=st.lists(st.integers(1, 90), min_size=1, max_size=60), size=st.integers(1, 80))
@example(lengths=[3, 4, 9, 7], size=7)
def test_batches_of_tokens(scripts, lengths, size):
    """Full up to the next row; a row that is longer than a batch is a batch by itself."""
    module = scripts(train="epochs = 1, batch = 4096 tokens")
    rows = [row(length) for length in lengths]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", size)
        batches, ends = module.plan_batches(rows)
    assert sorted(number for batch in batches for number in batch) == list(range(len(rows)))
    assert ends == [len(batches)]
    for batch, after in zip(batches, [*batches[1:], None], strict=True):
        tokens = sum(lengths[number] for number in batch)
        assert tokens <= size or len(batch) == 1
        assert after is None or tokens + lengths[after[0]] > size


# --- Packs ----------------------------------------------------------------------------


@FAST
@given(
    lengths=st.lists(st.integers(1, 100), min_size=1, max_size=80),
    capacity=st.integers(100, 300),
)
def test_packs_hold_every_row_once_and_are_tight(scripts, lengths, capacity):
    module = scripts()
    rows = [row(length, fill=number) for number, length in enumerate(lengths)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FORWARD_TOKENS", capacity)
        packs = list(module.packs_of(rows))
    found = [int(each.ids[0]) for pack in packs for each in pack]
    assert sorted(found) == list(range(len(rows)))
    sizes = sorted(sum(len(each.ids) for each in pack) for pack in packs)
    assert sizes[-1] <= capacity
    # No two packs would fit in one, so there are fewer than twice as many as the tokens need.
    assert len(sizes) < 2 or sizes[0] + sizes[1] > capacity


def test_usual_lengths_waste_less_than_a_hundredth(scripts):
    module, draw = scripts(), random.Random(0)
    lengths = [min(2048, int(draw.lognormvariate(5.5, 0.8)) + 8) for _ in range(2000)]
    packs = list(module.packs_of([row(length) for length in lengths]))
    used = sum(lengths) / (len(packs) * module.FORWARD_TOKENS)
    assert used > 0.99


# --- Splits ---------------------------------------------------------------------------


@FAST
@given(fills=st.lists(st.integers(0, 30), min_size=2, max_size=60), share=st.integers(1, 99))
def test_copies_are_on_one_side(scripts, fills, share):
    module = scripts(more="data validation { split = 10% }")
    rows = [row(3, fill)._replace(place=str(n)) for n, fill in enumerate(fills)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "VALIDATION_SPLIT", share / 100)
        try:
            kept, held_out = module.split_by_content(rows)
        except SystemExit as stopped:
            assert "rows held out leave" in str(stopped.code)
            return
    fill = [{int(each.ids[0]) for each in side} for side in (kept, held_out)]
    assert not fill[0] & fill[1]
    places = [int(each.place) for each in kept]
    assert places == sorted(places), "rows to train on stay in order"
    assert sorted(places + [int(each.place) for each in held_out]) == list(range(len(rows)))
    wanted = round(share / 100 * len(rows))
    most = max(Counter(fills).values())
    assert wanted <= len(held_out) < wanted + most


def test_what_is_held_out_stays_so_when_the_data_grows(scripts):
    module = scripts(more="data validation { split = 20 examples }")
    rows = [row(3, fill) for fill in range(100)]
    held_out = [int(each.ids[0]) for each in module.split_by_content(rows)[1]]
    assert len(held_out) == 20
    again = module.split_by_content([*rows[50:], *rows[:50]])[1]
    assert [int(each.ids[0]) for each in again] == held_out, "the order of the files is nothing"
    more = module.split_by_content([*rows, row(3, 100)])[1]
    assert len(set(held_out) - {int(each.ids[0]) for each in more}) <= 1
    other = scripts(more="seed = 7\ndata validation { split = 20 examples }")
    assert {int(each.ids[0]) for each in other.split_by_content(rows)[1]} != set(held_out)


def test_too_few_rows_to_split(scripts):
    module = scripts(more="data validation { split = 20 examples }")
    with pytest.raises(SystemExit, match="5 rows held out leave 0 to train on"):
        module.split_by_content([row(3, fill) for fill in range(5)])
