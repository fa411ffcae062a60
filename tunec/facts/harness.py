"""Files of tasks that `harness` names.

In: a lowered spec. Out: by file, what is wrong with it. Invariant: lm_eval is not needed, so only
what every file of a task has is looked for.
"""

import re

from tunec.facts.paths import is_absolute, missing
from tunec.files import Files
from tunec.spec.harness import FILES
from tunec.spec.places import Lowered

TASKS = "evaluate.harness.tasks"
_NAMED = re.compile(r"^(task|group|include|class) *:", re.MULTILINE)
"""What a task is called, or the file that says so."""


def gather_tasks(lowered: Lowered, files: Files) -> dict[str, str]:
    """Those that cannot be used, and why."""
    evaluate = lowered.spec.evaluate
    if evaluate is None or evaluate.harness is None:
        return {}
    names = [name for name in evaluate.harness.tasks if name.endswith(FILES)]
    found = {name: _wrong(lowered, files, name) for name in names}
    return {name: problem for name, problem in found.items() if problem}


def _wrong(lowered: Lowered, files: Files, name: str) -> str:
    folder = lowered.places.folder(TASKS)
    if is_absolute(name):
        return f"`{name}` is an absolute path"
    if not files.is_file(folder / name):
        _, fact = missing(files, folder, name, "files")
        return f"there is no file `{name}`. {fact}".strip().rstrip(".")
    try:
        text = files.read_text(folder / name)
    except (OSError, ValueError) as problem:
        return f"`{name}` cannot be read: {problem}"
    return "" if _NAMED.search(text) else f"`{name}` has no line `task: NAME`"
