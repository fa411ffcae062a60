"""A conversation is tokenised once, and no other ids come of it than of each prompt by itself.

The functions here tokenise every prompt and every answer anew, as the definition has it. Rows and
refusals must be the same for tokenizers and chat templates of all sorts, whether a script is made
for much data, for little, or for little with one answer in each row.
"""

import json
from collections.abc import Callable, Iterator
from itertools import product
from types import ModuleType
from typing import Any  # tokenizers are transformers' own

import pytest
from exactness.tiny_models import TOKENIZER, build, script
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.trainers import BpeTrainer, UnigramTrainer, WordPieceTrainer
from transformers import AutoTokenizer, PreTrainedTokenizerFast

pytestmark = pytest.mark.torch
Theirs = Any
Turns = list[dict[str, str]]

# --- The definition -------------------------------------------------------------------


def answer_in(module: ModuleType, messages: Turns, tokenizer: Theirs) -> tuple[list[int], int, int]:
    text = module.render(messages, tokenizer)
    asked = module.render(messages[:-1], tokenizer, add_generation_prompt=True)
    whole, prompt = module.ids_of(text, tokenizer), module.ids_of(asked, tokenizer)
    if whole[: len(prompt)] != prompt:
        raise ValueError("the chat template begins an answer as no prompt ends")
    stop = len(whole)
    while stop > len(prompt) and whole[stop - 1] not in module.end_tokens(tokenizer):
        stop -= 1
    if stop == len(prompt):
        raise ValueError("the chat template ends a turn with no special token")
    return whole, len(prompt), stop


def outcome(encode: Callable[[], tuple[Theirs, ...]]) -> Theirs:
    try:
        return encode()
    except ValueError as refusal:
        return str(refusal)


FORGED = "a special token in it cannot be kept as text"
CHANGES = "the chat template changes turns: use one_row_per_answer"


def encode_chat(module: ModuleType, messages: Turns, tokenizer: Theirs) -> tuple[Theirs, ...]:
    ids: list[int] = []
    trained: list[bool] = []
    start = 0
    for end, turn in enumerate(messages, start=1):
        if turn["role"] != "assistant":
            continue
        whole, start, stop = answer_in(module, messages[:end], tokenizer)
        if whole[: len(ids)] != ids:
            raise ValueError(CHANGES)
        trained += [False] * (start - len(ids))
        trained += [True] * (stop - start)
        trained += [False] * (len(whole) - stop)
        ids = whole
    return ids, trained, start


def faults(module: ModuleType, messages: Turns, tokenizer: Theirs) -> Iterator[str]:
    """What may be said of a conversation as a whole."""
    ends = [end for end, turn in enumerate(messages, start=1) if turn["role"] == "assistant"]
    texts = [module.render(messages[:end], tokenizer) for end in ends]
    found = [outcome(lambda text=text: module.ids_of(text, tokenizer)) for text in texts]
    if FORGED in found:
        yield FORGED
    elif any(found[-1][: len(ids)] != ids for ids in found):
        yield CHANGES


# --- Tokenizers and chat templates of all sorts ---------------------------------------

MARKS = ["<|user|>", "<|assistant|>", "<|end|>", "<s>", "</s>", "<|end|>x"]
CORPUS = [
    "Hello there, how are you? I am  fine.\nThanks, and you",
    "assistant user <b> Ünïcode 日本",
]


def trained(tokenizer: Tokenizer, trainer: Theirs, **marks: bool) -> Theirs:
    tokenizer.train_from_iterator(CORPUS * 3, trainer)
    special = [AddedToken(mark, special=True, **marks) for mark in MARKS]
    tokenizer.add_special_tokens(special)
    tokenizer.add_tokens([AddedToken(word, normalized=word == "<b>") for word in ("<b>", "<i>")])
    words = {"eos_token": "</s>", "bos_token": "<s>"}
    if tokenizer.token_to_id("<unk>") is not None:
        words["unk_token"] = "<unk>"
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **words)


def byte_level(prefix: bool = False, **marks: bool) -> Theirs:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return trained(
        tokenizer,
        BpeTrainer(vocab_size=320, initial_alphabet=alphabet, show_progress=False),
        **marks,
    )


def pieces(scheme: str) -> Theirs:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme=scheme)
    trainer = UnigramTrainer(vocab_size=80, unk_token="<unk>", special_tokens=["<unk>"])
    return trained(tokenizer, trainer)


