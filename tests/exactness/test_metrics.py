"""Each metric of generated answers gives what its library or its definition says."""

import json
import math

import pytest
from emitted_script import ROOT, load

pytestmark = pytest.mark.torch

GOLDEN = ROOT / "tests" / "golden"
PAIRS = (
    ("The cat sat on the mat.", "A cat sat on a mat!"),
    ("  Paris ", "Paris"),
    ("it is Paris, of course", "Paris"),
    ("paris", "Paris"),
    ("", "Paris"),
    ("", ""),
    ("the", "an"),
    ("Größe: 3 µm, né à Zürich", "Größe: 3 mm, né à Zürich"),
    ("one two two three", "two three three four"),
    ("12 March 2029, 12 o'clock", "12 March 2029"),
)
"""Given and wanted."""


@pytest.fixture(scope="module")
def texts():
    return load(GOLDEN / "measured_text" / "script.py")


@pytest.fixture(scope="module")
def values():
    return load(GOLDEN / "measured_values" / "script.py")


def answers_of(name: str, scores: list) -> list[dict]:
    return [{"scores": {name: score}} for score in scores]


# --- Texts ----------------------------------------------------------------------------


def test_words_are_compared_as_squad_does(texts):
    """Lower case, no punctuation, no articles, single spaces: arXiv 1606.05250, section 6.1."""
    matches = [texts.normalised_match(*pair) for pair in PAIRS]
    assert matches == [1, 1, 0, 1, 0, 1, 1, 0, 0, 0]
    # Precision and recall of bags of words, by hand.
    expected = [1, 1, 2 * (1 / 5) * 1 / (1 / 5 + 1), 1, 0, 1, 1, 5 / 6, 1 / 2, 3 * 2 / 8]
    assert [texts.f1(*pair) for pair in PAIRS] == pytest.approx(expected)


def test_matches_of_whole_texts(texts):
    assert [texts.exact_match(*pair) for pair in PAIRS] == [0, 1, 0, 0, 0, 1, 0, 0, 0, 0]
    assert [texts.contains(*pair) for pair in PAIRS] == [0, 1, 1, 0, 0, 1, 0, 0, 0, 1]


@pytest.mark.parametrize("name", ["bleu", "chrf"])
def test_corpus_scores_are_those_of_sacrebleu(texts, name):
    import sacrebleu

    given, wanted = map(list, zip(*PAIRS, strict=True))
    metric = texts.SACREBLEU[name]
    answers = answers_of(name, [texts.counted(metric, *pair) for pair in PAIRS])
    whole = getattr(sacrebleu, f"corpus_{name}")
    assert texts.measures_of(answers)[name] == pytest.approx(whole(given, [wanted]).score)
    # A draw of rows is scored as the corpus that has them as often.
    torch = texts.torch
    draws = torch.zeros(2, len(PAIRS), dtype=torch.double)
    draws[0, [0, 3, 7]], draws[1, [1, 8]] = torch.tensor([2.0, 1, 4]).double(), 1.0
    chosen = ([0, 0, 3, 7, 7, 7, 7], [1, 8])
    expected = [
        whole([given[at] for at in rows], [[wanted[at] for at in rows]]).score for rows in chosen
    ]
    assert texts.summary(name, answers, draws).tolist() == pytest.approx(expected)
    class_of = {"bleu": sacrebleu.BLEU, "chrf": sacrebleu.CHRF}[name]()
    class_of.corpus_score(given, [wanted])
    assert texts.signatures()[name] == str(class_of.get_signature())


@pytest.mark.parametrize("kind", ["rouge1", "rougeL"])
def test_rouge_is_that_of_its_library(texts, kind):
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer([kind])
    expected = [scorer.score(wanted, given)[kind].fmeasure for given, wanted in PAIRS]
    assert [texts.rouge(kind, *pair) for pair in PAIRS] == expected
    assert 0 < sum(expected) < len(PAIRS)


# --- Values ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "valid"),
    [
        ('{"a": 1}', 1), (' [1, "b"]\n', 1), ("{}", 1), ("3", 0), ('"a"', 0), ("null", 0),
        ('{"a": 1', 0), ('Sure: {"a": 1}', 0), ('```json\n{"a": 1}\n```', 0), ("", 0),
        ("[" * 100_000, 0),
    ],
)  # fmt: skip
def test_json_is_an_object_or_a_list_and_nothing_else(values, given, valid):
    assert values.json_valid(given, "") == valid


