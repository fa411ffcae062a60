"""A judge is asked what the spec says, and whatever it does stops nothing."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from emitted_script import ROOT, run
from exactness.tiny_models import script

pytestmark = pytest.mark.torch

KEY = "sk-secret-of-the-test"
SPEC = """\
model "pico" {{ max_length = 64 tokens }}
method lora {{ rank = 4 }}
template dates {{ user "{{{{ question }}}}", assistant "{{{{ answer }}}}" }}
data train      {{ source "dates.jsonl" }}
data validation {{ split = 4 examples }}
train {{ steps = 2, batch = 4 examples, optimizer adamw {{ learning_rate = 1e-2 }} }}
evaluate {{ every = 2 steps, generate {{
  max_new_tokens = 8 tokens
  metric judge {{
    address  = "{address}"
    model    = "acme/judge"
    prompt   = "{{{{ given }}}} | {{{{ wanted }}}} | {{{{prompt}}}}"
    key_from = "KEY_OF_TEST"
    timeout  = 1 second
    at_once  = 2
  }}
}} }}
"""


class Judge(ThreadingHTTPServer):
    """Replies as it is told, and remembers what it was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.replies, self.lock = [], {}, threading.Lock()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def reply(self, path, headers, body):
        """The status and the body, by what stands first in the question, or for any."""
        with self.lock:
            self.asked.append((path, headers, body))
            text = body["messages"][0]["content"] if body else ""
            found = self.replies.get(text.split(" | ")[0], self.replies.get("", "7"))
            return found.pop(0) if isinstance(found, list) else found


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else {}
        reply = self.server.reply(self.path, dict(self.headers), body)
        if reply == "sleep":
            time.sleep(3)
        if isinstance(reply, int):
            self.send_response(reply)
            self.send_header("Location", f"http://localhost:{self.server.server_port}/else")
            self.end_headers()
            self.wfile.write(self.headers["Authorization"].encode())  # as some do
            return
        message = {"choices": [{"message": {"content": reply}}]}
        text = reply[1] if isinstance(reply, tuple) else json.dumps(message)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST

    def log_message(self, *_):
        """Nothing is to be said."""


@pytest.fixture
def judge():
    server = Judge()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("judge")
    rows = (ROOT / "tests/golden/data/dates.jsonl").read_text().splitlines(keepends=True)[:12]
    (folder / "dates.jsonl").write_text("".join(rows))
    (folder / "pico").symlink_to(ROOT / "samples/models/pico")
    return script(folder, "judged", SPEC.format(address="http://127.0.0.1:1/v1"))


@pytest.fixture
def module(compiled, judge, monkeypatch):
    """The script, which asks the judge here."""
    monkeypatch.setattr(compiled, "JUDGE_ADDRESS", judge.address)
    monkeypatch.setattr(compiled, "JUDGE_WAITS", (0, 0.01, 0.01))
    monkeypatch.setenv("KEY_OF_TEST", f"{KEY}\n")
    return compiled


def answers_of(*given):
    return [{"prompt": "P", "wanted": "W", "given": each, "scores": {}} for each in given]


def scores_of(answers, name="judge"):
    return [answer["scores"][name] for answer in answers]


def test_it_is_asked_what_the_spec_says(module, judge):
    judge.replies = {"a": "10", "b {{ wanted }}": " 0\n", "é": "3"}
    answers = answers_of("a", "b {{ wanted }}", "é")
    module.add_judge_scores(answers)
    assert scores_of(answers) == [1, 0, 0.3]
    assert scores_of(answers, "judge_failed") == [0, 0, 0]
    assert [answer["judge"] for answer in answers] == ["10", "0", "3"]
    assert [answer["problems"] for answer in answers] == [{}] * 3
    questions = [body.pop("messages")[0] for _, _, body in judge.asked]
    asked = {each["content"].partition("\n\n")[0] for each in questions}
    assert asked == {f"{each['given']} | W | P" for each in answers}
    assert {each["role"] for each in questions} == {"user"}
    for path, headers, body in judge.asked:
        assert path == "/v1/chat/completions"
        assert headers["Authorization"] == f"Bearer {KEY}"
        assert body == {"model": "acme/judge", "temperature": 0}


