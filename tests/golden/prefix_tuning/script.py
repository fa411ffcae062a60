# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "torch==2.13.0",
#     "transformers==5.23.0",
#     "peft==0.21.2",
# ]
# ///
"""spec: tune pico on dates.jsonl, learned keys and values before each row, 8 tokens.

Compiled by tunec 0.0.0 from spec.tune (sha256 00000000).
It needs nothing from tunec. `L<n>` in a comment is a line of that spec.

Run     python spec.py                 train, or go on from the newest checkpoint
        python spec.py --fresh         throw this run away and start again
        python spec.py --output DIR    write to another folder
Writes, to runs/spec
        adapter/         what was trained, and the tokenizer
        metrics.jsonl    a line per step and per evaluation
        results.json     each measure before and after
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
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import torch
from jinja2 import TemplateError
from peft import PeftModel, PrefixTuningConfig, get_peft_model
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
MAX_LENGTH = 64  # L2, tokens
DTYPE = torch.bfloat16 if DEVICE == "cuda" else torch.float32  # default, auto
ATTENTION = "by_row"  # default: sdpa, once per row

VIRTUAL_TOKENS = 8  # L4, before every row
PREFIX_PROJECTION = 64  # L4
TRAINED_WEIGHTS = 44_416  # the model's sizes and these

TRAIN_FILES = ["../data/dates.jsonl"]  # L11
VALIDATION_SPLIT = 0.125  # L12, of the rows to train on
COLUMNS = ["question", "answer"]  # L6-L8

EPOCHS = 3  # L15
BATCH = 8  # L16, examples per optimizer step
FORWARD_TOKENS = 256  # L17, at a time: memory and speed, not the result
LOGITS_AT_ONCE = 1024  # default, tokens: memory and speed, not the result
LEARNING_RATE = 0.01  # default, the highest
WEIGHT_DECAY = 0.0  # default
BETAS = (0.9, 0.999)  # default
EPSILON = 1e-8  # default
WARMUP = 0.03  # default, of all steps
MAX_GRAD_NORM = 1.0  # default

EVALUATE_EVERY = 10  # L22, steps
GENERATE_ROWS = 200  # default, the first validation rows
GENERATE_BATCH = 32  # default, rows at a time
MAX_NEW_TOKENS = 12  # L23
RESAMPLES = 1000  # default, for intervals and p-values
ANSWERS_SHOWN = 2  # L23

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
    """The template at L6-L8."""
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
    start: int  # of the last answer


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
    return Row(torch.tensor(ids), trained, start)


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


def content(row):
    """A digest of all that the model sees of a row."""
    return blake2b(row.ids.numpy().tobytes(), digest_size=16).digest()


def split_by_content(rows):
    """Rows to train on, in order, and those held out: seed and content decide which.

    Equal rows stay together, so these may be a few more than asked for.
    """
    seed = str(SEED).encode()
    drawn = [blake2b(seed + content(row), digest_size=16).digest() for row in rows]
    order = sorted(range(len(rows)), key=lambda number: drawn[number])
    count = round(VALIDATION_SPLIT * len(rows))
    while 0 < count < len(rows) and drawn[order[count]] == drawn[order[count - 1]]:
        count += 1
    held_out = [rows[number] for number in order[:count]]
    rows = [rows[number] for number in sorted(order[count:])]
    if not held_out or not rows:
        sys.exit(f"{len(held_out)} rows held out leave {len(rows)} to train on")
    print(f"validation: {len(held_out):,} rows held out, {len(rows):,} to train on")
    return rows, held_out


def load_data(tokenizer):
    """The rows to train on, and those held out, by name."""
    rows, held_out = load_rows(TRAIN_FILES, tokenizer), {}
    rows, held_out["validation"] = split_by_content(rows)
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
    module,
    query,
    key,
    value,
    mask,
    scaling,
    row_lengths,
    prefix,
    dropout=0.0,
    **options,
):
    """Causal attention within each row of a pack, after the layer's learned prefix."""
    nothing = (key[:, :, :0], value[:, :, :0])
    before_keys, before_values = prefix[module.layer_idx] if prefix else nothing
    before = before_keys.shape[2]
    attended = []
    rows = zip(*(heads.split(row_lengths, dim=2) for heads in (query, key, value)))
    for length, (own_query, own_keys, own_values) in zip(row_lengths, rows):
        # Causal in the row; PyTorch's own `is_causal` would hide a part of the prefix.
        seen = torch.ones(
            length, before + length, dtype=torch.bool, device=query.device
        ).tril(before)
        attended.append(
            scaled_dot_product_attention(
                own_query,
                torch.cat([before_keys, own_keys], dim=2),
                torch.cat([before_values, own_values], dim=2),
                attn_mask=seen,
                dropout_p=dropout,
                scale=scaling,
                enable_gqa=True,
            )
        )
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


