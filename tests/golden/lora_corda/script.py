# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "torch==2.13.0",
#     "transformers==5.23.0",
#     "peft==0.21.2",
# ]
# ///
"""spec: tune pico on dates.jsonl, DoRA of rank 8.

Compiled by tunec 0.0.0 from spec.tune (sha256 00000000).
It needs nothing from tunec. `L<n>` in a comment is a line of that spec.

Run     python spec.py                 train, or go on from the newest checkpoint
        python spec.py --fresh         throw this run away and start again
        python spec.py --output DIR    write to another folder
Writes, to runs/spec
        adapter/         what was trained, and the tokenizer
        merged/          the whole model with the adapter in it
        metrics.jsonl    a line per step and per evaluation
        checkpoints/     to go on from
"""

import argparse
import fcntl
import json
import math
import os
import random
import re
import shutil
import signal
import sys
import warnings
from bisect import bisect_left, insort
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
from jinja2 import TemplateError
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer
from peft.utils.other import transpose
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy, scaled_dot_product_attention
from torch.nn.utils import clip_grad_norm_
from tqdm import tqdm
from transformers import (
    AttentionInterface,
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
)
from transformers.masking_utils import AttentionMaskInterface
from transformers.utils import logging

# --- Settings -------------------------------------------------------------------------

HERE = Path(__file__).resolve().parent  # paths below start here
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
TERMINAL = sys.stderr.isatty()

MODEL = HERE / "../../../samples/models/pico"  # L2
MAX_LENGTH = 128  # L2, tokens
DTYPE = torch.bfloat16 if DEVICE == "cuda" else torch.float32  # default, auto
ATTENTION = "by_row"  # default: sdpa, once per row

LORA_RANK = 8  # L5
LORA_ALPHA = 16  # default: 2 * rank
LORA_DROPOUT = 0.0  # default
LORA_TARGETS = "all-linear"  # default
MODULES_TO_SAVE = ["norm"]  # L6
INIT_ROWS = 16  # L8, that corda looks at
LAYERS_AT_ONCE = 16  # default: memory and time, not the result
LORA_RANKS = {"v_proj": 4}  # L10
LORA_ALPHAS = {"v_proj": 8.0}  # L10

TRAIN_FILES = ["../data/dates.jsonl"]  # L18
COLUMNS = ["question", "answer"]  # L13-L15

EPOCHS = 3  # L21
BATCH = 8  # L22, examples per optimizer step
FORWARD_TOKENS = 8192  # default, at a time: memory and speed, not the result
LOGITS_AT_ONCE = 1024  # default, tokens: memory and speed, not the result
LEARNING_RATE = 4e-3  # L23, the highest
WEIGHT_DECAY = 0.0  # default
BETAS = (0.9, 0.999)  # default
EPSILON = 1e-8  # default
WARMUP = 0.03  # default, of all steps
MAX_GRAD_NORM = 1.0  # default

CHECKPOINT_EVERY = 1  # default, epochs
CHECKPOINTS_KEPT = 2  # default
SEED = 42  # default
OUTPUT = "runs/spec"  # default
# Rows are encoded in memory, at every start (default: up to 8 MB of data)

logging.disable_progress_bar()  # transformers' own
warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")


# --- Data -----------------------------------------------------------------------------


