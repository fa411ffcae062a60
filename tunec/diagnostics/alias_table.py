"""The table behind `aliases`: how axolotl, LLaMA-Factory, TRL and others call things.

In: nothing. Out: `ROWS`. Invariant: what a row says to write is a legal line in its place.
"""

from tunec.diagnostics.alias_table_of_training import TRAINING

_MODEL = "A path starts at the folder of the spec; a name on the hub is written the same way."
_DTYPE = (
    "`dtype` is that of the frozen weights and of the computation; weights that are trained are "
    "held in float32, unless `trained_dtype` in `train` says otherwise."
)
_OVERFLOW = "What happens to longer rows is said by `overflow` in `data train`."
_PACKED = (
    "Rows are always laid end to end without padding and kept apart in attention, so there is "
    "nothing to switch on."
)
_TRAINED = (
    "In a template of turns only `assistant` is trained on, and of `prompt` and `completion` only "
    "the latter; a template of `text` is trained on as a whole."
)
_TURNS = "Turns are marked by the chat template of the model's own tokenizer."
_TARGETS = "`all_linear` is every linear layer but the output; a list names modules."
_LOGGED = "Every step is written to `metrics.jsonl` in the output folder."
_LOADING = "How rows are loaded changes nothing in the result, and the script decides it."
_CADENCE = "A cadence is written with its unit."
_RESUME = "The same `tunec run` again continues from the last checkpoint."

