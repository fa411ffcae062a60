"""Where a model is: a folder, the cache of the hub, or the hub itself."""

from pathlib import Path

import pytest
from lowering import WHOLE, lowering
from model_folders import llama_config, write_json, write_model, write_tokenizer

from tunec.checks import check
from tunec.diagnostics import Report
from tunec.facts import Facts, ModelPlace, gather, resolve_model
from tunec.files import Files

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SCRATCH = (
    'model scratch {{ architecture = llama, tokenizer = "{}", hidden_size = 16\n'
    "num_hidden_layers = 1, num_attention_heads = 2 }}"
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub."""
    folder = tmp_path / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(folder))
    return folder


def cache_model(cache: Path, name: str, revision: str = "main") -> Path:
    repository = cache / f"models--{name.replace('/', '--')}"
    (repository / "refs" / revision).parent.mkdir(parents=True, exist_ok=True)
    (repository / "refs" / revision).write_text(COMMIT)
    return repository / "snapshots" / COMMIT


def spec(model: str) -> str:
    line = model if model.startswith("model ") else f'model "{model}"'
    return WHOLE.replace('model "../models/pico"', line).replace("rank = 16", "rank = 8")


def found(text: str, folder: Path) -> tuple[Facts, list[str]]:
    """Facts, and the codes of what was reported of the model."""
    report = Report()
    facts = gather(lowering(spec(text), folder=folder).valid, Files(), report)
    return facts, [problem.code for problem in report if problem.code != "E405"]


def test_a_folder(tmp_path: Path) -> None:
    write_model(tmp_path / "models" / "base")
    (tmp_path / "specs").mkdir()
    facts, codes = found("../models/base", tmp_path / "specs")
    assert codes == []
    assert facts.place is not None
    assert (facts.place.kind, facts.place.path) == ("folder", "../models/base")
    assert facts.model is not None
    assert facts.model.where == "folder"
    assert facts.tokenizer is not None


def test_a_folder_named_by_another_file(tmp_path: Path) -> None:
    write_model(tmp_path / "house" / "models" / "base")
    (tmp_path / "house" / "house.tune").write_text('model "models/base"\n')
    (tmp_path / "mine").mkdir()
    text = 'use "../house/house.tune"\n' + spec("x").replace('model "x"\n', "")
    lowered = lowering(text, folder=tmp_path / "mine").valid
    place = resolve_model(lowered, Files())
    assert (place.kind, place.path) == ("folder", "../house/models/base")
    assert place.local is not None
    assert (place.local / "config.json").is_file()


def test_a_name_on_the_hub_that_is_not_here(tmp_path: Path) -> None:
    facts, codes = found("acme/base", tmp_path)
    assert codes == []
    assert facts.place == ModelPlace("hub", "acme/base", None)
    assert facts.model is None
    assert facts.tokenizer is None


@pytest.mark.parametrize("written", ["acme/base", "hub:acme/base"])
def test_a_name_in_the_cache(tmp_path: Path, cache: Path, written: str) -> None:
    snapshot = write_model(cache_model(cache, "acme/base"))
    facts, codes = found(written, tmp_path)
    assert codes == []
    assert facts.place == ModelPlace("hub", "acme/base", snapshot)
    assert facts.model is not None
    assert facts.model.where == "cache"


def test_a_name_without_owner_in_the_cache(tmp_path: Path, cache: Path) -> None:
    write_model(cache_model(cache, "gpt2"))
    facts, codes = found("gpt2", tmp_path)
    assert codes == []
    assert facts.model is not None


def test_the_revision_chooses_the_snapshot(tmp_path: Path, cache: Path) -> None:
    write_model(cache_model(cache, "acme/base", "refs/pr/1"))
    for revision, known in (("refs/pr/1", True), (COMMIT, True), ("main", False), ("../x", False)):
        facts, codes = found(f'model "acme/base" {{ revision = "{revision}" }}', tmp_path)
        assert codes == []
        assert (facts.model is not None) is known, revision


def test_a_cache_without_weights_still_tells_the_configuration(tmp_path: Path, cache: Path) -> None:
    write_json(cache_model(cache, "acme/base") / "config.json", llama_config())
    facts, codes = found("acme/base", tmp_path)
    assert codes == []
    assert facts.model is not None
    assert facts.model.weights is None
    assert facts.model.max_positions == 512
    assert facts.tokenizer is None


def test_a_damaged_cache_is_downloaded_again_by_the_run(tmp_path: Path, cache: Path) -> None:
    snapshot = write_model(cache_model(cache, "acme/base"))
    (snapshot / "model.safetensors").write_bytes(b"cut off")
    facts, codes = found("acme/base", tmp_path)
    assert codes == []
    assert facts.model is not None
    assert facts.model.weights is None


@pytest.mark.parametrize("marked", [True, False])
def test_a_chat_template_may_not_have_been_downloaded_yet(
    tmp_path: Path, cache: Path, marked: bool
) -> None:
    snapshot = write_model(cache_model(cache, "acme/base"), chat_template=None)
    if marked:
        marks = cache / "models--acme--base" / ".no_exist" / snapshot.name
        marks.mkdir(parents=True)
        (marks / "chat_template.jinja").touch()
    report = Report()
    lowered = lowering(spec("acme/base"), folder=tmp_path).valid
    check(lowered, gather(lowered, Files(), Report()), report)
    assert [problem.code for problem in report] == (["E404"] if marked else [])


def test_a_cache_without_configuration_tells_nothing(tmp_path: Path, cache: Path) -> None:
    write_tokenizer(cache_model(cache, "acme/base"))
    facts, codes = found("acme/base", tmp_path)
    assert codes == []
    assert facts.model is None


@pytest.mark.parametrize(
    ("variables", "where"),
    [
        ({"HF_HUB_CACHE": "a"}, "a"),
        ({"HUGGINGFACE_HUB_CACHE": "b"}, "b"),
        ({"HF_HOME": "c"}, "c/hub"),
        ({"XDG_CACHE_HOME": "d"}, "d/huggingface/hub"),
        ({"HOME": "e"}, "e/.cache/huggingface/hub"),
    ],
)
def test_where_the_cache_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], where: str
) -> None:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, folder in variables.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    write_model(cache_model(tmp_path / where, "acme/base"))
    facts, _ = found("acme/base", tmp_path)
    assert facts.model is not None


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("./base", ["E402"]),
        ("../acme/base", ["E402"]),
        ("a/b/c", ["E402"]),
        ("base", ["E402"]),
        ("acme/base.gguf", ["E402"]),
        ("models/base", ["E402"]),  # there is a folder models
        ("acme\\\\base", ["E402"]),
        ("hub:a/b/c", ["E402"]),
        ("/models/base", ["E225"]),
        ("~/models/base", ["E225"]),
        ("C:\\\\models", ["E225"]),
    ],
)
def test_what_cannot_be_a_model(tmp_path: Path, written: str, codes: list[str]) -> None:
    (tmp_path / "models").mkdir()
    facts, reported = found(written, tmp_path)
    assert reported == codes
    assert facts.place is None


def test_resolving_what_is_not_there_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="There is no folder"):
        resolve_model(lowering(spec("./base"), folder=tmp_path).valid, Files())


def test_a_folder_and_a_name_in_the_cache(tmp_path: Path, cache: Path) -> None:
    write_model(cache_model(cache, "acme/base"))
    write_model(tmp_path / "acme" / "base")
    assert found("acme/base", tmp_path)[1] == ["E410"]
    for written, kind in (("./acme/base", "folder"), ("hub:acme/base", "hub")):
        facts, codes = found(written, tmp_path)
        assert codes == []
        assert facts.place is not None
        assert (facts.place.kind, facts.place.path) == (kind, "acme/base")


def test_scratch_knows_its_sizes_and_its_tokenizer(tmp_path: Path) -> None:
    write_tokenizer(tmp_path / "bytes")
    facts, codes = found(SCRATCH.format("bytes"), tmp_path)
    assert codes == []
    assert facts.place is not None
    assert facts.place.path == "bytes"
    assert facts.model is not None
    assert (facts.model.where, facts.model.layers, facts.model.max_positions) == (
        "scratch",
        1,
        2048,
    )
    assert facts.tokenizer is not None
    assert facts.tokenizer.size == 4


def test_scratch_without_tokenizer(tmp_path: Path) -> None:
    facts, codes = found(SCRATCH.format("./bytes"), tmp_path)
    assert codes == ["E413"]
    assert facts.model is not None
    assert facts.place is None


def test_whatever_was_asked_for_is_remembered(tmp_path: Path) -> None:
    write_model(tmp_path / "base")
    files = Files()
    gather(lowering(spec("base"), folder=tmp_path).valid, files, Report())
    names = {Path(path).name for path in files.seen}
    assert {"base", "config.json", "model.safetensors", "tokenizer.json", "dates.jsonl"} <= names
