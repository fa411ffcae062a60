# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "torch==2.13.0",
#     "transformers==5.23.0",
# ]
# ///
"""spec: tune encoder on reviews.jsonl, some weights.

Compiled by tunec 0.0.0 from spec.tune (sha256 00000000).
It needs nothing from tunec. `L<n>` in a comment is a line of that spec.

Run     python spec.py                 train, or go on from the newest checkpoint
        python spec.py --fresh         throw this run away and start again
        python spec.py --output DIR    write to another folder
Writes, to runs/spec
        model/         what was trained, and the tokenizer
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
from collections import Counter
from functools import cache
from hashlib import blake2b
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import torch
from jinja2 import TemplateError
from safetensors.torch import load_file, save_file
from torch.nn import ModuleList
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils import clip_grad_norm_
from tqdm import tqdm
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

# --- Settings -------------------------------------------------------------------------

HERE = Path(__file__).resolve().parent  # paths below start here
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
TERMINAL = sys.stderr.isatty()

MODEL = HERE / "../data/encoder"  # L2
MAX_LENGTH = 60  # L3, tokens
DTYPE = torch.bfloat16 if DEVICE == "cuda" else torch.float32  # default, auto
ATTENTION = "sdpa"  # default

LAST_LAYERS = 1  # L6

TRAIN_FILES = ["../data/reviews.jsonl"]  # L14
VALIDATION_FILES = ["../data/reviews_2.jsonl"]  # L17
COLUMNS = ["review", "topics"]  # L8-L10

LABELS = ["food", "price", "room", "staff"]  # default: those of the files of data train
CLASS_WEIGHTS = [
    1.0,
    1.162,
    1.424,
    1.667,
]  # L20, balanced: 40, 37, 33, 30 of 80 rows, in this order

STEPS = 20  # L25
BATCH = 8  # L26, examples per optimizer step
FORWARD_TOKENS = 8192  # default, at a time: memory and speed, not the result
LEARNING_RATE = 1e-2  # L27, the highest
WEIGHT_DECAY = 0.0  # default
BETAS = (0.9, 0.999)  # default
EPSILON = 1e-8  # default
WARMUP = 0.03  # default, of all steps
MAX_GRAD_NORM = 1.0  # default

EVALUATE_EVERY = 1  # default, epochs

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


def check_columns(row, columns):
    """A column that is placed must be text or a number, which is read as text."""
    for column in columns:
        if not isinstance(row.get(column), str):
            raise ValueError(f"`{column}` is missing, or neither text nor number")


def labels_of(found):
    """For each of LABELS, whether it is in a list, as 1 and 0."""
    if not isinstance(found, list):
        raise ValueError("it has no list of labels")
    for label in found:
        if label not in LABELS:
            raise ValueError(f"its label `{label}` is none of {', '.join(LABELS)}")
    return [float(label in found) for label in LABELS]


def text_of(row):
    """The text, and what is to be said of it: the template at L8-L10."""
    return row["review"], labels_of(row.get("topics"))


STAND_IN = re.compile("[\U00100000-\U0010ffff]")


@cache
def stand_ins(tokenizer):
    """By special token, the character that stands for it where a row spells it out."""
    added = tokenizer.added_tokens_decoder.values()
    tokens = sorted((token.content for token in added if token.special), key=len)
    return {token: chr(0x100000 + at) for at, token in enumerate(reversed(tokens))}


def hide(value, tokenizer):
    """What a row holds, with stand-ins for the special tokens that it spells out."""
    if isinstance(value, str):
        if STAND_IN.search(value):
            raise ValueError("it has a character for private use, above U+0FFFFF")
        for token, stand_in in stand_ins(tokenizer).items():
            if token in value:
                value = value.replace(token, stand_in)
        return value
    if isinstance(value, list):
        return [hide(part, tokenizer) for part in value]
    if isinstance(value, dict):
        pairs = value.items()
        return {hide(name, tokenizer): hide(part, tokenizer) for name, part in pairs}
    return value


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
    label: list  # for each of LABELS whether it is one of the row's, as 1 and 0
    place: str = ""  # the file and line that it is of


@cache
def frame(tokenizer):
    """The special tokens that the tokenizer puts before a text, and those after it."""
    probe = tokenizer("a")
    places = [at for at, text in enumerate(probe.sequence_ids()) if text is not None]
    ids = probe["input_ids"]
    return ids[: places[0]], ids[places[-1] + 1 :]


def encode_text(text, label, tokenizer):
    """The text between the special tokens of the tokenizer, and its label."""
    before, after = frame(tokenizer)
    ids = torch.tensor([*before, *ids_of(text, tokenizer), *after])
    return Row(ids, label)


def fitted(row, tokenizer, counts):
    """A row that is too long is cut before the special tokens at its end."""
    if len(row.ids) <= MAX_LENGTH:
        return [row]
    counts[f"rows over {MAX_LENGTH} tokens cut at the end"] += 1
    counts["tokens cut off"] += len(row.ids) - MAX_LENGTH
    _, after = frame(tokenizer)
    text, end = row.ids[: MAX_LENGTH - len(after)], row.ids[len(row.ids) - len(after) :]
    return [row._replace(ids=torch.cat([text, end]))]


def encoded(place, row, tokenizer, counts):
    """What becomes of a row, in a list; what was done to it is counted."""
    used = {column: row[column] for column in COLUMNS if column in row}
    try:
        hidden = hide(used, tokenizer)
        check_columns(hidden, ["review"])
        found = encode_text(*text_of(hidden), tokenizer)
    except (ValueError, TypeError, TemplateError) as error:
        sys.exit(f"{place}: {error}")
    if hidden != used:
        counts["rows spell out special tokens, which stay text"] += 1
    parts = fitted(found, tokenizer, counts)
    return [part._replace(place=place) for part in parts]


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
    tokens = sum(len(row.ids) for row in rows)
    print(f"{names}: {len(rows):,} rows of {tokens:,} tokens")
    return rows


# --- Batches --------------------------------------------------------------------------


def content(row):
    """A digest of all that the model sees of a row."""
    return blake2b(row.ids.numpy().tobytes(), digest_size=16).digest()


class SameRows:
    """Rows to compare others with, by all that the model sees."""

    def __init__(self, rows):
        self.rows, self.numbers = rows, {}

    def add(self, number):
        self.numbers.setdefault(content(self.rows[number]), number)

    def find(self, row):
        """The number of the row that is the same, if there is one."""
        return self.numbers.get(content(row))


def overlap(rows, known):
    """The number of each row that is held out, too, and the number it has there."""
    for number in range(len(known.rows)):
        known.add(number)
    found = ((number, known.find(row)) for number, row in enumerate(rows))
    return {number: other for number, other in found if other is not None}


def overlap_said(rows, known, both):
    """How many rows that are, and where the first of them stands."""
    number, other = min(both.items(), key=lambda pair: pair[::-1])
    return (
        f"{len(set(both.values())):,} of {len(known.rows):,} rows are trained on, too, "
        f"the first at {known.rows[other].place}, as {rows[number].place}"
    )


def check_overlap(rows, known, name):
    """What is measured on must not be trained on."""
    both = overlap(rows, known)
    if both:
        said = overlap_said(rows, known, both)
        sys.exit(f"{name}: {said} (`overlap = drop` leaves these out of the training)")


def load_data(tokenizer):
    """The rows to train on, and those held out, by name."""
    rows, held_out = load_rows(TRAIN_FILES, tokenizer), {}
    held_out["validation"] = load_rows(VALIDATION_FILES, tokenizer)
    known = SameRows(held_out["validation"])  # default
    check_overlap(rows, known, "validation")  # default
    return rows, held_out


def plan_batches(rows):
    """Row numbers of every optimizer step, and the step at which each epoch ends.

    Rows come as the epoch's number and the seed say (default).
    """
    batches, epoch_ends = [], []
    while len(batches) < STEPS:
        epoch = len(epoch_ends)
        order = list(range(len(rows)))
        random.Random(f"{SEED}, epoch {epoch}").shuffle(order)
        batches += [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        epoch_ends.append(len(batches))
    return batches[:STEPS], epoch_ends


def packs_of(rows):
    """Rows of like lengths side by side, FORWARD_TOKENS at most with what pads them."""
    lengths = [len(row.ids) for row in rows]
    packs, room = [], 0
    for number in sorted(range(len(rows)), key=lambda number: -lengths[number]):
        if not room:
            packs.append([])
            room = FORWARD_TOKENS // lengths[number]  # rows as long as the pack's first
        packs[-1].append(number)
        room -= 1
    return ([rows[number] for number in pack] for pack in packs)  # read one by one


# --- Model ----------------------------------------------------------------------------


def load_tokenizer():
    return AutoTokenizer.from_pretrained(MODEL)


def load_base():
    """The model as it is before training; a head that it lacks begins at random."""
    torch.manual_seed(SEED)
    model = AutoModelForSequenceClassification.from_pretrained(
        MODEL,
        id2label=dict(enumerate(LABELS)),
        label2id={label: number for number, label in enumerate(LABELS)},
        problem_type="multi_label_classification",
        pad_token_id=load_tokenizer().pad_token_id,
        dtype=torch.float32,
        attn_implementation=ATTENTION,
        use_safetensors=True,
    )
    return model.to(DEVICE)


def head_of(model):
    """Names of what is on the base model, and of its pooler: they are trained whole."""
    return [
        name
        for name, part in model.named_modules()
        if ("." not in name or name.endswith(".pooler"))
        and name not in ("", model.base_model_prefix)
        and any(True for _ in part.parameters())
    ]


def load_model():
    """The model, all frozen but its last layers, what comes after them and the head."""
    model = load_base().requires_grad_(False)
    found = (list(part.children()) for part in model.base_model.modules())
    parts = next(own for own in found if ModuleList in map(type, own))
    layers = next(i for i, part in enumerate(parts) if isinstance(part, ModuleList))
    for part in [*parts[layers][-LAST_LAYERS:], *parts[layers + 1 :]]:
        part.requires_grad_(True)
    for name in head_of(model):
        model.get_submodule(name).requires_grad_(True)
    print(f"model: {count_of(model)}")
    return model


def trained_weights(model):
    """By name, what the optimizer changes and a checkpoint holds."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def count_of(model):
    trained = sum(weight.numel() for weight in trained_weights(model).values())
    total = sum(weight.numel() for weight in model.parameters())
    return f"{trained:,} of {total:,} weights trained ({trained / total:.2%})"


