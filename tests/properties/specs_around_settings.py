"""For each setting, a spec in which it is legal, and values that have to make a difference.

In: nothing. Out: tables by the path of a setting or block, or by a setting's name. Invariant: what
stands in no table can be told from the vocabulary.
"""

from tunec.facts.optimizers import OPTIMIZERS
from tunec.spec.chat_templates import LIBRARY
from tunec.spec.metrics import WORDS

# --- A spec around each setting -------------------------------------------------------

PARTS = {
    "": "",
    "model": 'model "hub:acme/base"',
    "quantize": "",
    "method": "method lora",
    "template": 'template t { user "{{ question }}", assistant "{{ answer }}" }',
    "data": 'data train { source "rows.jsonl" }\ndata validation { split = 10% }',
    "objective": "",
    "train": "",
    "evaluate": "evaluate { every = 1 epoch, generate }",
    "checkpoint": "",
}
"""A spec in which all is legal, by the keyword of the outermost block."""

RUNNING = {
    "template": 'template t { text "{{ text }}" }',
    "objective": "objective pretrain",
    "evaluate": "",
    "data": 'data train { source "rows.txt" }',
}
SCRATCH = {"evaluate": "", "method": "method full"}
HELD_OUT = {"evaluate": "evaluate { generate }"}

LORA = ("lora", "dora", "qlora")
NUMBERS = ("default", "gaussian", "orthogonal", "pissa", "olora", "eva", "corda", "lora_ga")
"""What LoRA may begin as on weights that are not quantized."""
OF_HUB = ("subset", "split", "revision", "streaming", "buffer")
MEASURED, OVERLAP = ("validation", "test", "general"), ("overlap", "overlap_by")
OF_SOURCES = ("filter", "map", "first", "sample", "repeat", "share", "probability")

NOT_SEEN = {
    "data": 'data train { source "https://acme.example/a.jsonl" }\ndata validation { split = 10% }'
}
"""Data whose columns no check knows."""
UNASKED = {**NOT_SEEN, "evaluate": ""}
TURNS = (
    'template t { system "S", user "{{ question }}", assistant "{{ answer }}", tool "T", '
    'assistant "A" }'
)

HEADED = {
    "method": "method full",
    "template": 'template t { text "{{ question }}", label "{{ answer }}" }',
    "objective": 'objective classify { labels = ["!", "a"] }',
    "evaluate": "",
}

AROUND: dict[str, dict[str, str]] = {
    "objective.classify": HEADED,
    "objective.regress": {**HEADED, **NOT_SEEN},
    "template.label": HEADED,
    "template.labels": {**HEADED, **NOT_SEEN},
    "objective.pretrain": {"evaluate": ""},
    "train.trained_dtype": {"method": "method full"},
    **{f"train.optimizer.{kind}.decay": {"method": "method full"} for kind in OPTIMIZERS},
    **{
        f"train.optimizer.{kind}": {"method": "method full"}
        for kind, known in OPTIMIZERS.items()
        if known.hidden
    },
    "model.scratch": SCRATCH,
    "data.train.overflow": {**RUNNING, "data": ""},
    "data.source.sample_by": {**RUNNING, "data": ""},
    "data.source.path": {"evaluate": ""},
    "data.source.format": {**RUNNING, "data": ""},
    "data.train": {"evaluate": ""},
    "data.exclude": {"evaluate": ""},
    "data.test": HELD_OUT,
    "data.general": {"evaluate": ""},
    "evaluate.forgetting": {"": 'data general { source "more.jsonl" }'},
    "data.train.train_on": {"evaluate": "", "template": TURNS},
    "data.source.template": {
        **RUNNING,
        "template": 'template t { text "{{ text }}" }\ntemplate u { text "A {{ text }}" }',
        "": 'data test { source "rows.jsonl" { template = t }, '
        'source "more.jsonl" { template = u } }',
    },
    **{f"data.source.{name}": {"evaluate": ""} for name in (*OF_HUB, *OF_SOURCES)},
    "template.text": {**RUNNING, "template": ""},
    "template.messages": NOT_SEEN,
    "template.tools": NOT_SEEN,
    "template.segments": UNASKED,
    "template.tokens": UNASKED,
    "template.assistant": NOT_SEEN,
    "template.completion": NOT_SEEN,
    "template.system": NOT_SEEN,
}
"""What else has to be different, for a setting or for all of a kind."""