def read_jsonl(file):
    """Yield each row with its place; numbers stay spelled as they are in the file."""
    with open(HERE / file, "rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    row = json.loads(line, parse_int=str, parse_float=str)
                except (ValueError, RecursionError) as error:
                    sys.exit(f"{file}:{number}: not JSON: {error}")
                if not isinstance(row, dict):
                    sys.exit(f"{file}:{number}: not an object with columns")
                yield f"{file}:{number}", row


def messages_of(row):
    """The template at L13-L15."""
    return [
        {"role": "user", "content": row["question"]},
        {"role": "assistant", "content": row["answer"]},
    ]


STAND_IN = re.compile("[\U00100000-\U0010ffff]")


@cache
def stand_ins(tokenizer):
    """By special token, the character that stands for it where a row spells it out."""
    added = tokenizer.added_tokens_decoder.values()
    tokens = sorted((token.content for token in added if token.special), key=len)
    return {token: chr(0x100000 + at) for at, token in enumerate(reversed(tokens))}


def shown(row, column, tokenizer):
    """A column's text, with stand-ins for the special tokens that it spells out."""
    text = row.get(column)
    if not isinstance(text, str):
        raise ValueError(f"`{column}` is missing, or neither text nor number")
    if STAND_IN.search(text):
        raise ValueError("it has a character for private use, above U+0FFFFF")
    for token, stand_in in stand_ins(tokenizer).items():
        text = text.replace(token, stand_in)
    return text


def token_ids(text, tokenizer, as_text=False):
    """Token ids of a text; `as_text`, its special tokens are text, too."""
    options = {"add_special_tokens": False, "split_special_tokens": as_text}
    return tokenizer(text, verbose=False, **options)["input_ids"]


def ids_of(text, tokenizer):
    """Token ids of a text, in which special tokens that a row spells out stay text.

    The text is then tokenised piece by piece between its own special tokens, which
    must give the same as the whole does.
    """
    whole = token_ids(text, tokenizer)
    if not STAND_IN.search(text):
        return whole
    spelled = {stand_in: token for token, stand_in in stand_ins(tokenizer).items()}
    own = "|".join(map(re.escape, spelled.values()))
    ids, same = [], []
    for piece in filter(None, re.split(f"({own})", text)):
        plain = STAND_IN.sub(lambda found: spelled[found[0]], piece)
        ids += token_ids(plain, tokenizer, as_text=plain != piece)
        same += token_ids(piece, tokenizer)
    if same != whole:
        raise ValueError("a special token in it cannot be kept as text")
    return ids


class Row(NamedTuple):
    ids: torch.Tensor
    trained: torch.Tensor  # whether the model is trained to predict the token


def render(messages, tokenizer, **options):
    """The text of a conversation, by the tokenizer's own chat template."""
    return tokenizer.apply_chat_template(messages, tokenize=False, **options)


@cache
def end_tokens(tokenizer):
    """Ids of what can end a turn: added tokens that are no white space."""
    added = tokenizer.added_tokens_decoder.items()
    return {number for number, token in added if token.content.strip()}


def answer_in(messages, tokenizer):
    """Ids of a conversation that ends with an answer; where that starts and stops.

    An answer is what it adds to the prompt, up to the special token that ends it.
    """
    text = render(messages, tokenizer)
    asked = render(messages[:-1], tokenizer, add_generation_prompt=True)
    ids = ids_of(text, tokenizer)
    prompt = ids_of(asked, tokenizer)
    start, stop = len(prompt), len(ids)
    if ids[:start] != prompt:
        raise ValueError("the chat template begins an answer as no prompt ends")
    while stop > start and ids[stop - 1] not in end_tokens(tokenizer):
        stop -= 1
    if stop == start:
        raise ValueError("the chat template ends a turn with no special token")
    return ids, start, stop


def stop_token(tokenizer):
    """The token that ends an answer."""
    short = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}]
    ids, _, stop = answer_in(short, tokenizer)
    return ids[stop - 1]


def encode_chat(messages, tokenizer):
    """The conversation, which is trained on where it ends: its answer."""
    ids, start, stop = answer_in(messages, tokenizer)
    trained = torch.zeros(len(ids), dtype=torch.bool)
    trained[start:stop] = True
    return Row(torch.tensor(ids), trained)


def fitted(row, counts):
    """A row that is too long is dropped."""
    if len(row.ids) <= MAX_LENGTH:
        return [row]
    counts[f"rows over {MAX_LENGTH} tokens dropped"] += 1
    counts["tokens in them"] += len(row.ids)
    return []


def encoded(place, row, tokenizer, counts):
    """What becomes of a row, in a list; what was done to it is counted."""
    try:
        used = {column: shown(row, column, tokenizer) for column in COLUMNS}
        found = encode_chat(messages_of(used), tokenizer)
    except (ValueError, TypeError, TemplateError) as error:
        sys.exit(f"{place}: {error}")
    if any(used[column] != row[column] for column in COLUMNS):
        counts["rows spell out special tokens, which stay text"] += 1
    if not found.trained[1:].any():
        sys.exit(f"{place}: nothing in this row is trained on")
    return fitted(found, counts)


