"""Learned prompts: rows packed by the script compute what peft computes for each row alone."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any  # models

import pytest
import torch
from emitted_script import activate, run
from exactness.small_runs import undisturbed
from exactness.test_loss_of_architectures import TEXT, TOLERANCE, packed
from exactness.tiny_models import (
    ARCHITECTURES,
    assert_same_gradients,
    build,
    gradients,
    script,
    spec,
)
from peft import PeftModel
from transformers import AutoModelForCausalLM, GenerationConfig

pytestmark = pytest.mark.torch

VIRTUAL = 5
METHODS = {
    "prompt_tuning": "",
    "p_tuning": "hidden_size = 16",
    "prefix_tuning": "",
}
EMBEDDINGS = ("prompt_tuning", "p_tuning")
WINDOWS = {name for name, sizes in ARCHITECTURES.items() if "sliding_window" in sizes}


def method(kind: str, options: str = "") -> str:
    return f"{kind} {{\n  virtual_tokens = {VIRTUAL}\n  {options or METHODS[kind]}\n}}"


def row_by_row(module: ModuleType, model: Any) -> tuple[float, dict[str, torch.Tensor]]:  # noqa: ANN401  a model
    """Loss and gradients by peft's own `forward`, from the tokens and the mask of each row alone.

    After a prompt peft would have a row's first token predicted, too.
    """
    rows = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())
    total = sum(int(row.trained[1:].sum()) for row in rows)
    model.zero_grad()
    loss = 0.0
    for row in rows:
        labels = row.ids.where(row.trained, -100)[None]
        labels[:, 0] = -100
        mean = model(input_ids=row.ids[None], labels=labels, use_cache=False).loss
        share = mean * (labels != -100).sum() / total
        share.backward()
        loss += share.item()
    return loss, gradients(model)


def assert_packed_as_apart(module: ModuleType) -> None:
    torch.manual_seed(0)
    model = module.load_model().train()
    loss, found = packed(module, model)
    if module.ATTENTION == "by_row":
        model.set_attn_implementation("sdpa")
    wanted_loss, wanted = row_by_row(module, model)
    assert found.keys() == module.trained_weights(model).keys()
    assert all(name.startswith("prompt_encoder.") for name in found)
    assert loss == pytest.approx(wanted_loss, rel=TOLERANCE)
    assert_same_gradients(found, wanted, TOLERANCE)


@pytest.mark.parametrize("kind", METHODS)
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_loss_and_gradients(name: str, kind: str, shared: Path) -> None:
    if kind == "prefix_tuning" and name in WINDOWS:
        pytest.skip("refused when compiling")
    build(shared, name)
    assert_packed_as_apart(script(shared, f"{kind}_{name}", spec(name, method(kind))))


@pytest.mark.parametrize("kind", METHODS)
def test_every_token(kind: str, shared: Path) -> None:
    """A row's first token is not trained on, as without a prompt."""
    build(shared, "llama")
    assert_packed_as_apart(script(shared, f"text_{kind}", spec("llama", method(kind), TEXT)))


OPTIONS = {
    "prompt_tuning": ["init = random", 'init = "On"'],
    "p_tuning": ["encoder = lstm\n  hidden_size = 8", ""],
    "prefix_tuning": ["projection = 8", "init = zero"],
}


@pytest.mark.parametrize(("kind", "option"), [(k, o) for k in OPTIONS for o in OPTIONS[k]])
def test_options(kind: str, option: str, shared: Path) -> None:
    build(shared, "llama")
    name = f"{kind}_{OPTIONS[kind].index(option)}"
    assert_packed_as_apart(script(shared, name, spec("llama", method(kind, option))))


@pytest.mark.parametrize("kind", METHODS)
def test_memory_does_not_change_gradients(kind: str, shared: Path) -> None:
    build(shared, "llama")
    train = "steps = 1\n  gradient_checkpointing = true"
    module = script(shared, f"less_{kind}", spec("llama", method(kind), train=train))
    torch.manual_seed(0)
    model = module.load_model().train()
    assert any(getattr(part, "gradient_checkpointing", False) for part in model.modules())
    loss, found = packed(module, model)
    model.activation_checkpointing_disable()
    assert (loss, found.keys()) == ((again := packed(module, model))[0], again[1].keys())
    assert all(torch.equal(found[name], again[1][name]) for name in found)


