"""Kinds of models by their `model_type`, as transformers 5.23 knows them.

In: nothing. Out: `ENCODERS`, `RECURRENT` and `CAUSAL`. Invariant: a type that is in none of them is
unknown here, not wrong: another version of transformers may have it.
"""


def _types(words: str) -> frozenset[str]:
    return frozenset(words.split())


ENCODERS = _types(
    "albert bart bert bert-generation big_bird bigbird_pegasus blenderbot blenderbot-small "
    "camembert canine clip convbert data2vec-text deberta deberta-v2 distilbert dpr electra "
    "encoder-decoder ernie esm eurobert flaubert fnet fsmt funnel ibert led longformer "
    "longt5 luke m2m_100 marian mbart megatron-bert mobilebert modernbert mpnet mra mt5 mvp "
    "nllb-moe nomic_bert nystromformer pegasus pegasus_x plbart prophetnet reformer rembert "
    "roberta roberta-prelayernorm roc_bert roformer siglip siglip2 splinter squeezebert "
    "switch_transformers t5 t5gemma t5gemma2 tapas trocr umt5 vit whisper xlm xlm-roberta "
    "xlm-roberta-xl xlnet xmod yoso"
)
"""Encoders, and encoders with a decoder: they do not continue a text from left to right."""

RECURRENT = _types(
    "bailing_hybrid bamba falcon_h1 falcon_mamba granitemoehybrid jamba kimi_linear lfm2 "
    "lfm2_moe lfm3 mamba mamba2 minimax nemotron_h olmo_hybrid qwen3_5 qwen3_5_moe "
    "qwen3_5_moe_text qwen3_5_text qwen3_next qwen4_exp qwen4_exp_text recurrent_gemma rwkv "
    "xlstm zamba zamba2 zaya"
)
"""Recurrent, convolutional and linear attention layers: rows laid end to end would mix."""

CAUSAL = _types(
    "apertus arcee biogpt bitnet bloom codegen cohere cohere2 cohere2_moe ctrl cwm dbrx "
    "deepseek_v2 deepseek_v3 deepseek_v32 diffllama doge dots1 ernie4_5 ernie4_5_moe "
    "exaone4 exaone_moe falcon flex_olmo gemma gemma2 gemma3_text gemma3n_text gemma4_text "
    "glm glm4 glm4_moe glm4_moe_lite gpt-sw3 gpt2 gpt_bigcode gpt_neo gpt_neox "
    "gpt_neox_japanese gpt_oss gptj granite granitemoe granitemoeshared helium "
    "hunyuan_v1_dense hunyuan_v1_moe internlm3 jais2 jetmoe llama llama4_text longcat_flash "
    "minicpm3 minimax_m2 ministral ministral3 mistral mixtral modernbert-decoder mpt "
    "nanochat nemotron olmo olmo2 olmo3 olmoe openai-gpt opt persimmon phi phi3 phimoe "
    "qwen2 qwen2_moe qwen3 qwen3_moe seed_oss smollm3 stablelm starcoder2 vaultgemma xglm "
    "youtu"
)
"""Decoders whose layers are attention only, part of transformers."""

TIED = _types(
    "bloom codegen cohere cohere2 ctrl falcon gemma gemma2 gemma3_text gpt-sw3 gpt2 "
    "gpt_bigcode gpt_neo mpt openai-gpt opt starcoder2 xglm"
)
"""Those that share the first and last weights where the configuration does not say."""

CLASSIFYING_ENCODERS = _types(
    "albert bert camembert distilbert electra modernbert roberta xlm-roberta"
)
"""Encoders that transformers has with a head for whole texts, seen to train here."""

CLASSIFYING_DECODERS = _types(
    "arcee diffllama exaone4 falcon gemma gemma2 gemma3_text glm glm4 gpt2 gpt_bigcode gpt_neox "
    "helium hunyuan_v1_dense jetmoe llama minicpm3 ministral ministral3 mistral mixtral nemotron "
    "olmo olmo2 olmo3 opt persimmon phi phi3 phimoe qwen2 qwen2_moe qwen3 qwen3_moe seed_oss "
    "smollm3 stablelm starcoder2"
)
"""Decoders that transformers has with a head on a text's last token, and with PyTorch's attention
(`gemma2` is computed with its own).
"""

TWO_SEGMENTS = _types("albert bert electra")
"""Those that are told by `token_type_ids` which of two texts a token is of."""

OFFSET_POSITIONS = _types("camembert roberta xlm-roberta")
"""Those that count positions from after their pad token's number, so that a row can have fewer."""
