"""Every golden script is run on the small model: it learns, and what it writes can be loaded."""

import ast
import json
import shutil
from pathlib import Path

import pytest
from emitted_script import load, run

from emitted.golden_cases import CASES, FOLDER, plan_of, script_of

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module", params=CASES)
def finished(request, tmp_path_factory):
    """A case, the module of its script after a run, and the folder of that run."""
    import torch

    torch.set_num_threads(1)
    case = request.param
    script = FOLDER / case / "script.py"
    if "lm_eval" in script.read_text():
        pytest.importorskip("lm_eval", reason="the extra `harness` is not installed")
    assert script.read_text() == script_of(case)
    place = tmp_path_factory.mktemp(case)
    copy = place / "spec.py"
    home = f"HERE = Path({str(FOLDER / case)!r})"
    copy.write_text(script.read_text().replace("HERE = Path(__file__).resolve().parent", home))
    module = load(copy)
    module.CACHE = place / "encoded"
    run(module, "--output", place / "run")
    return case, module, place / "run"


MEASURES = {
    "sft": ("loss", "perplexity"),
    "pretrain": ("loss", "perplexity", "bits_per_byte"),
    "single_label_classification": ("loss", "accuracy", "macro_f1", "ece", "confusion"),
    "multi_label_classification": ("loss", "accuracy", "macro_f1", "micro_f1", "outcomes"),
    "regression": ("loss", "absolute_error", "pearson"),
}
"""By the objective, or the kind of a head."""