# --- Loss and optimizer step ----------------------------------------------------------


@torch.autocast(DEVICE, DTYPE, enabled=DTYPE != torch.float32)
def logits_of(model, rows):
    """What the head says of rows side by side; what pads their ends is masked."""
    lengths = torch.tensor([len(row.ids) for row in rows])
    places = torch.arange(int(lengths.max()))
    mask = places < lengths[:, None]
    ids = torch.full(mask.shape, model.config.pad_token_id)
    ids[mask] = torch.cat([row.ids for row in rows])
    output = model(
        input_ids=ids.to(DEVICE),
        attention_mask=mask.long().to(DEVICE),
    )
    return output.logits.float()


def summed_loss(logits, rows):
    """Binary cross-entropy of each label of the rows."""
    labels = torch.tensor([row.label for row in rows], device=DEVICE)
    weights = torch.tensor(CLASS_WEIGHTS, device=DEVICE)
    return binary_cross_entropy_with_logits(
        logits, labels, pos_weight=weights, reduction="sum"
    )


def losses_in(rows):
    """How many losses are in the sum of rows: one for each label of each."""
    return len(rows) * len(LABELS)


def backward(model, rows, losses):
    """Add the gradient of the rows' share of the mean of `losses`; return the share."""
    loss = summed_loss(logits_of(model, rows), rows) / losses
    loss.backward()
    return loss.detach()


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

    The loss is divided by what is in it of all the step's rows, so how many go through
    the model at a time does not change the gradient; dropout is seeded by the step.
    """
    torch.manual_seed(SEED + step)
    losses, tokens = losses_in(rows), sum(len(row.ids) for row in rows)
    loss = torch.zeros((), device=DEVICE)
    for pack in packs_of(rows):
        stop_if_asked()
        loss += backward(model, pack, losses)
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
def check_padding(model, rows):
    """The shortest and the longest row must have the same logits together and alone."""
    shortest, *_, longest = sorted([*rows, *rows], key=lambda row: len(row.ids))
    pair = [shortest, longest]
    model.eval()
    together = logits_of(model, pair)
    alone = torch.cat([logits_of(model, [row]) for row in pair])
    model.train()
    apart = (together - alone).abs().max() / alone.abs().max().clamp(min=1.0)
    if apart > (1e-4 if DTYPE == torch.float32 else 5e-2):  # rounding
        sys.exit(f"the logits of two rows differ by {apart:.1e} when one is padded")
    print("check: a row has the same logits alone and padded beside a longer one")


@torch.no_grad()
def predicted(model, rows):
    """The mean loss over rows, what the head says of them, and their labels."""
    model.eval()
    total, logits, labels = 0.0, [], []
    for pack in packs_of(rows):
        stop_if_asked()
        found = logits_of(model, pack)
        total += summed_loss(found, pack).item()
        logits.append(found.cpu())
        labels += [row.label for row in pack]
    model.train()
    return total / losses_in(rows), torch.cat(logits), torch.tensor(labels)


def outcomes_of(logits, labels):
    """For each label, rows that have it and get it, only get it, only have it."""
    given, wanted = logits > 0, labels > 0
    hits, extra, missed = given & wanted, given & ~wanted, wanted & ~given
    return torch.stack([hits.sum(0), extra.sum(0), missed.sum(0)], dim=1)


def by_label(outcomes):
    """Precision, recall and F1 of each label; 0 where nothing was found or wanted."""
    hits, extra, missed = outcomes.unbind(1)
    return {
        "precision": (hits / (hits + extra).clamp(min=1)).tolist(),
        "recall": (hits / (hits + missed).clamp(min=1)).tolist(),
        "f1": (2 * hits / (2 * hits + extra + missed).clamp(min=1)).tolist(),
    }


def measure(model, tokenizer, held_out, output, step, steps):
    """The measures after so many steps; step 0 is the model before training."""
    measures = {"step": step}
    for name, rows in held_out.items():
        loss, logits, labels = predicted(model, rows)
        outcomes = outcomes_of(logits, labels)
        right = ((logits > 0) == (labels > 0)).all(1)
        measures[f"{name}_loss"] = loss
        measures[f"{name}_accuracy"] = right.float().mean().item()  # all labels right
        measures[f"{name}_macro_f1"] = mean(by_label(outcomes)["f1"])
        measures[f"{name}_micro_f1"] = by_label(outcomes.sum(0, keepdim=True))["f1"][0]
        measures[f"{name}_outcomes"] = outcomes.tolist()
    return measures


def best_threshold(scores, wanted):
    """The probability from which on a label has to be given for the highest F1."""
    scores, order = scores.sort(descending=True)
    given = torch.arange(1, len(scores) + 1)
    f1 = 2 * wanted[order].cumsum(0) / (given + wanted.sum()).clamp(min=1)
    f1[:-1][scores[:-1] == scores[1:]] = 0  # equal ones are given together
    return scores[f1.argmax()].item()


def f1_of(given, wanted):
    """F1 of a label that is given to some rows, and wanted of some."""
    hits, both = (given & wanted).sum(), given.sum() + wanted.sum()
    return (2 * hits / both.clamp(min=1)).item()


def choose_thresholds(model, held_out, output):
    """For each label, by validation rows; what they do is in thresholds.json."""
    found = {}
    for name, rows in sorted(held_out.items(), reverse=True):  # validation, then test
        _, logits, labels = predicted(model, rows)
        names, scores = LABELS, logits.sigmoid()
        for label, own, wanted in zip(names, scores.T, labels.T > 0):
            said = found.setdefault(label, {"threshold": best_threshold(own, wanted)})
            for way, least in (("half", 0.5), ("threshold", said["threshold"])):
                said[f"{name}_f1_at_{way}"] = f1_of(own >= least, wanted)
    (output / "thresholds.json").write_text(json.dumps(found, indent=2) + "\n")
    for label, said in found.items():
        numbers = (f"{name} {number:.4f}" for name, number in said.items())
        print(f"{label}: {', '.join(numbers)}")
    return {label: said["threshold"] for label, said in found.items()}


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


def show_results(output):
    """Print each measure before and after training, and write them to results.json."""
    lines = [json.loads(line) for line in open(output / "metrics.jsonl")]
    base, *_, tuned = [line for line in lines if "loss" not in line]
    names = [name for name in tuned if name != "step"]
    results = {name: {"base": base.get(name), "tuned": tuned[name]} for name in names}
    print(f"\n{'':24}{'base':>12}{'tuned':>12}")
    for name, values in results.items():
        if not name.endswith("_outcomes"):
            print(f"{name:24}{values['base']:12.4f}{values['tuned']:12.4f}")
    for name in [name for name in names if name.endswith("_outcomes")]:
        found = by_label(torch.tensor(tuned[name]))
        results[name.replace("outcomes", "labels")] = {"labels": LABELS, **found}
        columns = (*found, "hits", "extra", "missed")
        print(f"\n{name:24}" + "".join(f"{column:>12.11}" for column in columns))
        for label, counts, *shares in zip(LABELS, tuned[name], *found.values()):
            shown = "".join(f"{share:12.4f}" for share in shares)
            print(f"{label:24.23}{shown}" + "".join(f"{count:12,}" for count in counts))
    add_lowest(results, output)
    (output / "results.json").write_text(json.dumps(results, indent=2) + "\n")


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
    needed = 3 * sum(sizes) * more + sum(
        p.numel() * p.element_size() for p in model.parameters()
    )
    free = shutil.disk_usage(output).free
    if free < needed:
        sys.exit(
            f"{output}: {needed:,} bytes are needed on the disk, {free:,} are free"
        )


# --- The run --------------------------------------------------------------------------


def train(model, tokenizer, rows, held_out, output):
    """From the newest checkpoint on; stopped and resumed, the result is the same."""
    optimizer = make_optimizer(model)
    batches, epoch_ends = plan_batches(rows)
    steps = len(batches)
    first = load_checkpoint(model, optimizer, output)
    print(f"{steps} steps: {BATCH} examples a step")
    saved = {steps, *epoch_ends[CHECKPOINT_EVERY - 1 :: CHECKPOINT_EVERY]}
    measured = {0, steps, *epoch_ends[EVALUATE_EVERY - 1 :: EVALUATE_EVERY]}
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
                numbers = {
                    name: n for name, n in line.items() if not isinstance(n, list)
                }
                tqdm.write("  ".join(f"{name} {n:.4g}" for name, n in numbers.items()))
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


def save_result(model, tokenizer, result):
    """Save what was trained, with all that is needed to load and use it."""
    model.save_pretrained(result)
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
    model = load_model()
    check_padding(model, rows)
    check_room(model, output)
    train(model, tokenizer, rows, held_out, output)
    thresholds = choose_thresholds(model, held_out, output)  # L21
    model.config.thresholds = thresholds
    result = output / "model"
    save_result(model, tokenizer, result)
    show_results(output)
    lock.close()


if __name__ == "__main__":
    main()
