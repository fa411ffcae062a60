"""`tunec preview --html`: one page, whose rows are text whatever they say."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from commands import ROOT, Commands, apart
from parsed_pages import (
    HOSTILE,
    SHOWN,
    Parsed,
    assert_nothing_invisible,
    assert_nothing_outside_is_named,
)
from previews import CHAT, SPEC, TRAIN, Preview, rows_file

from tunec.run.preview.page import page_of
from tunec.run.preview.report import report

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    rows_file(folder / "rows.jsonl", ({"question": text, "answer": text} for text in HOSTILE))
    rows_file(folder / "held.jsonl", [{"question": "<b>?", "answer": "<b>!</b>"}])
    data = 'data train { source "rows.jsonl" }\ndata validation { source "held.jsonl" }\n'
    preview = Preview(folder, data)
    script = preview.loaded()
    return page_of(script, report(script, preview.wanted(report=True))).decode()


def test_rows_are_text(page: str) -> None:
    parsed = Parsed(page)
    assert not parsed.open
    for text in HOSTILE:
        shown = SHOWN.get(text, text)
        assert f"<|user|>{shown}<|end|><|assistant|>{shown}<|end|>" in parsed.texts
    assert parsed.tags["script"] == parsed.tags["style"] == 1
    assert not parsed.tags.keys() & {"img", "base", "link", "iframe", "object", "embed"}


def test_nothing_outside_is_named(page: str) -> None:
    assert_nothing_outside_is_named(page)


def test_the_verdict_counts_what_is_listed(page: str) -> None:
    listed = len(re.findall('<tr class="(?:bad|warn)"', page))
    assert f"<strong>It would run.</strong> {listed} things to look at first." in page
    assert listed > 2


def test_nothing_invisible_is_in_it(page: str) -> None:
    assert_nothing_invisible(page)


def test_it_can_be_read_without_seeing_it(page: str) -> None:
    parsed = Parsed(page)
    assert ("lang", "en") in parsed.attributes
    assert parsed.tags["h1"] == parsed.tags["main"] == parsed.tags["title"] == 1
    assert (
        page.count("<svg") == len(re.findall('<svg [^>]*role="img" aria-label="[^"]+"', page)) == 5
    )
    assert page.count("<select") == len(re.findall("<label>[^<]+<select", page)) == 3
    ids = [value for name, value in parsed.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_plots_have_the_colours_of_the_page(page: str) -> None:
    plots = re.findall("<svg.*?</svg>", page, re.DOTALL)
    assert all("var(--trained)" in plot and "#000" not in plot for plot in plots)
    assert not [found for plot in plots for found in re.findall("#[0-9a-f]{6}", plot)]


def test_the_same_rows_make_the_same_page(page: str, tmp_path: Path) -> None:
    rows_file(tmp_path / "rows.jsonl", ({"question": text, "answer": text} for text in HOSTILE))
    rows_file(tmp_path / "held.jsonl", [{"question": "<b>?", "answer": "<b>!</b>"}])
    data = 'data train { source "rows.jsonl" }\ndata validation { source "held.jsonl" }\n'
    preview = Preview(tmp_path, data)
    script = preview.loaded()
    assert page_of(script, report(script, preview.wanted(report=True))).decode() == page


def test_long_rows_keep_their_start_and_end(tmp_path: Path) -> None:
    rows_file(
        tmp_path / "rows.jsonl",
        [{"question": "a" * 3000, "answer": "b" * 3000}, {"question": "?", "answer": "!"}],
    )
    preview = Preview(
        tmp_path,
        'data train { source "rows.jsonl", overflow = truncate_prompt }',
        "truncate_prompt",
    )
    script = preview.loaded()
    text = page_of(script, report(script, preview.wanted(report=True))).decode()
    shown = max(Parsed(text).texts, key=len)
    assert "<strong>It would run.</strong> 1 thing to look at first." in text
    assert re.fullmatch(r"<\|user\|>a{1499}4,004 tokens are not shownb{499}<\|end\|>", shown)


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs a browser")
def test_in_a_browser(page: str, tmp_path: Path) -> None:
    """Its own script runs, and none of a row's."""
    path = tmp_path / "report.html"
    path.write_text(page)
    words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    ended = subprocess.run([*words, path.as_uri()], capture_output=True, text=True, check=True)
    assert "<title>tiny: what it trains on</title>" in ended.stdout
    assert f">{len(HOSTILE) + 1} of {len(HOSTILE) + 1} rows</output>" in ended.stdout
    assert '<option value="spelled_token">' in ended.stdout
    assert '<option value="split">' not in ended.stdout
    path.write_text(page.replace('<option value="tokens">', '<option value="tokens" selected>'))
    ended = subprocess.run([*words, path.as_uri()], capture_output=True, text=True, check=True)
    tokens = [int(number) for number in re.findall('data-tokens="([0-9]+)"', ended.stdout)]
    assert tokens == sorted(tokens, reverse=True) != []


