"""The library of chat templates, and what `model` says of tokens, as rows meet them."""

import json
from pathlib import Path
from types import ModuleType

import pytest
from emitted_script import run
from exactness.published_chats import CONVERSATION, PUBLISHED, SYSTEM, WITHOUT_SYSTEM
from exactness.shapes import marked
from exactness.tiny_models import build, script
from hypothesis import given, settings
from hypothesis import strategies as st

from tunec.checks.chat_rendering import Refused, rendered, variables
from tunec.resources import chat_template
from tunec.spec.chat_templates import LIBRARY

pytestmark = pytest.mark.torch

TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}
every_name = pytest.mark.parametrize("name", LIBRARY)


def by_transformers(text: str, turns: list[dict[str, str]], answer: bool = False) -> str:
    from transformers.utils.chat_template_utils import render_jinja_template

    texts, _ = render_jinja_template(
        [turns], chat_template=text, add_generation_prompt=answer, **TOKENS
    )
    return str(texts[0])


# --- The library ----------------------------------------------------------------------


@every_name
def test_a_conversation_is_as_published(name: str) -> None:
    turns = [SYSTEM, *CONVERSATION] if "system" in LIBRARY[name].roles else CONVERSATION
    assert by_transformers(chat_template(name), turns, answer=True) == PUBLISHED[name]


@pytest.mark.parametrize("name", WITHOUT_SYSTEM)
def test_a_question_alone_is_as_published(name: str) -> None:
    text = by_transformers(chat_template(name), CONVERSATION[:1], answer=True)
    assert text == WITHOUT_SYSTEM[name]


@every_name
def test_every_marker_is_used_and_every_token_in_brackets_is_one(name: str) -> None:
    turns = [SYSTEM, *CONVERSATION] if "system" in LIBRARY[name].roles else CONVERSATION
    text = by_transformers(chat_template(name), turns)
    assert all(marker in text for marker in LIBRARY[name].markers)


@every_name
def test_a_turn_that_it_lacks_is_refused_and_never_left_out(name: str) -> None:
    roles = {"system", "user", "assistant", "tool", "critic"}
    for role in sorted(roles - {*LIBRARY[name].roles}):
        turns = [*CONVERSATION[:2], {"role": role, "content": "?"}]
        with pytest.raises(Refused, match=role):
            rendered(chat_template(name), turns, TOKENS)


@every_name
@settings(max_examples=30)
@given(texts=st.lists(st.text(max_size=20), min_size=2, max_size=6), system=st.booleans())
def test_an_answer_continues_its_prompt(name: str, texts: list[str], system: bool) -> None:
    turns = [{"role": ("user", "assistant")[n % 2], "content": t} for n, t in enumerate(texts)]
    if system and "system" in LIBRARY[name].roles:
        turns.insert(0, {"role": "system", "content": "S"})
    text, before = chat_template(name), ""
    for end, turn in enumerate(turns, start=1):
        if turn["role"] == "assistant":
            whole = rendered(text, turns[:end], TOKENS)
            assert whole.startswith(rendered(text, turns[: end - 1], TOKENS, answer=True))
            assert whole.startswith(before)
            before = whole


@every_name
@given(words=st.lists(st.text(max_size=20), min_size=1, max_size=3))
@settings(max_examples=20)
def test_compiling_renders_as_transformers_does(name: str, words: list[str]) -> None:
    turns = [{"role": ("user", "assistant")[n % 2], "content": t} for n, t in enumerate(words)]
    for answer in (False, True):
        ours = rendered(chat_template(name), turns, TOKENS, answer=answer)
        assert ours == by_transformers(chat_template(name), turns, answer)


def test_what_a_template_reads() -> None:
    assert variables("{% if a is defined %}{{ a }}{% endif %}{% set b = 1 %}{{ b }}") == {"a"}
    assert variables("{% generation %}{{ c }}{% endgeneration %}{% break %}") == {"c"}


# --- What `model` says ----------------------------------------------------------------

SPEC = """\
model "llama" {{
  max_length = 256 tokens
  {model}
}}
method {method}
template it {{ {template} }}
data train {{ source "rows.jsonl" }}
train {{ steps = 2 }}
"""
TURNS = 'user "{{ q }}", assistant "{{ a }}"'


def compiled(
    folder: Path, model: str, row: dict[str, str], template: str = TURNS, method: str = "full"
) -> ModuleType:
    build(folder, "llama")
    (folder / "rows.jsonl").write_text(f"{json.dumps(row)}\n" * 3)
    text = SPEC.format(model=model, template=template, method=method)
    return script(folder, "told", text)


def seen(module: ModuleType) -> tuple[list[str], str]:
    """The tokens of the first row one by one, and the row as one text."""
    tokenizer = module.load_tokenizer()
    row = module.load_rows(module.TRAIN_FILES, tokenizer)[0]
    return tokenizer.convert_ids_to_tokens(row.ids.tolist()), marked(tokenizer, row)


CHATML = 'chat_template = chatml, add_special_tokens = ["<|im_start|>", "<|im_end|>"]'


def test_a_template_of_the_library_marks_the_turns(tmp_path: Path) -> None:
    tokens, text = seen(compiled(tmp_path, CHATML, {"q": "Q", "a": "A"}))
    wanted = "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n[A<|im_end|>]\n"
    assert text == wanted
    assert tokens.count("<|im_start|>") == tokens.count("<|im_end|>") == 2


