"""Answers to 256 prompts: a compiled script against transformers' `generate` on the same prompts.

    python bench/generation.py [--repeats 3]

On one thread and in float32, greedy: the script's own `answers_to` (batches of 32, prompts of a
length together), `generate` called for one prompt after the other, and `generate` for batches of 32
padded on the left in the order of the rows. Once with the sample model and its dates, once with a
Llama of 30 million random weights and prompts of varied (lognormal) length, which ends no answer by
itself. All three must give the same tokens. A figure is that of the fastest repeat, in new tokens
per CPU second of the process, so that other work on the machine matters less.
"""

import argparse
import importlib.util
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any  # models, tokenizers and rows are of several libraries

os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}

from training_speed import TEMPLATE, words

ROWS, BATCH = 256, 32
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SPEC = """
model "{model}" {{ max_length = 256 tokens, dtype = float32 }}
method lora
template chat {{
  user      "{{{{ question }}}}"
  assistant "{{{{ answer }}}}"
}}
data train      {{ source "other.jsonl" }}
data validation {{ source "rows.jsonl" }}
train {{ steps = 1, batch = 4 examples, optimizer adamw }}
evaluate {{ generate {{ max_new_tokens = {tokens} tokens, batch = {batch} examples }} }}
"""


# --- Models and rows ------------------------------------------------------------------


def sample(folder: Path) -> int:
    """The sample model, and the first of its dates; the longest answer."""
    lines = (SAMPLES / "dates" / "dates.jsonl").read_text().splitlines()[:ROWS]
    (folder / "rows.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "model").symlink_to(SAMPLES / "models" / "pico")
    return 24


def random_model(folder: Path) -> int:
    """A model of random weights, spread so far that no two tokens are about as probable."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast, set_seed

    generator = random.Random(0)
    lengths = [min(100, int(generator.lognormvariate(3, 0.75))) for _ in range(ROWS)]
    rows = [{"question": words(generator, length), "answer": "yes"} for length in lengths]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=4096,
        special_tokens=["<|end|>", "<|user|>", "<|assistant|>", "<|system|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator((row["question"] for row in rows), trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|end|>", pad_token="<|end|>", chat_template=TEMPLATE
    )
    config = AutoConfig.for_model(
        "llama",
        vocab_size=4096,
        hidden_size=512,
        intermediate_size=1536,
        num_hidden_layers=9,
        num_attention_heads=8,
        num_key_value_heads=4,
        initializer_range=0.1,
        max_position_embeddings=512,
        eos_token_id=tokenizer.eos_token_id,
    )
    set_seed(0)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    return 16


MODELS = {"the sample model, 0.36 million": sample, "random weights, 30 million": random_model}


def script_of(folder: Path, tokens: int) -> ModuleType:
    (folder / "other.jsonl").write_text('{"question": "Is it?", "answer": "It is."}\n')
    spec = folder / "bench.tune"
    spec.write_text(SPEC.format(model="model", tokens=tokens, batch=BATCH))
    script = folder / "bench.py"
    command = [sys.executable, "-m", "tunec", "compile", str(spec)]
    script.write_text(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    found = importlib.util.spec_from_file_location("bench", script)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["bench"] = module
    found.loader.exec_module(module)
    return module


# --- Contenders -----------------------------------------------------------------------

Contender = Callable[[], list[list[int]]]


def contenders(folder: Path, tokens: int) -> dict[str, Contender]:
    """Ways to the answers, each of which gives their token ids in the order of the rows."""
    import torch
    from transformers import AutoModelForCausalLM, GenerationConfig

    torch.set_num_threads(1)
    script = script_of(folder, tokens)
    tokenizer = script.load_tokenizer()
    with redirect_stdout(io.StringIO()):
        _, held_out = script.load_data(tokenizer)
    rows = held_out["validation"]
    own = script.load_base()
    theirs = AutoModelForCausalLM.from_pretrained(folder / "model", dtype=torch.float32)
    theirs.generation_config = GenerationConfig()
    stop = script.stop_token(tokenizer)
    prompts = [row.ids[: row.start].tolist() for row in rows]
    tokenizer.pad_token_id, tokenizer.padding_side = stop, "left"

    def answered(some: list[list[int]]) -> list[list[int]]:
        padded = tokenizer.pad({"input_ids": some}, return_tensors="pt")
        made = theirs.generate(
            **padded,
            max_new_tokens=tokens,
            do_sample=False,
            eos_token_id=stop,
            pad_token_id=stop,
        )
        return [until_stop(answer) for answer in made[:, padded["input_ids"].shape[1] :].tolist()]

    def until_stop(answer: list[int]) -> list[int]:
        return answer[: answer.index(stop) + 1] if stop in answer else answer

    def in_batches(size: int) -> list[list[int]]:
        parts = [prompts[at : at + size] for at in range(0, len(prompts), size)]
        return [answer for part in parts for answer in answered(part)]

    return {
        "tunec": lambda: script.answers_to(own, tokenizer, rows),
        "transformers, padded": lambda: in_batches(BATCH),
        "transformers, row by row": lambda: in_batches(1),
    }


def measure(build: Callable[[Path], int], repeats: int) -> dict[str, Any]:
    """New tokens per CPU second of each, and how many tokens there were."""
    with tempfile.TemporaryDirectory() as place:
        ways = contenders(Path(place), build(Path(place)))
        answers: dict[str, list[list[int]]] = {}
        seconds = dict.fromkeys(ways, float("inf"))
        for _ in range(repeats):
            for name, way in ways.items():
                start = time.process_time()
                answers[name] = way()
                seconds[name] = min(seconds[name], time.process_time() - start)
    for name in ways:
        assert answers[name] == answers["tunec"], f"{name}: other tokens"
    tokens = sum(map(len, answers["tunec"]))
    return {"tokens": tokens, **{name: tokens / seconds[name] for name in ways}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    for name, build in MODELS.items():
        rates = measure(build, options.repeats)
        print(f"\n{name}: {ROWS} prompts, {rates.pop('tokens'):,} new tokens, the same of all")
        print(f"{'':28}{'new tokens per CPU second':>28}{'tunec is faster by':>22}")
        for way, rate in rates.items():
            print(f"{way:28}{rate:>28,.0f}{rates['tunec'] / rate:>21.2f}x", flush=True)


if __name__ == "__main__":
    main()
