"""Heads for whole texts: loss, gradients and tokens are transformers' own, a run can be resumed."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from emitted_script import run
from exactness.small_runs import assert_same_results, results
from exactness.tiny_heads import DECODERS, ENCODERS, LABELS, ROWS, folder_of, headed, rows_of
from exactness.tiny_models import assert_same_gradients, gradients
from transformers import AutoModelForSequenceClassification, AutoTokenizer

pytestmark = pytest.mark.torch

PAIR = 'text "{{ a }}"\n  text "{{ b }}"'
ENCODED_BY_HAND = {"[SEP] is text"}
"""Rows that spell out a special token, which a call of the tokenizer would take for one."""


def side_by_side(module: ModuleType, model: torch.nn.Module) -> float:
    """The loss of all rows by the script's own functions, a few rows at a time; adds gradients."""
    rows = rows_of(module)
    module.FORWARD_TOKENS = 80
    packs = list(module.packs_of(rows))
    assert 1 < len(packs) < len(rows)
    losses = module.losses_in(rows)
    return sum(module.backward(model, pack, losses).item() for pack in packs)


def own_loss(module: ModuleType, model: torch.nn.Module) -> float:
    """The same by the model's own `forward`, which pools and computes the loss; adds gradients."""
    rows = rows_of(module)
    total = 0.0
    for row in rows:
        labels = torch.tensor([row.label])
        share = model(input_ids=row.ids[None], labels=labels).loss / len(rows)
        share.backward()
        total += share.item()
    return total


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("name", [*ENCODERS, *DECODERS])
def test_loss_and_gradients_are_those_of_transformers(shared: Path, name: str, kind: str) -> None:
    if kind != "one" and name not in ("bert", "llama"):
        pytest.skip("the kind of loss does not depend on the architecture")
    module = headed(shared, name, kind)
    model = module.load_model()
    model.eval()
    found = side_by_side(module, model)
    ours = gradients(model)
    model.zero_grad()
    wanted = own_loss(module, model)
    assert found == pytest.approx(wanted, rel=1e-5)
    theirs = gradients(model)
    assert_same_gradients({key: ours[key] for key in theirs}, theirs, 1e-4)
    assert not any(gradient.any() for key, gradient in ours.items() if key not in theirs)


@pytest.mark.parametrize("name", ["bert", "llama"])
@pytest.mark.parametrize("kind", ["one", "several"])
def test_class_weights_are_those_of_torch(shared: Path, name: str, kind: str) -> None:
    module = headed(shared, name, kind)
    rows = rows_of(module)
    model = module.load_model().eval()
    weights = [0.5, 2.0, 3.0]
    labels = 'labels = ["yes", "no", "so so"]' if kind == "one" else 'labels = ["x", "y", "z"]'
    objective = f"objective classify {{ {labels}, class_weights = {weights} }}"
    weighted = headed(shared, name, kind, objective=objective)
    found = side_by_side(weighted, model)
    with torch.no_grad():
        logits = torch.cat([model(input_ids=row.ids[None]).logits for row in rows])
    wanted = torch.tensor([row.label for row in rows])
    if kind == "one":
        loss = torch.nn.CrossEntropyLoss(torch.tensor(weights))(logits, wanted)
    else:
        loss = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(weights))(logits, wanted)
    assert found == pytest.approx(loss.item(), rel=1e-5)