def load_model():
    """The frozen model with learned keys and values before each row."""
    prompt = PrefixTuningConfig(
        num_virtual_tokens=VIRTUAL_TOKENS,
        encoder_hidden_size=PREFIX_PROJECTION,
        prefix_projection=True,
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(load_base(), prompt)
    model.activation_checkpointing_enable()
    print(f"model: {VIRTUAL_TOKENS} virtual tokens, {count_of(model)}")
    return model


def before_rows(model):
    """How many virtual tokens stand before each row: none, of the base alone."""
    return VIRTUAL_TOKENS if isinstance(model, PeftModel) else 0


def trained_weights(model):
    """By name, what the optimizer changes and a checkpoint holds."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def count_of(model):
    """What is trained, in words; an error if it is not what it should be."""
    trained = sum(weight.numel() for weight in trained_weights(model).values())
    if trained != TRAINED_WEIGHTS:
        sys.exit(f"{trained:,} weights would be trained, not {TRAINED_WEIGHTS:,}")
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
    before, prefix = before_rows(model), []
    if before:  # as if it had come before each row
        layers = model.get_prompt(batch_size=1).layers
        prefix = [(layer.keys, layer.values) for layer in layers]
    hidden = model.get_decoder()(
        input_ids=ids[None].to(DEVICE),
        position_ids=(before + positions)[None].to(DEVICE),
        use_cache=False,
        row_lengths=lengths,
        prefix=prefix,
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


@torch.no_grad()
def answers_to(model, tokenizer, rows):
    """Greedy answers, as token ids, in the order of the rows.

    Prompts are padded on the left, those of a length together, the longest first.
    """
    order = sorted(range(len(rows)), key=lambda number: -rows[number].start)
    prompts = [rows[number].ids[: rows[number].start] for number in order]
    stops, pad = [stop_token(tokenizer)], stop_token(tokenizer)
    decoding = GenerationConfig(
        max_new_tokens=MAX_NEW_TOKENS,
        eos_token_id=stops,
        pad_token_id=pad,
    )
    # What is left open would be taken from the model's own files: sampling, penalties.
    own, model.generation_config = model.generation_config, GenerationConfig()
    answers = []
    model.eval()
    model.set_attn_implementation("sdpa")  # the ordinary one, which can use a cache
    for first in range(0, len(prompts), GENERATE_BATCH):
        stop_if_asked()
        batch = prompts[first : first + GENERATE_BATCH]
        width = max(len(prompt) for prompt in batch)
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in batch])
        ids = torch.full(mask.shape, pad).masked_scatter(mask.bool(), torch.cat(batch))
        output = model.generate(
            input_ids=ids.to(DEVICE),
            attention_mask=mask.to(DEVICE),
            generation_config=decoding,
            stopping_criteria=[stop_if_asked],
        )
        for answer in output[:, width:].tolist():
            ends = [answer.index(stop) for stop in stops if stop in answer]
            answers.append(answer[: min(ends, default=len(answer)) + 1])
    model.set_attn_implementation(ATTENTION)
    model.generation_config = own
    model.train()
    return [answer for _, answer in sorted(zip(order, answers))]


def exact_match(given, wanted):
    """Whether the answer is the wanted one, white space at the ends aside."""
    return float(given.strip() == wanted.strip())


def scored_answers(model, tokenizer, rows, file):
    """Answers to the rows with their scores; all of them are written to `file`."""
    stops = [stop_token(tokenizer)]
    answers = []
    for row, ids in zip(rows, answers_to(model, tokenizer, rows)):
        prompt = tokenizer.decode(row.ids[: row.start])
        wanted = tokenizer.decode(row.ids[row.start :], skip_special_tokens=True)
        given = tokenizer.decode(ids, skip_special_tokens=True)
        scores = {
            "exact_match": exact_match(given, wanted),
            "answers_stopped": float(ids[-1] in stops),
            "answer_tokens": float(len(ids)),
        }
        answers.append(
            {"prompt": prompt, "wanted": wanted, "given": given, "scores": scores}
        )
    file.parent.mkdir(exist_ok=True)
    with open(file, "w", encoding="utf-8") as lines:
        for answer in answers:
            lines.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return answers


def mean(scores, draws):
    """The mean by each row of `draws`, which says how often each answer counts."""
    return draws @ torch.tensor(scores, dtype=torch.double) / draws.sum(dim=1)


def summary(name, answers, draws):
    """A measure of the answers, by each row of `draws`."""
    scores = [answer["scores"][name] for answer in answers]
    return mean(scores, draws)


def measures_of(answers):
    """Each measure of the answers, by name."""
    once = torch.ones(1, len(answers), dtype=torch.double)
    return {name: summary(name, answers, once).item() for name in answers[0]["scores"]}


def resampled(count):
    """How often each of so many rows is drawn, in RESAMPLES draws of as many."""
    chance = torch.Generator().manual_seed(SEED)
    drawn = torch.randint(count, (RESAMPLES, count), generator=chance)
    draws = torch.zeros(RESAMPLES, count, dtype=torch.double)
    return draws.scatter_add_(1, drawn, torch.ones_like(draws))


def interval(values):
    """The middle 95 % of the values: a percentile bootstrap."""
    ends = torch.tensor([0.025, 0.975], dtype=torch.double)
    return torch.quantile(values, ends).tolist()


def p_value(name, base, tuned):
    """How often chance makes such a difference: it swaps base and tuned row by row."""
    chance = torch.Generator().manual_seed(SEED)
    both, shape = base + tuned, (RESAMPLES, len(base))
    kept = torch.randint(2, shape, generator=chance).double()
    kept[0] = 1  # what was seen is one of the cases
    one, other = torch.cat([kept, 1 - kept], dim=1), torch.cat([1 - kept, kept], dim=1)
    differences = (summary(name, both, one) - summary(name, both, other)).abs()
    return (differences >= differences[0] - 1e-9).double().mean().item()


def compared(name, base, tuned):
    """Intervals of a measure before and after, and of the difference, row by row."""
    draws = resampled(len(base))
    before, after = summary(name, base, draws), summary(name, tuned, draws)
    return {
        "base_interval": interval(before),
        "tuned_interval": interval(after),
        "difference_interval": interval(after - before),
        "p_value": p_value(name, base, tuned),
    }


def measure(model, tokenizer, held_out, output, step, steps):
    """The measures after so many steps; step 0 is the model before training."""
    measures = {"step": step}
    if not step:  # without the prompt, which is none of the model's
        model = model.get_base_model()
    for name, rows in held_out.items():
        loss = mean_loss(model, rows)
        measures[f"{name}_loss"] = loss
        measures[f"{name}_perplexity"] = math.exp(loss)
    rows = held_out["validation"][:GENERATE_ROWS]
    file = output / "answers" / f"step-{step:06}.jsonl"
    measures.update(measures_of(scored_answers(model, tokenizer, rows, file)))
    return measures


def evaluations(output):
    """Of each: validation loss, step, mean training loss since the one before."""
    found, losses = [], []
    for line in map(json.loads, open(output / "metrics.jsonl")):
        if "loss" in line:
            losses.append(line["loss"])
        else:
            mean_of_steps = sum(losses) / max(1, len(losses))
            found.append((line["validation_loss"], line["step"], mean_of_steps))
            losses = []
    return found


def overfits(found):
    """The last two validation losses are above the lowest, but training loss fell."""
    lowest = found.index(min(found))
    rose = min(found[-2:])[0] > 1.01 * found[lowest][0]  # less may be chance
    return rose and found[-1][2] < found[max(1, lowest)][2]


def warn_if_overfitting(output):
    found = evaluations(output)
    if overfits(found) and not overfits(found[:-1]):
        (loss, step, _), (last, _, _) = min(found), found[-1]
        rose = f"validation loss rose from {loss:.4f} to {last:.4f}"
        tqdm.write(f"overfitting since step {step}: {rose}, training loss fell")


def add_lowest(results, output):
    """Add when validation loss was lowest, and say so if the end is 1 % worse."""
    loss, step, _ = min(evaluations(output))
    found = results["validation_loss"]
    found["lowest"], found["lowest_step"] = loss, step
    if found["tuned"] > 1.01 * loss:
        more = f"at the end it is {found['tuned'] - loss:.4f} more"
        print(f"\nvalidation_loss was lowest after step {step}, {loss:.4f}; {more}.")
        print("Train for less long, or write `best { measure = validation_loss }`.")


def columns(label, *values):
    """A line of the table; a number has four decimals, two numbers are an interval."""
    shown = []
    for value in values:
        ends = value if isinstance(value, list) else [] if value is None else [value]
        shown.append(" to ".join(f"{end:.4f}" for end in ends) or "-")
    return f"{label:24}" + "".join(f"{each:>20}" for each in shown)


def show_results(output):
    """Print each measure before and after training, and write them to results.json."""
    lines = [json.loads(line) for line in open(output / "metrics.jsonl")]
    base, *_, tuned = [line for line in lines if "loss" not in line]
    names = [name for name in tuned if name != "step"]
    results = {name: {"base": base.get(name), "tuned": tuned[name]} for name in names}
    files = [output / f"answers/step-{line['step']:06}.jsonl" for line in (base, tuned)]
    before, after = [
        [json.loads(line) for line in open(file, encoding="utf-8")] for file in files
    ]
    for name in after[0]["scores"]:
        found = results[name]
        found["difference"] = found["tuned"] - found["base"]
        found.update(compared(name, before, after))
    add_lowest(results, output)
    (output / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    print(f"\n{'':24}{'base':>20}{'tuned':>20}{'difference':>20}")
    for name, found in results.items():
        print(columns(name, found["base"], found["tuned"], found.get("difference")))
        if "p_value" in found:
            label = f"  95%, p = {found['p_value']:.3f}"
            kinds = ("base", "tuned", "difference")
            print(columns(label, *(found[f"{kind}_interval"] for kind in kinds)))
    for base, tuned in list(zip(before, after))[:ANSWERS_SHOWN]:
        print(f"\n{base['prompt']}")
        print(f"  wanted  {base['wanted']}")
        print(f"  base    {base['given']}")
        print(f"  tuned   {tuned['given']}")


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


# --- The run --------------------------------------------------------------------------


def train(model, tokenizer, rows, held_out, output):
    """From the newest checkpoint on; stopped and resumed, the result is the same."""
    optimizer = make_optimizer(model)
    batches, epoch_ends = plan_batches(rows)
    steps = len(batches)
    first = load_checkpoint(model, optimizer, output)
    print(f"{steps} steps: {EPOCHS} epochs, {len(rows)} rows, {BATCH} examples a step")
    saved = {steps, *epoch_ends[CHECKPOINT_EVERY - 1 :: CHECKPOINT_EVERY]}
    measured = {0, steps, *range(0, steps, EVALUATE_EVERY)}
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
            if step in measured:
                line = measure(model, tokenizer, held_out, output, step, steps)
                metrics.write(json.dumps(line) + "\n")
                tqdm.write(
                    "  ".join(f"{name} {value:.4g}" for name, value in line.items())
                )
                warn_if_overfitting(output)
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


def save_result(model, tokenizer, stop, result):
    """Save what was trained, with all that is needed to load and use it."""
    model.save_pretrained(result)
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
    train(model, tokenizer, rows, held_out, output)
    result = output / "adapter"
    save_result(model, tokenizer, stop, result)
    show_results(output)
    lock.close()


if __name__ == "__main__":
    main()
