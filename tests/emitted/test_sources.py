"""Rows as the functions of emitted scripts give them: formats, steps, mixes, and their counts."""

import bz2
import gzip
import json
import lzma
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from emitted_script import compile_to, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunec.spec.expression import BadExpression, compiled, predicate

pytestmark = pytest.mark.torch

HEAD = 'model "hub:acme/base"\nmethod lora\ntemplate t { user "{{ q }}", assistant "{{ a }}" }\n'
ROWS = [{"q": f"q{number}", "a": f"a{number}", "n": number} for number in range(20)]


def script(folder: Path, data: str, head: str = HEAD) -> ModuleType:
    return load(compile_to(folder / "spec.py", head + data))


def names(rows) -> list[str]:
    return [row["q"] for _, row in rows]


def jsonl(rows=ROWS) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


# --- Where rows are -------------------------------------------------------------------


def test_files_of_a_pattern_are_read_by_name_and_more_may_come(tmp_path, capsys):
    for name in ("b", "a", ".hidden"):
        (tmp_path / "data" / "deep").mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / "deep" / f"{name}.jsonl").write_text(jsonl([{"q": name, "a": "x"}]))
    module = script(tmp_path, 'data train { source "data/**/*.jsonl" }')
    assert names(module.train_rows()) == ["a", "b"]
    (tmp_path / "data" / "a0.jsonl").write_text(jsonl([{"q": "new", "a": "x"}]))
    found = list(module.train_rows())
    assert found[0][0] == "data/a0.jsonl:1"
    assert names(found) == ["new", "a", "b"]
    assert "data/**/*.jsonl: 3 files" in capsys.readouterr().out
    for path in (tmp_path / "data").rglob("*.jsonl"):
        path.unlink()
    with pytest.raises(SystemExit, match="no file matches"):
        list(module.train_rows())


@pytest.mark.parametrize("name", ["data", "data[1]", "a*b"])
def test_a_folder_of_any_name_is_its_files(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "a.jsonl").write_text(jsonl(ROWS[:2]))
    (tmp_path / name / "README.md").write_text("text")
    module = script(tmp_path, f'data train {{ source "{name}" }}')
    assert names(module.train_rows()) == ["q0", "q1"]


def zst(data: bytes) -> bytes:
    import pyarrow

    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(data)
    return sink.getvalue().to_pybytes()


PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zst}
CSV = 'q,a\r\nq0,a0\r\n"q\n1",a1\r\n'


@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "txt"])
def test_compressed_files_are_as_the_plain_ones(tmp_path, ending, form):
    text = {"jsonl": jsonl(), "json": json.dumps(ROWS), "csv": CSV, "txt": "ä\n\nb\n"}[form]
    place = tmp_path / "x"
    place.mkdir()
    (place / f"rows.{form}").write_bytes(text.encode())
    # A second part behind the first, as `cat` and parallel packers make them.
    half = len(text.encode()) // 2
    pack = PACKERS[ending]
    packed = pack(text.encode()[:half]) + pack(text.encode()[half:])
    (place / f"rows.{form}.{ending}").write_bytes(packed)
    head = HEAD
    if form == "txt":
        head = 'model "hub:acme/base"\nmethod lora\nobjective pretrain\n'
        head += 'template t { text "{{ text }}" }\n'
    found = []
    for name in (f"rows.{form}", f"rows.{form}.{ending}"):
        # A step, so that the plain file has a function of its own, too.
        data = f'data train {{ source "x/{name}" {{ first = 99 examples }} }}'
        found.append([row for _, row in script(tmp_path, data, head).train_rows()])
    assert found[0] == found[1]
    assert found[0]


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_arrow(tmp_path, kind):
    import pyarrow as pa

    table = pa.table({"q": ["é", "b"], "a": ["x", "y"], "m": ["z", None], "n": [2**53 + 1, 2]})
    new = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
    with new(str(tmp_path / "rows.arrow"), table.schema) as sink:
        sink.write_table(table, max_chunksize=1)
    module = script(tmp_path, 'data train { source "rows.arrow" }')
    found = list(module.read_arrow("rows.arrow"))
    assert found == [
        ("rows.arrow: row 1", {"q": "é", "a": "x", "m": "z", "n": "9007199254740993"}),
        ("rows.arrow: row 2", {"q": "b", "a": "y", "m": None, "n": "2"}),
    ]


