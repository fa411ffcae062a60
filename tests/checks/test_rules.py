"""The table of rules, and places that the cases in `tests/diagnostics/checks` do not show."""

import importlib.util
from pathlib import Path

import pytest
from lowering import WHOLE, lowering
from model_folders import llama_config, llama_shapes, write_json, write_model

from tunec.checks import RULES, check
from tunec.checks.context import Context, within
from tunec.diagnostics import Diagnostic, Report
from tunec.facts import gather
from tunec.files import Files
from tunec.source import Source, Span

CASES = Path(__file__).parents[1] / "diagnostics" / "checks"
FIXTURES = CASES / "fixtures"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


def checked(text: str, folder: Path) -> list[Diagnostic]:
    lowered = lowering(text, folder=folder).valid
    report = Report()
    check(lowered, gather(lowered, Files(), report), report)
    return report.ordered()


def codes(text: str, folder: Path) -> list[str]:
    return [problem.code for problem in checked(text, folder)]


def test_every_rule_has_a_case() -> None:
    silent = {rule: rule.__name__ for rule in RULES}
    for path in sorted(CASES.glob("*.tune")):
        lowered = lowering(path.read_text(), folder=CASES).lowered
        if lowered is None:
            continue
        context = Context(lowered, gather(lowered, Files(), Report()))
        for rule in list(silent):
            if list(rule(context)):
                del silent[rule]
    assert list(silent.values()) == []


def test_rules_have_names_of_their_own_and_say_what_they_hold() -> None:
    assert len({rule.__name__ for rule in RULES}) == len(RULES)
    assert all(rule.__doc__ for rule in RULES)


def test_the_fixtures_are_what_their_script_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_fixtures", FIXTURES / "make_fixtures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.write_all(tmp_path / "made")

    def contents(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

    expected = contents(FIXTURES)
    del expected["make_fixtures.py"]
    expected = {name: data for name, data in expected.items() if "__pycache__" not in name}
    assert contents(tmp_path / "made") == expected


def sound(folder: Path) -> str:
    """A spec without problems, and what it names."""
    write_model(folder / "base")
    (folder / "dates.jsonl").write_text('{"question": "2 May 1999", "answer": "1999-05-02"}\n')
    return WHOLE.replace("../models/pico", "./base").replace("rank = 16", "rank = 8")


def test_a_sound_spec(tmp_path: Path) -> None:
    assert checked(sound(tmp_path), tmp_path) == []


@pytest.mark.parametrize(
    "extra",
    [
        "train { batch = 512 tokens }",
        "train { forward = 512 tokens }",
        "train { epochs = 2 }\ncheckpoint { every = 2 epochs }",
        "train { steps = 10, schedule cosine { warmup = 9 steps } }",
        "train { optimizer sgd { momentum = 0.9, nesterov = true } }",
        "data validation { split = 10% }\nevaluate { generate { limit = none, show = 300 } }",
        "data validation { split = 10% }\nevaluate { generate { limit = 2 examples } }",
        "data validation { split = 10% }\nevaluate { every = 1 epoch }",
        'name = "a.b-c_d9"',
        'output = "runs/x..y"',
        "quantize nf4",
    ],
)
def test_what_is_just_allowed(tmp_path: Path, extra: str) -> None:
    assert codes(f"{sound(tmp_path)}\n{extra}\n", tmp_path) == []


def test_nothing_is_held_against_what_is_not_known(tmp_path: Path) -> None:
    text = sound(tmp_path).replace('"./base"', '"acme/base" { max_length = 100000 tokens }')
    text = text.replace("rank = 8", 'rank = 1024, target_modules = ["c_attn"]')
    (tmp_path / "dates.jsonl").unlink()
    assert codes(text.replace("dates.jsonl", "https://acme.example/rows.parquet"), tmp_path) == []


def test_modules_of_files_without_the_first_part(tmp_path: Path) -> None:
    text = sound(tmp_path)
    shapes = {
        "h.0.attn.c_attn.weight": (16, 48),
        "h.0.mlp.c_fc.weight": (16, 64),
        "wte.weight": (32, 16),
    }
    config = {
        "model_type": "gpt2",
        "n_layer": 1,
        "n_positions": 512,
        "architectures": ["GPT2LMHeadModel"],
    }
    write_model(tmp_path / "base", config, shapes)
    for method in (
        'freeze { modules = ["transformer.h.0", "mlp"] }',
        'lora { rank = 8, target_modules = ["c_attn"] }',
    ):
        assert codes(text.replace("lora { rank = 8 }", method), tmp_path) == []


def test_routers_do_not_bound_the_rank(tmp_path: Path) -> None:
    text = sound(tmp_path)
    shapes = {**llama_shapes(), "model.layers.0.mlp.gate.weight": (4, 16)}
    write_model(tmp_path / "base", llama_config(), shapes)
    assert codes(text, tmp_path) == []


def test_embeddings_of_a_tied_model_may_be_trained(tmp_path: Path) -> None:
    text = sound(tmp_path).replace("lora { rank = 8 }", 'freeze { modules = ["embed_tokens"] }')
    shapes = llama_shapes()
    del shapes["lm_head.weight"]
    write_model(tmp_path / "base", llama_config(tie_word_embeddings=True), shapes)
    assert codes(text, tmp_path) == []


def test_trust_is_no_news_for_a_cached_model(tmp_path: Path) -> None:
    text = sound(tmp_path).replace('"./base"', '"acme/base" { trust_remote_code = true }')
    snapshot = tmp_path / "hub" / "models--acme--base" / "snapshots" / ("0" * 40)
    write_json(snapshot.parents[1] / "refs" / "main", None)
    (snapshot.parents[1] / "refs" / "main").write_text("0" * 40)
    write_model(snapshot)
    assert codes(text, tmp_path) == []


def test_lists_from_a_let_are_reported_where_they_are_used(tmp_path: Path) -> None:
    text = 'let modules = ["nope"]\n' + sound(tmp_path).replace(
        "rank = 8", "rank = 8, target_modules = $modules"
    )
    (problem,) = checked(text, tmp_path)
    assert problem.code == "E408"
    assert problem.primary is not None
    assert problem.primary.span.text == "$modules"


def test_a_setting_of_the_command_line(tmp_path: Path) -> None:
    lowered = lowering(sound(tmp_path), "checkpoint.every=9 epochs", folder=tmp_path).valid
    report = Report()
    check(lowered, gather(lowered, Files(), report), report)
    (problem,) = report
    assert problem.code == "E301"
    assert problem.primary is not None
    assert problem.primary.span.source.name == "--set checkpoint.every=9 epochs"


@pytest.mark.parametrize(
    ("raw", "value", "piece", "found"),
    [
        ('"ab ab"', "ab ab", (3, 5), (4, 6)),
        ('"\\"ab\\" ab"', '"ab" ab', (5, 7), (8, 10)),
        ('"""\n  one\n  two\n  """', "one\ntwo", (4, 7), (12, 15)),
        ('"\\u{61}b ab"', "ab ab", (3, 5), (0, 12)),
        ("$text", "ab", (0, 2), (0, 5)),
        ('"a\\nb"', "a\nb", (0, 3), (0, 6)),
    ],
)
def test_parts_of_texts(
    raw: str, value: str, piece: tuple[int, int], found: tuple[int, int]
) -> None:
    source = Source("a.tune", raw)
    span = within(Span(source, 0, len(raw)), value, *piece)
    assert (span.start, span.end) == found
