"""Model folders, made by hand: a configuration, the header of safetensors, tokenizer files.

Nothing here needs torch: the weights are zeros, and only their names and shapes are ever read.
"""

import json
from collections.abc import Mapping
from pathlib import Path

Shapes = Mapping[str, tuple[int, ...]]

CHAT = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"


def llama_shapes(
    hidden: int = 16, layers: int = 2, vocabulary: int = 32
) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a small Llama with an output layer of its own."""
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (vocabulary, hidden)}
    for layer in range(layers):
        at = f"model.layers.{layer}"
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            shapes[f"{at}.self_attn.{name}.weight"] = (hidden, hidden)
        shapes[f"{at}.mlp.gate_proj.weight"] = (2 * hidden, hidden)
        shapes[f"{at}.mlp.up_proj.weight"] = (2 * hidden, hidden)
        shapes[f"{at}.mlp.down_proj.weight"] = (hidden, 2 * hidden)
        shapes[f"{at}.input_layernorm.weight"] = (hidden,)
    return {**shapes, "model.norm.weight": (hidden,), "lm_head.weight": (vocabulary, hidden)}


def llama_config(**changes: object) -> dict[str, object]:
    """`config.json` of that Llama, with some keys changed."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "vocab_size": 32,
        "tie_word_embeddings": False,
        **changes,
    }


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")


def write_weights(path: Path, shapes: Shapes) -> None:
    """A file of safetensors, all of one byte a number."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in shapes.items():
        size = 1
        for length in shape:
            size *= length
        header[name] = {"dtype": "I8", "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(end))


def write_tokenizer(
    folder: Path, chat_template: str | None = CHAT, eos: str | None = "<|end|>"
) -> None:
    """The two files that a fast tokenizer has."""
    config: dict[str, object] = {"tokenizer_class": "PreTrainedTokenizerFast"}
    if eos:
        config["eos_token"] = eos
    if chat_template:
        config["chat_template"] = chat_template
    write_json(folder / "tokenizer_config.json", config)
    tokens = ["<|user|>", "<|assistant|>", *([eos] if eos else [])]
    added = [
        {"id": number, "content": token, "special": True} for number, token in enumerate(tokens)
    ]
    vocabulary = {**{token: number for number, token in enumerate(tokens)}, "a": len(tokens)}
    model = {"type": "BPE", "vocab": vocabulary, "merges": []}
    write_json(folder / "tokenizer.json", {"version": "1.0", "added_tokens": added, "model": model})


def write_model(
    folder: Path,
    config: Mapping[str, object] | None = None,
    shapes: Shapes | None = None,
    chat_template: str | None = CHAT,
) -> Path:
    """A whole model; a small Llama unless said otherwise."""
    write_json(folder / "config.json", config or llama_config())
    write_weights(folder / "model.safetensors", llama_shapes() if shapes is None else shapes)
    write_tokenizer(folder, chat_template)
    return folder
