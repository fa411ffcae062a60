"""What a model's own files say of it.

In: a configuration and the shapes of weights. Out: `ModelFacts`. Invariant: properties are read
under whatever name a family has for them; what a model does not say is None, never a guess.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from tunec.facts.architectures import (
    CAUSAL,
    CLASSIFYING_DECODERS,
    CLASSIFYING_ENCODERS,
    ENCODERS,
    OFFSET_POSITIONS,
    RECURRENT,
    TIED,
)
from tunec.facts.storage import kind_of
from tunec.facts.weights import Shapes

_OTHER_HEADS = (
    "ForSequenceClassification",
    "ForTokenClassification",
    "ForQuestionAnswering",
    "ForMaskedLM",
    "ForMultipleChoice",
    "ForFeatureExtraction",
)
_OPTIONAL_WINDOW = frozenset({"qwen2", "qwen2_moe", "qwen3", "qwen3_moe"})
"""Those that have a window only where `use_sliding_window` is true."""
_RECURRENT_LAYERS = ("mamba", "recurrent", "conv", "linear_attention", "rwkv", "ssm")
_STRETCHED = ("linear", "dynamic", "yarn", "ntk")
"""Rotary scalings whose factor may be missing from `max_position_embeddings`."""
_ROUTERS = ("gate", "router")
"""Modules that choose among experts."""
_MATRICES = (".weight", ".qweight", "._weight_qdata")
"""Ends of tensors' names: as they are, by GPTQ and AWQ, by torchao."""
FUSED = {
    "w1": "gate_up_proj",
    "w3": "gate_up_proj",
    "w2": "down_proj",
    "gate_proj": "gate_up_proj",
    "up_proj": "gate_up_proj",
    "down_proj": "down_proj",
}
"""By its name in files, the weight of all experts that transformers 5 makes of each expert's."""
OUTPUTS = ("lm_head", "embed_out", "output_layer", "score", "classifier")


