"""What is measured of a head is what scikit-learn computes of the same predictions."""

import json
import warnings
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from exactness.tiny_heads import headed
from sklearn import metrics
from sklearn.calibration import calibration_curve

pytestmark = pytest.mark.torch

MORE = "data validation { split = 2 examples }"
NUMBERS = torch.Generator().manual_seed(3)


def measured(
    module: ModuleType, folder: Path, logits: torch.Tensor, labels: torch.Tensor
) -> tuple[dict, dict]:
    """The line of metrics and the results for what a head is made to say."""
    loss = module.summed_loss(logits, [SimpleNamespace(label=each) for each in labels.tolist()])
    loss = loss.item() / labels.numel()
    module.predicted = lambda model, rows: (loss, logits, labels)
    line = module.measure(None, None, {"validation": labels.tolist()}, folder, 0, 0)
    text = json.dumps(line) + "\n"
    (folder / "metrics.jsonl").write_text(text * 2)
    module.show_results(folder)
    return line, json.loads((folder / "results.json").read_text())


@pytest.mark.parametrize("never", [None, 0, 2])
def test_one_label(shared: Path, tmp_path: Path, never: int | None) -> None:
    """Also where a label is never given, or never wanted."""
    module = headed(shared, "bert", "one", more=MORE)
    logits = 2 * torch.randn(200, 3, generator=NUMBERS)
    labels = torch.randint(0, 3, (200,), generator=NUMBERS)
    if never is not None:
        logits[:, never] = -9.0
        labels = labels.where(labels != never, 1) if never else labels
    line, results = measured(module, tmp_path, logits, labels)
    given = logits.argmax(1)
    loss = metrics.log_loss(labels, logits.double().softmax(1), labels=range(3))
    assert line["validation_loss"] == pytest.approx(loss, rel=1e-5)
    assert line["validation_accuracy"] == pytest.approx(metrics.accuracy_score(labels, given))
    confusion = metrics.confusion_matrix(labels, given, labels=range(3))
    assert line["validation_confusion"] == confusion.tolist()
    shares = metrics.precision_recall_fscore_support(
        labels, given, labels=range(3), zero_division=0
    )
    for name, wanted in zip(("precision", "recall", "f1"), shares, strict=False):
        assert results["validation_labels"][name] == pytest.approx(wanted.tolist())
    assert line["validation_macro_f1"] == pytest.approx(shares[2].mean())
    assert results["validation_confusion"] == {"base": confusion.tolist()} | {
        "tuned": confusion.tolist()
    }


def test_calibration(shared: Path, tmp_path: Path) -> None:
    """Of two labels, so that scikit-learn's curve has the confidence and the share of hits."""
    module = headed(shared, "bert", "one", more=MORE)
    logits = 2 * torch.randn(300, 3, generator=NUMBERS)
    labels = torch.randint(0, 3, (300,), generator=NUMBERS)
    line, _ = measured(module, tmp_path, logits, labels)
    confidence, given = logits.softmax(1).max(1)
    hits = (given == labels).numpy()
    shares, means = calibration_curve(hits, confidence.numpy(), n_bins=15)
    counts = np.histogram(confidence.numpy(), bins=15, range=(0, 1))[0]
    counts = counts[counts > 0]
    wanted = (counts * abs(shares - means)).sum() / counts.sum()
    assert line["validation_ece"] == pytest.approx(wanted, rel=1e-5)