@pytest.mark.parametrize(
    ("given", "share"),
    [
        ('{"item": "tea", "kg": 2, "to": {"name": "Ada"}}', 1),
        ('{"to": {"name": "Ada"}, "kg": 2, "item": "tea"}', 1),
        ('{"item": "tea", "kg": "2", "to": {"name": "Ada"}}', 2 / 3),
        ('{"item": "tea", "kg": true, "to": {}}', 1 / 4),
        ('{"item": "tea"}', 1 / 3),
        ('{"item": "tea", "kg": 2, "to": {"name": "Ada"}, "more": [1, 2]}', 3 / 5),
        ("tea", 0),
        ("[]", 0),
    ],
)
def test_fields_of_json_are_compared_one_by_one(values, given, share):
    wanted = '{"item": "tea", "kg": 2, "to": {"name": "Ada"}}'
    assert values.json_fields(given, wanted) == pytest.approx(share)
    assert values.json_fields(given, "tea") == 0


@pytest.mark.parametrize(
    "given",
    [
        '{"name": "Ada", "item": "tea", "kg": 2}', '{"name": "Ada", "item": "tea", "kg": 2.0}',
        '{"name": "Ada", "item": "tea", "kg": 0}', '{"name": "Ada", "item": "gold", "kg": 2}',
        '{"name": "Ada", "item": "tea"}', '{"name": "Ada", "item": "tea", "kg": 2, "x": 1}',
        "null", "[]", "tea",
    ],
)  # fmt: skip
def test_a_schema_allows_what_jsonschema_allows(values, given):
    import jsonschema

    schema = json.loads((GOLDEN / "data" / "order.schema.json").read_text())
    try:
        jsonschema.validate(json.loads(given), schema)
        allowed = True
    except (ValueError, jsonschema.ValidationError):
        allowed = False
    assert values.json_schema(given, "") == allowed


@pytest.mark.parametrize(
    ("given", "wanted", "close"),
    [
        ("100", "100", 1), ("110", "100", 1), ("110.1", "100", 0), ("90", "100", 1),
        ("it is 1,234.5 kg", "1234.5", 1), ("-100", "100", 0), ("-95", "-100", 1),
        ("2029-03-10", "10", 1), ("1e2", "100", 1), ("none", "100", 0), ("100", "none", 0),
        ("", "", 0), ("7, no: 100", "100", 1), (".5", "0.5", 1), ("0", "0", 1),
        ("1e999", "1e999", 0),
    ],
)  # fmt: skip
def test_numbers_are_close(values, given, wanted, close):
    """The last number, within 10 % of the wanted one."""
    assert values.numeric(given, wanted) == close


def test_patterns(values):
    assert values.regex_match('{"a": 1}', "") == 1
    assert values.regex_match('so: {"a": 1}', "") == 0
    wanted = '{"item": "tea"}'
    assert values.regex_extract('x "item": "tea" y', wanted) == 1
    assert values.regex_extract('"item": "salt", "item":"tea"', wanted) == 1
    assert values.regex_extract("tea", wanted) == 0
    assert values.regex_extract('"item": "tea"', " tea\n") == 1
    assert values.regex_extract("", "") == 0


def test_labels(values):
    """Macro F1 against the definition, over the wanted labels."""
    given = ["spam", "Spam ", "ham", "egg", "no idea", "ham"]
    wanted = ["spam", "ham", "ham", "spam", "egg", "ham"]
    hits = [values.accuracy(*pair) for pair in zip(given, wanted, strict=True)]
    assert hits == [1, 0, 1, 0, 0, 1]
    pairs = [values.label_pair(*pair) for pair in zip(given, wanted, strict=True)]
    # spam: 1 hit, 1 false, 1 missed; ham: 2 hits, 1 missed; egg: 1 false, 1 missed
    expected = (2 / 4 + 4 / 5 + 0) / 3
    assert values.measures_of(answers_of("macro_f1", pairs))["macro_f1"] == pytest.approx(expected)


# --- One's own ------------------------------------------------------------------------

