"""Writes `encoder/`, a BERT of random weights with a tokenizer, and `reviews.jsonl`.

Out: the same bytes on every run. The tokenizer reads bytes and marks texts as BERT's does:
`[CLS] a [SEP] b [SEP]`. Run with the environment of the tests: `python make_encoder.py`.
"""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

HERE = Path(__file__).parent
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def tokenizer() -> PreTrainedTokenizerFast:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate([*SPECIAL, *letters])}
    made = Tokenizer(models.BPE(vocabulary, [], unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    )


def main() -> None:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=260,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=128,
        initializer_range=0.2,
        pad_token_id=0,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(HERE / "encoder")
    tokenizer().save_pretrained(HERE / "encoder")
    rows = (HERE.parents[2] / "samples/reviews/reviews.jsonl").read_text().splitlines(True)
    (HERE / "reviews.jsonl").write_text("".join(rows[:80]))
    (HERE / "reviews_2.jsonl").write_text("".join(rows[80:100]))


if __name__ == "__main__":
    main()
