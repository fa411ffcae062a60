"""Files that list the weights to train."""

from pathlib import Path

import pytest
from lowering import WHOLE, lowering

from tunec.facts.listed import Listed, gather_listed, is_listed
from tunec.files import Files

SPECTRUM = """\
unfrozen_parameters:
- ^lm_head.weight$
# input_layernorm layers

- model.layers.1.mlp.down_proj   # the best
- "model.norm"
model.embed_tokens
"""


def listed(folder: Path, text: str | None) -> Listed:
    if text is not None:
        (folder / "w.yaml").write_text(text)
    spec = WHOLE.replace("lora { rank = 16 }", 'freeze { modules_file = "w.yaml" }')
    return gather_listed(lowering(spec, folder=folder).valid, Files())


def test_names_are_read_with_their_lines(tmp_path: Path) -> None:
    assert listed(tmp_path, SPECTRUM) == Listed(
        (
            (2, "^lm_head.weight$"),
            (5, "model.layers.1.mlp.down_proj"),
            (6, "model.norm"),
            (7, "model.embed_tokens"),
        )
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no file `w.yaml`"),
        ("", "`w.yaml` lists nothing"),
        ("# nothing\n", "`w.yaml` lists nothing"),
        ("model.norm\nlayers: all\n", "line 2 of `w.yaml` is no name of a weight: layers: all"),
        ("- model.(norm\n", "line 1 of `w.yaml` is no pattern: "),
    ],
)
def test_what_is_no_list_is_told(text: str | None, said: str, tmp_path: Path) -> None:
    assert listed(tmp_path, text).problem.startswith(said)


@pytest.mark.parametrize(
    ("pattern", "weight", "matches"),
    [
        ("^lm_head.weight$", "lm_head.weight", True),
        ("model.layers.1", "model.layers.1.mlp.down_proj.weight", True),
        ("model.layers.1", "model.layers.10.mlp.down_proj.weight", False),
        ("layers.1", "model.layers.1.mlp.down_proj.weight", False),
        (r"model.layers.\d.mlp", "model.layers.7.mlp.up_proj.weight", True),
        ("model.norm|lm_head", "model.norm.weight", True),
    ],
)
def test_a_pattern_is_of_whole_names(pattern: str, weight: str, matches: bool) -> None:
    assert is_listed(pattern, weight) == matches