def test_new_tokens_are_one_each_but_special_ones_only_from_the_template(tmp_path: Path) -> None:
    model = f'{CHATML}, add_tokens = ["<date>"]'
    module = compiled(tmp_path, model, {"q": "<date> <|im_end|>", "a": "A<date>"})
    tokens, text = seen(module)
    assert text == (
        "<|im_start|>user\n<date> <|im_end|><|im_end|>\n<|im_start|>assistant\n"
        "[A<date><|im_end|>]\n"
    )
    assert tokens.count("<date>") == 2
    assert tokens.count("<|im_end|>") == 2


def test_named_tokens_begin_and_end_a_completion(tmp_path: Path) -> None:
    model = 'bos_token = "<|user|>", eos_token = "<|assistant|>"'
    template = 'prompt "{{ q }}", completion "{{ a }}"'
    _, text = seen(compiled(tmp_path, model, {"q": "Q", "a": "A"}, template))
    assert text == "<|user|>Q[A<|assistant|>]"


def test_a_named_token_that_is_none_stops_the_run(tmp_path: Path) -> None:
    module = compiled(tmp_path, 'eos_token = "<|assistant|>"', {"q": "Q", "a": "A"})
    module.SPECIAL_TOKENS["eos_token"] = "<|not there|>"
    with pytest.raises(SystemExit, match=r"no <\|not there\|> to be the eos_token"):
        module.load_tokenizer()


def test_arguments_hold_where_the_caller_gives_none(tmp_path: Path) -> None:
    build(tmp_path, "llama")
    text = "{% for m in messages %}{{ m.role }}: {{ m.content }} ({{ mood }}, {{ n }})<|end|>"
    (tmp_path / "own.jinja").write_text(text + "{% endfor %}")
    model = """chat_template = "own.jinja"
    chat_arguments { mood = "a \\"b\\" {{ %}", n = [1, none, false] }"""
    module = compiled(tmp_path, model, {"q": "Q", "a": "A"})
    tokenizer = module.load_tokenizer()
    turns = [{"role": "user", "content": "Q"}]
    given_none = tokenizer.apply_chat_template(turns, tokenize=False)
    assert given_none == 'user: Q (a "b" {{ %}, [1, None, False])<|end|>'
    assert "(sad," in tokenizer.apply_chat_template(turns, tokenize=False, mood="sad")
    tokenizer.save_pretrained(tmp_path / "saved")
    from transformers import AutoTokenizer

    again = AutoTokenizer.from_pretrained(tmp_path / "saved")
    assert again.apply_chat_template(turns, tokenize=False) == given_none


@pytest.mark.parametrize("base", ["llama", "gpt2", "cohere", "mistral", "phi"])
def test_only_the_rows_of_new_tokens_are_trained(base: str, tmp_path: Path) -> None:
    """Beside the adapter; loaded again, with the base as it was, the logits are the same."""
    import torch
    from peft import AutoPeftModelForCausalLM

    build(tmp_path, base)
    (tmp_path / "rows.jsonl").write_text('{"q": "<date> Q", "a": "A"}\n' * 3)
    model = f'{CHATML}, add_tokens = ["<date>"]'
    text = SPEC.format(model=model, template=TURNS, method="lora").replace('"llama"', f'"{base}"')
    module = script(tmp_path, "rows", text)
    models = []
    load_model = module.load_model
    module.load_model = lambda: models.append(load_model()) or models[0]
    run(module, "--output", tmp_path / "out")
    trained = models[0].eval()
    rows = {n: p.shape for n, p in module.trained_weights(trained).items() if "token" in n}
    tied = base in ("gpt2", "cohere")
    assert [shape[0] for shape in rows.values()] == [3] * (1 if tied else 2), rows
    again = AutoPeftModelForCausalLM.from_pretrained(tmp_path / "out" / "adapter").eval()
    ids = torch.tensor([module.load_tokenizer()("<|im_start|>a<date>b")["input_ids"]])
    trained.set_attn_implementation("sdpa")
    with torch.no_grad():
        torch.testing.assert_close(again(input_ids=ids).logits, trained(input_ids=ids).logits)
    size = (tmp_path / "out" / "adapter" / "adapter_model.safetensors").stat().st_size
    assert size < 4 * sum(p.numel() for p in module.trained_weights(trained).values()) + 20_000


def test_a_model_with_fewer_rows_than_tokens_is_refused(tmp_path: Path) -> None:
    """transformers gives tokenizers of Qwen2 a token more than these files have."""
    build(tmp_path, "qwen2")
    (tmp_path / "rows.jsonl").write_text('{"q": "<date> Q", "a": "A"}\n' * 3)
    text = SPEC.format(model=CHATML, template=TURNS, method="lora").replace("llama", "qwen2")
    with pytest.raises(SystemExit, match="has 262 tokens, but the model rows for 261"):
        script(tmp_path, "rows", text).load_model()


@pytest.mark.parametrize("quantize", ["nf4", "int8"])
def test_new_rows_are_trained_beside_quantized_weights(quantize: str, tmp_path: Path) -> None:
    model = f'{CHATML}, add_tokens = ["<date>"]'
    method = f"lora\nquantize {quantize}"
    module = compiled(tmp_path, model, {"q": "<date> Q", "a": "A"}, method=method)
    run(module, "--output", tmp_path / "out")
    saved = module.load_file(module.checkpoints(tmp_path / "out")[-1] / "weights.safetensors")
    rows = {name: weight for name, weight in saved.items() if "token" in name}
    fresh = module.trained_weights(module.load_model())
    assert len(rows) == 2
    assert all((fresh[name].cpu() != weight).any() for name, weight in rows.items())
