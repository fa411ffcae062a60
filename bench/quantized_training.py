"""QLoRA on random weights of 7 or 65 billion parameters: peak memory and trained tokens per second.

    python bench/quantized_training.py --size 7b    # or 65b, on a GPU; tiny runs anywhere

Compiles a spec, and runs the script's own steps on a Llama of that size. Its weights are drawn and
quantized a layer at a time, so the whole model never exists in 16 bits. Rows have 512 tokens, one
in a step, gradient checkpointing is on, adapters of rank 64 are on all linear layers: the setting
of the QLoRA paper (arXiv 2305.14314), whose claim is 65 billion in 48 GB.
"""

import argparse
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

import torch
from bitsandbytes.nn import Linear4bit, Params4bit
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

ROOT = Path(__file__).parent.parent
TOKENIZER = ROOT / "samples" / "tokenizers" / "bytes"
WARM_UP = 3
SIZES = {
    "tiny": (64, 128, 2, 4),
    "7b": (4096, 11008, 32, 32),
    "65b": (8192, 22016, 80, 64),
}
"""Width, width inside the feed-forward part, layers, heads (arXiv 2302.13971)."""
SPEC = """
model "model" { max_length = 512 tokens, dtype = bfloat16 }
method qlora { rank = 64, alpha = 16 }
objective pretrain
template plain { text "{{ text }}" }
data train { source "rows.jsonl" }
train {
  steps                  = 100
  batch                  = 1 example
  gradient_checkpointing = true
  optimizer paged_adamw_8bit { learning_rate = 1e-4 }
}
"""


def prepare(folder: Path, size: str) -> None:
    """The spec, its rows, and a model folder whose file of weights is empty."""
    hidden, inner, layers, heads = SIZES[size]
    config = AutoConfig.for_model(
        "llama",
        architectures=["LlamaForCausalLM"],
        vocab_size=32000,
        hidden_size=hidden,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        eos_token_id=1,
        pad_token_id=0,
    )
    shutil.copytree(TOKENIZER, folder / "model")
    config.save_pretrained(folder / "model")
    save_file({}, folder / "model" / "model.safetensors")
    rows = [{"text": f"{number} ".ljust(510, "abcdefgh"[number % 8])} for number in range(16)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "spec.tune").write_text(SPEC)


def compiled(folder: Path) -> ModuleType:
    """The script of the spec, as a module."""
    command = [sys.executable, "-m", "tunec", "compile", "spec.tune", "-o", "script.py"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    subprocess.run(command, cwd=folder, check=True, env=environment)
    spec = importlib.util.spec_from_file_location("script", folder / "script.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def random_base(script: ModuleType) -> torch.nn.Module:
    """In place of the script's `load_base`: random weights, quantized one by one."""
    settings = script.quantization()
    config = AutoConfig.from_pretrained(script.MODEL)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(
            config, dtype=script.DTYPE, attn_implementation=script.ATTENTION
        )
    for name, part in list(model.named_modules()):
        if isinstance(part, torch.nn.Linear) and name != "lm_head":
            model.set_submodule(name, quantized(part, settings, script.DEVICE))
        elif list(part.parameters(recurse=False)) and not isinstance(part, Linear4bit):
            part.to_empty(device=script.DEVICE, recurse=False)
            for weight in part.parameters(recurse=False):
                torch.nn.init.normal_(weight, 1.0 if weight.dim() == 1 else 0.0, 0.02)
    rotary = model.model.rotary_emb
    model.model.rotary_emb = type(rotary)(config).to(script.DEVICE)
    model.is_loaded_in_4bit = True
    model.requires_grad_(False)
    return model


def quantized(layer: torch.nn.Linear, settings: object, device: str) -> Linear4bit:
    """A layer of the same shape, with weights of its own."""
    new = Linear4bit(
        layer.in_features,
        layer.out_features,
        bias=False,
        compute_dtype=settings.bnb_4bit_compute_dtype,
        compress_statistics=settings.bnb_4bit_use_double_quant,
        quant_type=settings.bnb_4bit_quant_type,
        device="meta",
    )
    shape = (layer.out_features, layer.in_features)
    drawn = torch.empty(shape, dtype=torch.bfloat16, device=device).normal_(0, 0.02)
    new.weight = Params4bit(
        drawn,
        requires_grad=False,
        compress_statistics=settings.bnb_4bit_use_double_quant,
        quant_type=settings.bnb_4bit_quant_type,
        module=new,
    ).to(device)
    new.support_avx512bf16_for_cpu = False  # as the script has it
    return new


def measured(script: ModuleType, steps: int) -> dict[str, float]:
    """Of steps of the script, after some to warm up."""
    script.load_base = lambda: random_base(script)
    model = script.load_model().train()
    optimizer = script.make_optimizer(model)
    rows = script.load_rows(script.TRAIN_FILES, script.load_tokenizer())
    gpu = script.DEVICE == "cuda"
    if gpu:
        loaded = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
    tokens = 0
    for step in range(WARM_UP + steps):
        if step == WARM_UP:
            start, tokens = time.perf_counter(), 0
        batch = [rows[step % len(rows)]]
        script.train_step(model, optimizer, batch, step, 100)  # gives the loss: waits for the GPU
        tokens += script.trained_tokens(batch)
    found = {"tokens_per_second": tokens / (time.perf_counter() - start)}
    if gpu:
        found["weights_gb"] = loaded / 1e9
        found["peak_gb"] = torch.cuda.max_memory_allocated() / 1e9
        found["reserved_gb"] = torch.cuda.max_memory_reserved() / 1e9
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="7b")
    parser.add_argument("--steps", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, options.size)
        found = measured(compiled(folder), options.steps)
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    print(f"{options.size} on {device}, batch 1, 512 tokens")
    for what, value in found.items():
        print(f"{what:20}{value:10.2f}")


if __name__ == "__main__":
    main()
