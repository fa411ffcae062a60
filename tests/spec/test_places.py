"""Where values were written."""

from lowering import WHOLE, lowering

TEXT = (
    WHOLE
    + """\
train {
  epochs = 4
  batch  = 32 examples
  optimizer adamw { learning_rate = 2e-3, betas = [0.9, 0.99] }
  schedule cosine { warmup = 3% }
}
"""
)


def test_values_and_names_by_path() -> None:
    places = lowering(TEXT).valid.places
    spans = {path: origin.span.text for path, origin in places.settings.items()}
    assert spans == {
        "model.path": '"../models/pico"',
        "method.rank": "16",
        "template.dates.name": "dates",
        "template.dates.turns.0.text": '"You rewrite dates."',
        "template.dates.turns.1.text": '"{{ question }}"',
        "template.dates.turns.2.text": '"{{ answer }}"',
        "data.train.sources.0.path": '"dates.jsonl"',
        "train.epochs": "4",
        "train.batch": "32 examples",
        "train.optimizer.learning_rate": "2e-3",
        "train.optimizer.betas": "[0.9, 0.99]",
        "train.schedule.warmup": "3%",
    }
    assert places.names.keys() == places.settings.keys()
    assert places.names["train.epochs"].text == "epochs"
    assert places.names["model.path"].text == "model"


def test_headers_and_kinds_by_path() -> None:
    places = lowering(TEXT).valid.places
    headers = {path: span.text for path, span in places.blocks.items()}
    assert headers["train.optimizer"] == "optimizer adamw"
    assert headers["data.train"] == "data train"
    assert headers["template.dates.turns.1"] == 'user      "{{ question }}"'
    assert "evaluate" not in headers
    assert places.kinds == {
        "method": "lora",
        "data.train": "train",
        "objective": "sft",
        "train.optimizer": "adamw",
        "train.schedule": "cosine",
    }


def test_spellings_are_those_of_single_numbers() -> None:
    text = (
        "let rate = 2_0e-4\nlet n = 4\n"
        + WHOLE
        + (
            "seed = 1_0\ntrain { epochs = 2 * $n, batch = 1_000 tokens, forward = 1e3 tokens\n"
            "optimizer adamw { learning_rate = $rate, weight_decay = 1e1 }\n"
            "schedule cosine { warmup = 3% } }"
        )
    )
    settings = lowering(text).valid.places.settings
    spelled = {path: origin.spelling for path, origin in settings.items() if origin.spelling}
    assert spelled == {
        "method.rank": "16",
        "seed": "1_0",
        "train.batch": "1_000",
        "train.optimizer.learning_rate": "2_0e-4",
    }


def test_lines_are_those_of_the_main_file() -> None:
    places = lowering(TEXT, "train.epochs=3").valid.places
    assert places.line("train.batch") == 11
    assert places.origin("train.batch") == "L11"
    assert places.line("train.epochs") is None
    assert places.origin("train.epochs") == "--set train.epochs=3"
    assert places.line("train.forward") is None
    assert places.origin("train.forward") is None
    assert places.line("train") == 9
    assert places.written("train.epochs")
    assert places.written("train")
    assert not places.written("evaluate")
    assert places.origin("evaluate") is None


def test_the_parts_of_a_merged_block_keep_their_places() -> None:
    places = lowering(TEXT, "train.optimizer.epsilon=1e-6").valid.places
    assert places.origin("train.optimizer.epsilon") == "--set train.optimizer.epsilon=1e-6"
    assert places.origin("train.optimizer.learning_rate") == "L12"
    assert places.origin("train.optimizer") == "L12"
