"""Functions of Python files that a spec names.

In: a file's text, or where it is. Out: the names that it binds. Invariant: nothing is
imported or run.
"""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tunec.facts.paths import is_absolute, missing
from tunec.files import Files


class Function(NamedTuple):
    """What a Python file says of one of its names."""

    needs: int = 1
    """How many arguments have to be given; 1 for what is not defined here."""
    takes: bool = True
    """Whether one may be given."""
    most: int | None = None
    """How many may be given by place; None where that is not known, or not limited."""


def functions(text: str) -> dict[str, Function]:
    """What a file binds at its top level. Raises SyntaxError, ValueError."""
    found: dict[str, Function] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = _function(node)
        elif isinstance(node, ast.ClassDef):
            found[node.name] = Function()
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = Function()
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {each.id: Function() for each in targets if isinstance(each, ast.Name)}
    return found


def _function(node: ast.FunctionDef) -> Function:
    places = [*node.args.posonlyargs, *node.args.args]
    needs = len(places) - len(node.args.defaults)
    needs += sum(default is None for default in node.args.kw_defaults)
    more = node.args.vararg is not None
    return Function(needs, bool(places) or more, None if more else len(places))


def functions_of(files: Files, folder: Path, name: str) -> Mapping[str, Function] | str:
    """What a file of that name has, or why that cannot be said."""
    if is_absolute(name):
        return f"`{name}` is an absolute path"
    if not files.is_file(folder / name):
        _, fact = missing(files, folder, name, "files")
        return f"there is no file `{name}`. {fact}".strip().rstrip(".")
    try:
        return functions(files.read_text(folder / name))
    except SyntaxError as problem:
        return f"line {problem.lineno} of `{name}` is not Python: {problem.msg}"
    except (OSError, ValueError) as problem:
        return f"`{name}` cannot be read: {problem}"
