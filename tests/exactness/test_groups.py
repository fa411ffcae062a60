"""Weights with settings of their own: which are in which group, and how they move."""

from pathlib import Path
from types import ModuleType
from typing import Any  # groups of torch hold values of any sort

import pytest
import torch
from exactness.tiny_models import build, randomize_adapters, script, spec
from peft.optimizers import create_loraplus_optimizer

pytestmark = pytest.mark.torch

LORAPLUS = "adamw { learning_rate = 1e-3, loraplus_ratio = 16, weight_decay = 0.1 }"


def with_optimizer(folder: Path, name: str, method: str, optimizer: str) -> ModuleType:
    build(folder, "phi")  # norms and layers of it have biases
    train = f"steps = 4, batch = 4 examples\n  optimizer {optimizer}"
    return script(folder, name, spec("phi", method, train=train))


def groups_of(module: ModuleType) -> dict[str, dict[str, Any]]:
    """By name of a weight, the settings of its group."""
    model = module.load_model()
    names = {id(weight): name for name, weight in module.trained_weights(model).items()}
    groups = module.make_optimizer(model).param_groups
    found = {names[id(weight)]: group for group in groups for weight in group["params"]}
    assert found.keys() == module.trained_weights(model).keys()
    assert sum(len(group["params"]) for group in groups) == len(found)
    return found


def test_norms_and_biases_do_not_decay(shared: Path) -> None:
    module = with_optimizer(shared, "g_decay", "full {}", "adamw { weight_decay = 0.1 }")
    groups = groups_of(module)
    free = {name for name, group in groups.items() if group["weight_decay"] == 0}
    vectors = {name for name in groups if "norm" in name or name.endswith(".bias")}
    assert free == vectors
    assert {group["weight_decay"] for group in groups.values()} == {0.0, 0.1}


def test_all_decay_where_asked(shared: Path) -> None:
    optimizer = "adamw { weight_decay = 0.1, decay = all }"
    groups = groups_of(with_optimizer(shared, "g_all", "full {}", optimizer))
    assert {group["weight_decay"] for group in groups.values()} == {0.1}


def test_the_first_group_that_fits_counts(shared: Path) -> None:
    optimizer = """adamw {
        learning_rate = 1e-3, weight_decay = 0.1
        group "layers.1.mlp" { learning_rate = 2e-3 }
        group "layers.1" { learning_rate = 3e-3, weight_decay = 0.5 }
    }"""
    module = with_optimizer(shared, "g_named", "full {}", optimizer)
    for name, group in groups_of(module).items():
        vector = name.endswith("bias") or "norm" in name
        expected = (1, 0.0 if vector else 0.1)
        if ".layers.1.mlp." in name:
            expected = (2, 0.0 if vector else 0.1)
        elif ".layers.1." in name:
            expected = (3, 0.5)
        assert (group["times"], group["weight_decay"]) == expected, name


def test_a_group_without_weights_is_told(shared: Path) -> None:
    optimizer = 'adamw { group "embed_tokens" { learning_rate = 1e-3 } }'
    module = with_optimizer(shared, "g_none", "lora { rank = 2 }", optimizer)
    with pytest.raises(SystemExit, match="no trained weight is in a module called embed_tokens"):
        groups_of(module)


def test_the_schedule_scales_each_rate(shared: Path) -> None:
    optimizer = 'sgd { learning_rate = 1e-2, group "embed_tokens" { learning_rate = 1e-3 } }'
    module = with_optimizer(shared, "g_rates", "full {}", optimizer)
    model = module.load_model().train()
    optimizer = module.make_optimizer(model)
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    for step in range(4):
        line = module.train_step(model, optimizer, rows, step, 4)
        rates = {group["times"]: group["lr"] for group in optimizer.param_groups}
        assert rates[1.0] == line["learning_rate"] == module.learning_rate(step, 4)
        assert rates[0.1] == pytest.approx(0.1 * line["learning_rate"], rel=1e-12)


def test_loraplus_is_that_of_peft(shared: Path) -> None:
    """Several steps with the gradients of the script, by peft's own groups."""
    module = with_optimizer(shared, "g_loraplus", "lora { rank = 4 }", LORAPLUS)
    own, theirs = (module.load_model().train() for _ in range(2))
    for model in (own, theirs):
        randomize_adapters(model)
        torch.manual_seed(0)
        for name, weight in model.named_parameters():
            if "lora_A" in name:
                weight.data = torch.randn_like(weight) / 8
    optimizer = module.make_optimizer(own)
    reference = create_loraplus_optimizer(
        theirs, torch.optim.AdamW, lr=1e-3, loraplus_lr_ratio=16, loraplus_weight_decay=0.1
    )
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    ratios = [group["lr"] / 1e-3 for group in reference.param_groups]
    for step in range(3):
        module.train_step(own, optimizer, rows, step, 4)
        for pack in module.packs_of(rows):
            module.backward(theirs, pack, module.trained_tokens(rows))
        torch.nn.utils.clip_grad_norm_(module.trained_weights(theirs).values(), 1.0)
        for group, ratio in zip(reference.param_groups, ratios, strict=True):
            group["lr"] = ratio * module.learning_rate(step, 4)
        reference.step()
        reference.zero_grad()
    for name, weight in module.trained_weights(theirs).items():
        torch.testing.assert_close(
            module.trained_weights(own)[name], weight, rtol=1e-5, atol=1e-7, msg=name
        )


def test_the_ratio_matters(shared: Path) -> None:
    groups = groups_of(with_optimizer(shared, "g_ratio", "lora { rank = 4 }", LORAPLUS))
    times = {("lora_B" in name, round(group["times"], 9)) for name, group in groups.items()}
    assert times == {(False, 1.0), (True, 16.0)}
