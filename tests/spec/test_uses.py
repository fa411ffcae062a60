"""`use`: files merged, the using file winning."""

from pathlib import Path

import pytest
from lowering import WHOLE, lowering

from tunec.files import Files
from tunec.spec.raw import Amount


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.tune").write_text(text)


def test_settings_win_by_their_path(tmp_path: Path) -> None:
    write(
        tmp_path,
        house="seed = 1\nname = 'x'".replace("'", '"')
        + "\ntrain { epochs = 9, batch = 8 examples, optimizer adamw { weight_decay = 0.1 } }",
    )
    text = 'use "house.tune"\nseed = 2\n' + (
        "train { epochs = 3, optimizer adamw { learning_rate = 1e-3 } }\n"
    )
    spec = lowering(text + WHOLE, folder=tmp_path).valid.spec
    assert (spec.seed, spec.name) == (2, "x")
    assert (spec.train.epochs, spec.train.batch) == (3, Amount(8, "examples"))
    optimizer = spec.train.optimizer
    assert (optimizer.learning_rate, optimizer.weight_decay) == (1e-3, 0.1)


def test_a_block_of_another_kind_replaces_the_whole_block(tmp_path: Path) -> None:
    write(tmp_path, house="method full\ntrain { schedule cosine { floor = 10% } }")
    text = 'use "house.tune"\ntrain { schedule linear { warmup = 1% } }\n' + WHOLE
    spec = lowering(text, folder=tmp_path).valid.spec
    assert type(spec.method).__name__ == "PlainLora"
    assert type(spec.train.schedule).__name__ == "Linear"


def test_another_model_keeps_the_settings_and_scratch_replaces_them(tmp_path: Path) -> None:
    write(tmp_path, house='model "a" { dtype = float32, max_length = 64 tokens }')
    spec = lowering('use "house.tune"\n' + WHOLE, folder=tmp_path).valid.spec
    assert (spec.model.path, spec.model.dtype) == ("../models/pico", "float32")
    scratch = (
        'model scratch { architecture = llama, tokenizer = "t", hidden_size = 8, '
        "num_hidden_layers = 1, num_attention_heads = 1 }\n"
    )
    text = 'use "house.tune"\n' + scratch + WHOLE.partition("\n")[2]
    spec = lowering(text, folder=tmp_path).valid.spec
    assert (spec.model.dtype, spec.model.max_length) == ("auto", None)


def test_a_block_without_a_label_adds_to_the_one_used(tmp_path: Path) -> None:
    write(tmp_path, house=WHOLE)
    text = 'use "house.tune"\nmethod { alpha = 8 }\nmodel { dtype = float32 }\n'
    spec = lowering(text, folder=tmp_path).valid.spec
    assert (spec.method.rank, spec.method.alpha) == (16, 8.0)
    assert (spec.model.path, spec.model.dtype) == ("../models/pico", "float32")


def test_lists_are_replaced_and_maps_are_merged_by_label(tmp_path: Path) -> None:
    write(
        tmp_path,
        house='template dates { text "{{ a }}" }\ntemplate other { text "{{ b }}" }\n'
        'data train { overflow = error, source "x" source "y" }'.replace('"x" ', '"x"\n')
        + "\ndata validation { split = 5% }",
    )
    spec = lowering('use "house.tune"\n' + WHOLE, folder=tmp_path).valid.spec
    assert [turn.role for turn in spec.template["dates"].turns] == ["system", "user", "assistant"]
    assert list(spec.template) == ["dates", "other"]
    assert [source.path for source in spec.data["train"].sources] == ["dates.jsonl"]
    assert spec.data["train"].overflow == "error"
    assert spec.data["validation"].split == Amount(5, "%")


def test_the_later_of_two_files_wins_and_a_file_over_what_it_uses(tmp_path: Path) -> None:
    write(
        tmp_path,
        base='seed = 1\nname = "base"\noutput = "base"',
        one='use "base.tune"\nname = "one"\noutput = "one"',
        two='output = "two"',
    )
    spec = lowering('use "one.tune"\nuse "two.tune"\n' + WHOLE, folder=tmp_path).valid.spec
    assert (spec.seed, spec.name, spec.output) == (1, "one", "two")


