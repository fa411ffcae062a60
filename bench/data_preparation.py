"""Rows made ready to train on: a compiled script against TRL's SFTTrainer on the same rows.

    python bench/data_preparation.py [--rows 100000] [--only NAME ...]

Writes conversations of one to three answers, about 140 tokens each, and trains a byte-level BPE
tokenizer of 8,192 tokens on some of them. Each contender then runs in a process of its own: the
script that tunec compiles, from reading the file to rows that can be trained on, without and with
what an earlier run left, and as it is for little data, in memory; and
`SFTTrainer._prepare_dataset` of TRL on the same rows, already loaded, as it is by default (every
token trained on) and with answers alone trained on, in one process and in as many as there are
cores. Imports, the tokenizer and the model are not in the time. Memory is that of all processes of
a contender together, shared pages counted once (PSS), above what it was before the preparation
began.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

LENGTH = 2048
DISTINCT = 400_000  # rows; that many more would take longer to think up than to encode
TEMPLATE = (
    "{% for m in messages %}{{ '<|' + m.role + '|>\n' }}"
    "{% if m.role == 'assistant' %}"
    "{% generation %}{{ m.content + '<|end|>' }}{% endgeneration %}{{ '\n' }}"
    "{% else %}{{ m.content + '<|end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
SPEC = """
model "model" { max_length = %d tokens, dtype = float32 }
method lora { rank = 16 }
template chat { messages "messages" }
data train { source "rows.jsonl" }
train { steps = 10 }
"""


# --- Rows and tokenizer ---------------------------------------------------------------


def lexicon(generator: random.Random) -> list[str]:
    """Words made of syllables; a few are common, most are rare, as in any language."""
    syllables = "ka lo mi ren tas vor ples qui dan er on ti sha bu wen zor fi gal eth ium".split()
    return ["".join(generator.choices(syllables, k=generator.randint(1, 4))) for _ in range(20_000)]


def write_rows(file: Path, count: int) -> None:
    """The same rows for the same count: the first of DISTINCT, which then begin again."""
    generator = random.Random(0)
    words = lexicon(generator)

    def said(mean: float) -> str:
        length = max(1, min(400, int(generator.lognormvariate(mean, 0.7))))
        places = (int(len(words) * generator.random() ** 4) for _ in range(length))
        return " ".join(words[place] for place in places).capitalize() + "."

    with open(file, "w") as lines:
        for _ in range(min(count, DISTINCT)):
            turns = []
            for _ in range(generator.choice((1, 1, 1, 2, 3))):
                turns.append({"role": "user", "content": said(2.9)})
                turns.append({"role": "assistant", "content": said(3.3)})
            lines.write(json.dumps({"messages": turns}) + "\n")
    if count > DISTINCT:
        first = file.read_bytes().splitlines(keepends=True)
        with open(file, "ab") as more:
            more.writelines(islice(cycle(first), count - DISTINCT))


def write_model(folder: Path, rows: Path) -> None:
    """A Llama of two tiny layers, and the tokenizer."""
    from itertools import islice

    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=8192,
        special_tokens=["<|end|>", "<|user|>", "<|assistant|>", "<|system|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    with open(rows) as lines:
        bpe.train_from_iterator(islice(lines, 5000), trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|end|>", pad_token="<|end|>", chat_template=TEMPLATE
    )
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2}
    config = AutoConfig.for_model("llama", vocab_size=8192, num_attention_heads=2, **sizes)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


# --- Contenders -----------------------------------------------------------------------


def tunec(
    folder: Path, cache: str = '"runs/encoded"'
) -> tuple[Callable[[], object], Callable[[object], int]]:
    """What prepares, and what counts the tokens of that."""
    import importlib.util

    (folder / "bench.tune").write_text(SPEC % LENGTH)
    command = [sys.executable, "-m", "tunec", "compile", str(folder / "bench.tune")]
    command += ["--set", f"cache={cache}"]
    script = folder / "bench.py"
    script.write_text(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    found = importlib.util.spec_from_file_location("bench", script)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["bench"] = module
    found.loader.exec_module(module)
    tokenizer = module.load_tokenizer()
    return (
        lambda: module.load_data(tokenizer)[0],
        lambda rows: sum(len(row.ids) for row in rows),  # type: ignore[attr-defined]
    )


def trl(
    folder: Path, assistant_only: bool, processes: int | None
) -> tuple[Callable[[], object], Callable[[object], int]]:
    """The same of SFTTrainer: a trainer is made of one row, then prepares them all."""
    from datasets import load_dataset
    from trl import SFTConfig, SFTTrainer

    data = load_dataset("json", data_files=str(folder / "rows.jsonl"), split="train")
    arguments = SFTConfig(
        output_dir=str(folder / "trl"),
        max_length=LENGTH,
        assistant_only_loss=assistant_only,
        dataset_num_proc=processes,
        use_cpu=True,
        bf16=False,
        report_to=[],
        disable_tqdm=True,
    )
    trainer = SFTTrainer(
        model=str(folder / "model"), args=arguments, train_dataset=data.select(range(1))
    )
    return (
        lambda: trainer._prepare_dataset(
            data, trainer.processing_class, arguments, False, None, "train"
        ),
        lambda rows: sum(map(len, rows["input_ids"])),  # type: ignore[index]
    )


CORES = os.cpu_count() or 1
CONTENDERS = {
    "tunec": tunec,
    "tunec, again": tunec,
    "tunec, in memory": lambda folder: tunec(folder, "none"),
    "TRL": lambda folder: trl(folder, False, None),
    "TRL, answers": lambda folder: trl(folder, True, None),
    f"TRL, answers, {CORES} processes": lambda folder: trl(folder, True, CORES),
}


# --- Measuring ------------------------------------------------------------------------


def memory(process: int) -> int:
    """Bytes of a process and those below it, shared pages counted once."""
    total = 0
    try:
        place = Path(f"/proc/{process}")
        for line in (place / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += 1024 * int(line.split()[1])
        for children in place.glob("task/*/children"):
            total += sum(memory(int(child)) for child in children.read_text().split())
    except OSError:  # it has just ended
        pass
    return total


def cpu_seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def measure(name: str, folder: Path) -> dict[str, float]:
    """Prepares the rows once, in this process, which is a fresh one."""
    prepare, count = CONTENDERS[name](folder)
    print("begin", flush=True)
    wall, cpu = time.perf_counter(), cpu_seconds()
    rows = prepare()
    figures = {"wall": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu}
    print("end", flush=True)
    return figures | {"tokens": count(rows)}


def run_alone(name: str, folder: Path) -> dict[str, float]:
    """The figures of a contender in a process of its own, whose memory is watched from here."""
    environment = os.environ | {
        "HF_HOME": str(folder / f"hf of {name}"),  # what TRL keeps must not help the next
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, __file__, "--one", name, "--folder", str(folder)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        watched, peak, before, figures = [False], 0, 0, {}

        def watch() -> None:
            nonlocal peak
            while watched[0]:
                peak = max(peak, memory(child.pid))
                time.sleep(0.1)

        for line in child.stdout:
            if line == "begin\n":
                before, watched[0] = memory(child.pid), True
                thread = threading.Thread(target=watch)
                thread.start()
            elif line == "end\n":
                watched[0] = False
                thread.join()
            elif line.startswith("{"):
                figures = json.loads(line)
            else:
                print(f"  {line}", end="")
    if not figures:
        sys.exit(f"{name} failed")
    return figures | {"peak": peak / 2**20, "grown": (peak - before) / 2**20}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--only", choices=CONTENDERS, nargs="+", default=[*CONTENDERS])
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.folder)))
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_rows(folder / "rows.jsonl", options.rows)
        write_model(folder / "model", folder / "rows.jsonl")
        found = {name: run_alone(name, folder) for name in options.only}
        size = (folder / "rows.jsonl").stat().st_size / 2**20
    print(f"{options.rows:,} rows, {size:.0f} MiB, {CORES} cores")
    heads = ("wall s", "CPU s", "Mtokens/CPU s", "MiB grown", "MiB in all")
    print(f"{'':28}" + "".join(f"{head:>15}" for head in heads))
    for name, each in found.items():
        rate = each["tokens"] / each["cpu"] / 1e6
        values = (each["wall"], each["cpu"], rate, each["grown"], each["peak"])
        print(f"{name:28}" + "".join(f"{value:>15.2f}" for value in values))


if __name__ == "__main__":
    main()
