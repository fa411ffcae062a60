"""The first step equals that of TRL's SFTTrainer on the same rows, without packing."""

from pathlib import Path
from types import ModuleType
from typing import Any  # rows of data sets are of any sort

import pytest
import torch
from datasets import Dataset
from exactness.tiny_models import (
    CONVERSATIONS,
    assert_same_gradients,
    build,
    gradients,
    script,
    spec,
)
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer

pytestmark = pytest.mark.torch

TOLERANCE = 1e-5

COMPLETION = """
template line {
  prompt     "{{ first }} {{ second }} ->"
  completion " {{ one }}{{ two }}"
}
"""
FOUR = CONVERSATIONS[2:]


class Step(TrainerCallback):
    """Keeps the gradients that the trainer's optimizer is about to use."""

    def __init__(self) -> None:
        self.gradients: dict[str, torch.Tensor] = {}

    def on_pre_optimizer_step(self, *arguments: object, **options: Any) -> None:  # noqa: ANN401 of any sort
        self.gradients = gradients(options["model"])


class Recording(SFTTrainer):  # type: ignore[misc] # trl has no types
    """Keeps the loss and labels of its batch, which its own log rounds."""

    def compute_loss(self, model, inputs, *arguments, **options):  # type: ignore[no-untyped-def] # trl's
        loss = super().compute_loss(model, inputs, *arguments, **options)
        self.loss, self.seen = float(loss.detach()), inputs
        return loss


def trl_step(
    folder: Path, rows: list[dict[str, Any]], output: Path, **options: object
) -> tuple[Recording, Step]:
    """One step of all rows at once."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    step = Step()
    settings = SFTConfig(
        output_dir=str(output),
        per_device_train_batch_size=len(rows),
        max_steps=1,
        max_length=None,
        packing=False,
        max_grad_norm=0.0,  # none, so that the gradients are seen as they are
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=True,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        **options,
    )
    trainer = Recording(
        model=model,
        args=settings,
        train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(folder),
        callbacks=[step],
    )
    trainer.train()
    return trainer, step


def own_step(module: ModuleType) -> tuple[float, dict[str, torch.Tensor], list[Any]]:
    """The same by the script: loss, gradients and rows."""
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())[2:]
    model = module.load_model().train()
    (pack,) = module.packs_of(rows)
    loss = module.backward(model, pack, module.trained_tokens(rows)).item()
    return loss, gradients(model), rows


def assert_same_step(module: ModuleType, trainer: Recording, step: Step) -> None:
    loss, found, rows = own_step(module)
    ids, labels = trainer.seen["input_ids"], trainer.seen["labels"]
    pairs = [
        (row[:length], mark[:length])
        for row, mark, length in zip(
            ids, labels, trainer.seen["attention_mask"].sum(1), strict=True
        )
    ]
    theirs = sorted((row.tolist(), (mark != -100).tolist()) for row, mark in pairs)
    assert theirs == sorted((row.ids.tolist(), row.trained.tolist()) for row in rows)
    assert loss == pytest.approx(trainer.loss, rel=TOLERANCE)
    assert_same_gradients(found, step.gradients, TOLERANCE)


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_conversations(name: str, shared: Path, tmp_path: Path) -> None:
    folder = build(shared, name)
    module = script(shared, f"trl_chat_{name}", spec(name, "full {}"))
    rows = [
        {
            "messages": [
                {"role": role, "content": row[column]}
                for role, column in [
                    ("user", "first"),
                    ("assistant", "one"),
                    ("user", "second"),
                    ("assistant", "two"),
                ]
            ]
        }
        for row in FOUR
    ]
    trainer, step = trl_step(folder, rows, tmp_path, assistant_only_loss=True)
    assert_same_step(module, trainer, step)


def test_prompt_and_completion(shared: Path, tmp_path: Path) -> None:
    folder = build(shared, "llama")
    module = script(shared, "trl_completion", spec("llama", "full {}", COMPLETION))
    rows = [
        {
            "prompt": f"{row['first']} {row['second']} ->",
            "completion": f" {row['one']}{row['two']}",
        }
        for row in FOUR
    ]
    trainer, step = trl_step(folder, rows, tmp_path)
    assert_same_step(module, trainer, step)
