"""A script for little data and one for much: the same rows, the same words, the same batches."""

import contextlib
import io
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any  # rows are the scripts' own

import pytest
from emitted_script import ROOT, compile_to, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emitted.golden_cases import CASES, FOLDER, STAMP, plan_of
from tunec.emit import render
from tunec.plan.decided import Decided
from tunec.plan.plan import Plan
from tunec.record import fields_of

pytestmark = pytest.mark.torch

# --- All ways in which golden scripts come to rows ------------------------------------


def kinds_of_data() -> dict[str, str]:
    """A golden case for each of them."""
    kinds: dict[str, str] = {}
    for case in CASES:
        plan = plan_of(case)
        told = (plan.data, plan.templates, plan.train.batch, plan.model.tokenizer, plan.evaluate)
        kinds.setdefault(re.sub(r"L\d+", "", repr(told)), case)
    return kinds


def made(plan: Plan, cache: str | None, folder: Path, case: str) -> ModuleType:
    """The script of a plan with another `cache`."""
    changed = type(plan)(**{**fields_of(plan), "cache": Decided(cache, "default")})
    home = f"HERE = Path({str(FOLDER / case)!r})"
    text = render(changed, STAMP).replace("HERE = Path(__file__).resolve().parent", home)
    script = folder / ("large.py" if cache else "small.py")
    script.write_text(text)
    if plan.evaluate and plan.evaluate.harness:
        pytest.importorskip("lm_eval", reason="the extra `harness` is not installed")
    module = load(script)
    assert hasattr(module, "Rows") == (cache is not None)
    if cache:
        module.CACHE, module.ROWS_AT_ONCE = folder / "encoded", 20
    return module


def dealt(module: ModuleType) -> tuple[Any, ...]:
    """All that a script makes of its data, and what it says."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        rows, held_out = module.load_data(module.load_tokenizer())
    lines = [line for line in said.getvalue().splitlines() if "encoded rows" not in line]
    parts = {"train": rows, **held_out}
    return lines, {name: [*map(plain, part)] for name, part in parts.items()}, batches(module, rows)


def batches(module: ModuleType, rows: Any) -> tuple[Any, ...]:  # noqa: ANN401  the scripts' own
    numbers, ends = module.plan_batches(rows)
    packs = module.packs_of([rows[number] for number in numbers[0]])
    return numbers, ends, [[plain(row) for row in pack] for pack in packs]


def plain(row: Any) -> tuple[Any, ...]:  # noqa: ANN401  the scripts' own
    if hasattr(row, "label"):
        return row.ids.tolist(), str(row.ids.dtype), repr(row[1:])
    ids, trained, *more = row
    return ids.tolist(), str(ids.dtype), trained.tolist(), str(trained.dtype), repr(more)


@pytest.mark.parametrize("case", kinds_of_data().values())
def test_both_make_the_same_of_the_data(case: str, tmp_path: Path) -> None:
    large, small = (made(plan_of(case), cache, tmp_path, case) for cache in ("runs/encoded", None))
    assert dealt(large) == dealt(small)


# --- Any rows -------------------------------------------------------------------------

SPEC = """
model "pico" { max_length = 40 tokens }
method lora
template t { user "{{ q }}", assistant "{{ a }}" }
data train { source "rows.jsonl" }
train { steps = 1 }
"""
SAID = st.lists(st.sampled_from(["a", "Hi ", "<|end|>", "<|user|>", "", "ü", "7", "x" * 30]))
VALUES = st.one_of(SAID.map("".join), st.integers(), st.none(), st.just("\U00100000"))
GOOD = st.fixed_dictionaries({"q": SAID.map("".join), "a": SAID.map("".join)})
ROWS = st.one_of(GOOD, GOOD, GOOD, st.dictionaries(st.sampled_from("qa"), VALUES))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> list[ModuleType]:
    folder = tmp_path_factory.mktemp("any")
    (folder / "pico").symlink_to(ROOT / "samples" / "models" / "pico")
    (folder / "rows.jsonl").write_text('{"q": "q", "a": "a"}\n')
    return [
        load(compile_to(folder / f"{name}.py", SPEC, f"cache={cache}"))
        for name, cache in (("large", '"runs/encoded"'), ("small", "none"))
    ]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ROWS, min_size=1, max_size=8))
def test_any_rows_and_refusals(scripts: list[ModuleType], rows: list[dict[str, Any]]) -> None:
    (scripts[0].HERE / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def outcome(module: ModuleType) -> object:
        try:
            return dealt(module)
        except SystemExit as stop:
            return stop.code

    assert outcome(scripts[0]) == outcome(scripts[1])
