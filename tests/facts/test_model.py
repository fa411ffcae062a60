"""What is read of a model: its configuration and the headers of its weights."""

from pathlib import Path

import pytest
from model_folders import llama_config, llama_shapes, write_json, write_model, write_weights

from tunec.facts.jsonfile import Unreadable
from tunec.facts.model import ModelFacts
from tunec.facts.weights import read_shapes
from tunec.files import Files


def facts(**config: object) -> ModelFacts:
    return ModelFacts("folder", config, None)


def test_shapes_come_from_the_header(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "base")
    shapes = read_shapes(Files(), folder)
    assert shapes == llama_shapes()


def test_shapes_of_shards_are_joined(tmp_path: Path) -> None:
    write_weights(tmp_path / "one.safetensors", {"a.weight": (2, 3)})
    write_weights(tmp_path / "two.safetensors", {"b.weight": (4,), "c.weight": (5, 6)})
    table = {
        "a.weight": "one.safetensors",
        "b.weight": "two.safetensors",
        "c.weight": "two.safetensors",
    }
    write_json(tmp_path / "model.safetensors.index.json", {"metadata": {}, "weight_map": table})
    shapes = read_shapes(Files(), tmp_path)
    assert shapes == {"a.weight": (2, 3), "b.weight": (4,), "c.weight": (5, 6)}


def test_a_folder_without_weights_has_no_shapes(tmp_path: Path) -> None:
    assert read_shapes(Files(), tmp_path) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not a file of safetensors, or is cut off"),
        (b"\x00" * 4, "is not a file of safetensors, or is cut off"),
        (b"\xff" * 20, "is not a file of safetensors, or is cut off"),
        (b"\x02\0\0\0\0\0\0\0[]", "has a damaged header"),
        (b'\x0f\0\0\0\0\0\0\0{"a.weight": 3} ', "has a damaged header"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS"),
    ],
)
def test_damaged_weights_are_told(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(Unreadable, match=f"^`model.safetensors` {reason}"):
        read_shapes(Files(), tmp_path)


def test_names_of_modules() -> None:
    model = ModelFacts("folder", llama_config(), llama_shapes(layers=1))
    assert model.linear_modules() == [
        *(f"model.layers.0.self_attn.{name}" for name in ("q_proj", "k_proj", "v_proj", "o_proj")),
        *(f"model.layers.0.mlp.{name}" for name in ("gate_proj", "up_proj", "down_proj")),
    ]
    assert {"model.layers.0.mlp", "model.layers", "model.norm", "lm_head"} <= set(
        model.module_names()
    )
    assert "model.embed_tokens" in model.matrices


def test_fused_experts_and_gpt2_names() -> None:
    shapes = {
        "h.0.attn.c_attn.weight": (8, 24),
        "wte.weight": (32, 8),
        "wpe.weight": (16, 8),
        "h.0.mlp.experts.3.w1.weight": (8, 8),
        "h.0.mlp.gate.weight": (4, 8),
        "h.0.ln_1.weight": (8,),
    }
    model = ModelFacts("folder", {"model_type": "gpt2"}, shapes)
    assert model.linear_modules() == ["h.0.attn.c_attn"]
    assert model.tied
    assert "lm_head" in model.module_names()


@pytest.mark.parametrize(
    ("config", "limit"),
    [
        ({"max_position_embeddings": 4096}, 4096),
        ({"n_positions": 1024}, 1024),
        ({}, None),
        (
            {"max_position_embeddings": 2048, "rope_scaling": {"type": "linear", "factor": 2.0}},
            4096,
        ),
        (
            {
                "max_position_embeddings": 131072,
                "rope_scaling": {
                    "rope_type": "llama3",
                    "factor": 8.0,
                    "original_max_position_embeddings": 8192,
                },
            },
            131072,
        ),
        (
            {
                "max_position_embeddings": 32768,
                "rope_parameters": {
                    "rope_type": "yarn",
                    "factor": 4.0,
                    "original_max_position_embeddings": 32768,
                },
            },
            131072,
        ),
        (
            {
                "max_position_embeddings": 163840,
                "rope_scaling": {
                    "type": "yarn",
                    "factor": 40,
                    "original_max_position_embeddings": 4096,
                },
            },
            163840,
        ),
    ],
)
def test_positions(config: dict[str, object], limit: int | None) -> None:
    assert facts(**config).max_positions == limit


@pytest.mark.parametrize(
    ("config", "window"),
    [
        ({"model_type": "mistral", "sliding_window": 4096}, 4096),
        ({"model_type": "mistral", "sliding_window": None}, None),
        ({"model_type": "qwen2", "sliding_window": 4096}, None),
        ({"model_type": "qwen2", "sliding_window": 4096, "use_sliding_window": True}, 4096),
        ({"model_type": "qwen3", "sliding_window": 64, "use_sliding_window": False}, None),
        ({"sliding_window": 512, "layer_types": ["sliding_attention", "full_attention"]}, 512),
        ({"sliding_window": 512, "layer_types": ["full_attention", "full_attention"]}, None),
    ],
)
def test_sliding_window(config: dict[str, object], window: int | None) -> None:
    assert facts(**config).sliding_window == window


@pytest.mark.parametrize(
    ("config", "causal"),
    [
        ({"architectures": ["LlamaForCausalLM"], "model_type": "llama"}, True),
        ({"model_type": "gpt2"}, True),
        ({"model_type": "bert", "architectures": ["BertForMaskedLM"]}, False),
        ({"model_type": "t5", "architectures": ["T5ForConditionalGeneration"]}, False),
        ({"model_type": "llama", "architectures": ["LlamaForSequenceClassification"]}, False),
        ({"model_type": "of-next-year"}, None),
        ({"model_type": "of-next-year", "architectures": ["NewForCausalLM"]}, True),
    ],
)
def test_causal(config: dict[str, object], causal: bool | None) -> None:
    assert facts(**config).causal is causal


def test_recurrent() -> None:
    assert facts(model_type="mamba").recurrent
    assert facts(model_type="new", layer_types=["full_attention", "linear_attention"]).recurrent
    assert not facts(model_type="qwen3", layer_types=["full_attention"]).recurrent


def test_scales_and_caps() -> None:
    model = facts(attn_logit_softcapping=50.0, final_logit_softcapping=30, logit_scale=0.0625)
    assert (model.attention_softcap, model.logit_softcap, model.logit_scale) == (50.0, 30.0, 0.0625)
    assert facts(logits_scaling=8.0).logit_divisor == 8.0
    assert facts(attn_logit_softcapping=None).attention_softcap is None


@pytest.mark.parametrize(
    ("config", "tied"),
    [
        ({"tie_word_embeddings": True, "model_type": "llama"}, True),
        ({"tie_word_embeddings": False, "model_type": "gpt2"}, False),
        ({"model_type": "llama"}, False),
        ({"model_type": "gemma"}, True),
    ],
)
def test_tied(config: dict[str, object], tied: bool) -> None:
    assert facts(**config).tied is tied


def test_tied_is_seen_by_the_weights_of_an_unknown_type() -> None:
    shapes = llama_shapes()
    assert not ModelFacts("folder", {"model_type": "new"}, shapes).tied
    del shapes["lm_head.weight"]
    assert ModelFacts("folder", {"model_type": "new"}, shapes).tied


def test_values_of_the_wrong_sort_are_not_known() -> None:
    model = facts(
        model_type=3, num_hidden_layers="12", vocab_size=True, architectures="x", rope_scaling=[1]
    )
    assert model.model_type is None
    assert model.layers is None
    assert model.vocab_size is None
    assert model.architectures == ()
    assert model.max_positions is None
