"""What stands in a file is what the model sees: nothing becomes a date, a float or a number."""

import csv
import datetime
import decimal
import io
import json
import math
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from exactness.tiny_models import build, script, spec

pytestmark = pytest.mark.torch

TEMPLATE = """
template line {
  prompt     "{{ question }}"
  completion "{{ answer }}"
}
"""
TEXTS = [
    "1999-07-02",
    "1999-07-02T10:00:00Z",
    "1.10",
    "1e3",
    "007",
    "null",
    "NaN",
    "true",
    " spaces  stay ",
    "tab\tand \\ and \"quotes\" and 'more'",
    "Zürich … 日本 👩‍🔬 e\u0301",
    "a\u2028b\u2029c\u0085d\x0be",
    "two\nlines",
    "{{ question }} {% raw %} {0} %s",
    "",
]
NUMBERS = ["1", "-0", "1.10", "1e3", "1E+3", "0.1000000000000000055511151231257827", str(10**30)]


def compiled(folder: Path, name: str, template: str = TEMPLATE, source: str = "") -> ModuleType:
    """A script for a file that is there already."""
    build(folder, "llama")
    text = spec("llama", "full {}", template)
    return script(folder, "text", text.replace('"rows.jsonl"', f'"{name}" {source}'))


def texts_seen(module: ModuleType) -> list[tuple[str, str]]:
    """What the model is shown of each row: all of it, and what of it is trained on."""
    tokenizer = module.load_tokenizer()
    rows = module.load_rows(module.TRAIN_FILES, tokenizer)
    return [(tokenizer.decode(row.ids), tokenizer.decode(row.ids[row.trained])) for row in rows]


def assert_pairs(module: ModuleType, answers: list[str]) -> None:
    wanted = [(f"Q{number}{answer}<|end|>", f"{answer}<|end|>") for number, answer in answers]
    assert texts_seen(module) == wanted


def questions(answers: list[str]) -> list[dict[str, str]]:
    return [{"question": f"Q{number}", "answer": answer} for number, answer in enumerate(answers)]


@pytest.mark.parametrize("escaped", [True, False])
def test_jsonl(escaped: bool, tmp_path: Path) -> None:
    lines = [json.dumps(row, ensure_ascii=escaped) for row in questions(TEXTS)]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert_pairs(compiled(tmp_path, "rows.jsonl"), [*enumerate(TEXTS)])


def test_json(tmp_path: Path) -> None:
    rows = json.dumps(questions(TEXTS), ensure_ascii=False, indent=1)
    (tmp_path / "rows.json").write_text(rows, encoding="utf-8-sig")
    assert_pairs(compiled(tmp_path, "rows.json"), [*enumerate(TEXTS)])


@pytest.mark.parametrize("suffix", ["jsonl", "json"])
def test_numbers_keep_their_spelling(suffix: str, tmp_path: Path) -> None:
    rows = [f'{{"question": "Q{i}", "answer": {number}}}' for i, number in enumerate(NUMBERS)]
    text = "\n".join(rows) if suffix == "jsonl" else f"[{', '.join(rows)}]"
    (tmp_path / f"rows.{suffix}").write_text(text)
    assert_pairs(compiled(tmp_path, f"rows.{suffix}"), [*enumerate(NUMBERS)])


def test_csv(tmp_path: Path) -> None:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, ["question", "answer"])
    writer.writeheader()
    writer.writerows(questions([*TEXTS, *NUMBERS]))
    (tmp_path / "rows.csv").write_bytes(b"\xef\xbb\xbf" + file.getvalue().encode())
    assert_pairs(compiled(tmp_path, "rows.csv"), [*enumerate([*TEXTS, *NUMBERS])])


def test_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(questions(TEXTS)), tmp_path / "rows.parquet")
    assert_pairs(compiled(tmp_path, "rows.parquet"), [*enumerate(TEXTS)])


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([2**62, -1], pa.int64()), [str(2**62), "-1"]),
        (pa.array([2**64 - 1, 0], pa.uint64()), [str(2**64 - 1), "0"]),
        (pa.array([1.5, 0.1], pa.float64()), ["1.5", "0.1"]),
        (pa.array(["a", "1.10"], pa.large_string()), ["a", "1.10"]),
        (pa.array(["1.10", "x"]).dictionary_encode(), ["1.10", "x"]),
    ],
    ids=["int64", "uint64", "float64", "large_string", "dictionary"],
)
def test_parquet_types(values: pa.Array, texts: list[str], tmp_path: Path) -> None:
    table = pa.table({"question": ["Q0", "Q1"], "answer": values})
    pq.write_table(table, tmp_path / "rows.parquet")
    assert_pairs(compiled(tmp_path, "rows.parquet"), [*enumerate(texts)])