def test_a_prompt_with_eager_attention(shared: Path) -> None:
    build(shared, "llama")
    module = script(
        shared, "eager", spec("llama", method("prompt_tuning")), "model.attention=eager"
    )
    assert module.ATTENTION == "eager"
    assert_packed_as_apart(module)


def test_a_prefix_that_would_be_out_of_sight(shared: Path, tmp_path: Path) -> None:
    """Where a model's files are not known when compiling, the script refuses."""
    text = spec("acme/unknown", method("prefix_tuning"))
    module = script(shared, "window", text)
    module.MODEL = build(shared, "mistral")
    with pytest.raises(SystemExit, match="8 tokens back: it would lose its prefix"):
        run(module, "--output", tmp_path)


# --- What is trained, saved and said --------------------------------------------------

WIDTH, LAYERS, KEYS = 64, 2, 32
COUNTS = {
    ("prompt_tuning", ""): {"embedding": VIRTUAL * WIDTH},
    ("p_tuning", "hidden_size = 16"): {
        "embedding": VIRTUAL * WIDTH,
        "mlp_head": (WIDTH + 1) * 16 + (16 + 1) * 16 + (16 + 1) * WIDTH,
    },
    ("p_tuning", "encoder = lstm\n  hidden_size = 8\n  layers = 1"): {
        "embedding": VIRTUAL * WIDTH,
        "lstm_head": 2 * 4 * (WIDTH * 8 + 8 * 8 + 2 * 8),
        "mlp_head": (16 + 1) * 16 + (16 + 1) * WIDTH,
    },
    ("prefix_tuning", ""): {"embedding": VIRTUAL * LAYERS * 2 * KEYS},
    ("prefix_tuning", "projection = 8"): {
        "embedding": VIRTUAL * KEYS,
        "transform": (KEYS + 1) * 8 + (8 + 1) * LAYERS * 2 * KEYS,
    },
}


@pytest.mark.parametrize(("kind", "option"), COUNTS)
def test_just_these_weights_are_trained(kind: str, option: str, shared: Path) -> None:
    build(shared, "llama")
    name = f"count_{list(COUNTS).index((kind, option))}"
    module = script(shared, name, spec("llama", method(kind, option)))
    found: dict[str, int] = {}
    for weight_name, weight in module.trained_weights(module.load_model()).items():
        part = weight_name.removeprefix("prompt_encoder.default.").partition(".")[0]
        found[part] = found.get(part, 0) + weight.numel()
        assert weight.dtype == torch.float32
    assert found == COUNTS[kind, option]


def test_a_prompt_begins_as_said(shared: Path) -> None:
    build(shared, "llama")
    starts = {"vocabulary": "vocabulary", "random": "random", "text": '"On"'}
    found = {}
    for name, start in starts.items():
        text = spec("llama", method("prompt_tuning", f"init = {start}"))
        module = script(shared, f"start_{name}", text)
        torch.manual_seed(0)
        model = module.load_model()
        found[name] = model.get_prompt(batch_size=1)[0]
        table = model.get_input_embeddings().weight
        near = torch.cdist(found[name], table).min(dim=1).values
        assert (near < 1e-3).all() == (name != "random"), name
    ids = module.load_tokenizer()("On")["input_ids"]
    wanted = table[(ids * VIRTUAL)[:VIRTUAL]]
    torch.testing.assert_close(found["text"], wanted)


def test_a_text_longer_than_the_prompt(shared: Path) -> None:
    """Where the tokenizer is not at hand when compiling, the script refuses."""
    build(shared, "llama")
    module = script(shared, "long", spec("llama", method("prompt_tuning", 'init = "On"')))
    module.PROMPT_INIT = "A long text"
    with pytest.raises(SystemExit, match=r"has 11 tokens, more than 5"):
        module.load_model()


GENERATE = """\
data validation { source "rows.jsonl" }
evaluate { generate { max_new_tokens = 6 tokens } }
"""