def test_several_labels(shared: Path, tmp_path: Path) -> None:
    module = headed(shared, "bert", "several", more=MORE)
    logits = torch.randn(200, 3, generator=NUMBERS)
    logits[:, 2] = -1.0  # never given
    labels = (torch.rand(200, 3, generator=NUMBERS) < 0.4).float()
    line, results = measured(module, tmp_path, logits, labels)
    given, wanted = (logits > 0).numpy(), labels.numpy() > 0
    assert line["validation_accuracy"] == pytest.approx(metrics.accuracy_score(wanted, given))
    micro = metrics.f1_score(wanted, given, average="micro")
    assert line["validation_micro_f1"] == pytest.approx(micro)
    shares = metrics.precision_recall_fscore_support(wanted, given, zero_division=0)
    for name, share in zip(("precision", "recall", "f1"), shares, strict=False):
        assert results["validation_labels"][name] == pytest.approx(share.tolist())
    assert line["validation_macro_f1"] == pytest.approx(shares[2].mean())
    counts = metrics.multilabel_confusion_matrix(wanted, given)
    hits = [[int(each[1, 1]), int(each[0, 1]), int(each[1, 0])] for each in counts]
    assert line["validation_outcomes"] == hits


def test_a_number(shared: Path, tmp_path: Path) -> None:
    module = headed(shared, "bert", "number", more=MORE)
    labels = torch.randn(200, generator=NUMBERS)
    logits = (labels + torch.randn(200, generator=NUMBERS))[:, None]
    line, _ = measured(module, tmp_path, logits, labels)
    given = logits[:, 0]
    assert line["validation_loss"] == pytest.approx(metrics.mean_squared_error(labels, given))
    error = metrics.mean_absolute_error(labels, given)
    assert line["validation_absolute_error"] == pytest.approx(error)
    wanted = np.corrcoef(labels.numpy(), given.numpy())[0, 1]
    assert line["validation_pearson"] == pytest.approx(wanted)


def test_a_number_that_is_always_the_same(shared: Path, tmp_path: Path) -> None:
    """Nothing is correlated with it, and no warning is in the way."""
    module = headed(shared, "bert", "number", more=MORE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        line, _ = measured(module, tmp_path, torch.ones(9, 1), torch.arange(9.0))
    assert line["validation_pearson"] == 0


@pytest.mark.parametrize("kind", ["one", "several"])
def test_thresholds(shared: Path, tmp_path: Path, kind: str) -> None:
    """With scores that are equal, and on test rows with what was chosen on validation rows."""
    objective = "objective classify { threshold = best_f1 }"
    part = "label \"{{ 'yes' if kind == 'yes' else 'no' }}\""
    if kind == "one":
        objective = 'objective classify { labels = ["no", "yes"], threshold = best_f1 }'
    module = headed(
        shared, "bert", kind, more=MORE, objective=objective, part=part if kind == "one" else ""
    )
    outputs = {}
    for name in ("validation", "test"):
        size = 2 if kind == "one" else 3
        logits = (4 * torch.randn(150, size, generator=NUMBERS)).round() / 2
        shape = (150,) if kind == "one" else (150, size)
        labels = (torch.rand(shape, generator=NUMBERS) < 0.3).float()
        outputs[name] = (0.0, logits, labels.long() if kind == "one" else labels)
    module.predicted = lambda model, rows: outputs[rows]
    chosen = module.choose_thresholds(None, {name: name for name in outputs}, tmp_path)
    written = json.loads((tmp_path / "thresholds.json").read_text())
    names = ["yes"] if kind == "one" else module.LABELS
    assert [*chosen] == names
    for at, label in enumerate(names):
        said = written[label]
        assert said["threshold"] == chosen[label]
        for name, (_, logits, labels) in outputs.items():
            scores = logits.softmax(1)[:, 1] if kind == "one" else logits.sigmoid()[:, at]
            wanted = labels if kind == "one" else labels[:, at]
            for way, least in (("half", 0.5), ("threshold", chosen[label])):
                f1 = metrics.f1_score(wanted, scores >= least, zero_division=0)
                assert said[f"{name}_f1_at_{way}"] == pytest.approx(f1)
            if name == "validation":
                precision, recall, _ = metrics.precision_recall_curve(wanted, scores)
                best = np.nanmax(2 * precision * recall / (precision + recall + 1e-12))
                assert said["validation_f1_at_threshold"] == pytest.approx(best)
