"""Specs compiled for properties: what comes out, and its shape without the user's words.

In: the text of a spec. Out: a script or the problems. Invariant: nothing is run; the model is a
name on a hub that no cache has, unless a test makes a folder for it.
"""

import ast
import io
import re
import tokenize
from functools import lru_cache
from pathlib import Path

from tunec.compiler import compile_spec
from tunec.diagnostics import Diagnostic, Report
from tunec.files import Files
from tunec.source import Source

MODEL = 'model "hub:acme/base"\n'


def compiled(
    text: str, folder: Path, *sets: str, name: str = "spec.tune", home: str = "."
) -> tuple[str, list[Diagnostic]]:
    """The script (empty where there is none), and all problems."""
    report = Report()
    arguments = [Source(f"--set {words}", words, folder) for words in sets]
    result = compile_spec(
        Source(name, text, folder), arguments, Files(), report, lambda lowered: home
    )
    return (result.script if result else ""), report.ordered()


def script_of(text: str, folder: Path, *sets: str, name: str = "spec.tune", home: str = ".") -> str:
    """The script; fails the test where there is none."""
    script, problems = compiled(text, folder, *sets, name=name, home=home)
    assert script, (text, [problem.message for problem in problems])
    return script


class _Blank(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        fields = [self.visit(part) for part in node.values if isinstance(part, ast.FormattedValue)]
        return ast.JoinedStr(fields)


@lru_cache(maxsize=256)
def shape(script: str) -> str:
    """The syntax tree with every text emptied, in f-strings too."""
    return ast.dump(_Blank().visit(ast.parse(script)))


@lru_cache(maxsize=256)
def comments(script: str) -> list[str]:
    """All comments, their numbers left out."""
    tokens = tokenize.generate_tokens(io.StringIO(script).readline)
    return [re.sub(r"\d+", "", each.string) for each in tokens if each.type == tokenize.COMMENT]


@lru_cache(maxsize=256)
def code(script: str) -> str:
    """What runs: the syntax tree without docstrings; comments and layout are gone with it."""
    tree = ast.parse(script)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(
            node, clean=False
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def constants(script: str) -> dict[str, object]:
    """Settings that are literals, by name; of `HERE / "path"` the path."""
    found: dict[str, object] = {}
    for node in ast.parse(script).body:
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            continue
        value = node.value
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
            value = value.right
        try:
            found[node.targets[0].id] = ast.literal_eval(value)
        except ValueError:
            continue
    return found


def hidden(script: str) -> list[str]:
    """Characters that a reader could not see, or that change how others are shown."""
    return [each for each in script if not each.isprintable() and each != "\n"]
