"""Suggestions: near, few and legal; and the names of other tools."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunec.diagnostics.aliases import ALIASES, foreign
from tunec.diagnostics.suggest import distance, nearest

LEGAL = ["rank", "alpha", "dropout", "target_modules", "learning_rate", "weight_decay", "warmup"]
WORDS = st.text("abcd_-AB", max_size=8)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("rank", ["rank"]),
        ("Rank", ["rank"]),
        ("learning-rate", ["learning_rate"]),
        ("learningRate", ["learning_rate"]),
        ("rnak", ["rank"]),
        ("ranks", ["rank"]),
        ("aplha", ["alpha"]),
        ("learn_rate", ["learning_rate"]),
        ("traget_module", ["target_modules"]),
        ("warm_up", ["warmup"]),
        ("r", []),
        ("momentum", []),
        ("bank", ["rank"]),
        ("", []),
    ],
)
def test_nearest(word: str, expected: list[str]) -> None:
    assert nearest(word, LEGAL) == expected


def test_at_most_two_and_the_nearest_first() -> None:
    assert nearest("epoch", ["epics", "epochs", "epoc", "espoch"]) == ["epochs", "epoc"]
    assert nearest("epoch", ["epochs", "epoc"], limit=1) == ["epochs"]


def test_equal_names_shut_out_near_ones() -> None:
    assert nearest("EPOCHS", ["epoch", "epochs"]) == ["epochs"]


@given(WORDS, st.lists(WORDS, unique=True))
def test_only_legal_names_are_suggested(word: str, legal: list[str]) -> None:
    found = nearest(word, legal)
    assert len(found) == len(set(found)) <= 2
    assert set(found) <= set(legal)
    if word in legal:
        assert found


@given(st.text("abcdef", min_size=3, max_size=12), st.data())
def test_one_mistake_is_always_found(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdef"))
    wrong = data.draw(
        st.sampled_from(
            [
                word[:place] + word[place + 1 :],
                word[:place] + letter + word[place:],
                word[:place] + letter + word[place + 1 :],
                word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
            ]
        )
    )
    assert nearest(wrong, [word]) == [word]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("", "", 0), ("ab", "ba", 1), ("ca", "abc", 3), ("kitten", "sitting", 3), ("", "abc", 3)],
)
def test_distance(left: str, right: str, expected: int) -> None:
    assert distance(left, right) == distance(right, left) == expected


@given(WORDS, WORDS)
def test_distance_is_symmetric_and_bounded(left: str, right: str) -> None:
    found = distance(left, right)
    assert found == distance(right, left)
    assert (found == 0) == (left == right)
    assert abs(len(left) - len(right)) <= found <= max(len(left), len(right))


# --- Names of other tools -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("lr", "train.optimizer.learning_rate"),
        ("learning_rate", "train.optimizer.learning_rate"),
        ("lora_r", "method.rank"),
        ("r", "method.rank"),
        ("lora_alpha", "method.alpha"),
        ("lora_target_modules", "method.target_modules"),
        ("num_train_epochs", "train.epochs"),
        ("per_device_train_batch_size", "train.batch"),
        ("gradient_accumulation_steps", "train.forward"),
        ("micro_batch_size", "train.batch"),
        ("load_in_4bit", "quantize"),
        ("load_in_8bit", "quantize"),
        ("bf16", "model.dtype"),
        ("fp16", "model.dtype"),
        ("max_seq_length", "model.max_length"),
        ("sequence_len", "model.max_length"),
        ("cutoff_len", "model.max_length"),
        ("lr_scheduler_type", "train.schedule"),
        ("warmup_ratio", "train.schedule.warmup"),
        ("warmup_steps", "train.schedule.warmup"),
        ("packing", ""),
        ("sample_packing", ""),
        ("val_set_size", "data"),
        ("adapter", "method"),
        ("base_model", "model"),
        ("model_name_or_path", "model"),
        ("dataset", "data"),
        ("datasets", "data"),
        ("output_dir", "output"),
        ("logging_steps", ""),
        ("save_steps", "checkpoint.every"),
        ("eval_steps", "evaluate.every"),
        ("save_total_limit", "checkpoint.keep"),
        ("optim", "train.optimizer"),
        ("finetuning_type", "method"),
        ("stage", "objective"),
        ("flash_attention", "model.attention"),
        ("attn_implementation", "model.attention"),
        ("gradient_checkpointing_kwargs", "train.gradient_checkpointing"),
        ("use_cache", ""),
        ("random_seed", "seed"),
        ("n_layer", "model.num_hidden_layers"),
    ],
)
def test_what_people_type(name: str, path: str) -> None:
    alias = foreign(name)
    assert alias is not None
    assert alias.path == path


def test_spellings_of_command_lines_are_found() -> None:
    assert foreign("--learning-rate") is foreign("Learning_Rate") is ALIASES["learning_rate"]
    assert foreign("learnign_rate") is None


def test_there_are_many() -> None:
    assert len(ALIASES) >= 120


@pytest.mark.parametrize("name", ALIASES)
def test_every_alias_says_what_to_do(name: str) -> None:
    alias = ALIASES[name]
    assert re.fullmatch("[a-z][a-z0-9_]*", name)
    assert re.fullmatch(r"(Write|Remove) `[^`]+`.*\.", alias.help)
    # A name without a counterpart needs a reason; one with the same name, another place.
    assert alias.write or alias.remark
    assert not alias.remark or alias.remark.endswith(".")
    assert alias.remark.count("`") % 2 == 0
    assert alias.path != name or "{" in alias.write


def test_places_are_told_from_the_inside_out() -> None:
    found = ALIASES["lr"].help
    assert found == "Write `learning_rate = 2e-4` in `optimizer` of `train`."
    assert ALIASES["load_in_4bit"].help == "Write `quantize nf4` at the top level of the spec."
    assert ALIASES["use_cache"].help == "Remove `use_cache`."