BESIDE: dict[str, str] = {
    "evaluate.generate.top_p": "temperature = 1.0",
    "evaluate.generate.metric_timeout": 'metrics = ["rows.py:measure"]',
    **{f"train.optimizer.{kind}.decay": "weight_decay = 0.1" for kind in OPTIMIZERS},
    "train.optimizer.group.text": "learning_rate = 1e-5",
    "train.optimizer.sgd.nesterov": "momentum = 0.9",
    **{f"method.{kind}.layers": 'target_modules = ["q_proj"]' for kind in LORA},
    **{f"method.{kind}.init_rows": "init = eva" for kind in LORA},
    **{f"method.{kind}.init_texts": "init = corda" for kind in ("lora", "dora")},
    "method.lora.target_parameters": 'target_modules = ["q_proj"]',
    "method.qlora.target_parameters": 'target_modules = ["q_proj"]',
    "method.module.path": "rank = 4",
    **{f"method.p_tuning.{name}": "encoder = lstm" for name in ("layers", "dropout")},
    "data.train": 'source "rows.jsonl"',
    "data.train.overflow": 'source "rows.txt"',
    "data.train.descending": 'sort_by = "n", source "hub:acme/rows"',
    "data.train.sort_by": 'source "hub:acme/rows"',
    "data.exclude": 'source "more.jsonl"',
    "data.train.threshold": 'deduplicate = near, source "rows.jsonl"',
    **{f"data.{part}.{name}": 'source "more.jsonl"' for part in MEASURED for name in OVERLAP},
    "data.train.mix": 'source "rows.jsonl", source "more.jsonl"',
    "data.train.stop": 'mix = interleave, source "rows.jsonl", source "more.jsonl"',
    "data.source.streaming": "first = 10 examples",
    "data.source.buffer": "streaming = true, first = 10 examples",
    "template.system": 'user "{{ question }}", assistant "{{ answer }}"',
    "template.user": 'assistant "{{ answer }}"',
    "template.assistant": 'user "{{ question }}"',
    "template.assistant.train": 'user "A", assistant "{{ answer }}", user "{{ question }}"',
    "template.tool": 'user "{{ question }}", assistant "A"',
    "template.tools": 'user "{{ question }}", assistant "{{ answer }}"',
    "template.messages.train": 'user "{{ question }}", assistant "{{ answer }}"',
    "template.label": 'text "{{ question }}"',
    "template.labels": 'text "{{ question }}"',
    "objective.classify.threshold": 'labels = ["!", "a"]',
    "objective.classify.class_weights": 'labels = ["!", "a"]',
    "template.prompt": 'completion "{{ answer }}"',
    "template.completion": 'prompt "{{ question }}"',
}
"""What has to stand in the same block; a turn's neighbours in the template."""

NEXT_TO: dict[str, str] = {
    "evaluate.best.measure": "generate",
    "data.source.share": 'source "more.jsonl"',
    "data.source.probability": 'mix = interleave, source "more.jsonl" { probability = 50% }',
}
"""What has to stand beside the block."""

WITHOUT_SOME_WORDS = {
    "data.source.format",  # each needs a file of its own, and is tried by itself
    *(f"method.{kind}.init" for kind in LORA),  # one needs quantized weights, others none
    "objective.classify.class_weights",  # one needs labels that are counted
}
"""Settings whose words are not all legal in the specs here."""

REQUIRED = {
    "evaluate.generate.metric.python_tests": {
        "tests": '"answer"',
        "allow_code_execution": "true",
    },
    "evaluate.generate.metric.judge": {
        "address": '"http://localhost/v1"',
        "model": '"judge"',
    },
    "evaluate.harness": {"tasks": '["arc_easy"]'},
    "model.scratch": {
        "architecture": "llama",
        "tokenizer": '"hub:acme/base"',
        "hidden_size": "32",
        "num_hidden_layers": "2",
        "num_attention_heads": "4",
    },
}
"""Settings that a kind cannot do without."""

BELOW_ANOTHER = {"user", "completion", "assistant"}
"""Turns that have to come after their neighbours, or between them."""

