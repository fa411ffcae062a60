"""What `config` and `rope_scaling` say reaches the model, as transformers understands it."""

from pathlib import Path
from types import ModuleType

import pytest
import torch
from exactness.tiny_models import build, script
from transformers import AutoConfig, AutoModelForCausalLM

pytestmark = pytest.mark.torch

SPEC = """\
model "{base}" {{
  max_length = {length} tokens
  {model}
}}
method full
objective pretrain
template plain {{ text "{{{{ text }}}}" }}
data train {{ source "rows.jsonl" }}
train {{ steps = 1 }}
"""


def compiled(folder: Path, model: str, base: str = "llama", length: int = 256) -> ModuleType:
    build(folder, base)
    (folder / "rows.jsonl").write_text('{"text": "a"}\n')
    return script(folder, "config", SPEC.format(model=model, base=base, length=length))


@pytest.mark.parametrize("kind", ["linear", "yarn"])
def test_scaled_positions_are_those_of_transformers(kind: str, tmp_path: Path) -> None:
    module = compiled(tmp_path, f"rope_scaling {kind} {{ factor = 4 }}", length=1024)
    model = module.load_model().eval()
    model.set_attn_implementation("sdpa")
    config = AutoConfig.from_pretrained(tmp_path / "llama")
    config.rope_parameters = {
        "rope_theta": 10000.0,
        "rope_type": kind,
        "factor": 4.0,
        "original_max_position_embeddings": 256,
    }
    config.max_position_embeddings = 1024
    wanted = AutoModelForCausalLM.from_pretrained(
        tmp_path / "llama", config=config, dtype=torch.float32
    ).eval()
    ids = torch.randint(0, 261, (1, 700), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        theirs = wanted(input_ids=ids).logits
        torch.testing.assert_close(model(input_ids=ids).logits, theirs)
    plain = AutoModelForCausalLM.from_pretrained(tmp_path / "llama", dtype=torch.float32).eval()
    with torch.no_grad():
        assert not torch.allclose(plain(input_ids=ids).logits, theirs, atol=1e-2)


def test_settings_of_the_configuration_are_set(tmp_path: Path) -> None:
    model = "config { attention_dropout = 0.25, rms_norm_eps = 1e-3, num_labels = 3 }"
    config = compiled(tmp_path, model).load_model().config
    assert (config.attention_dropout, config.rms_norm_eps, config.num_labels) == (0.25, 1e-3, 3)


def test_a_name_that_the_configuration_lacks_stops_the_script(tmp_path: Path) -> None:
    module = compiled(tmp_path, "config { mixture_of_owls = 4 }")
    with pytest.raises(SystemExit, match="the model's config has no mixture_of_owls"):
        module.load_model()


@pytest.mark.parametrize("base", ["gpt2"])
def test_positions_that_do_not_rotate_stop_the_script(base: str, tmp_path: Path) -> None:
    module = compiled(tmp_path, "rope_scaling yarn { factor = 4 }", base)
    with pytest.raises(SystemExit, match="no plain rotary embeddings"):
        module.load_model()
