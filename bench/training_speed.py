"""Trained tokens per CPU second: a compiled script against TRL's SFTTrainer on the same rows.

    python bench/training_speed.py [--steps 5]

Builds an 8-million-parameter Llama with a 4,096-token vocabulary and 400 conversations of varied
length, then measures, each in a process of its own and on one thread: the script that tunec
compiles, SFTTrainer as it pads (no packing), and SFTTrainer with packing (bfd). All in float32,
LoRA of rank 16 on all linear layers, no gradient checkpointing, about 16 rows an optimizer step,
answers trained on. A figure is the median over the steps after three of warm-up; CPU seconds are
those of the process, so that other work on the machine matters less.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WARM_UP = 3
BATCH = 16
LENGTH = 512
TEMPLATE = (
    "{% for m in messages %}{{ '<|' + m.role + '|>' }}"
    "{% if m.role == 'assistant' %}{% generation %}{{ m.content + '<|end|>' }}{% endgeneration %}"
    "{% else %}{{ m.content + '<|end|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
SPEC = """
model "model" { max_length = %d tokens, dtype = float32 }
method lora { rank = 16, alpha = 32 }
template chat {
  user      "{{ question }}"
  assistant "{{ answer }}"
}
data train { source "rows.jsonl" }
train {
  steps   = 100
  batch   = %d examples
  forward = %d tokens
  optimizer adamw { learning_rate = 2e-4 }
}
"""


# --- Model and rows -------------------------------------------------------------------


def words(generator: random.Random, count: int) -> str:
    syllables = "ka lo mi ren tas vor ples qui dan er on ti sha bu wen zor fi gal".split()
    return " ".join(
        "".join(generator.choices(syllables, k=generator.randint(1, 3))) for _ in range(count)
    )


def build(folder: Path) -> None:
    """Writes `model/` and `rows.jsonl`; lengths are lognormal, as those of chats are."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

    generator = random.Random(0)
    rows = [
        {
            "question": words(generator, min(180, int(generator.lognormvariate(3.6, 0.75)))),
            "answer": words(generator, min(180, int(generator.lognormvariate(3.7, 0.75)))),
        }
        for _ in range(400)
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    special = ["<|end|>", "<|user|>", "<|assistant|>", "<|system|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=4096,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator((row["question"] + " " + row["answer"] for row in rows), trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|end|>", pad_token="<|end|>", chat_template=TEMPLATE
    )
    config = AutoConfig.for_model(
        "llama",
        vocab_size=4096,
        hidden_size=256,
        intermediate_size=1024,
        num_hidden_layers=6,
        num_attention_heads=8,
        num_key_value_heads=4,
        max_position_embeddings=1024,
        eos_token_id=tokenizer.eos_token_id,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")


# --- Contenders -----------------------------------------------------------------------


def measure_tunec(folder: Path, steps: int) -> list[tuple[int, float]]:
    """Trained tokens and CPU seconds of each step of the compiled script."""
    import importlib.util

    (folder / "bench.tune").write_text(SPEC % (LENGTH, BATCH, 2048))
    command = [sys.executable, "-m", "tunec", "compile", str(folder / "bench.tune")]
    script = folder / "bench.py"
    script.write_text(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    found = importlib.util.spec_from_file_location("bench", script)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    module.torch.manual_seed(0)
    tokenizer = module.load_tokenizer()
    rows, _ = module.load_data(tokenizer)
    model = module.load_model()
    optimizer = module.make_optimizer(model)
    batches, _ = module.plan_batches(rows)
    figures = []
    for step in range(WARM_UP + steps):
        batch = [rows[number] for number in batches[step]]
        start = time.process_time()
        line = module.train_step(model, optimizer, batch, step, len(batches))
        figures.append((line["tokens"], time.process_time() - start))
    return figures[WARM_UP:]


def measure_trl(folder: Path, steps: int, packing: bool) -> list[tuple[int, float]]:
    """Trained tokens and CPU seconds of each step of SFTTrainer, the optimizer's part included."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer

    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    data = Dataset.from_list(
        [
            {
                "messages": [
                    {"role": "user", "content": row["question"]},
                    {"role": "assistant", "content": row["answer"]},
                ]
            }
            for row in rows
        ]
    )
    figures: list[tuple[int, float]] = []
    trained = [0]

    class Clock(TrainerCallback):  # type: ignore[misc]  # transformers has no types here
        def on_step_begin(self, *_: object, **__: object) -> None:
            trained[0], self.start = 0, time.process_time()

        def on_step_end(self, *_: object, **__: object) -> None:
            figures.append((trained[0], time.process_time() - self.start))

    class Counting(SFTTrainer):  # type: ignore[misc]
        def compute_loss(self, model, inputs, *args, **kwargs):  # type: ignore[no-untyped-def]
            trained[0] += int((inputs["labels"][:, 1:] != -100).sum())
            return super().compute_loss(model, inputs, *args, **kwargs)

    arguments = SFTConfig(
        output_dir=str(folder / "trl"),
        max_steps=WARM_UP + steps,
        # A pack of 512 tokens holds about four rows.
        per_device_train_batch_size=BATCH // 4 if packing else BATCH,
        learning_rate=2e-4,
        max_length=LENGTH,
        packing=packing,
        assistant_only_loss=True,
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=True,
        report_to=[],
        save_strategy="no",
        logging_strategy="no",
        disable_tqdm=True,
        dataloader_pin_memory=False,
        model_init_kwargs={"dtype": torch.float32},
    )
    lora = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
    trainer = Counting(
        model=str(folder / "model"),
        args=arguments,
        train_dataset=data,
        peft_config=lora,
        callbacks=[Clock()],
    )
    trainer.train()
    return figures[WARM_UP:]


CONTENDERS = {
    "tunec": lambda folder, steps: measure_tunec(folder, steps),
    "TRL, padded": lambda folder, steps: measure_trl(folder, steps, packing=False),
    "TRL, packed (bfd)": lambda folder, steps: measure_trl(folder, steps, packing=True),
}


# --- Report ---------------------------------------------------------------------------


def run_alone(name: str, folder: Path, steps: int) -> float:
    """Trained tokens per CPU second, measured in a process of its own."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--one", name, "--folder", str(folder)]
    found = subprocess.run(
        [*command, "--steps", str(steps)],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    figures = json.loads(found.stdout.splitlines()[-1])
    return statistics.median(tokens / seconds for tokens, seconds in figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(CONTENDERS[options.one](options.folder, options.steps)))
        return
    with tempfile.TemporaryDirectory() as place:
        build(Path(place))
        rates = {name: run_alone(name, Path(place), options.steps) for name in CONTENDERS}
    print(f"{'':20}{'trained tokens per CPU second':>32}{'tunec is faster by':>22}")
    for name, rate in rates.items():
        print(f"{name:20}{rate:>32.0f}{rates['tunec'] / rate:>21.2f}x")


if __name__ == "__main__":
    main()
