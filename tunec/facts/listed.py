"""Files that `method` names: the weights that one lists for `freeze`, the texts of `init_texts`.

In: a lowered spec. Out: `Listed`. Invariant: a line that is neither a name nor a remark is a
problem, never left out.
"""

import re
from pathlib import Path
from typing import NamedTuple

from tunec.facts.adapted import names_of
from tunec.facts.model import OUTPUTS, ModelFacts
from tunec.facts.paths import is_absolute, missing
from tunec.files import Files
from tunec.spec.method import Freeze
from tunec.spec.places import Lowered

PATH = "method.modules_file"
HEAD = "unfrozen_parameters:"
_NAME = re.compile(r"(?:- *)?(?P<quote>[\"']?)(?P<pattern>[^\s\"'#]+)(?P=quote)$")
_OF_ONE_EXPERT = re.compile(r"\.experts\.\d+\.")


class Listed(NamedTuple):
    """Patterns of the names of weights, each with the number of its line."""

    patterns: tuple[tuple[int, str], ...] = ()
    problem: str = ""


def gather_listed(lowered: Lowered, files: Files) -> Listed:
    method = lowered.spec.method
    if not isinstance(method, Freeze) or method.modules_file is None:
        return Listed()
    name, folder = method.modules_file, lowered.places.folder(PATH)
    if problem := _not_there(files, folder, name):
        return Listed(problem=problem)
    try:
        lines = files.read_text(folder / name).splitlines()
    except (OSError, UnicodeDecodeError):
        return Listed(problem=f"`{name}` is not text in UTF-8")
    return _listed(name, lines)


def missing_texts(lowered: Lowered, files: Files) -> str:
    """Why the file of `init_texts` is not there; empty where it is, or none is named."""
    name = getattr(lowered.spec.method, "init_texts", None)
    return _not_there(files, lowered.places.folder("method.init_texts"), name) if name else ""


def _not_there(files: Files, folder: Path, name: str) -> str:
    if is_absolute(name):
        return f"`{name}` is an absolute path"
    if files.is_file(folder / name):
        return ""
    _, fact = missing(files, folder, name, "files")
    return f"there is no file `{name}`. {fact}".strip().rstrip(".")


def _listed(name: str, lines: list[str]) -> Listed:
    found: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        said = re.sub(r"(^|\s)#.*", "", line).strip()
        if not said or said == HEAD:
            continue
        match = _NAME.match(said)
        if match is None:
            return Listed(problem=f"line {number} of `{name}` is no name of a weight: {said}")
        try:
            re.compile(match["pattern"])
        except re.error as error:
            return Listed(problem=f"line {number} of `{name}` is no pattern: {error}")
        found.append((number, match["pattern"]))
    return Listed(tuple(found), "" if found else f"`{name}` lists nothing")


def is_listed(pattern: str, weight: str) -> bool:
    """Whether a pattern is a weight's name, or that of a module that it is in."""
    return re.match(rf"(?:{pattern})(?:\.|$)", weight) is not None


def weights_of(model: ModelFacts) -> list[str]:
    """All names that a script would see."""
    weights = [name for name in model.weights or () if not _OF_ONE_EXPERT.search(name)]
    names = [*names_of(weights), *names_of(model.experts)]
    if model.tied and not any(name.rpartition(".")[0] in OUTPUTS for name in names):
        names.append("lm_head.weight")
    return names