def test_balanced_weights_are_those_of_scikit_learn(shared: Path) -> None:
    from sklearn.utils.class_weight import compute_class_weight

    objective = 'objective classify { labels = ["so so", "no", "yes"], class_weights = balanced }'
    module = headed(shared, "bert", "one", objective=objective)
    labels = [row["kind"] for row in ROWS]
    wanted = compute_class_weight("balanced", classes=np.array(module.LABELS), y=labels)
    assert pytest.approx(wanted.tolist(), rel=1e-3) == module.CLASS_WEIGHTS


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("text", ['text "{{ a }}"', PAIR])
def test_tokens_are_those_that_the_tokenizer_makes(shared: Path, name: str, text: str) -> None:
    module = headed(shared, name, "one", text=text)
    tokenizer = AutoTokenizer.from_pretrained(folder_of(shared, name))
    seen = 0
    for row, raw in zip(rows_of(module), ROWS, strict=True):
        if raw["a"] in ENCODED_BY_HAND:
            assert row.ids.tolist().count(tokenizer.sep_token_id) == (2 if text == PAIR else 1)
            continue
        # In a list, an empty text is still one of two.
        texts = ([raw["a"]], [raw["b"]]) if text == PAIR else ([raw["a"]],)
        wanted = tokenizer(*texts, return_token_type_ids=True)
        assert [row.ids.tolist()] == wanted["input_ids"]
        if hasattr(row, "second"):
            types = (torch.arange(len(row.ids)) >= row.second).long()
            assert [types.tolist()] == wanted["token_type_ids"]
            seen += 1
    assert (seen > 0) == (text == PAIR and name in ("albert", "bert", "electra"))


@pytest.mark.parametrize("name", ["bert", "electra", "albert"])
def test_a_model_is_told_two_texts_apart(shared: Path, name: str) -> None:
    module = headed(shared, name, "one", text=PAIR)
    model = module.load_model().eval()
    tokenizer = AutoTokenizer.from_pretrained(folder_of(shared, name))
    raw = ROWS[-1]
    inputs = tokenizer(raw["a"], raw["b"], return_token_type_ids=True, return_tensors="pt")
    with torch.no_grad():
        wanted = model(**inputs).logits
        found = module.logits_of(model, rows_of(module))[-1:]
        del inputs["token_type_ids"]
        untold = model(**inputs).logits
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(untold, wanted, rtol=1e-2)


@pytest.mark.parametrize("method", ["lora { rank = 2 }", "freeze { last_layers = 1 }", "freeze"])
@pytest.mark.parametrize("name", [*ENCODERS, "llama", "gpt2"])
def test_all_that_is_new_is_trained(shared: Path, name: str, method: str) -> None:
    if name == "albert" and "last_layers" in method:
        pytest.skip("its layers share their weights")
    module = headed(shared, name, "one", method=method)
    model = module.load_model()
    loaded = AutoModelForSequenceClassification.from_pretrained(
        folder_of(shared, name), num_labels=3, output_loading_info=True
    )
    new = loaded[1]["missing_keys"]
    assert new
    trained = "\n".join(module.trained_weights(model))
    for key in new:
        parent, _, weight = key.rpartition(".")
        assert (
            key in trained
            or f"{parent}.modules_to_save.default.{weight}" in trained
            or (f"{key.split('.')[0]}.modules_to_save.default" in trained)
        ), key


def run_in_parts(module: ModuleType, output: Path, stops: tuple[int, ...]) -> None:
    """A run that is stopped after each of these steps, and goes on."""
    for stop in stops:
        step = module.train_step

        def stopped(*arguments: object, at: int = stop, step: object = step) -> object:
            line = step(*arguments)  # type: ignore[operator]  # the script's own function
            if arguments[3] + 1 == at:  # type: ignore[operator]  # the number of the step
                module.signals.append(15)
            return line

        module.train_step = stopped
        with pytest.raises(SystemExit, match=f"stopped after step {stop}"):
            run(module, "--output", output)
        module.train_step = step
    run(module, "--output", output)


@pytest.mark.parametrize(("name", "kind"), [("bert", "one"), ("llama", "several")])
def test_a_run_goes_on_bit_for_bit(shared: Path, tmp_path: Path, name: str, kind: str) -> None:
    module = headed(
        shared,
        name,
        kind,
        method="lora { rank = 2, dropout = 10% }",
        train="steps = 6\n  batch = 2 examples\n  optimizer adamw { learning_rate = 1e-2 }",
        more="data validation { split = 2 examples }\nevaluate { every = 2 steps }",
    )
    run(module, "--output", tmp_path / "whole")
    run_in_parts(module, tmp_path / "parts", (1, 3, 4))
    assert_same_results(results(tmp_path / "parts"), results(tmp_path / "whole"))
