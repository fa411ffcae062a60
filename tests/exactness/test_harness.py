"""Tasks of the lm-evaluation-harness give what lm_eval gives for the folders by itself."""

import json
import math
import socket
from pathlib import Path

import pytest
from emitted_script import ROOT, load, run
from exactness.tiny_models import script

pytest.importorskip("lm_eval", reason="the extra `harness` is not installed")
pytestmark = pytest.mark.torch

CASE = ROOT / "tests" / "golden" / "benchmarked"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The script after a run without any network, and the folder of that run."""
    import torch

    torch.set_num_threads(1)
    place = tmp_path_factory.mktemp("benchmarked")
    module = load(CASE / "script.py")
    asked: list[object] = []

    def refused(self, address):
        asked.append(address)
        raise OSError("no network here")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refused)
        run(module, "--output", place / "run")
    assert not asked
    return module, place / "run"


def by_hand(module, folder: Path) -> dict:
    from lm_eval import simple_evaluate
    from lm_eval.tasks import TaskManager

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(CASE)
        return simple_evaluate(
            "hf",
            model_args={"pretrained": str(folder), "dtype": "float32"},
            tasks=["../data/choose_date.yaml", "../data/say_date.yaml"],
            task_manager=TaskManager(include_defaults=False),
            limit=12,
            batch_size=4,
            num_fewshot=0,
            device="cpu",
        )


@pytest.mark.parametrize("which", ["base", "tuned"])
def test_numbers_are_those_of_the_folders(finished, which):
    module, output = finished
    folder = module.MODEL if which == "base" else output / "model"
    expected = by_hand(module, folder)["results"]
    results = json.loads((output / "results.json").read_text())
    found = {name: values[which] for name, values in results.items()}
    assert found == {
        f"harness/{task}/{name.removesuffix(',none')}": value
        for task, values in expected.items()
        for name, value in values.items()
        if name.endswith(",none")
    }
    assert len(found) == 4
    assert (found["harness/choose_date/acc"] < 1) == (which == "base")
    assert (found["harness/say_date/exact_match"] > 0) == (which == "tuned")


def test_all_that_lm_eval_says_is_stored(finished):
    module, output = finished
    lines = map(json.loads, (output / "metrics.jsonl").read_text().splitlines())
    measured = [line for line in lines if "loss" not in line]
    assert len(measured) == 2
    files = sorted((output / "harness").iterdir())
    assert [file.name for file in files] == [f"step-{line['step']:06}.json" for line in measured]
    for file in files:
        found = json.loads(file.read_text())
        assert found["lm_eval_version"] == "0.4.13"
        assert found["versions"] == {"choose_date": 1.0, "say_date": 2.0}
        assert found["n-shot"] == {"choose_date": 0, "say_date": 0}
        seeds = ("random_seed", "numpy_seed", "torch_seed", "fewshot_seed")
        assert [found["config"][seed] for seed in seeds] == [module.SEED] * 4
        assert [len(found["samples"][task]) for task in found["versions"]] == [12, 12]


def test_the_model_is_left_as_it_was(finished, tmp_path):
    module, _ = finished
    tokenizer, model = module.load_tokenizer(), module.load_model()
    pad, weights = tokenizer.pad_token, {n: w.clone() for n, w in model.state_dict().items()}
    tokenizer.pad_token = None
    measures = module.benchmarks(model, tokenizer, tmp_path, 0)
    assert all(math.isfinite(value) for value in measures.values())
    assert tokenizer.pad_token is None and pad is not None
    assert model.training
    assert model.config._attn_implementation == module.ATTENTION
    assert not model.get_input_embeddings()._forward_pre_hooks
    assert all(weight.equal(weights[name]) for name, weight in model.state_dict().items())


def test_a_signal_stops_it_between_forward_passes(finished, tmp_path, monkeypatch):
    module, _ = finished
    monkeypatch.setattr(module, "signals", [15])
    with pytest.raises(module.Stopped):
        module.benchmarks(module.load_model(), module.load_tokenizer(), tmp_path, 0)
    assert not (tmp_path / "harness").exists()


def test_a_run_that_was_stopped_meanwhile_goes_on(finished, tmp_path, monkeypatch):
    module, output = finished
    calls, evaluate = [], module.simple_evaluate

    def stopped_at_the_end(*given, **named):
        calls.append(given)
        if len(calls) == 2:
            module.signals.append(15)
        return evaluate(*given, **named)

    monkeypatch.setattr(module, "simple_evaluate", stopped_at_the_end)
    with pytest.raises(SystemExit, match="stopped after step 24 of 24; run again to go on"):
        run(module, "--output", tmp_path / "run")
    module.signals.clear()
    run(module, "--output", tmp_path / "run")
    assert len(calls) == 3
    for name in ("results.json", "metrics.jsonl"):
        assert (tmp_path / "run" / name).read_text() == (output / name).read_text()


def test_a_group_stands_for_its_tasks(finished, tmp_path, monkeypatch):
    module, _ = finished
    found = {
        "results": {
            "all": {"acc,none": 0.5, "acc_stderr,none": "N/A", "alias": "all"},
            "some": {"acc,none": 0.4, "acc_stderr,none": 0.1},
            "one": {"acc,none": 0.3, "acc_stderr,none": 0.1, "sample_len": 3},
            "alone": {"exact_match,strict-match": 0.2, "acc,none": math.nan, "sample_len": 3},
        },
        "group_subtasks": {"all": ["some"], "some": ["one"]},
    }
    monkeypatch.setattr(module, "simple_evaluate", lambda *given, **named: found)
    measures = module.benchmarks(module.load_model(), module.load_tokenizer(), tmp_path, 0)
    assert measures == {"harness/all/acc": 0.5, "harness/alone/exact_match/strict-match": 0.2}
    assert json.loads((tmp_path / "harness" / "step-000000.json").read_text())["results"]["one"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("task: mine\ndataset_path: json\ndataset_kwargs: {data_files: absent.jsonl}", "absent"),
        ("- [", "cannot load"),
    ],
)
def test_what_cannot_be_loaded_ends_the_run_at_its_start(tmp_path, monkeypatch, text, reason):
    module = load(CASE / "script.py")
    (tmp_path / "mine.yaml").write_text(text)
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "HARNESS_TASKS", ["mine.yaml"])
    with pytest.raises(SystemExit, match=rf"lm_eval cannot load mine\.yaml.*{reason}|{reason}"):
        run(module, "--output", tmp_path / "run")
    assert not (tmp_path / "run" / "metrics.jsonl").exists()


NAMED = """\
model "pico"
method lora
template lines { text "{{ question }}" }
objective pretrain
data train { source "dates.jsonl" }
evaluate { harness { tasks = ["choose_dat"] } }
"""


def test_a_name_that_lm_eval_does_not_know_ends_the_run_at_its_start(tmp_path, monkeypatch):
    from lm_eval.tasks import TaskManager

    data = ROOT / "tests" / "golden" / "data"
    (tmp_path / "pico").symlink_to(ROOT / "samples" / "models" / "pico")
    (tmp_path / "dates.jsonl").write_text((data / "dates.jsonl").read_text())
    module = script(tmp_path, "named", NAMED)
    own = TaskManager(include_defaults=False, include_path=str(data))
    monkeypatch.setattr(module, "TaskManager", lambda: own)
    with pytest.raises(SystemExit, match=r"no task choose_dat; similar: choose_date$"):
        run(module, "--output", tmp_path / "run")
    monkeypatch.setattr(module, "HARNESS_TASKS", ["choose_date"])
    monkeypatch.setattr(module, "HERE", CASE)
    assert module.task_manager() is own
