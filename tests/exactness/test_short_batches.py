"""A batch that is shorter than the others counts by its own tokens; answers keep their rows."""

from pathlib import Path
from types import ModuleType

import pytest
import torch
from exactness.tiny_models import build, gradients, script, spec

pytestmark = pytest.mark.torch

GENERATING = """
data validation { split = 3 examples }
evaluate { generate { max_new_tokens = 6 tokens, batch = %d examples, limit = none } }
"""


@pytest.fixture(scope="module")
def module(shared: Path) -> ModuleType:
    build(shared, "llama")
    train = "epochs = 1, batch = 4 examples, max_grad_norm = none\n  optimizer sgd {"
    text = spec("llama", "full {}", train=train + " learning_rate = 0.1 }\n  schedule constant")
    return script(shared, "short", text)


def test_the_last_short_batch_is_divided_by_its_own_tokens(module: ModuleType) -> None:
    """Its step is that of the mean loss which transformers computes on these rows together."""
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    batches, ends = module.plan_batches(rows)
    assert [len(batch) for batch in batches] == [4, 2]
    assert ends == [2]
    short = [rows[number] for number in batches[-1]]
    model = module.load_model().train()
    width = max(len(row.ids) for row in short)
    ids, labels = torch.zeros(2, width, dtype=torch.long), torch.full((2, width), -100)
    for number, row in enumerate(short):
        ids[number, : len(row.ids)] = row.ids
        labels[number, : len(row.ids)] = row.ids.where(row.trained, -100)
    mask = torch.tensor([[1] * len(row.ids) + [0] * (width - len(row.ids)) for row in short])
    model.set_attn_implementation("sdpa")
    loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
    loss.backward()
    expected = gradients(model)
    model.zero_grad()
    model.set_attn_implementation(module.ATTENTION)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    line = module.train_step(model, module.make_optimizer(model), short, 1, 2)
    assert line["tokens"] == int((labels[:, 1:] != -100).sum())
    assert line["loss"] == pytest.approx(loss.item(), rel=1e-5)
    for name, weight in model.named_parameters():
        moved = (before[name] - weight.detach()) / line["learning_rate"]
        assert torch.allclose(moved, expected[name], rtol=1e-3, atol=1e-4), name


def test_answers_come_in_the_order_of_the_rows(shared: Path) -> None:
    """In any batch, an answer is the one that its row gets alone.

    Padding changes the last digits of logits, but of these rows no two tokens are that near.
    """
    build(shared, "llama")
    texts: dict[int, list[str]] = {}
    for size in (1, 2, 32):
        made = script(shared, f"answers_{size}", spec("llama", "full {}") + GENERATING % size)
        tokenizer, model = made.load_tokenizer(), made.load_model()
        rows = made.load_rows(made.TRAIN_FILES, tokenizer)
        assert [row.start for row in rows] != sorted((row.start for row in rows), reverse=True)
        given = made.answers_to(model, tokenizer, rows)
        texts[size] = tokenizer.batch_decode(given, skip_special_tokens=True)
        assert len(given) == len(rows)
    alone = [made.answers_to(model, tokenizer, [row])[0] for row in rows]
    assert tokenizer.batch_decode(alone, skip_special_tokens=True) == texts[1]
    assert len(set(texts[1])) == len(texts[1]), "rows can be told apart"
    assert texts[1] == texts[2] == texts[32]
