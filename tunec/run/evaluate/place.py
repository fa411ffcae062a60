"""Where a model and the script that measures it are.

In: the name of a run's folder or of a model's. Out: a `Subject`, or a diagnostic. Invariant:
nothing is written or removed, and no weights are read.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from tunec.diagnostics import Diagnostic
from tunec.run.evaluate.wanted import Subject
from tunec.terminal import Stop

MARK = b"Compiled by tunec"
_HEAD = 4096
_RESULT = re.compile(r'^    result = output / \(?"(\w+)"', re.MULTILINE)
_FOUND_LATER = re.compile(r"://|^hub:|[*?\[]")
"""In addresses, names on the hub, and patterns of names."""
_IGNORED = ("CACHE", "OUTPUT")
"""Settings that name what need not be there."""


def subject_of(
    name: str, *, script: str = "", own_data: bool = True, fallback: Subject | None = None
) -> Subject:
    """The run or model of this name; `script` measures it, the run's own where it is empty.

    `own_data` says that the rows which the script names are needed; a model that has no script is
    measured by that of `fallback`. Raises Stop.
    """
    folder = Path(name)
    if not folder.is_dir():
        raise _refused(f"There is no folder `{name}`.", _advice(folder))
    scripts = scripts_in(folder)
    if scripts or (folder / "checkpoints").is_dir():
        path = script or str(_only(name, scripts))
        home = "" if script else home_of_copy(folder, Path(path), own_data=own_data)
        return _run(name, folder, path, home)
    if not _is_model(folder):
        raise _refused(
            f"`{name}` is neither the folder of a run nor that of a model.", _advice(folder)
        )
    if not script and fallback is not None:
        script, home = fallback.script, fallback.home
    elif not script:
        above = folder.parent
        remedy = "Name the spec that says how it is measured: `--spec SPEC`."
        if scripts_in(above):
            remedy = f"Write `tunec eval {above}`, or name a spec: `--spec SPEC`."
        raise _refused(
            f"`{name}` is a model, not a run, and has no script to measure it by.", remedy
        )
    else:
        home = ""
    return Subject(name, script, home, kind="model", weights=str(folder.resolve()))


def scripts_in(folder: Path) -> list[Path]:
    """The scripts in a folder that tunec wrote."""
    return [path for path in sorted(folder.glob("*.py")) if MARK in _head(path)]


def _head(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(_HEAD)


def _only(name: str, scripts: list[Path]) -> Path:
    if not scripts:
        raise _refused(
            f"`{name}` has checkpoints, but no script that tunec wrote.",
            "Name the spec that it was compiled from: `--spec SPEC`.",
        )
    if len(scripts) > 1:
        names = " and ".join(f"`{path.name}`" for path in scripts)
        raise _refused(
            f"`{name}` has several scripts: {names}.",
            "Move those of earlier runs away, or name the spec to measure by: `--spec SPEC`.",
        )
    return scripts[0]


def _is_model(folder: Path) -> bool:
    names = ("config.json", "adapter_config.json", "adapter.safetensors")
    return any((folder / name).is_file() for name in names)


def _advice(folder: Path) -> str:
    """Runs that are near."""
    around = [folder, folder / "runs", folder.parent, Path("runs")]
    near = [path for place in around if place.is_dir() for path in _runs_in(place)]
    if near:
        return f"Write {' or '.join(f'`{path}`' for path in dict.fromkeys(near[:2]))}."
    return "Name the folder that `tunec run` said it writes to, `runs/NAME` beside the spec."


def _runs_in(place: Path) -> list[Path]:
    return sorted(path.parent for path in place.glob("*/metrics.jsonl"))


def _refused(message: str, remedy: str) -> Stop:
    return Stop(Diagnostic("E520", message, None, help=remedy))


# --- Weights --------------------------------------------------------------------------


def _run(name: str, folder: Path, script: str, home: str) -> Subject:
    """What a run has to show: what it handed over, else its newest checkpoint."""
    saved = sorted((folder / "checkpoints").glob("step-??????"))
    result = _result(folder, Path(script).read_text(encoding="utf-8"))
    newest = saved[-1] if saved else None
    finished = result is not None and (newest is None or _time(result) >= _time(newest))
    best = folder / "best.safetensors"
    if finished and best.is_file():
        kind, weights = "best", best
    elif newest is not None:
        kind, weights = "checkpoint", newest
    elif result is not None:
        kind, weights = "result", result
    else:
        message = f"`{name}` has no weights yet: the run was stopped before its first checkpoint."
        remedy = "Run it again, which goes on, and evaluate it then."
        raise Stop(Diagnostic("E521", message, None, help=remedy))
    place = str(weights.resolve())
    return Subject(name, script, home, kind, place, str(folder.resolve()), finished)


def _result(folder: Path, script: str) -> Path | None:
    """The folder of what was trained."""
    named = _RESULT.search(script)
    names = [named[1]] if named else ["adapter", "model"]
    made = [folder / each for each in (*names, "rejected") if _is_model(folder / each)]
    return max(made, key=_time, default=None)


def _time(folder: Path) -> float:
    """When the newest file in it was written."""
    return max(path.stat().st_mtime for path in folder.rglob("*"))


# --- Where a script's paths start -----------------------------------------------------


def home_of_copy(folder: Path, script: Path, *, own_data: bool) -> str:
    """Where the paths of a run's script start; empty where that is what it says.

    A script that was run by hand is copied into its run's folder, where what it says of itself is
    wrong: its paths start where the run's folder is its OUTPUT. Raises Stop.
    """
    said = _Said(script)
    places = [said.home]
    parts, output = folder.resolve().parts, Path(said.output).parts
    if output and parts[-len(output) :] == output:
        places.append(Path(*parts[: -len(output)]))
    missing: list[str] = []
    for place in places:
        missing = [name for name in said.needs(own_data=own_data) if not (place / name).exists()]
        if not missing:
            return "" if place == said.home else str(place)
    raise Stop(
        Diagnostic(
            "E521",
            f"`{script}` reads `{missing[0]}`, which is not where it says.",
            None,
            notes=(f"It was looked for in `{places[-1]}`.",),
            help="Name the spec that the script was compiled from: `--spec SPEC`.",
        )
    )


class _Said:
    """What a script says of places, without running it."""

    def __init__(self, script: Path) -> None:
        try:
            tree = ast.parse(script.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError) as error:
            message = f"`{script}` is not Python: {error}."
            remedy = "Name the spec that it was compiled from: `--spec SPEC`."
            raise Stop(Diagnostic("E521", message, None, help=remedy)) from None
        self._values = {
            statement.targets[0].id: statement.value
            for statement in tree.body
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        }
        way = [text for text in _texts(self._values.get("HERE"))]
        self.home = Path(os.path.normpath(script.resolve().parent.joinpath(*way)))
        self.output = "".join(_texts(self._values.get("OUTPUT")))

    def needs(self, *, own_data: bool) -> Iterator[str]:
        """Files and folders that it reads, as far as they stand among its settings."""
        for name, value in self._values.items():
            if name in ("HERE", *_IGNORED) or (name.endswith("_FILES") and not own_data):
                continue
            places = name.endswith("_FILES")
            if places:
                yield from filter(_is_file, _texts(value))
            for node in ast.walk(value):
                if isinstance(node, ast.BinOp) and ast.unparse(node.left) == "HERE":
                    yield from _texts(node.right)


def _is_file(text: str) -> bool:
    return bool(os.path.splitext(text)[1]) and not _FOUND_LATER.search(text)


def _texts(value: ast.expr | None) -> Iterator[str]:
    """The texts that stand in an expression."""
    for node in ast.walk(value) if value is not None else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