ROWS: tuple[tuple[str, str, str, str], ...] = (
    # --- The model --------------------------------------------------------------------
    (
        "base_model model_name_or_path model_name model_id model_path llm_backbone checkpoint_dir "
        "pretrained_model_name_or_path base_model_config pretrained_model",
        "",
        'model "../models/base"',
        _MODEL,
    ),
    ("model_revision revision_of_model base_model_revision", "model", 'revision = "main"', ""),
    (
        "torch_dtype bf16 bfloat16 precision model_dtype",
        "model",
        "dtype = bfloat16",
        _DTYPE,
    ),
    ("fp32 float32 pure_fp32", "model", "dtype = float32", _DTYPE),
    (
        "fp16 float16 half",
        "model",
        "dtype = bfloat16",
        "Training in float16 needs its loss scaled; bfloat16 does not.",
    ),
    (
        "attn_implementation attention_implementation attn_impl flash_attention flash_attn "
        "use_flash_attention_2 use_flash_attention sdp_attention eager_attention "
        "xformers_attention",
        "model",
        "attention = sdpa",
        "",
    ),
    (
        "max_seq_length max_seq_len sequence_len cutoff_len block_size model_max_length seq_length "
        "seq_len context_length max_sequence_length",
        "model",
        "max_length = 2048 tokens",
        _OVERFLOW,
    ),
    (
        "tokenizer_name tokenizer_path tokenizer_name_or_path tokenizer_config tokenizer_dir",
        "model scratch",
        'tokenizer = "../models/base"',
        "A trained model brings its own tokenizer; only a model of random weights names one.",
    ),
    ("model_type", "model scratch", "architecture = llama", "A trained model says it itself."),
    ("n_layer n_layers num_layers", "model scratch", "num_hidden_layers = 4", ""),
    ("n_head n_heads num_heads", "model scratch", "num_attention_heads = 4", ""),
    ("n_kv_heads num_kv_heads n_query_groups", "model scratch", "num_key_value_heads = 2", ""),
    ("n_embd d_model dim embed_dim hidden_dim", "model scratch", "hidden_size = 256", ""),
    ("d_ff ffn_dim intermediate_dim", "model scratch", "intermediate_size = 1024", ""),
    ("tie_embeddings tied_embeddings", "model scratch", "tie_word_embeddings = true", ""),
    ("vocab_size padded_vocab_size", "", "", "It is the number of tokens of the tokenizer."),
    ("use_cache", "", "", "Training never uses a cache, and generating always does."),
    # --- Quantization -----------------------------------------------------------------
    (
        "load_in_4bit use_4bit quantization_bit quant_bits quantization quantization_config "
        "quantization_method quant_method bnb_4bit_quant_type q_lora qlora",
        "",
        "quantize nf4",
        "With `method qlora` the line is not needed.",
    ),
    ("load_in_8bit use_8bit", "", "quantize int8", ""),
    (
        "bnb_4bit_use_double_quant use_double_quant use_nested_quant double_quantization",
        "quantize nf4",
        "double_quant = true",
        "",
    ),
    ("bnb_4bit_compute_dtype", "quantize nf4", "compute_dtype = bfloat16", ""),
    ("bnb_4bit_quant_storage", "quantize nf4", "storage_dtype = bfloat16", ""),
    ("llm_int8_skip_modules", "quantize nf4", 'exclude_modules = ["v_proj"]', ""),
    ("llm_int8_threshold", "quantize int8", "threshold = 6.0", ""),
    # --- The method -------------------------------------------------------------------
    (
        "adapter finetuning_type peft_type tuner_type train_type use_peft use_lora lora peft "
        "peft_config lora_config peft_method",
        "",
        "method lora { rank = 16 }",
        "`method full` trains all weights.",
    ),
    ("r lora_r lora_rank lora_dim", "method", "rank = 16", ""),
    ("lora_alpha peft_alpha", "method", "alpha = 32", ""),
    ("lora_dropout adapter_dropout", "method", "dropout = 5%", "A share is written in percent."),
    (
        "lora_target_modules lora_target lora_modules lora_target_linear lora_attn_modules "
        "apply_lora_to_mlp lora_query lora_key lora_value lora_projection lora_mlp",
        "method",
        "target_modules = all_linear",
        _TARGETS,
    ),
    ("use_dora lora_use_dora peft_use_dora", "", "method dora { rank = 16 }", ""),
    (
        "use_rslora lora_use_rslora",
        "method",
        "alpha = 64",
        "rsLoRA scales by alpha / √rank, `alpha` here by alpha / rank: at `rank = 16`, 64 is what "
        "16 is there.",
    ),
    (
        "freeze_trainable_layers num_layer_trainable trainable_layers unfrozen_layers",
        "",
        "method freeze { last_layers = 2 }",
        "",
    ),
    (
        "unfrozen_parameters freeze_trainable_modules trainable_modules",
        "",
        'method freeze { modules = ["lm_head"] }',
        "",
    ),
    # --- Template and data ------------------------------------------------------------
    (
        "chat_template prompt_template prompt_style conversation_template conversation "
        "apply_chat_template formatting_func field_instruction field_messages field_output "
        "column_map column_mapping messages_field instruction_template response_template",
        "",
        'template chat { user "{{ question }}", assistant "{{ answer }}" }',
        _TURNS,
    ),
    ("system_prompt default_system system_message", "template", 'system "You are kind."', ""),
    (
        "dataset_text_field text_column text_field field_text",
        "",
        'template lines { text "{{ text }}" }',
        "",
    ),
    (
        "dataset datasets dataset_name dataset_path dataset_dir train_file train_data "
        "train_dataset training_data data_path data_files data_file pretraining_dataset",
        "",
        'data train { source "rows.jsonl" }',
        "A path starts at the folder of the spec.",
    ),
    (
        "eval_dataset validation_file eval_file val_dataset val_data test_datasets dataset_val "
        "eval_data validation_data validation_dataset",
        "",
        'data validation { source "validation.jsonl" }',
        "A path starts at the folder of the spec.",
    ),
    (
        "val_set_size val_size val_split_fraction validation_split test_split_size test_size "
        "split_dataset_ratio eval_split val_split validation_split_percentage",
        "",
        "data validation { split = 5% }",
        "A share is written in percent.",
    ),
    (
        "packing sample_packing packed neat_packing pack multipack padding_free group_by_length "
        "pad_to_sequence_len pad_to_max_length eval_sample_packing eval_packing packing_strategy",
        "",
        "",
        _PACKED,
    ),
    (
        "excess_length_strategy truncation_strategy truncation_side truncation",
        "data train",
        "overflow = drop",
        "It says what happens to rows longer than `max_length`.",
    ),
    (
        "train_on_inputs train_on_input train_on_prompt mask_prompt mask_history "
        "masking_strategy completion_only_loss assistant_only_loss roles_to_train "
        "train_on_responses_only train_on_eos",
        "",
        "",
        _TRAINED,
    ),
    (
        "dataloader_num_workers dataset_num_proc preprocessing_num_workers num_workers num_proc "
        "dataset_processes dataloader_pin_memory remove_unused_columns overwrite_cache "
        "dataset_prepared_path",
        "",
        "",
        _LOADING,
    ),
    (
        "shuffle shuffle_dataset shuffle_merged_datasets shuffle_data dataloader_shuffle",
        "data train",
        "order = keep",
        "Rows are shuffled, by `seed` and the epoch's number, unless `order` says otherwise.",
    ),
    (
        "curriculum_sampling curriculum",
        "data train",
        'sort_by = "difficulty"',
        "Every epoch goes by the column; `order = keep` is the order in which rows are read.",
    ),
    (
        "dataset_exact_deduplication dedup dedupe deduplication exact_deduplication",
        "data train",
        "deduplicate = exact",
        "",
    ),
    (
        "decontaminate decontamination contamination",
        "",
        'data exclude { source "benchmark.jsonl" }',
        "What is trained on then shares no run of words with these rows.",
    ),
    ("stage trainer_type rl task_type", "", "objective sft", ""),
    *TRAINING,
    # --- Evaluation, checkpoints, output ----------------------------------------------
    (
        "eval_steps eval_interval eval_every evals_per_epoch run_val_every_n_steps "
        "validation_steps eval_strategy evaluation_strategy do_eval",
        "evaluate",
        "every = 50 steps",
        _CADENCE,
    ),
    (
        "predict_with_generate do_predict",
        "evaluate",
        "generate { metrics = [exact_match] }",
        "",
    ),
    (
        "lm_eval lm_eval_tasks lm_harness benchmarks bench_dataset do_bench_eval",
        "evaluate",
        'harness { tasks = ["arc_easy"] }',
        "",
    ),
    ("eval_table_size eval_samples_shown", "evaluate.generate", "show = 4", ""),
    (
        "max_eval_samples max_val_samples eval_limit",
        "evaluate.generate",
        "limit = 200 examples",
        "The validation loss is always that of all rows.",
    ),
    (
        "per_device_eval_batch_size eval_batch_size per_gpu_eval_batch_size val_batch_size",
        "evaluate.generate",
        "batch = 32 examples",
        "It is for generated answers; the validation loss is computed in passes of `forward`.",
    ),
    (
        "generation_max_length generation_max_new_tokens eval_max_new_tokens "
        "max_completion_length max_generated_tokens",
        "evaluate.generate",
        "max_new_tokens = 64 tokens",
        "",
    ),
    (
        "save_steps save_every save_interval saves_per_epoch save_every_n_steps save_strategy "
        "checkpoint_every checkpointing_steps",
        "checkpoint",
        "every = 200 steps",
        _CADENCE,
    ),
    (
        "save_total_limit keep_last_n_checkpoints max_checkpoints checkpoints_total_limit",
        "checkpoint",
        "keep = 2",
        "",
    ),
    (
        "resume_from_checkpoint auto_resume_from_checkpoints resume overwrite_output_dir",
        "",
        "",
        _RESUME,
    ),
    ("output_dir out_dir save_dir output_path save_path", "", 'output = "runs/support"', ""),
    ("run_name experiment_name wandb_run_name wandb_name", "", 'name = "support"', ""),
    (
        "logging_steps log_every_n_steps log_interval logging_strategy report_to use_wandb "
        "wandb_project wandb_entity metric_logger logging_dir logger_name",
        "",
        "",
        _LOGGED,
    ),
    (
        "push_to_hub hub_model_id hub_token hub_strategy hub_private_repo",
        "",
        "",
        "Nothing is uploaded; what is in the output folder can be, as it is.",
    ),
)
"""Names with spaces between them; keywords of the blocks around the line, with dots between them;
the line to write; how the meaning differs."""