def test_its_parts_are_short_and_all_used() -> None:
    """As templates of scripts are."""
    files = {path.name: path.read_text() for path in (ROOT / "pages").iterdir()}
    assert not [name for name in files if name.endswith(".j2") and files[name].count("\n") > 100]
    modules = [ROOT / "tunec/run/page.py", *(ROOT / "tunec/run").glob("*/page.py")]
    used = " ".join([*files.values(), *(path.read_text() for path in modules)])
    pages = {name for name in files if f'rendered(\n        "{name.partition(".")[0]}",' in used}
    assert len(pages) == 4  # of each page, its template and its script
    assert not [name for name in files if f'"{name}"' not in used and name not in pages]


# --- The command ----------------------------------------------------------------------


@pytest.fixture
def tunec(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Commands:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUNEC_CACHE", str(tmp_path / "cache"))
    return Commands(tmp_path, capsys, monkeypatch)


def test_the_page_is_written_whole_and_again(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "samples" / "tokenizers" / "bytes", tmp_path / "tokenizer")
    rows_file(tmp_path / "rows.jsonl", [{"question": "?", "answer": "!"}])
    (tmp_path / "tiny.tune").write_text(SPEC + CHAT + 'data train { source "rows.jsonl" }' + TRAIN)
    before = {path.name for path in tmp_path.iterdir()}
    for _ in range(2):
        ended = apart("preview", "tiny.tune", "--html", "report.html", cwd=tmp_path)
        assert (ended.code, ended.err) == (0, "report.html: written.\n")
        assert ended.out.startswith("=== train ===")
    assert {path.name for path in tmp_path.iterdir()} - before == {"report.html"}
    assert (tmp_path / "report.html").read_text().endswith("</html>\n")


def test_pages_that_cannot_be(tunec: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is said before any row is read, and nothing is left behind."""
    before = tunec.files()
    ended = tunec("preview", "support.tune", "--html", "none/report.html")
    assert ended.code == 1
    assert "error[E513]: There is no folder `none` to write `none/report.html` into." in ended.err
    ended = tunec("preview", "support.tune", "--html", "rows.jsonl")
    assert ended.code == 1
    assert "error[E512]: `rows.jsonl` exists and was not written by tunec." in ended.err
    assert "--force" in ended.err
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    ended = tunec("preview", "support.tune", "--html", "report.html")
    assert ended.code == 1
    assert "error[E501]: `matplotlib` is not installed, and `--html` draws with it." in ended.err
    assert "-m pip install matplotlib==" in ended.err
    assert tunec.files() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--report --worst", "`--worst` chooses rows, but a report is of all of them."),
        ("--json -n 3", "`-n` chooses rows, but a report is of all of them."),
        ("--force", "`--force` is of a page."),
        ("--json --force", "`--force` is of a page."),
        ("--row 1 --longest", "`--row` and `--longest` choose different rows."),
        ("--row 0", "`0` is not the number of a row."),
        ("--longest=x", "`x` is not a number of rows."),
        ("-n 0", "`0` is not a number of rows."),
        ("--html", "`--html` lacks its value."),
    ],
)
def test_misuse(tunec: Commands, words: str, said: str) -> None:
    ended = tunec("preview", "support.tune", *words.split())
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