class ModelFacts(NamedTuple):
    """A model's configuration, and the names and shapes of its weights."""

    where: Literal["folder", "cache", "scratch"]
    config: Mapping[str, object]
    """`config.json`, with what is in its `text_config` on top."""
    weights: Shapes | None
    """From tensor name to shape; None where the files are not at hand."""
    files_config: Mapping[str, object] = MappingProxyType({})
    """The configuration before the spec changed it."""

    def text(self, *names: str) -> str | None:
        """The first of these that the configuration has as text."""
        return next(
            (found for name in names if isinstance(found := self.config.get(name), str)), None
        )

    def whole(self, *names: str) -> int | None:
        """The first of these that the configuration has as a whole number above zero."""
        for name in names:
            found = self.config.get(name)
            if isinstance(found, int) and not isinstance(found, bool) and found > 0:
                return found
        return None

    def number(self, *names: str) -> float | None:
        """The first of these that the configuration has as a number other than zero."""
        for name in names:
            found = self.config.get(name)
            if isinstance(found, (int, float)) and not isinstance(found, bool) and found != 0:
                return float(found)
        return None

    @property
    def model_type(self) -> str | None:
        return self.text("model_type")

    @property
    def architectures(self) -> tuple[str, ...]:
        found = self.config.get("architectures")
        names = found if isinstance(found, list) else ()
        return tuple(name for name in names if isinstance(name, str))

    @property
    def layers(self) -> int | None:
        return self.whole("num_hidden_layers", "n_layer", "num_layers", "n_layers")

    @property
    def hidden_size(self) -> int | None:
        return self.whole("hidden_size", "n_embd", "d_model", "dim")

    @property
    def vocab_size(self) -> int | None:
        return self.whole("vocab_size")

    @property
    def max_positions(self) -> int | None:
        """Most tokens of one row, stretched rotary embeddings included; None for no limit."""
        limit = self.whole(
            "max_position_embeddings",
            "n_positions",
            "n_ctx",
            "max_sequence_length",
            "max_seq_len",
            "seq_length",
        )
        if limit is not None and self.model_type in OFFSET_POSITIONS:
            padding = self.config.get("pad_token_id")
            return limit - 1 - (padding if isinstance(padding, int) else 1)
        scaling = self.config.get("rope_scaling") or self.config.get("rope_parameters")
        if limit is None or not isinstance(scaling, dict):
            return limit
        factor = scaling.get("factor")
        if scaling.get("rope_type", scaling.get("type")) not in _STRETCHED or not isinstance(
            factor, (int, float)
        ):
            return limit
        original = scaling.get("original_max_position_embeddings")
        return max(limit, int((original if isinstance(original, int) else limit) * factor))

    @property
    def tied(self) -> bool:
        """Whether the first and the last layer share their weights."""
        said = self.config.get("tie_word_embeddings")
        if isinstance(said, bool):
            return said
        if self.model_type in CAUSAL:
            return self.model_type in TIED
        return self.weights is not None and not any(
            _last(_module(name)) in OUTPUTS for name in self.weights
        )

    @property
    def sliding_window(self) -> int | None:
        """Tokens that a layer looks back, where any layer has such a limit."""
        used = self.config.get("use_sliding_window", self.model_type not in _OPTIONAL_WINDOW)
        kinds = self.config.get("layer_types")
        if not used or (isinstance(kinds, list) and kinds and set(kinds) == {"full_attention"}):
            return None
        if self.model_type == "gpt_neo":
            return self.whole("window_size")
        return self.whole("sliding_window", "sliding_window_size", "attention_chunk_size")

    @property
    def attention_softcap(self) -> float | None:
        """Attention scores are `cap * tanh(score / cap)`: PyTorch's own attention cannot."""
        return self.number("attn_logit_softcapping")

    @property
    def logit_softcap(self) -> float | None:
        """Logits are `cap * tanh(logit / cap)`."""
        return self.number("final_logit_softcapping")

    @property
    def logit_scale(self) -> float | None:
        """Logits are multiplied by this (Cohere)."""
        return self.number("logit_scale")

    @property
    def logit_divisor(self) -> float | None:
        """Logits are divided by this (Granite)."""
        return self.number("logits_scaling")

    @property
    def causal(self) -> bool | None:
        """Whether it continues text from left to right; None where that is not known."""
        if self.model_type in ENCODERS:
            return False
        if any(name.endswith("ForCausalLM") for name in self.architectures):
            return True
        if any(name.endswith(_OTHER_HEADS) for name in self.architectures):
            return False
        return True if self.model_type in CAUSAL | RECURRENT else None

    @property
    def classifies(self) -> bool:
        """Whether it is known to take a head for whole texts."""
        return self.model_type in CLASSIFYING_ENCODERS | CLASSIFYING_DECODERS

    @property
    def recurrent(self) -> bool:
        """Whether it carries a state from token to token: rows laid end to end would mix."""
        if self.model_type in RECURRENT:
            return True
        for name in ("layer_types", "layers_block_type", "block_types"):
            kinds = self.config.get(name)
            if isinstance(kinds, list) and any(
                str(kind).startswith(_RECURRENT_LAYERS) for kind in kinds
            ):
                return True
        return False

    @property
    def quantized(self) -> bool:
        """Whether the weights are stored quantized already."""
        return isinstance(self.config.get("quantization_config"), dict)

    @property
    def storage(self) -> str:
        """How the weights are stored quantized already, as in `facts.storage`; empty where they
        are not.
        """
        said = self.config.get("quantization_config")
        return kind_of(said) if isinstance(said, dict) else ""

    @property
    def own_code(self) -> bool:
        """Whether Python code comes with the model."""
        return isinstance(self.config.get("auto_map"), dict)

    @property
    def known(self) -> bool:
        """Whether it is sure that transformers has the architecture."""
        return self.model_type in CAUSAL | RECURRENT | ENCODERS

    @property
    def matrices(self) -> Mapping[str, tuple[int, ...]]:
        """Modules with a weight of two dimensions, embeddings and output layer included.

        The experts of a mixture and their router are left out: transformers 5 loads them as modules
        of its own, which are not linear layers.
        """
        weights = self.weights or {}
        routers = _ROUTERS if any(".experts." in name for name in weights) else ()
        return {
            _module(name): shape
            for name, shape in weights.items()
            if name.endswith(_MATRICES)
            and len(shape) == 2
            and ".experts." not in name
            and _last(_module(name)) not in routers
        }

    @property
    def experts(self) -> Mapping[str, tuple[int, ...]]:
        """Weights of three dimensions, of all experts of a layer, as transformers 5 names them."""
        found: dict[str, tuple[int, ...]] = {}
        for name, shape in (self.weights or {}).items():
            before, _, rest = name.partition(".experts.")
            number, _, part = rest.removesuffix(".weight").partition(".")
            if len(shape) == 3 and rest:
                found[name] = shape
            elif number.isdigit() and part in FUSED and len(shape) == 2:
                fused = f"{before.replace('block_sparse_moe', 'mlp')}.experts.{FUSED[part]}"
                count, outputs, _ = found.get(fused, (0, 0, 0))
                first = number == "0"
                found[fused] = (
                    max(count, int(number) + 1),
                    outputs + shape[0] * first,
                    shape[1],
                )
        return found

    def linear_modules(self) -> list[str]:
        """Linear layers, without embeddings and output layer."""
        return [
            name for name in self.matrices if not is_embedding(name) and _last(name) not in OUTPUTS
        ]

    def module_names(self) -> list[str]:
        """All modules that have weights, and the modules that these are in."""
        found: dict[str, None] = {}
        for name in self.weights or {}:
            parts = name.partition(".weight.")[0].split(".")[
                :-1
            ]  # bitsandbytes has `weight.absmax`
            for end in range(1, len(parts) + 1):
                found[".".join(parts[:end])] = None
        if self.weights and self.tied and not any(_last(name) in OUTPUTS for name in found):
            found["lm_head"] = None
        return list(found)


def is_embedding(module: str) -> bool:
    """Whether a module with a matrix turns ids or positions into vectors."""
    last = _last(module)
    return ("embed" in last and last not in OUTPUTS) or last in ("wte", "wpe", "shared")


def _module(tensor: str) -> str:
    return tensor.rpartition(".")[0]


def _last(module: str) -> str:
    return module.rpartition(".")[2]