@pytest.mark.parametrize(
    ("reply", "reason", "times"),
    [
        ("9/10", "no number from 0 to 10, but '9/10'", 1),
        ("11", "no number from 0 to 10, but '11'", 1),
        ("-1", "no number from 0 to 10, but '-1'", 1),
        ("7.5", "no number from 0 to 10, but '7.5'", 1),
        ("٣", "no number from 0 to 10, but '٣'", 1),
        ("", "no number from 0 to 10, but ''", 1),
        (401, "it answered with HTTP status 401", 1),
        (302, "it answered with HTTP status 302", 1),
        (429, "it answered with HTTP status 429", 3),
        (500, "it answered with HTTP status 500", 3),
        ("sleep", "TimeoutError instead of an answer", 3),
        ((200, "<html>"), "JSONDecodeError instead of an answer", 3),
        ((200, "[]"), "TypeError instead of an answer", 3),
        ((200, '{"choices": []}'), "IndexError instead of an answer", 3),
        ((200, "x" * 2**21), "JSONDecodeError instead of an answer", 3),
    ],
)
def test_what_is_no_score_is_counted(module, judge, capsys, reply, reason, times):
    judge.replies = {"bad": reply}
    answers = answers_of("good", "bad", "good")
    module.add_judge_scores(answers)
    assert scores_of(answers) == [0.7, None, 0.7]
    assert scores_of(answers, "judge_failed") == [0, 1, 0]
    assert answers[1]["judge"] == reason
    assert not answers[0]["problems"]
    assert sum("bad" in body["messages"][0]["content"] for _, _, body in judge.asked) == times
    assert {path for path, _, _ in judge.asked} == {"/v1/chat/completions"}
    assert KEY not in "".join(capsys.readouterr()) + json.dumps(answers)
    # The measure is that of those that were judged; the share of the others stands beside it.
    measures = module.measures_of(answers)
    assert measures["judge"] == pytest.approx(0.7)
    assert measures["judge_failed"] == pytest.approx(1 / 3)
    low, high = module.interval(module.summary("judge", answers, module.resampled(3)))
    assert low == pytest.approx(high) or (low != low)


def test_what_passes_by_itself_is_not_counted(module, judge):
    judge.replies = {"a": [503, (200, "?"), "4"]}
    answers = answers_of("a")
    module.add_judge_scores(answers)
    assert scores_of(answers) == [0.4]
    assert len(judge.asked) == 3


def test_half_of_the_answers_is_too_few(module, judge):
    judge.replies = {"bad": 400}
    answers = answers_of("good", "bad")
    module.add_judge_scores(answers)
    assert scores_of(answers) == [None, None]
    assert answers[0]["judge"] == "7"
    reason = "1 of 2 answers not judged: it answered with HTTP status 400"
    assert [answer["problems"] for answer in answers] == [{"judge": reason}] * 2
    assert module.measures_of(answers)["judge"] is None


def test_a_signal_ends_the_asking(module, judge, monkeypatch):
    monkeypatch.setattr(module, "signals", [15])
    with pytest.raises(module.Stopped):
        module.add_judge_scores(answers_of("a", "b", "c"))
    assert not judge.asked


# --- In a run -------------------------------------------------------------------------


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_the_key_is_in_nothing_that_a_run_leaves(module, judge, tmp_path, capsys):
    judge.replies = {"": "5"}
    run(module, "--output", tmp_path / "run")
    results = json.loads((tmp_path / "run/results.json").read_text())
    assert results["judge"]["tuned"] == 0.5
    assert results["judge_failed"]["tuned"] == 0
    assert len(judge.asked) == 8
    said = "".join(capsys.readouterr()).encode()
    assert KEY.encode() not in said + everything_in(tmp_path)
    assert KEY.encode() not in Path(module.__file__).read_bytes()


def test_a_judge_that_is_away_stops_nothing(module, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(module, "JUDGE_ADDRESS", "http://127.0.0.1:1/v1")
    run(module, "--output", tmp_path / "run")
    results = json.loads((tmp_path / "run/results.json").read_text())
    assert results["judge"]["tuned"] is None
    assert results["judge"]["problem"].startswith("4 of 4 answers not judged: URLError")
    assert results["judge_failed"]["tuned"] == 1
    assert (tmp_path / "run/adapter/adapter_model.safetensors").exists()
    assert "missing: 4 of 4 answers not judged" in capsys.readouterr().out


@pytest.mark.parametrize("value", [None, " "])
def test_a_run_without_the_key_ends_at_its_start(module, monkeypatch, tmp_path, value):
    monkeypatch.delenv("KEY_OF_TEST")
    if value:
        monkeypatch.setenv("KEY_OF_TEST", value)
    with pytest.raises(SystemExit, match="set KEY_OF_TEST in the environment"):
        run(module, "--output", tmp_path / "run")
    assert not (tmp_path / "run/metrics.jsonl").exists()
