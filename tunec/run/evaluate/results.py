"""Results, as JSON has them.

In: what was asked for and what the process of an evaluation found. Out: plain values. Invariant: a
key, once published, keeps its meaning.
"""

import json
import os
from pathlib import Path
from typing import Any  # results are plain values of any sort

from tunec import __version__
from tunec.diagnostics import Diagnostic
from tunec.run.evaluate.measured import ANSWERS, RESULTS
from tunec.run.evaluate.place import subject_of
from tunec.run.evaluate.script import answers_in
from tunec.run.evaluate.wanted import BASE, Subject, Wanted
from tunec.terminal import Stop

MARK = '<meta name="generator" content="tunec eval --html">'
"""By this a page is known to be of an evaluation."""
FORMAT = 1
"""Another where a key changes its meaning."""


def results_of(wanted: Wanted, scripts: dict[str, str]) -> dict[str, Any]:
    """All that is known; `scripts` says of each whether it is what tunec wrote."""
    found = json.loads(Path(wanted.out, RESULTS).read_text(encoding="utf-8"))
    steps = found.pop("steps")
    subjects = {"model": wanted.subject, "against": wanted.against}
    about = {
        name: each and _about(each, steps.get(name), scripts[each.script])
        for name, each in subjects.items()
    }
    more = {"data": list(wanted.data) or None, "limit": wanted.limit}
    return {"format": FORMAT, "tunec": __version__, **about, **more, **found}


def answers_of(folder: Path) -> list[dict[str, Any]]:
    """Those that an evaluation stored."""
    return answers_in(folder / ANSWERS)


def metrics_of(run: str) -> list[dict[str, Any]]:
    """The lines of a run's metrics, as far as they are whole; none without a run."""
    file = Path(run, "metrics.jsonl")
    return answers_in(file) if run else []


def stored_in(name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a run measured at its end, and its answers. Raises Stop where it has not ended."""
    subject, folder = subject_of(name, own_data=False), Path(name)
    file = folder / RESULTS
    if not subject.finished or not file.is_file():
        message = f"`{name}` has no results of its own: it was stopped, or it holds out no rows."
        remedy = f"Measure it now: `tunec eval {name}`, without `--stored`."
        raise Stop(Diagnostic("E521", message, None, help=remedy))
    found = json.loads(file.read_text(encoding="utf-8"))
    evaluations = [line for line in metrics_of(name) if "loss" not in line]
    steps = {BASE: evaluations[0]["step"], "tuned": evaluations[-1]["step"]}
    made = {
        each: answers_in(folder / "answers" / f"step-{step:06}.jsonl")
        for each, step in steps.items()
    }
    answers = made["tuned"]
    for answer, other in zip(answers, made[BASE], strict=False):
        answer["against"] = {key: other[key] for key in ("given", "scores")}
    results = {
        "format": FORMAT,
        "tunec": __version__,
        "model": _about(subject, steps["tuned"], "as the run has it"),
        "against": _about(Subject(BASE, subject.script), steps[BASE], "as the run has it"),
        "data": None,
        "limit": None,
        "rows": {},
        "trained_on": None,
        "answers": len(answers),
        "measures": {each: _renamed(values) for each, values in found.items()},
    }
    return results, answers


_NAMES = {
    "tuned": "value",
    "base": "against",
    "tuned_interval": "interval",
    "base_interval": "against_interval",
}
"""Keys of a run's results, and what they are called here."""


def _renamed(values: dict[str, Any]) -> dict[str, Any]:
    made = {_NAMES.get(key, key): value for key, value in values.items() if key != "against"}
    if "against" in values:  # what else the run compares with
        made["compared"] = values["against"]
    if "difference" not in made and _are_numbers(made["value"], made["against"]):
        made["difference"] = made["value"] - made["against"]
    return made


def is_loss(name: str) -> bool:
    """Of which less is better."""
    return name == "loss" or name.endswith("_loss")


def _are_numbers(*values: object) -> bool:
    return all(isinstance(value, float | int) for value in values)


def _about(subject: Subject, step: int | None, script: str) -> dict[str, Any]:
    """Which model it was."""
    start = subject.folder or os.getcwd()
    return {
        "name": subject.name,
        "kind": subject.kind,
        "weights": os.path.relpath(subject.weights, start) if subject.weights else None,
        "step": step,
        "finished": subject.finished,
        "script": os.path.basename(subject.script),
        "script_is": script,
    }