@pytest.mark.parametrize(
    "values",
    [
        pa.array([datetime.date(1999, 7, 2)], pa.date32()),
        pa.array([datetime.datetime(1999, 7, 2)], pa.timestamp("us")),
        pa.array([decimal.Decimal("1.10")], pa.decimal128(5, 2)),
        pa.array([True]),
        pa.array([None], pa.string()),
        pa.array([["a"]]),
        pa.array([b"a"]),
        pa.array([math.nan]),
        pa.array([-math.inf]),
    ],
    ids=["date32", "timestamp", "decimal", "bool", "null", "list", "binary", "nan", "infinity"],
)
def test_parquet_types_refused(values: pa.Array, tmp_path: Path) -> None:
    pq.write_table(pa.table({"question": ["Q"], "answer": ["a"]}), tmp_path / "rows.parquet")
    module = compiled(tmp_path, "rows.parquet")
    pq.write_table(pa.table({"question": ["Q"], "answer": values}), tmp_path / "rows.parquet")
    with pytest.raises(SystemExit, match=r"rows\.parquet: row 1: `answer` is missing, or neither"):
        texts_seen(module)


# --- Text files -----------------------------------------------------------------------

PLAIN = """
template plain {
  text "{{ text }}"
}
"""
FILE = (
    "\ufeffZürich 1.10\n1999-07-02 a\u2028b\u0085c\x0cd\n\n \n  indented, and spaces  \n\n\nlast\n"
)


@pytest.mark.parametrize(
    ("unit", "rows"),
    [
        ("document", [FILE[1:]]),
        (
            "paragraph",
            ["Zürich 1.10\n1999-07-02 a\u2028b\u0085c\x0cd", "  indented, and spaces  ", "last"],
        ),
        (
            "line",
            ["Zürich 1.10", "1999-07-02 a\u2028b\u0085c\x0cd", "  indented, and spaces  ", "last"],
        ),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_text_files(unit: str, rows: list[str], ends: str, tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_bytes(FILE.replace("\n", ends).encode())
    module = compiled(tmp_path, "rows.txt", PLAIN, f"{{ sample_by = {unit} }}")
    assert texts_seen(module) == [(f"{row}<|end|>", f"{row}<|end|>") for row in rows]


# --- Conversations --------------------------------------------------------------------


def test_turns(tmp_path: Path) -> None:
    """Only what the assistant says is trained on, and the token that ends its turn."""
    (tmp_path / "rows.jsonl").write_text('{"q": 1.10, "a": "1999-07-02", "b": ""}\n')
    template = """
template chat {
  system    "Be {{ q }}."
  user      " {{ q }}: {{ a }}"
  assistant "{{ a }}, {{ q }}"
  user      "{{ b }}"
  assistant "{{ b }}"
}
"""
    assert texts_seen(compiled(tmp_path, "rows.jsonl", template)) == [
        (
            "<|system|>Be 1.10.<|end|><|user|> 1.10: 1999-07-02<|end|>"
            "<|assistant|>1999-07-02, 1.10<|end|><|user|><|end|><|assistant|><|end|>",
            "1999-07-02, 1.10<|end|><|end|>",
        )
    ]


@pytest.mark.parametrize("value", [datetime.date(1999, 7, 2), b"a", ("a",), None, True, [], {}])
def test_an_expression_places_text_and_numbers_alone(value: object, tmp_path: Path) -> None:
    template = TEMPLATE.replace("{{ question }}", "{{ question | default('') }}")
    (tmp_path / "rows.jsonl").write_text(json.dumps({"question": "a", "answer": "b"}) + "\n")
    module = compiled(tmp_path, "rows.jsonl", template)
    assert module.texts_of({"question": 1.5, "answer": "b"})[0] == "1.5"
    with pytest.raises(ValueError, match="neither text nor number"):
        module.texts_of({"question": value, "answer": "b"})
