"""The part of the table behind `aliases` that is about training.

In: nothing. Out: `TRAINING`, rows as in `alias_table`. Invariant: what a row says to write is a
legal line in its place.
"""

_BATCH = (
    "`batch` is what one optimizer step sees, over all devices and passes; `forward` cuts it into "
    "passes without changing the result."
)
_DEVICES = "Devices are not part of a spec: the same spec is the same experiment on any hardware."
_NONE_YET = "tunec has no such setting."
_OUTPUT_LAYER = "The loss over a large vocabulary is computed in chunks already."

TRAINING: tuple[tuple[str, str, str, str], ...] = (
    ("num_train_epochs num_epochs n_epochs max_epochs epoch", "train", "epochs = 3", ""),
    (
        "max_steps num_train_steps max_iters total_steps num_steps max_train_steps",
        "train",
        "steps = 1000",
        "It takes the place of `epochs`.",
    ),
    (
        "per_device_train_batch_size micro_batch_size per_gpu_train_batch_size batch_size "
        "train_batch_size global_batch_size total_batch_size effective_batch_size",
        "train",
        "batch = 32 examples",
        _BATCH,
    ),
    (
        "gradient_accumulation_steps gradient_accumulation gradient_accumulation_iters "
        "accumulate_grad_batches grad_accum_steps",
        "train",
        "forward = 8192 tokens",
        _BATCH,
    ),
    (
        "gradient_checkpointing gradient_checkpointing_kwargs use_gradient_checkpointing "
        "activation_checkpointing enable_activation_checkpointing disable_gradient_checkpointing "
        "activation_checkpoint",
        "train",
        "gradient_checkpointing = true",
        "",
    ),
    (
        "max_grad_norm gradient_clipping clip_grad_norm clip_grad max_norm gradient_clip_val "
        "grad_clip",
        "train",
        "max_grad_norm = 1.0",
        "",
    ),
    (
        "optim optim_args optimizer_name optimizer_type",
        "train",
        "optimizer adamw { learning_rate = 2e-4 }",
        "",
    ),
    ("lr learning_rate max_lr peak_lr base_lr", "train.optimizer", "learning_rate = 2e-4", ""),
    ("wd weight_decay decay", "train.optimizer", "weight_decay = 0.01", ""),
    (
        "adam_beta1 adam_beta2 beta1 beta2 adam_betas",
        "train.optimizer adamw",
        "betas = [0.9, 0.999]",
        "Both are written in one list.",
    ),
    (
        "loraplus_lr_ratio lora_plus_ratio lora_plus_scale loraplus_lambda",
        "train.optimizer",
        "loraplus_ratio = 16",
        "",
    ),
    (
        "embedding_lr embedding_learning_rate embedding_lr_scale loraplus_lr_embedding lr_groups "
        "vit_lr aligner_lr",
        "train.optimizer",
        'group "embed_tokens" { learning_rate = 1e-5 }',
        "A group names the modules that its settings are for.",
    ),
    ("adam_epsilon adam_eps eps", "train.optimizer adamw", "epsilon = 1e-8", ""),
    (
        "lr_scheduler_type lr_scheduler scheduler scheduler_type lr_schedule lr_scheduler_kwargs",
        "train",
        "schedule cosine { warmup = 3% }",
        "",
    ),
    (
        "warmup_ratio warmup_proportion warmup_pct lr_warmup_ratio",
        "train.schedule",
        "warmup = 3%",
        "A share is written in percent, `0.03` as `3%`.",
    ),
    (
        "warmup_steps num_warmup_steps lr_warmup_steps warmup_iters",
        "train.schedule",
        "warmup = 100 steps",
        "",
    ),
    (
        "min_lr lr_min min_learning_rate min_lr_rate min_lr_ratio cosine_min_lr_ratio lr_end",
        "train.schedule cosine",
        "floor = 10%",
        "`10%` is a share of `learning_rate`, and a number such as `1e-6` a learning rate.",
    ),
    (
        "num_cycles lr_scheduler_num_cycles restarts",
        "train.schedule cosine",
        "cycles = 3",
        "Each cycle is half a cosine.",
    ),
    (
        "num_decay_steps decay_steps decay_ratio num_stable_steps lr_decay_steps cooldown",
        "train.schedule warmup_stable_decay",
        "decay = 20%",
        "",
    ),
    ("lr_power lr_scheduler_power", "train.schedule polynomial", "power = 2.0", ""),
    ("random_seed manual_seed data_seed random_state", "", "seed = 42", "One seed decides all."),
    (
        "pure_bf16 bf16_stochastic_round stochastic_rounding",
        "train",
        "trained_dtype = bfloat16",
        "Weights are rounded at random, so that small steps are kept on average.",
    ),
    ("neftune_alpha noisy_embedding_alpha neftune", "train", "neftune_noise_alpha = 5", ""),
    (
        "loss_watchdog_threshold loss_watchdog_patience loss_watchdog spike_detection "
        "skip_nan_steps",
        "train",
        "watchdog { loss = 5.0, patience = 3 steps }",
        "",
    ),
    ("label_smoothing_factor label_smoothing", "", "", _NONE_YET),
    (
        "deepspeed fsdp fsdp_config ddp_find_unused_parameters strategy devices num_gpus n_gpus "
        "device_map",
        "",
        "",
        _DEVICES,
    ),
    ("torch_compile", "", "", _NONE_YET),
    (
        "use_liger_kernel liger_kernel enable_liger_kernel cut_cross_entropy use_liger_loss "
        "liger_fused_linear_cross_entropy chunked_cross_entropy",
        "",
        "",
        _OUTPUT_LAYER,
    ),
)