def test_a_data_set_that_was_saved_is_a_folder(tmp_path):
    datasets = pytest.importorskip("datasets")
    datasets.Dataset.from_list(ROWS).save_to_disk(tmp_path / "saved")
    module = script(tmp_path, 'data train { source "saved" }')
    assert names(module.train_rows()) == [row["q"] for row in ROWS]


@pytest.fixture
def hub(tmp_path):
    """What stands in for a data set on the hub: a folder with two splits, and what was asked."""
    datasets = pytest.importorskip("datasets")
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "train.jsonl").write_text(jsonl())
    (folder / "test.jsonl").write_text(jsonl([{"q": "t", "a": "t", "n": 7}]))
    asked = []

    def load_dataset(path, **options):
        asked.append((path, options))
        known = {each: value for each, value in options.items() if each in ("split", "streaming")}
        return datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"), **known)

    return load_dataset, asked


def test_the_hub(tmp_path, hub):
    load_dataset, asked = hub
    module = script(
        tmp_path,
        'data train { source "hub:acme/rows" '
        '{ subset = "en", split = "train[:10%] + test", revision = "v1" } }',
    )
    module.load_dataset = load_dataset
    found = list(module.train_rows())
    assert asked == [("acme/rows", {"name": "en", "split": "train[:10%]+test", "revision": "v1"})]
    assert [(place, row["q"], row["n"]) for place, row in found] == [
        ("acme/rows: row 1", "q0", "0"),
        ("acme/rows: row 2", "q1", "1"),
        ("acme/rows: row 3", "t", "7"),
    ]


def test_a_stream_of_the_hub_ends(tmp_path, hub):
    load_dataset, asked = hub
    data = 'source "hub:acme/rows" { streaming = true, buffer = 8 examples, first = 5 examples }'
    module = script(tmp_path, f"data train {{ {data} }}")
    module.load_dataset = load_dataset
    found = names(module.train_rows())
    assert asked[0][1] == {"split": "train", "streaming": True}
    assert len(found) == 5
    assert found != [f"q{number}" for number in range(5)], "the stream is shuffled"
    assert found == names(module.train_rows())


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_addresses(tmp_path, ending):
    fsspec = pytest.importorskip("fsspec")
    pack = PACKERS.get(ending[1:], bytes)
    address = f"memory://acme/rows.jsonl{ending}"
    with fsspec.open(address, "wb") as file:
        file.write(pack(jsonl().encode()))
    module = script(tmp_path, f'data train {{ source "{address}" }}')
    found = list(module.train_rows())
    assert names(found) == [row["q"] for row in ROWS]
    assert found[2][0] == f"{address}:3"


def test_an_address_says_what_it_lacks(tmp_path):
    module = script(tmp_path, 'data train { source "nowhere://acme/rows.jsonl" }')
    with pytest.raises(SystemExit, match=r"nowhere://acme/rows\.jsonl: Protocol not known"):
        list(module.train_rows())


def test_packages_of_protocols_are_in_the_head(tmp_path):
    path = compile_to(tmp_path / "spec.py", HEAD + 'data train { source "s3://acme/rows.jsonl" }')
    assert '"s3fs==' in path.read_text()


# --- What is done with them -----------------------------------------------------------


def test_steps_in_their_order_and_what_they_count(tmp_path, capsys):
    (tmp_path / "rows.jsonl").write_text(jsonl())
    (tmp_path / "rows.py").write_text(
        "def twice(row):\n"
        "    if row['q'] == 'q5':\n        return None\n"
        "    return [row, {**row, 'q': row['q'] + '!', 'n': 7}]\n"
    )
    steps = 'filter = "n >= 4 and not q.endswith(\'9\')", map = "rows.py:twice", '
    steps += "first = 10 examples, sample = 40%, repeat = 2"
    module = script(tmp_path, f'data train {{ source "rows.jsonl" {{ {steps} }} }}')
    found = list(module.train_rows())
    said = capsys.readouterr().out
    # Rows 4 to 8 and 10 are kept, of which one is dropped: 10 are made of these, and no more read.
    assert "rows.jsonl: 6 of 11 rows kept by the filter\n" in said
    assert "rows.jsonl: 10 rows made of 6 by twice\n" in said
    assert "rows.jsonl: the first 10 rows taken\n" in said
    assert "rows.jsonl: 4 of 10 rows drawn at random\n" in said
    assert "rows.jsonl: 4 rows taken 2 times\n" in said
    assert len(found) == 8
    assert found[:4] == found[4:]
    assert all(isinstance(row["n"], str) for _, row in found)
    assert found == list(module.train_rows()), "the seed decides"