def lines_of(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_the_loss_falls(finished):
    case, _, folder = finished
    losses = [line["loss"] for line in lines_of(folder) if "loss" in line]
    assert len(losses) >= 6
    third = len(losses) // 3
    if case == "minimal":  # its default rate is for longer runs
        assert all(loss > 0 for loss in losses)
    else:
        assert sum(losses[-third:]) < sum(losses[:third]), losses


def test_metrics_have_a_line_per_step(finished):
    _, _, folder = finished
    steps = [line["step"] for line in lines_of(folder) if "loss" in line]
    assert steps == list(range(1, len(steps) + 1))


def test_results_have_base_and_tuned(finished):
    case, _, folder = finished
    plan = plan_of(case)
    if plan.evaluate is None:
        assert not (folder / "results.json").exists()
        return
    results = json.loads((folder / "results.json").read_text())
    measures = MEASURES[plan.head.kind if plan.head else plan.objective]
    expected = set()
    if plan.data.validation or plan.data.split:
        expected |= {f"validation_{name}" for name in measures}
    if plan.data.test:
        expected |= {f"test_{name}" for name in measures}
    if plan.data.general:
        expected |= {f"general_{name}" for name in measures}
    for name in [name for name in results if name.endswith("_labels")]:
        found = results.pop(name)  # of each label, after training
        assert found["labels"] == list(plan.head.labels.value)
        assert all(len(shares) == len(found["labels"]) for shares in found.values())
    generate = plan.evaluate.generate
    answers = {"answers_stopped", "answer_tokens"} if generate else set()
    answers |= {metric.name for metric in generate.metrics} if generate else set()
    if plan.evaluate.harness:
        expected |= {name for name in results if name.startswith("harness/")}
        assert len(expected) >= len(plan.evaluate.harness.tasks.value)
    forgetting = results.pop("forgetting", None)
    assert (forgetting is not None) == (plan.data.general is not None)
    by_source = {name for name in results if "_loss[" in name}
    assert bool(by_source) == bool(plan.data.measured_apart)
    assert set(results) - by_source == expected | answers
    for name, values in results.items():
        assert values["tuned"] is not None
        compared = name in expected | by_source or generate.compare.value == "base"
        assert (values["base"] is not None) == compared
        assert ("signature" in values) == (name in ("bleu", "chrf"))
        if name in answers:
            low, high = values["tuned_interval"]
            assert low <= values["tuned"] <= high
            assert ("difference_interval" in values) == ("p_value" in values) == compared


def test_the_result_loads_and_computes_the_same(finished):
    import torch
    from peft import AutoPeftModelForCausalLM, PeftModel
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    case, module, folder = finished
    plan = plan_of(case)
    if plan.head:
        return  # the next test is about heads
    if plan.quantize is not None:
        assert (folder / "adapter" / "adapter_model.safetensors").exists()
        return  # reloading on quantized weights has its own test
    result = folder / ("adapter" if (folder / "adapter").exists() else "model")
    tokenizer = AutoTokenizer.from_pretrained(result)
    ids = torch.tensor([tokenizer("On 2 July 1999")["input_ids"]])
    model = module.load_model()
    newest = module.checkpoints(folder)[-1]
    best = folder / "best.safetensors"
    weights = module.load_file(best if best.exists() else newest / "weights.safetensors")
    trained = module.trained_weights(model)
    assert weights.keys() == trained.keys()
    optimizer = module.make_optimizer(model)
    if hasattr(module, "convert"):  # it began as a part of the weights
        module.begin(model, [], folder)
    module.load_checkpoint(model, optimizer, folder)
    if best.exists():
        module.restore_best(model, folder)
    if hasattr(optimizer, "eval"):  # an average of the weights is what is saved
        optimizer.eval()
    model.eval()
    model.set_attn_implementation("sdpa")
    brings = plan.model.tokenizer.new_tokens or plan.model.merge_adapters
    if brings and result.name == "adapter":
        loaded = AutoPeftModelForCausalLM.from_pretrained(result, dtype=torch.float32)
    elif result.name == "adapter":
        changed = (result / "config.json").exists()
        assert changed == (case in ("bitfit", "longer_rows"))
        config = AutoConfig.from_pretrained(result if changed else module.MODEL)
        base = AutoModelForCausalLM.from_pretrained(
            module.MODEL, config=config, dtype=torch.float32
        )
        if (result / "adapter.py").exists():
            own = load(result / "adapter.py")
            put = own.with_biases if case == "bitfit" else own.with_adapters
            loaded = put(base, result)
        else:
            loaded = PeftModel.from_pretrained(base, result)
    else:
        dtype = torch.bfloat16 if plan.rounded else torch.float32
        loaded = AutoModelForCausalLM.from_pretrained(result, dtype=dtype)
    loaded.eval()
    with torch.no_grad():
        expected = model(input_ids=ids, use_cache=False).logits
        torch.testing.assert_close(loaded(input_ids=ids).logits, expected, rtol=1e-5, atol=1e-5)


def test_a_head_is_loaded_with_its_labels(finished):
    """By transformers alone, or by peft with the configuration that lies beside the adapter."""
    import torch
    from peft import PeftModel
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    case, module, folder = finished
    plan = plan_of(case)
    if plan.head is None:
        return
    result = folder / ("adapter" if (folder / "adapter").exists() else "model")
    model = module.load_model()
    module.load_checkpoint(model, module.make_optimizer(model), folder)
    if (folder / "best.safetensors").exists():
        module.restore_best(model, folder)
    rows, _ = module.load_data(module.load_tokenizer())
    model.eval()
    loaded = []
    if result.name == "adapter":
        config = AutoConfig.from_pretrained(result)
        base = AutoModelForSequenceClassification.from_pretrained(module.MODEL, config=config)
        adapted = PeftModel.from_pretrained(base, result)
        loaded = [adapted, AutoModelForSequenceClassification.from_pretrained(folder / "merged")]
    else:
        loaded = [AutoModelForSequenceClassification.from_pretrained(result)]
    tokenizer = AutoTokenizer.from_pretrained(result)
    with torch.no_grad():
        expected = module.logits_of(model, rows[:4])
        for each in loaded:
            each.eval()
            assert each.config.problem_type == plan.head.kind
            assert each.config.pad_token_id == tokenizer.pad_token_id
            if plan.head.labels:
                labels = dict(enumerate(plan.head.labels.value))
                assert each.config.id2label == labels
                assert each.config.label2id == {label: at for at, label in labels.items()}
            if case == "classify_several":
                thresholds = json.loads((folder / "thresholds.json").read_text())
                saved = {label: said["threshold"] for label, said in thresholds.items()}
                assert each.config.thresholds == saved
            found = module.logits_of(each, rows[:4])
            torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_the_script_keeps_a_copy_of_itself(finished):
    _, module, folder = finished
    assert (folder / "spec.py").read_text() == Path(module.__file__).read_text()


def test_the_head_names_every_package_that_is_imported(finished):
    case, _, _ = finished
    script = script_of(case)
    head = script[: script.index("# ///\n", 5)]
    brought = {"torch": {"jinja2"}, "transformers": {"numpy", "safetensors", "tqdm"}}
    named = [line.split('"')[1].split("==")[0] for line in head.splitlines() if "==" in line]
    pinned = {name.replace("-", "_") for name in named}
    pinned |= set().union(*(brought.get(name, set()) for name in pinned))
    imported = set()
    for node in ast.parse(script).body:
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.split(".")[0])
    import sys

    assert imported - set(sys.stdlib_module_names) <= pinned


def test_a_second_run_adds_nothing(finished):
    """Run again, a finished script goes on from its last checkpoint and ends with the same."""
    case, module, folder = finished
    if case not in ("lora_chat", "full_chat"):
        return  # two cases show it
    before = (folder / "metrics.jsonl").read_bytes()
    again = folder.parent / "again"
    shutil.copytree(folder, again)
    run(module, "--output", again)
    assert (again / "metrics.jsonl").read_bytes() == before