OWN = """
import os, sys, time
def good(given, wanted, row):
    print("said", file=sys.stdout)
    return len(given) + (row["wanted"] == wanted)
def true(given, wanted, row): return given == wanted
def raises(given, wanted, row): return {}[given]
def late(given, wanted, row): return {"a": 1}[given]
def hangs(given, wanted, row):
    while True: pass
def text(given, wanted, row): return "1"
def nothing(given, wanted, row): pass
def infinite(given, wanted, row): return float("inf")
def leaves(given, wanted, row): sys.exit(0)
def dies(given, wanted, row): os._exit(0)
"""


@pytest.mark.parametrize(
    ("name", "scores", "reason"),
    [
        ("good", [2, 3], ""), ("true", [1, 0], ""), ("raises", None, "KeyError: 'a'"),
        ("late", None, "KeyError: 'bb'"), ("hangs", None, "it took longer than 1 seconds"),
        ("text", None, "for answer 1 it gave '1', which is no number"),
        ("nothing", None, "for answer 1 it gave None, which is no number"),
        ("infinite", None, "for answer 1 it gave inf, which is no number"),
        ("leaves", None, "it ended before all answers were scored"),
        ("dies", None, "it ended before all answers were scored"),
        ("absent", None, "AttributeError: module 'own' has no attribute 'absent'"),
    ],
)  # fmt: skip
def test_own_functions_stop_nothing(values, monkeypatch, tmp_path, name, scores, reason):
    (tmp_path / "own.py").write_text(OWN)
    monkeypatch.setattr(values, "HERE", tmp_path)
    monkeypatch.setattr(values, "METRIC_SECONDS", 1 if name == "hangs" else 30)
    answers = [
        {"given": "a", "wanted": "a", "prompt": "", "scores": {}},
        {"given": "bb", "wanted": "\u2028é", "prompt": "", "scores": {}},
    ]
    values.add_own_scores(answers, name, "own.py", name)
    assert [each["scores"][name] for each in answers] == (scores or [None, None])
    assert {each["problems"].get(name, "") for each in answers} == {reason}
    measured = values.measures_of(answers)[name]
    assert measured == (sum(scores) / 2 if scores else None)
    assert math.isnan(values.summary(name, answers, values.resampled(2))[0]) == (not scores)


# --- Intervals ------------------------------------------------------------------------


def test_intervals_are_those_of_scipy(texts):
    """Percentiles of resampled means, and of paired differences, up to the luck of the draws."""
    from scipy import stats

    torch = texts.torch
    chance = torch.Generator().manual_seed(1)
    before = torch.rand(80, generator=chance).double()
    after = (before + 0.3 * torch.rand(80, generator=chance)).round(decimals=1)
    found = texts.compared(
        "f1", answers_of("f1", before.tolist()), answers_of("f1", after.tolist())
    )
    options = {"method": "percentile", "n_resamples": 20_000, "rng": 0, "vectorized": False}
    one = stats.bootstrap((before.numpy(),), lambda x: x.mean(), **options)
    two = stats.bootstrap((after.numpy(),), lambda x: x.mean(), **options)
    both = stats.bootstrap(
        (before.numpy(), after.numpy()),
        lambda x, y: y.mean() - x.mean(),
        paired=True,
        **options,
    )
    assert found["base_interval"] == pytest.approx([*one.confidence_interval], abs=0.01)
    assert found["tuned_interval"] == pytest.approx([*two.confidence_interval], abs=0.01)
    difference = [*both.confidence_interval]
    assert found["difference_interval"] == pytest.approx(difference, abs=0.003)


def test_the_p_value_is_that_of_a_permutation_of_pairs(texts):
    from scipy import stats

    before = [0.0] * 14 + [1.0] * 6
    after = [1.0] * 8 + [0.0] * 8 + [1.0] * 4
    found = texts.p_value("f1", answers_of("f1", before), answers_of("f1", after))
    exact = stats.permutation_test(
        (after, before),
        lambda x, y: x.mean() - y.mean(),
        permutation_type="samples",
        vectorized=False,
        n_resamples=20_000,
        rng=0,
    )
    assert found == pytest.approx(exact.pvalue, abs=0.04)
    assert texts.p_value("f1", answers_of("f1", before), answers_of("f1", before)) == 1
