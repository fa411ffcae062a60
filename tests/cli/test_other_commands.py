"""`fmt`, `explain`, `dump` and `init`."""

import json

import pytest
from commands import SPEC, Commands

from tunec.resources import folder

UGLY = SPEC.replace("  rank", "rank").replace("epochs = 2", "epochs=2 # twice")


# --- fmt ------------------------------------------------------------------------------


def test_fmt_lays_out_and_keeps_comments(tunec: Commands) -> None:
    tunec.spec.write_text(UGLY)
    ended = tunec("fmt", "support.tune")
    assert (ended.code, ended.out, ended.err) == (0, "support.tune: laid out anew.\n", "")
    text = tunec.spec.read_text()
    assert "# twice" in text
    assert text != UGLY
    before = tunec.spec.stat().st_mtime_ns
    assert tunec("fmt", "support.tune").out == ""
    assert tunec.spec.stat().st_mtime_ns == before
    assert tunec("fmt", "support.tune", "--check").code == 0


def test_fmt_check_shows_the_difference_and_writes_nothing(tunec: Commands) -> None:
    tunec.spec.write_text(UGLY)
    (tunec.folder / "b.tune").write_text("seed=1\n")
    before = tunec.files()
    ended = tunec("fmt", "--check", "support.tune", "b.tune")
    assert ended.code == 1
    assert "-seed=1\n+seed = 1\n" in ended.out
    assert "--- support.tune\n+++ support.tune (laid out)\n" in ended.out
    assert tunec.files() == before


def test_fmt_filters_standard_input(tunec: Commands) -> None:
    assert tunec("fmt", "-", stdin=b"seed=1\n").out == "seed = 1\n"


def test_fmt_leaves_files_with_syntax_errors(tunec: Commands) -> None:
    tunec.spec.write_text("seed = = 1\n")
    (tunec.folder / "b.tune").write_text("seed=1\n")
    ended = tunec("fmt", "support.tune", "b.tune")
    assert (ended.code, ended.out) == (1, "b.tune: laid out anew.\n")
    assert "error[E1" in ended.err
    assert tunec.spec.read_text() == "seed = = 1\n"
    assert tunec("fmt", "-", stdin=b"seed = = 1\n").out == ""


# --- explain --------------------------------------------------------------------------


def test_explain_tells_codes_blocks_and_settings(tunec: Commands) -> None:
    assert tunec("explain", "E203").out.startswith("E203 out-of-range")
    assert tunec("explain", "out-of-range") == tunec("explain", "e203")
    assert "Default: " in tunec("explain", "method.lora.rank").out
    assert "cosine" in tunec("explain", "schedule").out


def test_explain_alone_lists_every_block(tunec: Commands) -> None:
    from tunec.spec.vocabulary import CHILDREN

    text = tunec("explain").out
    for place in CHILDREN[""]:
        assert f"    {place.keyword}" in text
        assert all(kind in text for kind in place.kinds)


def test_explain_method_has_a_table_to_choose_from(tunec: Commands) -> None:
    from tunec.spec.vocabulary import CHILDREN

    text = tunec("explain", "method").out.partition("Which to choose")[2]
    (place,) = [place for place in CHILDREN[""] if place.keyword == "method"]
    for kind in place.kinds:
        assert f"\n  {kind} " in text
    assert "  lora                0.52%  nf4, int8 yes    2106.09685  what to try first" in text
    assert max(map(len, text.splitlines())) <= 96


def test_explain_names_what_is_near(tunec: Commands) -> None:
    ended = tunec("explain", "lerning_rate")
    assert ended.code == 2
    assert "Write `tunec explain learning_rate`." in ended.err


# --- dump -----------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["tree", "spec", "plan"])
def test_dump_is_json_with_what_was_written(tunec: Commands, stage: str) -> None:
    ended = tunec("dump", stage, "support.tune")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)
    assert "acme/base" in ended.out
    assert tunec("dump", stage, "support.tune") == ended