@pytest.mark.parametrize("kind", METHODS)
@pytest.mark.parametrize("name", ["llama", "gpt2", "gemma"])
def test_answers_are_those_of_peft(name: str, kind: str, shared: Path) -> None:
    """Prompts of different lengths together, against peft's `generate` for each alone."""
    build(shared, name)
    text = spec(name, method(kind)) + GENERATE.replace("rows", "others")
    (shared / "others.jsonl").write_text(
        '{"first": "Hm", "one": "1", "second": "Well", "two": "2"}\n'
        '{"first": "A longer one", "one": "12", "second": "and more", "two": "2"}\n'
    )
    module = script(shared, f"answers_{kind}_{name}", text)
    activate(module)
    torch.manual_seed(0)
    model, tokenizer = module.load_model(), module.load_tokenizer()
    rows = module.load_rows(["others.jsonl"], tokenizer)
    assert len({row.start for row in rows}) == 2
    found = module.answers_to(model, tokenizer, rows)
    stop = module.stop_token(tokenizer)
    greedy = GenerationConfig(max_new_tokens=6, eos_token_id=stop, pad_token_id=stop)
    model.set_attn_implementation("sdpa")
    for row, answer in zip(rows, found, strict=True):
        ids = row.ids[: row.start][None]
        mask = torch.ones_like(ids)
        output = model.eval().generate(input_ids=ids, attention_mask=mask, generation_config=greedy)
        wanted = output[0, row.start :].tolist()
        assert answer[: len(wanted)] == wanted


@pytest.mark.parametrize("stored", ["nf4", "int8"])
@pytest.mark.parametrize("kind", METHODS)
def test_on_quantized_weights(kind: str, stored: str, shared: Path, tmp_path: Path) -> None:
    """The loss falls, and what is saved is what was trained."""
    build(shared, "llama")
    train = "steps = 8\n  optimizer adamw { learning_rate = 3e-2 }"
    text = f"quantize {stored}\n" + spec("llama", method(kind), train=train)
    module = script(shared, f"{stored}_{kind}", text)
    models = []
    load_model = module.load_model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "load_model", lambda: models.append(load_model()) or models[0])
        run(module, "--output", tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert losses[-1] < losses[0]
    again = PeftModel.from_pretrained(module.load_base(), tmp_path / "adapter")
    ids = module.load_rows(module.TRAIN_FILES, module.load_tokenizer())[0].ids[None]
    found = []
    for model in (models[0], again):
        model.set_attn_implementation("sdpa")
        with torch.no_grad():
            found.append(model.eval()(input_ids=ids, use_cache=False).logits)
    torch.testing.assert_close(*found, rtol=1e-4, atol=1e-4)


def test_the_prompt_is_saved_without_dropout(shared: Path, tmp_path: Path) -> None:
    build(shared, "llama")
    options = "encoder = lstm\n  hidden_size = 8\n  dropout = 50%"
    module = script(shared, "dropout", spec("llama", method("p_tuning", options)))
    models = []
    load_model = module.load_model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "load_model", lambda: models.append(load_model()) or models[0])
        run(module, "--output", tmp_path)
    base = AutoModelForCausalLM.from_pretrained(shared / "llama", dtype=torch.float32)
    again = PeftModel.from_pretrained(base, tmp_path / "adapter")
    wanted = models[0].eval().get_prompt(batch_size=1)
    torch.testing.assert_close(again.get_prompt(batch_size=1), wanted)
    saved = module.load_file(module.checkpoints(tmp_path)[-1] / "weights.safetensors")
    assert any("lstm_head" in name for name in saved)


@pytest.mark.parametrize("kind", ["p_tuning", "prefix_tuning"])
def test_the_base_is_measured_without_the_prompt(kind: str, shared: Path) -> None:
    """As with LoRA, which starts as the identity."""
    lines = {}
    for case in (kind, "lora"):
        _, made = undisturbed(shared, case)
        lines[case] = json.loads(made["metrics.jsonl"].splitlines()[0])
    assert lines[kind].pop("step") == lines["lora"].pop("step") == 0
    assert lines[kind] == pytest.approx(lines["lora"], rel=1e-5)