def load_rows(files, tokenizer):
    """The encoded rows of some files; what was done to them is said."""
    rows, counts, firsts = [], Counter(), {}
    names = ", ".join(files)
    places = (place for file in files for place in read_jsonl(file))
    for place, row in tqdm(places, "encode", disable=not TERMINAL):
        rows += encoded(place, row, tokenizer, counts)
        firsts = dict.fromkeys(counts, place) | firsts
    for what, count in counts.items():
        print(f"{names}: {count:,} {what} (first {firsts[what]})")
    if not rows:
        sys.exit(f"{names}: no rows are left")
    trained = sum(int(row.trained[1:].count_nonzero()) for row in rows)
    share = trained / sum(len(row.ids) for row in rows)
    print(f"{names}: {len(rows):,} rows, {share:.1%} of their tokens trained on")
    return rows


# --- Batches --------------------------------------------------------------------------


def load_data(tokenizer):
    """The rows to train on, and those held out, by name."""
    rows, held_out = load_rows(TRAIN_FILES, tokenizer), {}
    return rows, held_out


def trained_tokens(rows):
    """The first token of a row has nothing before it to be predicted from."""
    return sum(int(row.trained[1:].sum()) for row in rows)


def plan_batches(rows):
    """Row numbers of every optimizer step, and the step at which each epoch ends.

    Rows come as the epoch's number and the seed say (default).
    """
    batches, epoch_ends = [], []
    for epoch in range(EPOCHS):
        order = list(range(len(rows)))
        random.Random(f"{SEED}, epoch {epoch}").shuffle(order)
        batches += [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        epoch_ends.append(len(batches))
    return batches, epoch_ends


def packs_of(rows):
    """Rows laid end to end in packs of at most FORWARD_TOKENS, best fit decreasing."""
    packs, room = [], []  # room is sorted: what is free in a pack, and its number
    lengths = [len(row.ids) for row in rows]
    for number in sorted(range(len(rows)), key=lambda number: -lengths[number]):
        at = bisect_left(room, (lengths[number], 0))
        if at < len(room):
            free, pack = room.pop(at)
        else:
            free, pack = FORWARD_TOKENS, len(packs)
            packs.append([])
        packs[pack].append(number)
        insort(room, (free - lengths[number], pack))
    return ([rows[number] for number in pack] for pack in packs)  # read one by one


# --- Model ----------------------------------------------------------------------------


def attend_by_row(
    module, query, key, value, mask, scaling, row_lengths, dropout=0.0, **options
):
    """Causal attention within each row of a pack: no mask, and nothing is wasted."""
    rows = zip(*(heads.split(row_lengths, dim=2) for heads in (query, key, value)))
    attended = [
        scaled_dot_product_attention(
            *row, dropout_p=dropout, is_causal=True, scale=scaling, enable_gqa=True
        )
        for row in rows
    ]
    return torch.cat(attended, dim=2).transpose(1, 2).contiguous(), None


AttentionInterface.register("by_row", attend_by_row)
AttentionMaskInterface.register("by_row", lambda *args, **options: None)


def load_tokenizer():
    return AutoTokenizer.from_pretrained(MODEL)


def load_base():
    """The model as it is before training."""
    model = AutoModelForCausalLM.from_pretrained(
        MODEL,
        dtype=DTYPE,
        attn_implementation=ATTENTION,
        use_safetensors=True,
    )
    return model.to(DEVICE)


def named(model, ends):
    """Whole names of modules; peft would take `norm` for the end of `layernorm`."""
    found = []
    for end in ends:
        names = [
            name
            for name, _ in model.named_modules()
            if name == end or name.endswith(f".{end}")
        ]
        if not names:
            sys.exit(f"no module of the model is called {end}")
        found += names
    return found


def load_model():
    """The frozen model with fresh adapters, which start as the identity."""
    base = load_base()
    adapter = LoraConfig(
        r=LORA_RANK,
        lora_alpha=LORA_ALPHA,
        lora_dropout=LORA_DROPOUT,
        target_modules=LORA_TARGETS,
        use_dora=True,
        modules_to_save=named(base, MODULES_TO_SAVE),
        rank_pattern=LORA_RANKS,
        alpha_pattern=LORA_ALPHAS,
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(base, adapter)
    layers = sum(isinstance(part, LoraLayer) for part in model.modules())
    print(f"model: {layers} layers adapted, {count_of(model)}")
    return model


def trained_weights(model):
    """By name, what the optimizer changes and a checkpoint holds."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def count_of(model):
    trained = sum(weight.numel() for weight in trained_weights(model).values())
    total = sum(weight.numel() for weight in model.parameters())
    return f"{trained:,} of {total:,} weights trained ({trained / total:.2%})"


# --- Loss and optimizer step ----------------------------------------------------------


def predictions(model, pack):
    """Hidden states that the trained tokens are predicted from, and those tokens.

    Positions restart with every row, which keeps the rows of a pack apart.
    """
    lengths = [len(row.ids) for row in pack]
    ids = torch.cat([row.ids for row in pack])
    positions = torch.cat([torch.arange(length) for length in lengths])
    trained = torch.cat([row.trained for row in pack])
    targets = (trained & (positions > 0)).nonzero().squeeze(1)
    hidden = model.get_decoder()(
        input_ids=ids[None].to(DEVICE),
        position_ids=positions[None].to(DEVICE),
        use_cache=False,
        row_lengths=lengths,
    ).last_hidden_state[0]
    return hidden[(targets - 1).to(DEVICE)], ids[targets].to(DEVICE)


def summed_loss(model, hidden, targets):
    """Cross-entropy of the targets as predicted from the hidden states."""
    logits = model.get_output_embeddings()(hidden).float()
    return cross_entropy(logits, targets, reduction="sum")


def backward(model, pack, tokens):
    """Add the gradient of a pack's share of the mean over `tokens`; return the share.

    The logits of a large vocabulary never exist whole: a few tokens at a time go
    through the output layer and back, then all together through the layers below.
    """
    hidden, targets = predictions(model, pack)
    pieces = [piece.detach().requires_grad_() for piece in hidden.split(LOGITS_AT_ONCE)]
    share = torch.zeros((), device=DEVICE)
    for piece, labels in zip(pieces, targets.split(LOGITS_AT_ONCE)):
        loss = summed_loss(model, piece, labels) / tokens
        loss.backward()
        share += loss.detach()
    hidden.backward(torch.cat([piece.grad for piece in pieces]))
    return share


def learning_rate(step, steps):
    """Linear warm-up, then half a cosine (default)."""
    warmup = max(1, round(WARMUP * steps))
    if step < warmup:
        return LEARNING_RATE * (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    cosine = 0.5 * (1 + math.cos(math.pi * progress))
    return LEARNING_RATE * cosine


def make_optimizer(model):
    return torch.optim.AdamW(
        trained_weights(model).values(),
        lr=LEARNING_RATE,
        betas=BETAS,
        eps=EPSILON,
        weight_decay=WEIGHT_DECAY,
        fused=True,
    )


def train_step(model, optimizer, rows, step, steps):
    """One optimizer step: a function of the weights, its state and the step's number.

    The loss is divided by the trained tokens of all the step's rows, so how they are
    packed does not change the gradient; dropout is seeded by the step.
    """
    torch.manual_seed(SEED + step)
    tokens = trained_tokens(rows)
    loss = torch.zeros((), device=DEVICE)
    for pack in packs_of(rows):
        stop_if_asked()
        loss += backward(model, pack, tokens)
    norm = clip_grad_norm_(trained_weights(model).values(), MAX_GRAD_NORM)
    rate = learning_rate(step, steps)
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    optimizer.zero_grad()
    loss, norm = loss.item(), norm.item()
    if not 0 < norm < math.inf:
        sys.exit(f"step {step + 1}: the gradient's norm is {norm}, the loss {loss}")
    return {"loss": loss, "grad_norm": norm, "learning_rate": rate, "tokens": tokens}


# --- Evaluation -----------------------------------------------------------------------


@torch.no_grad()
def mean_loss(model, rows):
    """Mean cross-entropy over the trained tokens of the rows."""
    model.eval()
    total = torch.zeros((), device=DEVICE)
    for pack in packs_of(rows):
        stop_if_asked()
        hidden, targets = predictions(model, pack)
        pieces = zip(hidden.split(LOGITS_AT_ONCE), targets.split(LOGITS_AT_ONCE))
        for piece, labels in pieces:
            total += summed_loss(model, piece, labels)
    model.train()
    return total.item() / trained_tokens(rows)


@torch.no_grad()
def check_loss(model, rows):
    """Two rows packed must have the loss that transformers computes for each alone.

    If so, rows cannot see each other, and tokens and targets are not shifted.
    """
    pair = sorted(rows, key=lambda row: len(row.ids))[:2]
    packed = mean_loss(model, pair)
    model.eval()
    model.set_attn_implementation("sdpa")
    alone = 0.0
    for row in pair:
        ids = row.ids[None].to(DEVICE)
        labels = ids.where(row.trained.to(DEVICE), -100)
        mean = model(input_ids=ids, labels=labels, use_cache=False).loss.item()
        alone += mean * trained_tokens([row]) / trained_tokens(pair)
    model.set_attn_implementation(ATTENTION)
    model.train()
    tolerance = 1e-4 if DTYPE == torch.float32 else 2e-2  # rounding
    if abs(packed - alone) > tolerance * alone:
        sys.exit(f"the loss of two rows is {packed:.5f} packed, but {alone:.5f} apart")
    print(f"check: two rows have the same loss packed and apart, {packed:.4f}")


# --- Checkpoints and the run's folder -------------------------------------------------


class Stopped(Exception):
    """Raised between forward passes after SIGINT or SIGTERM."""


signals = []


def stop_if_asked(*_):
    if signals:
        raise Stopped
    return False


def checkpoints(output):
    return sorted((output / "checkpoints").glob("step-??????"))


def save_checkpoint(model, optimizer, output, step):
    """Written aside, then renamed: a crash leaves it whole or not at all."""
    whole = output / "checkpoints" / f"step-{step:06}"
    if whole.exists():
        return
    partial = whole.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    save_file(trained_weights(model), partial / "weights.safetensors")
    torch.save(optimizer.state_dict(), partial / "optimizer.pt")
    for file in partial.iterdir():
        with open(file, "rb") as written:
            os.fsync(written.fileno())
    partial.rename(whole)
    for old in checkpoints(output)[:-CHECKPOINTS_KEPT]:
        shutil.rmtree(old)


def load_checkpoint(model, optimizer, output):
    """Restore the newest checkpoint, if there is one; return the step to go on from."""
    if not checkpoints(output):
        return 0
    newest = checkpoints(output)[-1]
    saved, weights = load_file(newest / "weights.safetensors"), trained_weights(model)
    if saved.keys() != weights.keys():
        sys.exit(f"{newest}: it holds other weights than this script trains")
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(saved[name])
    optimizer.load_state_dict(torch.load(newest / "optimizer.pt", weights_only=True))
    print(f"going on from {newest}")
    return int(newest.name.removeprefix("step-"))


def claim(output, fresh):
    """Lock the folder, and see that what it holds comes from this very script.

    The line that says where the data is may differ: it depends on the script's folder.
    """
    output.mkdir(parents=True, exist_ok=True)
    lock = open(output / ".lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"{output} is in use by another run")
    for partial in output.glob("checkpoints/*.partial"):
        shutil.rmtree(partial)
    if fresh:
        shutil.rmtree(output / "checkpoints", ignore_errors=True)
        shutil.rmtree(output / "answers", ignore_errors=True)
        (output / "metrics.jsonl").unlink(missing_ok=True)
    script, copy = Path(__file__), output / Path(__file__).name
    if checkpoints(output):
        lines = [
            [line for line in file.read_text().splitlines() if line[:6] != "HERE ="]
            for file in (script, copy)
            if file.exists()
        ]
        if lines[0] not in lines[1:]:
            sys.exit(f"{output} holds a run of another script: use --fresh or --output")
    if not copy.exists() or not script.samefile(copy):
        partial = copy.with_suffix(".partial")
        shutil.copyfile(script, partial)
        partial.rename(copy)
    return lock


def open_metrics(output, step):
    """The metrics file, cut back to the line of the step that the run goes on from."""
    path, kept = output / "metrics.jsonl", 0
    newest = '{"step": ' + f'{step}, "loss"'
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    for number, line in enumerate(lines, start=1):
        if line.startswith(newest.encode()):
            kept = number
    with open(path, "ab") as file:
        file.truncate(sum(len(line) for line in lines[:kept]))
    return open(path, "a", buffering=1)


def check_room(model, output):
    """The checkpoints and the result must fit on the disk: weights and two moments."""
    sizes = [p.numel() * p.element_size() for p in trained_weights(model).values()]
    more = CHECKPOINTS_KEPT + 1 - len(checkpoints(output))
    needed = (
        3 * sum(sizes) * more
        + sum(sizes)
        + sum(p.numel() * p.element_size() for p in model.parameters())
    )
    free = shutil.disk_usage(output).free
    if free < needed:
        sys.exit(
            f"{output}: {needed:,} bytes are needed on the disk, {free:,} are free"
        )


# --- The run --------------------------------------------------------------------------


def adapted(model):
    """Layers with an adapter, by name."""
    parts = model.named_modules()
    return {name: part for name, part in parts if isinstance(part, LoraLayer)}


def first_rows(rows):
    """The first INIT_ROWS rows that training comes to."""
    batches, _ = plan_batches(rows)
    numbers = dict.fromkeys(number for batch in batches for number in batch)
    return [rows[number] for number in [*numbers][:INIT_ROWS]]


@torch.no_grad()
def products_of_inputs(model, layers, rows):
    """By layer, the mean over tokens of its inputs' products with each other."""
    products, rows = {}, first_rows(rows)
    tokens = sum(len(row.ids) for row in rows)

    def add(layer, inputs):
        states = inputs[0].flatten(0, -2).float()
        products[layer] = products.get(layer, 0) + states.T @ states / tokens

    model.eval()
    hooks = [layer.register_forward_pre_hook(add) for layer in layers]
    for pack in packs_of(rows):
        predictions(model, pack)
    for hook in hooks:
        hook.remove()
    return products


@torch.no_grad()
def beginnings(model, layers, rows):
    """By layer, the two matrices that an adapter begins as (CorDA, arXiv 2406.05223).

    They are the part of the weight that is the largest where it is multiplied by the
    products of the layer's inputs.
    """
    found = {}
    for layer, product in products_of_inputs(model, layers, rows).items():
        product.diagonal().add_(0.01 * product.diagonal().mean())  # has an inverse
        weight = transpose(layer.weight, layer.fan_in_fan_out).float()
        left, sizes, right = torch.linalg.svd(weight @ product, full_matrices=False)
        part = slice(layer.r["default"])
        roots = (sizes[part] / layer.scaling["default"]).sqrt()
        first = torch.linalg.solve(product, right[part].T).T * roots[:, None]
        found[layer] = first, left[:, part] * roots
    return found


@torch.no_grad()
def begin(model, rows, output):
    """Take what the adapters begin as from the frozen weights.

    A run that goes on begins from the file that it wrote, whatever its rows are.
    """
    file, layers = output / "beginning.safetensors", adapted(model)
    if not checkpoints(output):
        found, parts = {}, [*layers.values()]
        for at in range(0, len(parts), LAYERS_AT_ONCE):
            found |= beginnings(model, parts[at : at + LAYERS_AT_ONCE], rows)
        tensors = {}
        for name, layer in layers.items():
            for part, tensor in zip(("lora_A", "lora_B"), found[layer]):
                weight = getattr(layer, part)["default"].weight
                tensors[f"{name}.{part}.default.weight"] = weight.copy_(tensor)
        save_file(tensors, file)
    model.load_state_dict(load_file(file), strict=False)
    for layer in layers.values():
        layer.weight.copy_(layer.weight.float() - layer.get_delta_weight("default"))
    print(f"begins: parts of {len(layers)} weights")


def convert(output, result):
    """Make an adapter for the weights as they were: B A - B0 A0, of twice the rank."""
    file = result / "adapter_model.safetensors"
    weights = load_file(file)
    for name, first in load_file(output / "beginning.safetensors").items():
        name = name.replace(".default.", ".")
        if "lora_A" in name:
            weights[name] = torch.cat([weights[name], first])
        else:
            weights[name] = torch.cat([weights[name], -first], dim=1)
    save_file(weights, file)
    config = LoraConfig.from_pretrained(result)
    config.r *= 2
    times = 2  # the scale is alpha / rank
    config.lora_alpha *= times
    config.rank_pattern = {name: 2 * rank for name, rank in LORA_RANKS.items()}
    config.alpha_pattern = {name: times * a for name, a in LORA_ALPHAS.items()}
    config.save_pretrained(result)


def train(model, tokenizer, rows, held_out, output):
    """From the newest checkpoint on; stopped and resumed, the result is the same."""
    optimizer = make_optimizer(model)
    batches, epoch_ends = plan_batches(rows)
    steps = len(batches)
    first = load_checkpoint(model, optimizer, output)
    print(f"{steps} steps: {EPOCHS} epochs, {len(rows)} rows, {BATCH} examples a step")
    saved = {steps, *epoch_ends[CHECKPOINT_EVERY - 1 :: CHECKPOINT_EVERY]}
    metrics = open_metrics(output, first)
    model.train()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda number, frame: signals.append(number))
    bar = tqdm(total=steps, initial=first, unit="step", disable=not TERMINAL)
    for step in range(first, steps + 1):
        try:
            if step in saved:
                os.fsync(metrics.fileno())
                save_checkpoint(model, optimizer, output, step)
            if step < steps:
                batch = [rows[number] for number in batches[step]]
                line = train_step(model, optimizer, batch, step, steps)
                metrics.write(json.dumps({"step": step + 1, **line}) + "\n")
                bar.update()
                bar.set_postfix(loss=line["loss"], refresh=False)
                if not TERMINAL and (step + 1) % max(1, steps // 20) == 0:
                    print(f"step {step + 1} of {steps}  loss {line['loss']:.4f}")
        except Stopped:
            save_checkpoint(model, optimizer, output, step)
            sys.exit(f"stopped after step {step} of {steps}; run again to go on")
    bar.close()
    metrics.close()


def save_merged(adapter, result, tokenizer, stop):
    """The whole model with the adapter in its weights, which needs no peft."""
    base = load_base()
    model = PeftModel.from_pretrained(base, adapter).merge_and_unload()
    model.generation_config.eos_token_id = stop
    model.save_pretrained(result)
    tokenizer.save_pretrained(result)
    print(f"saved {result}")


def save_result(model, tokenizer, stop, result):
    """Save what was trained, with all that is needed to load and use it."""
    model.save_pretrained(result)
    convert(result.parent, result)
    stops = GenerationConfig(eos_token_id=stop)
    stops.save_pretrained(result)
    tokenizer.save_pretrained(result)
    print(f"saved {result}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fresh", action="store_true", help="start again from nothing")
    parser.add_argument("--output", type=Path, default=HERE / OUTPUT, metavar="DIR")
    options = parser.parse_args()
    output = options.output
    lock = claim(output, options.fresh)
    torch.manual_seed(SEED)
    tokenizer = load_tokenizer()
    rows, held_out = load_data(tokenizer)
    stop = stop_token(tokenizer)
    model = load_model()
    check_loss(model, rows)
    begin(model, rows, output)
    check_room(model, output)
    train(model, tokenizer, rows, held_out, output)
    result = output / "adapter"
    save_result(model, tokenizer, stop, result)
    del model  # makes room
    save_merged(result, output / "merged", tokenizer, stop)
    lock.close()


if __name__ == "__main__":
    main()
