"""In bfloat16 a script trains to nearly the same loss, and keeps what it trains in float32."""

from pathlib import Path
from types import ModuleType

import pytest
import torch
from emitted_script import run
from exactness.small_runs import results, small_script
from exactness.tiny_models import script

pytestmark = pytest.mark.torch


def in_bfloat16(folder: Path, case: str) -> ModuleType:
    """The script of a case, in another number format."""
    spec = Path(str(small_script(folder, case).__file__)).with_suffix(".tune").read_text()
    return script(folder, f"{case}-bfloat16", spec, "model.dtype=bfloat16")


def losses(module: ModuleType) -> list[float]:
    """Of the base and of three steps on the same rows."""
    torch.manual_seed(module.SEED)
    model = module.load_model().train()
    assert {weight.dtype for weight in module.trained_weights(model).values()} == {torch.float32}
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())[:8]
    optimizer = module.make_optimizer(model)
    steps = [module.train_step(model, optimizer, rows, step, 3)["loss"] for step in range(3)]
    return [*steps, module.mean_loss(model, rows)]


@pytest.mark.parametrize("case", ["lora", "full", "sgd"])
def test_losses(case: str, shared: Path) -> None:
    """`sgd` is the case that freezes all but the last layer."""
    exact, rounded = losses(small_script(shared, case)), losses(in_bfloat16(shared, case))
    assert rounded == pytest.approx(exact, rel=2e-2)
    assert rounded != exact
    assert exact[-1] < exact[0]


@pytest.mark.parametrize("case", ["lora", "full", "qlora"])
def test_whole_run(case: str, shared: Path, tmp_path: Path) -> None:
    """Checked at the start, evaluated, saved and stopped like any other."""
    run(in_bfloat16(shared, case), "--output", tmp_path)
    assert any(name.endswith("model.safetensors") for name in results(tmp_path))
