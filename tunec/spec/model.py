"""`model`: what is tuned.

In: a folder or hub name, or an architecture and sizes. Out: `Pretrained` or `Scratch`.
Invariant: neither names a device; where a script runs is not the spec's business.
"""

from typing import Annotated

from tunec.spec.block import Block, required, setting
from tunec.spec.config import CONFIG, ROPE_SCALING, Config, LinearScaling, YarnScaling
from tunec.spec.raw import Amount
from tunec.spec.tokens import (
    ADD_SPECIAL_TOKENS,
    ADD_TOKENS,
    BOS,
    CHAT_ARGUMENTS,
    CHAT_TEMPLATE,
    EOS,
    PAD,
    ChatArguments,
    ChatTemplate,
    NewTokens,
    Token,
)
from tunec.spec.values import Choice, Flag, Measure, Number, OrNone, Several, Text

Dtype = Annotated[str, Choice(("auto", "float32", "bfloat16"))]
Attention = Annotated[str, Choice(("sdpa", "eager", "flash_attention_2"))]
Tokens = Annotated[Amount | None, Measure(("tokens",), example=2048)]

_DTYPE = (
    "Number format of the frozen weights and of the computation; "
    "trained weights are kept in float32, or as `trained_dtype` in `train` says."
)
_ATTENTION = (
    "How attention is computed. `sdpa` is PyTorch's own, called once per row, so that rows "
    "packed together "
    "cannot see each other; the others are transformers' implementations of that name."
)
_LENGTH = "Longest row, in tokens; `overflow` in `data train` says what happens to longer ones."


class Pretrained(Block):
    """The model that is tuned: `model "folder"` for a local folder, relative to the spec, or a hub
    name.
    """

    path: Annotated[str, Text("meta-llama/Llama-3.1-8B")] = required(
        "A local folder or a name on the hub."
    )
    revision: Annotated[str | None, Text("main")] = setting(
        None, "Commit, tag or branch on the hub.", why="the hub's main branch", shown="none"
    )
    dtype: Dtype = setting(
        "auto",
        _DTYPE,
        why="`auto` is bfloat16 on a GPU and float32 on a CPU, the fastest that is exact enough",
    )
    attention: Attention = setting(
        "sdpa", _ATTENTION, why="fast, exact, and in every build of PyTorch"
    )
    max_length: Tokens = setting(
        None,
        _LENGTH,
        why="long enough for most conversations, and never beyond what the model was built for",
        shown="2048 tokens, or the model's own limit where that is lower",
    )
    chat_template: ChatTemplate = CHAT_TEMPLATE
    chat_arguments: ChatArguments | None = CHAT_ARGUMENTS
    config: Config | None = CONFIG
    rope_scaling: LinearScaling | YarnScaling | None = ROPE_SCALING
    bos_token: Token = BOS
    eos_token: Token = EOS
    pad_token: Token = PAD
    add_tokens: NewTokens = ADD_TOKENS
    add_special_tokens: NewTokens = ADD_SPECIAL_TOKENS
    merge_adapters: Annotated[tuple[str, ...] | None, Several(Text("runs/first/adapter"))] = (
        setting(
            None,
            "Adapters that are merged into the weights before training, in this order: folders, "
            "relative to the spec, or `hub:` names. An adapter trained on top has the merged model "
            "beside it, in `base/`.",
            why="a model is tuned as it is",
            shown="none",
        )
    )
    trust_remote_code: Annotated[bool, Flag()] = setting(
        False,
        "Run the Python code that comes with the model.",
        why="code from elsewhere runs only when it is asked for",
    )


class Scratch(Block):
    """Random weights of a given architecture and size: `model scratch { … }`, for training from
    nothing.
    """

    architecture: Annotated[str, Choice(("llama", "qwen3", "qwen2", "mistral", "gemma", "phi"))] = (
        required("Family of models, by its `model_type` in transformers.")
    )
    tokenizer: Annotated[str, Text("tokenizers/bytes")] = required(
        "Folder, relative to the spec, or hub name, of the tokenizer; its size is the size of "
        "the vocabulary."
    )
    hidden_size: Annotated[int, Number(least=1, example="256")] = required(
        "Width of the residual stream."
    )
    num_hidden_layers: Annotated[int, Number(least=1, example="6")] = required("Number of layers.")
    num_attention_heads: Annotated[int, Number(least=1, example="4")] = required(
        "Number of attention heads; it divides `hidden_size`."
    )
    num_key_value_heads: Annotated[int | None, Number(least=1, example="2")] = setting(
        None,
        "Number of key and value heads (grouped-query attention); it divides "
        "`num_attention_heads`.",
        why="as many as attention heads: no grouping",
        shown="`num_attention_heads`",
    )
    intermediate_size: Annotated[int | None, Number(least=1, example="1024")] = setting(
        None,
        "Width inside the feed-forward layers.",
        why="the usual proportion",
        shown="4 times `hidden_size`",
    )
    tie_word_embeddings: Annotated[bool, Flag()] = setting(
        False, "Share the weights of the first and the last layer.", why="as most current models do"
    )
    dtype: Dtype = setting("auto", _DTYPE, why="`auto` is bfloat16 on a GPU and float32 on a CPU")
    attention: Attention = setting(
        "sdpa", _ATTENTION, why="fast, exact, and in every build of PyTorch"
    )
    max_length: Tokens = setting(
        None,
        _LENGTH + " It is also the model's `max_position_embeddings`.",
        why="a common length",
        shown="2048 tokens",
    )
    chat_template: ChatTemplate = CHAT_TEMPLATE
    chat_arguments: ChatArguments | None = CHAT_ARGUMENTS
    config: Config | None = CONFIG
    rope_scaling: LinearScaling | YarnScaling | None = ROPE_SCALING
    bos_token: Token = BOS
    eos_token: Token = EOS
    pad_token: Token = PAD
    add_tokens: NewTokens = ADD_TOKENS
    add_special_tokens: NewTokens = ADD_SPECIAL_TOKENS


__all__ = ["Attention", "Dtype", "OrNone", "Pretrained", "Scratch", "Tokens"]