def test_another_seed_draws_other_rows(tmp_path):
    (tmp_path / "rows.jsonl").write_text(jsonl())
    data = 'data train { source "rows.jsonl" { sample = 8 examples } }'
    drawn = [
        names(script(tmp_path, data, f"seed = {seed}\n{HEAD}").train_rows()) for seed in (1, 2)
    ]
    assert drawn[0] != drawn[1]
    assert [sorted(each, key=lambda q: int(q[1:])) for each in drawn] == drawn


def test_a_function_that_fails_is_named_with_its_row(tmp_path):
    (tmp_path / "rows.jsonl").write_text(jsonl())
    (tmp_path / "rows.py").write_text(
        "def bad(row):\n    return 1 / (int(row['n']) - 2)\n\n\ndef text(row):\n    return 'x'\n"
    )
    for step, message in (
        ('filter = "rows.py:bad"', "rows.jsonl:3: bad: ZeroDivisionError"),
        ('map = "rows.py:bad"', "rows.jsonl:1: bad: -0.5 is not a row"),
        ('map = "rows.py:text"', "rows.jsonl:1: text: 'x' is not a row"),
    ):
        module = script(tmp_path, f'data train {{ source "rows.jsonl" {{ {step} }} }}')
        with pytest.raises(SystemExit, match=message):
            list(module.train_rows())


def test_a_filter_that_cannot_be_applied_is_named_with_its_row(tmp_path):
    (tmp_path / "rows.jsonl").write_text(jsonl())
    module = script(tmp_path, 'data train { source "rows.jsonl" { filter = "n > 1" } }')
    (tmp_path / "rows.jsonl").write_text('{"n": "x", "q": "", "a": ""}\n')
    with pytest.raises(SystemExit, match=r"rows\.jsonl:1: is_wanted_1: ValueError"):
        list(module.train_rows())


# --- Several together -----------------------------------------------------------------


def two(folder: Path, first: str, second: str, more: str = "", counts=(20, 5)) -> ModuleType:
    (folder / "a.jsonl").write_text(jsonl([{"q": f"a{n}", "a": "x"} for n in range(counts[0])]))
    (folder / "b.jsonl").write_text(jsonl([{"q": f"b{n}", "a": "x"} for n in range(counts[1])]))
    sources = f'source "a.jsonl" {{ {first} }}\nsource "b.jsonl" {{ {second} }}'
    return script(folder, f"data train {{\n{more}\n{sources}\n}}")


def test_interleaving_ends_with_the_first(tmp_path, capsys):
    module = two(tmp_path, "probability = 50%", "probability = 50%", "mix = interleave")
    found = names(module.train_rows())
    for letter in "ab":
        of_one = [name for name in found if name.startswith(letter)]
        assert of_one == [f"{letter}{number}" for number in range(len(of_one))]
    counts = Counter(name[0] for name in found)
    assert counts["a"] == 20 or counts["b"] == 5
    assert f"b.jsonl: {counts['b']} of 5 rows taken" in capsys.readouterr().out
    assert found == names(module.train_rows())


def test_interleaving_until_all_had_their_turn(tmp_path):
    more = "mix = interleave\nstop = all_exhausted"
    module = two(tmp_path, "", "", more, counts=(200, 5))
    found = Counter(names(module.train_rows()))
    assert found.keys() == {f"a{n}" for n in range(200)} | {f"b{n}" for n in range(5)}
    assert {found[f"a{number}"] for number in range(200)} == {1}
    assert min(found[f"b{number}"] for number in range(5)) > 10


