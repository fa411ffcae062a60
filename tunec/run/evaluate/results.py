"""Results, as JSON has them.

In: what was asked for and what the process of an evaluation found. Out: plain values. Invariant: a
key, once published, keeps its meaning.
"""

import json
import os
from pathlib import Path
from typing import Any  # results are plain values of any sort

from tunec import __version__
from tunec.run.evaluate.measured import RESULTS
from tunec.run.evaluate.wanted import Subject, Wanted

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
