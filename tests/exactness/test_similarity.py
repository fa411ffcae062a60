"""Similarity is the cosine of means of hidden states, each text by itself."""

import pytest
from emitted_script import ROOT
from exactness.tiny_models import script

pytestmark = pytest.mark.torch

SPEC = """\
model "pico" { max_length = 64 tokens }
method lora { rank = 4 }
template dates { user "{{ question }}", assistant "{{ answer }}" }
data train      { source "dates.jsonl" }
data validation { split = 4 examples }
evaluate { generate { metric similarity { model = "embedder" } } }
"""
TEXTS = (
    ("2 July 1999", "1999-07-02"),
    ("same", "same"),
    ("", "something"),
    ("a much longer answer that says a lot more than was wanted of it", "short"),
    ("x" * 200, "é"),
)


@pytest.fixture(scope="module")
def embedder():
    """A tiny BERT of random weights, for which masks and padding would matter."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    sizes |= {"vocab_size": 300, "intermediate_size": 64, "max_position_embeddings": 100}
    return BertModel(BertConfig(**sizes)).eval()


@pytest.fixture(scope="module")
def module(embedder, tmp_path_factory):
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("similar")
    rows = (ROOT / "tests/golden/data/dates.jsonl").read_text()
    (folder / "dates.jsonl").write_text(rows)
    (folder / "pico").symlink_to(ROOT / "samples/models/pico")
    embedder.save_pretrained(folder / "embedder")
    AutoTokenizer.from_pretrained(folder / "pico").save_pretrained(folder / "embedder")
    return script(folder, "similar", SPEC)


def test_it_is_the_cosine_of_means_over_the_tokens(module, embedder):
    """Computed in one padded batch, as libraries of sentence embeddings do."""
    import torch

    answers = [{"given": given, "wanted": wanted, "scores": {}} for given, wanted in TEXTS]
    module.add_similarities(answers)
    found = [answer["scores"]["similarity"] for answer in answers]
    tokenizer = module.AutoTokenizer.from_pretrained(module.SIMILARITY_MODEL)
    ids = [tokenizer(text or " ")["input_ids"][:100] for pair in TEXTS for text in pair]
    width = max(map(len, ids))
    mask = torch.tensor([[1] * len(each) + [0] * (width - len(each)) for each in ids])
    padded = torch.tensor([each + [0] * (width - len(each)) for each in ids])
    with torch.no_grad():
        states = embedder(input_ids=padded, attention_mask=mask).last_hidden_state
    means = (states * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)
    expected = torch.cosine_similarity(means[::2], means[1::2])
    assert found == pytest.approx(expected.tolist(), abs=1e-5)
    assert found[1] == pytest.approx(1)
    assert all(-1 <= value < 0.999 for value in (found[0], *found[2:]))


def test_a_signal_ends_it(module, monkeypatch):
    monkeypatch.setattr(module, "signals", [15])
    with pytest.raises(module.Stopped):
        module.embeddings(["a"])
