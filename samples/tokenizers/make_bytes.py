"""Write `bytes/`: an exact byte-level tokenizer with a chat template.

Out: `tokenizer.json`, `tokenizer_config.json` and `chat_template.jinja` beside this file, the same
bytes on every run. Every text is its UTF-8 bytes, one token each (a BPE model without a single
merge and without a splitting pattern), so nothing is unknown and decoding gives the text back.

Ids: 0 to 4 are the special tokens below, byte `b` is `5 + b`; 261 in all. There is no token for
the beginning of a text. `<|end|>` ends every turn, so it is also where generation stops.

Run with any Python 3.11 or newer: `python make_bytes.py`. Needs only the standard library.
"""

import json
from pathlib import Path

SPECIAL_TOKENS = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
OUTPUT = Path(__file__).parent / "bytes"

# A conversation is only ever appended to: the rendering of its first turns is a prefix of the
# whole rendering, and so is the prompt that ends in a bare `<|assistant|>`. An empty system turn
# renders to nothing, so rows with and without one can share a template. The `generation` block
# marks what an assistant says, its `<|end|>` included, for libraries that ask for that mask.
CHAT_TEMPLATE = """\
{%- for message in messages -%}
    {%- if message['role'] == 'assistant' -%}
        {{- '<|assistant|>' -}}
        {%- generation -%}
            {{- message['content'] + '<|end|>' -}}
        {%- endgeneration -%}
    {%- elif message['role'] == 'user' -%}
        {{- '<|user|>' + message['content'] + '<|end|>' -}}
    {%- elif message['role'] == 'system' -%}
        {%- if message['content'] -%}
            {{- '<|system|>' + message['content'] + '<|end|>' -}}
        {%- endif -%}
    {%- else -%}
        {{- raise_exception('A role is system, user or assistant, not ' + message['role'] + '.') -}}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{- '<|assistant|>' -}}
{%- endif -%}
"""


def byte_characters() -> list[str]:
    """The printable character that byte-level tokenizers write for each of the 256 bytes."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    characters = {byte: chr(byte) for byte in printable}
    characters |= {byte: chr(0x100 + place) for place, byte in enumerate(others)}
    return [characters[byte] for byte in range(256)]


def tokenizer() -> dict[str, object]:
    """The content of `tokenizer.json`."""
    vocabulary = [*SPECIAL_TOKENS, *byte_characters()]
    byte_level = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": False,
        "use_regex": False,
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": index,
                "content": token,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for index, token in enumerate(SPECIAL_TOKENS)
        ],
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: index for index, token in enumerate(vocabulary)},
            "merges": [],
        },
    }


def tokenizer_config() -> dict[str, object]:
    """The content of `tokenizer_config.json`."""
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|end|>",
        "pad_token": "<|pad|>",
        "additional_special_tokens": ["<|system|>", "<|user|>", "<|assistant|>"],
    }


def write(name: str, text: str) -> None:
    (OUTPUT / name).write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    OUTPUT.mkdir(exist_ok=True)
    write("tokenizer.json", json.dumps(tokenizer(), indent=2, ensure_ascii=False) + "\n")
    write("tokenizer_config.json", json.dumps(tokenizer_config(), indent=2) + "\n")
    write("chat_template.jinja", CHAT_TEMPLATE)


if __name__ == "__main__":
    main()