def test_dump_plan_says_where_values_come_from(tunec: Commands) -> None:
    plan = json.loads(tunec("dump", "plan", "support.tune", "--set", "seed=7").out)
    assert plan["train"]["epochs"]["value"] == 2
    assert plan["train"]["epochs"]["origin"] == "L13"
    assert plan["seed"] == {"value": 7, "origin": "--set seed=7", "spelling": "7"}
    assert plan["train"]["gradient_checkpointing"]["origin"].startswith("default")


def test_dump_of_a_spec_with_errors(tunec: Commands) -> None:
    tunec.spec.write_text(SPEC.replace("rank = 8", "rank = 0"))
    assert json.loads(tunec("dump", "tree", "support.tune").out)
    for stage in ("spec", "plan"):
        ended = tunec("dump", stage, "support.tune")
        assert (ended.code, ended.out) == (1, "")
        assert "error[E203]" in ended.err
    tunec.spec.write_text("seed = 1\nname = = 2\n")
    ended = tunec("dump", "tree", "support.tune")
    assert ended.code == 1
    assert "seed" in ended.out
    assert "error[E1" in ended.err


# --- init -----------------------------------------------------------------------------


def test_init_writes_a_spec_that_passes_once_its_data_is_there(tunec: Commands) -> None:
    (tunec.folder / "rows.jsonl").unlink()
    ended = tunec("init")
    assert ended.code == 0
    assert ended.out.startswith("first.tune: written.")
    failed = tunec("check", "first.tune")
    assert failed.code == 1
    assert failed.out.endswith("1 error in first.tune.\n")
    assert "error[E405]" in failed.out
    (tunec.folder / "mine.jsonl").write_text('{"question": "?", "answer": "!"}\n')
    text = (tunec.folder / "first.tune").read_text().replace("rows.jsonl", "mine.jsonl")
    (tunec.folder / "first.tune").write_text(text)
    assert tunec("check", "first.tune").out == "first.tune: no problems.\n"
    assert tunec("fmt", "--check", "first.tune").out == ""


def test_init_makes_folders_and_names_the_spec(tunec: Commands) -> None:
    assert tunec("init", "new/mine.tune").code == 0
    assert "tunec run mine.tune" in (tunec.folder / "new" / "mine.tune").read_text()
    assert tunec("init", "new").code == 0
    assert (tunec.folder / "new" / "first.tune").is_file()


def test_init_replaces_nothing(tunec: Commands) -> None:
    before = tunec.files()
    ended = tunec("init", "support.tune")
    assert ended.code == 1
    assert "error[E513]: `support.tune` is there already." in ended.err
    assert tunec.files() == before


def test_init_lists_the_samples(tunec: Commands) -> None:
    text = tunec("init", "--list").out
    assert "dates       teach a small model to write dates the ISO way\n" in text


def test_init_copies_a_sample_that_compiles(tunec: Commands) -> None:
    ended = tunec("init", "--from", "dates", "new")
    assert ended.code == 0
    assert ended.out.endswith("Now: tunec run new/dates/dates.tune\n")
    assert tunec("check", "new/dates/dates.tune").code == 0
    assert tunec("compile", "new/dates/dates.tune").code == 0
    copied = {path.relative_to(tunec.folder / "new") for path in tunec.folder.rglob("new/*/**/*")}
    assert {str(path) for path in copied} >= {"dates/dates.jsonl", "models/pico/config.json"}
    assert not any(path.name == "pico-corpus.jsonl" for path in copied)
    for path in copied:
        original = f"{folder('samples')}/{path}"
        if (tunec.folder / "new" / path).is_file():
            with open(original, "rb") as file:
                assert (tunec.folder / "new" / path).read_bytes() == file.read()


def test_init_does_not_mix_a_sample_with_other_files(tunec: Commands) -> None:
    (tunec.folder / "dates").mkdir()
    (tunec.folder / "dates" / "dates.tune").write_text("# mine\n")
    before = tunec.files()
    ended = tunec("init", "--from", "dates")
    assert ended.code == 1
    assert "error[E513]: `./dates/dates.tune` is there already." in ended.err
    assert tunec.files() == before