LABELS = {
    "train.optimizer.group.learning_rate": '"lm_head"',
    "train.optimizer.group.weight_decay": '"lm_head"',
    "system": '"S"',
    "assistant": '"{{ answer }}"',
    "completion": '"{{ answer }}"',
    "messages": '"messages"',
    "segments": '"segments"',
    "tokens": '"tokens"',
    **{f"data.source.{name}": '"hub:acme/rows"' for name in OF_HUB},
    **{f"data.source.{name}": '"rows.jsonl"' for name in OF_SOURCES},
}
"""What follows the keyword of a part of a template or of a source, where its settings are looked
at."""

VALUES: dict[str, tuple[str, ...]] = {
    "name": ('"one"', '"two"'),
    "seed": ("1", "2"),
    "output": ('"runs/one"', '"runs/two"'),
    "cache": ('"runs/rows"', '"runs/encoded"', "none"),
    "model.path": ('"hub:acme/base"', '"hub:acme/other"', '"base"'),
    "model.revision": ('"v1"', '"v2"'),
    "max_length": ("128 tokens", "256 tokens"),
    "tokenizer": ('"hub:acme/base"', '"hub:acme/other"', '"base"'),
    "hidden_size": ("16", "32"),
    "num_hidden_layers": ("2", "3"),
    "num_attention_heads": ("2", "4"),
    "num_key_value_heads": ("1", "2"),
    "intermediate_size": ("16", "24"),
    "threshold": ("5.0", "6.0", "6.5"),
    "last_layers": ("1", "2"),
    "modules": ('["lm_head"]', '["norm"]', '["norm", "lm_head"]'),
    "rank": ("8", "16"),
    "alpha": ("8", "32", "32.5"),
    "dropout": ("0%", "5%", "10%"),
    "target_modules": ("all_linear", '["q_proj"]', '["v_proj"]'),
    "data.source.path": ('"rows.jsonl"', '"more.jsonl"', '"rows.csv"'),
    "data.source.format": ("text", "jsonl", "csv"),
    "data.source.subset": ('"en"', '"de"'),
    "data.source.split": ('"train"', '"train[:20%]+test"', '"test"'),
    "data.source.revision": ('"v1"', '"v2"'),
    "buffer": ("100 examples", "200 examples"),
    "filter": ('"len(answer) > 0"', '"len(answer) >= 1"', '"rows.py:keep"'),
    "map": ('"rows.py:keep"', '"rows.py:change"'),
    "first": ("10 examples", "20 examples"),
    "sample": ("10 examples", "20 examples", "10%", "20%"),
    "repeat": ("2", "3"),
    "share": ("10%", "20%"),
    "probability": ("50%", "49.97%"),
    "data.validation.split": ("10%", "20%", "1 example", "2 examples"),
    "columns": ('["question"]', '["answer"]'),
    "ngram": ("8", "13"),
    "data.train.threshold": ("70%", "80%"),
    "sort_by": ('"n"', '"difficulty"'),
    "learning_rate": ("1e-4", "1e-3"),
    "weight_decay": ("0", "0.1", "0.2"),
    "loraplus_ratio": ("4", "16"),
    "train.optimizer.group.text": ('"embed_tokens"', '"lm_head"'),
    "train.optimizer.group.learning_rate": ("1e-5", "1e-6"),
    "train.optimizer.group.weight_decay": ("0.1", "0.2"),
    "betas": ("[0.9, 0.999]", "[0.8, 0.999]", "[0.9, 0.95]"),
    "train.optimizer.ademamix.betas": ("[0.9, 0.999, 0.9999]", "[0.8, 0.999, 0.9999]"),
    "train.optimizer.ademamix_8bit.betas": ("[0.9, 0.999, 0.9999]", "[0.8, 0.999, 0.9999]"),
    "train.optimizer.ademamix.alpha": ("5.0", "8.0"),
    "train.optimizer.ademamix_8bit.alpha": ("5.0", "8.0"),
    "scale": ("0.5", "1.0", "2.0"),
    "update_every": ("100 steps", "200 steps"),
    "train.optimizer.rmsprop.alpha": ("0.99", "0.9"),
    "epsilon": ("1e-8", "1e-6"),
    "momentum": ("0", "0.9"),
    "warmup": ("0%", "3%", "5%", "0 steps", "3 steps", "5 steps", "0 epochs", "1 epoch"),
    "train.schedule.inverse_sqrt.warmup": ("3%", "5%", "3 steps", "1 epoch", "2 epochs"),
    "floor": ("0%", "10%", "20%", "1e-6", "1e-7"),
    "cycles": ("1", "2", "3"),
    "power": ("1", "2", "0.5"),
    "timescale": ("100 steps", "200 steps"),
    "train.schedule.warmup_stable_decay.decay": ("10%", "20%", "10 steps", "20 steps"),
    "epochs": ("2", "3"),
    "steps": ("200", "300"),
    "train.batch": ("8 examples", "16 examples", "8192 tokens", "16384 tokens"),
    "forward": ("4096 tokens", "8192 tokens"),
    "train.watchdog.grad_norm": ("5", "10", "none"),
    "train.watchdog.loss": ("5.0", "6.0"),
    "window": ("20 steps", "50 steps"),
    "train.watchdog.patience": ("5 steps", "10 steps"),
    "neftune_noise_alpha": ("5", "10"),
    "max_grad_norm": ("1.0", "0.5", "none"),
    "every": ("1 epoch", "2 epochs", "10 steps", "20 steps", "2 per_epoch"),
    "max_new_tokens": ("16 tokens", "32 tokens"),
    "limit": ("100 examples", "200 examples", "none"),
    "evaluate.generate.metrics": (
        *(f"[{word}]" for word in WORDS),
        "[exact_match, f1]",
        '["rows.py:measure"]',
        '["rows.py:rate"]',
    ),
    "temperature": ("none", "0.5", "1.0"),
    "top_p": ("0.5", "0.9"),
    "metric_timeout": ("10 seconds", "20 seconds"),
    "examples": ("4", "8"),
    "evaluate.generate.against.model": ('"hub:acme/other"', '"hub:acme/large"', '"base"'),
    "evaluate.generate.against.system": ('"One."', '"Two."'),
    "pattern": ('"a+"', '"b+"'),
    "schema": ('"a.json"', '"b.json"'),
    "tolerance": ("0", "0.01", "1%"),
    "address": ('"http://localhost/v1"', '"https://acme.example/v1"'),
    "evaluate.generate.metric.similarity.model": ('"base"', '"other"'),
    "evaluate.generate.metric.judge.model": ('"judge"', '"jury"'),
    "evaluate.generate.metric.judge.prompt": ('"{{ given }}?"', '"{{ prompt }}: {{ given }}?"'),
    "key_from": ('"KEY"', '"TOKEN"'),
    "at_once": ("1", "8"),
    "tests": ('"answer"', '"question"'),
    "timeout": ("5 seconds", "10 seconds"),
    "memory": ("512 MB", "1024 MB"),
    "tasks": ('["arc_easy"]', '["mmlu"]', '["mmlu", "task.yaml"]', '["task.yaml"]'),
    "few_shot": ("0", "5"),
    "evaluate.harness.batch": ("8 examples", "16 examples"),
    "evaluate.generate.batch": ("8 examples", "16 examples"),
    "show": ("0", "2", "4"),
    "keep": ("1", "2"),
    "template.text.text": ('"{{ text }}"', '"A: {{ text }}"'),
    "template.system.text": ('"One."', '"Two."'),
    "template.messages.text": ('"messages"', '"chat"'),
    "template.tools.text": ('"tools"', '"functions"'),
    "template.segments.text": ('"segments"', '"pieces"'),
    "template.tokens.text": ('"input_ids"', '"ids"'),
    "template.messages.weight": ('"weight"', '"worth"'),
    "chat_template": (*LIBRARY, '"a.jinja"', '"b.jinja"'),
    "factor": ("2", "4"),
    "measure": ("validation_loss", "exact_match"),
    "patience": ("1", "3"),
    "min_change": ("0", "0.01"),
    "warn_above": ("2%", "5%"),
    "merge_adapters": ('["hub:a/b"]', '["hub:a/c"]', '["hub:a/b", "hub:a/c"]'),
    "method.continue.adapter": ('"hub:a/b"', '"hub:a/c"'),
    "storage_dtype": ("uint8", "bfloat16", "float32"),
    "exclude_modules": ('["q_proj"]', '["v_proj"]'),
    "modules_to_save": ('["norm"]', '["lm_head"]'),
    "layers": ("[0]", "[0, 1]"),
    "method.qlora.init": ("default", "gaussian", "eva", "loftq"),
    "method.lora.init": NUMBERS,
    "method.dora.init": NUMBERS,
    "init_rows": ("64", "128"),
    "init_texts": ('"rows.txt"', '"rows.csv"'),
    "modules_file": ('"unfrozen.yaml"', '"norms.txt"'),
    "train_tokens": ('["one"]', '["two"]', '["one", "two"]'),
    "target_parameters": ('["experts.gate_up_proj"]', '["experts.down_proj"]'),
    "method.module.path": ('"q_proj"', '"v_proj"'),
    "method.ia3.target_modules": ('["k_proj", "down_proj"]', '["v_proj", "down_proj"]'),
    "method.norm.target_modules": ("all_norms", '["norm"]', '["input_layernorm"]'),
    "method.beft.target_modules": ('["q_proj"]', '["v_proj"]'),
    "method.lily.target_modules": ('["q_proj"]', '["v_proj"]'),
    "feedforward_modules": ('["down_proj"]', '["v_proj"]'),
    "rank_dropout": ("0%", "5%"),
    "module_dropout": ("0%", "5%"),
    "initial": ("0.1", "1.0"),
    "initial_rank": ("16", "24"),
    "method.adaption_prompt.length": ("4", "10"),
    "method.adaption_prompt.layers": ("1", "2"),
    "method.adalora.every": ("1 step", "10 steps"),
    "method.adalora.warmup": ("5%", "10%"),
    "final": ("20%", "30%"),
    "orthogonality": ("0.1", "0.5"),
    "method.adalora.rank": ("4", "8"),
    "method.lokr.factor": ("4", "8"),
    "method.gralora.blocks": ("2", "4"),
    "hybrid_rank": ("0", "4"),
    "bound": ("10", "15"),
    "depth": ("0", "1"),
    "frozen": ("50%", "60%"),
    "vectors": ("64", "256"),
    "vector_length": ("64", "256"),
    "top_k": ("2", "3"),
    "size": ("64", "256"),
    "tying": ("0%", "50%"),
    "stride": ("1", "2"),
    "experts": ("2", "3"),
    "block_size": ("16", "32"),
    "group_size": ("32", "64"),
    "sparsity": ("99%", "99.5%"),
    "frequencies": ("100", "200"),
    **{
        f"method.{kind}.modules": ('["mlp"]', '["self_attn"]', '["self_attn", "mlp"]')
        for kind in ("bottleneck", "compacter")
    },
    "method.lisa.layers": ("1", "3"),
    "method.lisa.every": ("10 steps", "30 steps"),
    "terms": ("2", "8"),
    "virtual_tokens": ("10", "20"),
    "method.prompt_tuning.init": ("vocabulary", "random", '"One."', '"Two."'),
    "method.p_tuning.layers": ("2", "3"),
    "projection": ("64", "128", "none"),
    "bos_token": ('"<s>"', '"<t>"'),
    "eos_token": ('"<s>"', '"<t>"'),
    "pad_token": ('"<s>"', '"<t>"'),
    "add_tokens": ('["<s>"]', '["<t>"]', '["<s>", "<t>"]'),
    "add_special_tokens": ('["<s>"]', '["<t>"]'),
    "train": ("true", "false", '"good"', '"fine"'),
    "weight": ("0.5", "2", '"score"', '"worth"'),
    "reasoning": ('"{{ a }}"', '"{{ b }}"', '"{{ a | upper }}"'),
    "role_field": ('"role"', '"from"'),
    "content_field": ('"content"', '"value"'),
    "reasoning_field": ('"thinking"', '"reasoning"'),
    "system": ('["a"]', '["b"]'),
    "user": ('["a"]', '["a", "b"]'),
    "assistant": ('["a"]', '["b"]'),
    "tool": ('["a"]', '["b"]'),
    "text_field": ('"text"', '"content"'),
    "train_field": ('"label"', '"train"'),
    "labels": ('"labels"', '"targets"'),
    "objective.classify.labels": ('["!", "a"]', '["a", "!"]', '["!", "a", "b"]'),
    "class_weights": ("[1, 2]", "[1, 3]"),
    "objective.classify.threshold": ("half", "best_f1"),
    "template.label.text": ('"{{ answer }}"', '"{{ text }}"', '"{{ answer | upper }}"'),
    "template.labels.text": ('"topics"', '"themes"'),
    "data.source.template": ("t", "u"),
    "text": ('"{{ question }}"', '"A: {{ question }}"', '"{{ question | upper }}"'),
}
"""Values by the setting's path or its name, all of which have to give different scripts."""

SAME = ({"0%", "0 steps", "0 epochs"},)
"""Values that mean the same."""
