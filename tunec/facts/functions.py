"""Functions of Python files that a spec names.

In: a file's text. Out: the names that it binds. Invariant: nothing is imported or run.
"""

import ast
from typing import NamedTuple


class Function(NamedTuple):
    """What a Python file says of one of its names."""

    needs: int = 1
    """How many arguments have to be given; 1 for what is not defined here."""
    takes: bool = True
    """Whether one may be given."""


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
    return Function(needs, bool(places) or node.args.vararg is not None)