def prepended() -> Theirs:
    """As older Llama tokenizers: a normalizer puts a space mark before each part."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    steps = [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    tokenizer.normalizer = normalizers.Sequence(steps)
    return trained(tokenizer, BpeTrainer(vocab_size=120, special_tokens=["<unk>"]))


def words() -> Theirs:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Strip(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = WordPieceTrainer(vocab_size=120, special_tokens=["[UNK]"])
    return trained(tokenizer, trainer, single_word=True)


TOKENIZERS: dict[str, Callable[[], Theirs]] = {
    "bytes": lambda: AutoTokenizer.from_pretrained(TOKENIZER),
    "byte level": byte_level,
    "with a space before": lambda: byte_level(prefix=True),
    "eats spaces before": lambda: byte_level(lstrip=True),
    "eats spaces after": lambda: byte_level(rstrip=True),
    "normalized marks": lambda: byte_level(normalized=True),
    "space mark at the first": lambda: pieces("first"),
    "space mark at all": lambda: pieces("always"),
    "space mark prepended": prepended,
    "words": words,
}

TURN = "{{ '<|' + m.role + '|>' }}"
TEMPLATES = {
    "plain": "{% for m in messages %}" + TURN + "{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}",
    "lines": "<s>{% for m in messages %}" + TURN + "\n{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
    "trimmed": "{% for m in messages %}" + TURN + "\n{{ m.content | trim }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
    "words for marks": "<s>{% for m in messages %}{% if m.role == 'user' %}[I] {{ m.content }} [/I]"
    "{% else %} {{ m.content }}</s>{% endif %}{% endfor %}",
    "no mark before": "{% for m in messages %}{{ m.role }}: {{ m.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}",
    "longer mark": "{% for m in messages %}" + TURN + "{{ m.content }}<|end|>{% if m.role == 'user'"
    " %}x{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
    "last is other": "{% for m in messages %}" + TURN + "{% if loop.last or m.role == 'user' %}"
    "{{ m.content }}{% else %}{{ m.content | upper }}{% endif %}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}",
    "end at the end": "{% for m in messages %}" + TURN + "{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% else %}</s>{% endif %}",
    "other prompt": "{% for m in messages %}" + TURN + "{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|> {% endif %}",
    "no end": "{% for m in messages %}" + TURN + "{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}",
    "counted": "{{ messages | length }}{% for m in messages %}" + TURN + "{{ m.content }}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
}

FRAGMENTS = [
    *MARKS,
    "<b>",
    "<i>",
    " ",
    "  ",
    "\n",
    "a",
    "Hello",
    " there",
    "ü",
    "日",
    "x",
    "|>",
    "",
]
said = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=5).map("".join)


@st.composite
def conversations(draw: st.DrawFn) -> Turns:
    turns = [{"role": "user", "content": draw(said)}]
    for _ in range(draw(st.integers(0, 2))):
        turns.append({"role": "assistant", "content": draw(said)})
        turns.append({"role": "user", "content": draw(said)})
    return [*turns, {"role": "assistant", "content": draw(said)}]


# --- What holds -----------------------------------------------------------------------


ONE = 'template t { user "{{ a }}", assistant "{{ b }}" }'
SEVERAL = 'template t { messages "m" }'
SCRIPTS = {
    "large": ('cache = "runs/encoded"', SEVERAL),
    "small": ("cache = none", SEVERAL),
    "one answer": ("cache = none", ONE),
}


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ModuleType]:
    folder = tmp_path_factory.mktemp("once")
    build(folder, "llama")
    messages = [{"role": "user", "content": "A"}, {"role": "assistant", "content": "B"}]
    (folder / "rows.jsonl").write_text(json.dumps({"a": "A", "b": "B", "m": messages}) + "\n")
    rest = """
        model "llama" { max_length = 256 tokens }
        method full
        data train { source "rows.jsonl" }
        data validation { split = 50% }
        train { steps = 1 }
        evaluate { generate }
        """
    return {
        name: script(folder, name.replace(" ", "_"), "\n".join([*texts, rest]))
        for name, texts in SCRIPTS.items()
    }


@pytest.fixture(scope="module", params=TOKENIZERS)
def tokenizer(request: pytest.FixtureRequest) -> Theirs:
    return TOKENIZERS[request.param]()


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_same_rows_and_refusals(
    template: str, tokenizer: Theirs, modules: dict[str, ModuleType]
) -> None:
    tokenizer.chat_template = TEMPLATES[template]
    large = modules["large"]

    def found_by(name: str, hidden: Turns) -> Theirs:
        found = outcome(lambda: modules[name].encode_chat(hidden, tokenizer))
        if not isinstance(found, str):
            assert found.trained.dtype == large.torch.bool
            return found.ids.tolist(), found.trained.tolist(), found.start
        return found

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(conversations())
    def check(turns: Turns) -> None:
        hidden = outcome(lambda: large.hide(turns, tokenizer))
        if isinstance(hidden, str):  # a character for private use
            return
        wanted = outcome(lambda: encode_chat(large, hidden, tokenizer))
        found = found_by("large", hidden)
        assert found_by("small", hidden) == found
        if len(hidden) == 2:
            assert found_by("one answer", hidden) == found
        if found != wanted and isinstance(wanted, str) and found in (CHANGES, FORGED):
            # These come first, also where an earlier or later answer has a fault of its own.
            assert found in faults(large, hidden, tokenizer)
        else:
            assert found == wanted

    check()


def test_most_texts_are_parted(modules: dict[str, ModuleType]) -> None:
    """Otherwise nothing is shown above."""
    parted, module = set(), modules["large"]
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}]
    for name, template in product(TOKENIZERS, TEMPLATES):
        tokenizer = TOKENIZERS[name]()
        tokenizer.chat_template = TEMPLATES[template]
        if module.tokens_of(module.render(turns, tokenizer), tokenizer).marks:
            parted.add((name, template))
    whole = {(name, template) for name in ("normalized marks", "words") for template in TEMPLATES}
    assert not parted & whole
    assert len(parted) > 0.8 * (len(TOKENIZERS) - 2) * len(TEMPLATES)