def test_lets_are_those_of_their_own_file(tmp_path: Path) -> None:
    write(tmp_path, house="let s = 5\nseed = $s")
    assert lowering('use "house.tune"\n' + WHOLE, folder=tmp_path).valid.spec.seed == 5
    text = 'use "house.tune"\ntrain { epochs = $s }\n' + WHOLE
    assert lowering(text, folder=tmp_path).codes == ["E212"]


def test_paths_start_at_the_folder_of_their_file(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    write(shared, house='use "more.tune"\ndata test { source "test.jsonl" }', more="seed = 3")
    lowered = lowering('use "shared/house.tune"\n' + WHOLE, folder=tmp_path).valid
    assert lowered.spec.seed == 3
    assert lowered.places.folder("data.test.sources.0.path") == shared
    assert lowered.places.folder("data.train.sources.0.path") == tmp_path
    assert lowered.places.folder("model.revision") == tmp_path
    assert lowered.places.origin("seed") == "shared/more.tune L1"


def test_problems_are_reported_in_the_file_that_has_them(tmp_path: Path) -> None:
    write(tmp_path, house="train { epochs = 0 }")
    problem = lowering('use "house.tune"\n' + WHOLE, folder=tmp_path).only
    assert problem.primary is not None
    assert (problem.primary.span.source.name, problem.primary.span.line) == ("house.tune", 1)


def test_a_setting_of_a_used_file_that_is_overridden_is_not_checked(tmp_path: Path) -> None:
    write(tmp_path, house="train { epochs = 0 }")
    text = 'use "house.tune"\ntrain { epochs = 1 }\n' + WHOLE
    assert lowering(text, folder=tmp_path).valid.spec.train.epochs == 1


def test_a_chain_of_ten_files_is_read_and_one_of_eleven_is_not(tmp_path: Path) -> None:
    for number in range(1, 12):
        write(tmp_path, **{f"f{number}": f'use "f{number + 1}.tune"'})
    write(tmp_path, f10="seed = 10")
    assert lowering('use "f1.tune"\n' + WHOLE, folder=tmp_path).valid.spec.seed == 10
    write(tmp_path, f10='use "f11.tune"', f11="seed = 11")
    outcome = lowering('use "f1.tune"\n' + WHOLE, folder=tmp_path)
    assert outcome.codes == ["E216"]
    assert "`f9.tune` uses `f10.tune`" in outcome.only.notes[0]


def test_a_circle_names_the_files_in_it(tmp_path: Path) -> None:
    write(tmp_path, a='use "b.tune"', b='use "./a.tune"')
    problem = lowering('use "a.tune"\n' + WHOLE, folder=tmp_path).only
    assert problem.code == "E215"
    assert problem.notes == ("`a.tune` uses `b.tune` uses `a.tune`.",)


def test_files_used_many_times_are_read_once(tmp_path: Path) -> None:
    for number in range(9):
        write(tmp_path, **{f"f{number}": f'use "f{number + 1}.tune"\n' * 30})
    write(tmp_path, f9="seed = 0.5")
    reads = []

    class Counting(Files):
        def read_bytes(self, path: Path, limit: int = -1) -> bytes:
            reads.append(path)
            return super().read_bytes(path, limit)

    outcome = lowering('use "f0.tune"\n' + WHOLE, folder=tmp_path, files=Counting())
    assert len(reads) == 10
    assert outcome.codes == ["E203"]


@pytest.mark.parametrize("path", ["", " ", "a\\u{0}b", "x" * 5000])
def test_what_is_no_path_is_refused(path: str, tmp_path: Path) -> None:
    assert lowering(f'use "{path}"\n' + WHOLE, folder=tmp_path).codes == ["E214"]


def test_what_a_compile_depends_on_is_noted(tmp_path: Path) -> None:
    files = Files()
    write(tmp_path, house="seed = 1")
    lowering('use "house.tune"\nuse "absent.tune"\n' + WHOLE, folder=tmp_path, files=files)
    assert files.seen[str(tmp_path / "house.tune")] is not None
    assert files.seen[str(tmp_path / "absent.tune")] is None