def test_probabilities_are_what_is_drawn(tmp_path):
    more = "mix = interleave"
    module = two(tmp_path, "probability = 80%", "probability = 20%", more, counts=(4000, 4000))
    found = Counter(name[0] for name in names(module.train_rows()))
    assert 0.77 < found["a"] / found.total() < 0.83


@pytest.mark.parametrize(("share", "count"), [("20%", 5), ("10%", 2)])
def test_a_share_is_of_the_whole(tmp_path, capsys, share, count):
    module = two(tmp_path, "", f"share = {share}")
    found = Counter(name[0] for name in names(module.train_rows()))
    assert found == {"a": 20, "b": count}
    assert f"b.jsonl: {count} of 5 rows kept for its share" in capsys.readouterr().out


def test_a_share_that_cannot_be_is_told(tmp_path):
    module = two(tmp_path, "", "share = 50%")
    with pytest.raises(SystemExit, match=r"b.jsonl: 50.0% would be 20 of its 5 rows"):
        list(module.train_rows())


def test_shares_of_all_take_what_the_smallest_allows(tmp_path):
    module = two(tmp_path, "share = 25%", "share = 75%", counts=(20, 6))
    assert Counter(name[0] for name in names(module.train_rows())) == {"a": 2, "b": 6}


def test_sources_of_two_templates_say_which(tmp_path):
    head = HEAD + 'template u { user "{{ q }}?", assistant "{{ a }}" }\n'
    (tmp_path / "a.jsonl").write_text(jsonl(ROWS[:1]))
    (tmp_path / "b.jsonl").write_text(jsonl(ROWS[1:2]))
    data = 'source "a.jsonl" { template = u, first = 1 example }\nsource "b.jsonl" { template = t }'
    module = script(tmp_path, f"data train {{\n{data}\n}}", head)
    assert [each[2].__name__ for each in module.train_rows()] == ["encode_by_u", "encode_by_t"]


# --- Any text at all ------------------------------------------------------------------

LINES = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: text.replace("\0", ""))
TABLES = st.lists(st.fixed_dictionaries({"q": LINES, "a": LINES}), min_size=1, max_size=4)
few = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    """A script with a reader of each format of columns."""
    import pyarrow as pa
    import pyarrow.parquet

    folder = tmp_path_factory.mktemp("readers")
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(jsonl().encode()))
    (folder / "a.json.xz").write_bytes(lzma.compress(json.dumps(ROWS).encode()))
    table = pa.table({"q": ["q"], "a": ["a"]})
    pyarrow.parquet.write_table(table, folder / "a.parquet")
    with pa.ipc.new_file(str(folder / "a.arrow"), table.schema) as sink:
        sink.write_table(table)
    files = ("a.jsonl.gz", "a.json.xz", "a.parquet", "a.arrow")
    lines = "\n".join(f'source "{name}"' for name in files)
    return folder, script(folder, f"data train {{\n{lines}\n}}")


@few
@given(rows=TABLES)
def test_every_reader_gives_the_text_that_was_written(readers, rows):
    import pyarrow as pa
    import pyarrow.parquet

    folder, module = readers
    ascii = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(ascii.encode()))
    plain = json.dumps(rows, ensure_ascii=False)
    (folder / "a.json.xz").write_bytes(lzma.compress(plain.encode()))
    table = pa.Table.from_pylist(rows)
    pyarrow.parquet.write_table(table, folder / "a.parquet")
    with pa.ipc.new_file(str(folder / "a.arrow"), table.schema) as sink:
        sink.write_table(table)
    assert [row for _, row in module.train_rows()] == rows * 4


@few
@given(text=LINES, number=st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_filters_compare_as_python_does(text, number):
    row = {"t": text, "n": json.dumps(number)}
    for filter, expected in (
        (f"t == {text!r}", True),
        (f"t != {text!r}", False),
        (f"len(t) == {len(text)}", True),
        (f"n > {number!r} - 1 and n <= {number!r}", number > number - 1),
        (f"n in [{number!r}]", True),
        (f"t in [{text!r}, 'x'] and t.count('x') >= 0", True),
    ):
        try:
            keeps = predicate(compiled(filter))
        except BadExpression:
            assert abs(number) >= 1e300
            continue
        assert bool(keeps(row)) == expected, filter
