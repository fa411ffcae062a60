"""The filter of a source: an expression, or the name of a Python function.

In: text such as `len(answer) > 3 and lang == 'en'`. Out: `Expression`, or `BadExpression` with the
characters at fault. Invariant: names are columns of the row, and nothing but the operators,
functions and methods listed here can be in what goes into a script.

Numbers of the data are text, as they are spelled. Where a column meets a number, it is read as one;
where two columns are to be put in an order, `number(…)` has to be written.
"""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

Kind = Literal["text", "number", "truth", "column", "none", "list"]


class Quoted(str):
    """A piece of code that is a text, to be written as a literal."""

    __slots__ = ()


class Expression(NamedTuple):
    """What a filter looks at, and its code in pieces."""

    columns: tuple[str, ...]
    pieces: tuple[str, ...]
    numbers: bool
    """Whether it calls `as_number`."""


class BadExpression(Exception):
    """`reason` is a sentence on `text[start:end]`."""

    def __init__(self, reason: str, remedy: str, start: int, end: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.start = start
        self.end = end


class _Code(NamedTuple):
    """Code of a part, what it gives, and how strongly it binds."""

    pieces: tuple[str, ...]
    kind: Kind
    rank: int = 9
    items: Kind | None = None
    """What a list is made of."""


_SIGNS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Or: ("or", 1),
    ast.And: ("and", 2),
    ast.Eq: ("==", 4),
    ast.NotEq: ("!=", 4),
    ast.Lt: ("<", 4),
    ast.LtE: ("<=", 4),
    ast.Gt: (">", 4),
    ast.GtE: (">=", 4),
    ast.In: ("in", 4),
    ast.NotIn: ("not in", 4),
    ast.Is: ("is", 4),
    ast.IsNot: ("is not", 4),
    ast.Add: ("+", 5),
    ast.Sub: ("-", 5),
    ast.Mult: ("*", 6),
    ast.Div: ("/", 6),
    ast.Mod: ("%", 6),
}
_NOT, _MINUS = 3, 7
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)

METHODS: dict[str, tuple[int, Kind]] = {
    "lower": (0, "text"),
    "upper": (0, "text"),
    "strip": (0, "text"),
    "startswith": (1, "truth"),
    "endswith": (1, "truth"),
    "count": (1, "number"),
}
"""Methods of text: how many texts each takes, and what it gives."""

_FUNCTION = re.compile(r"(?P<file>[^'\"(),]+\.py):(?P<name>[^\W\d]\w*)")
PYTHON = 'For more, write a Python function: `filter = "rows.py:is_wanted"`.'


def function_of(text: str) -> tuple[str, str] | None:
    """File and name of a Python function that is written `file.py:name`."""
    found = _FUNCTION.fullmatch(text.strip())
    return (found["file"], found["name"]) if found else None


def compiled(text: str) -> Expression:
    """Raises BadExpression."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        reason = getattr(problem, "msg", None) or str(problem)
        remedy = "Write it as in Python: `len(answer) > 3 and lang == 'en'`."
        message = f"The filter is not an expression: {reason}."
        raise BadExpression(message, remedy, 0, len(text)) from None
    writer = _Writer(text.strip(), len(text) - len(text.lstrip()))
    code = writer.truth(tree)
    return Expression(tuple(dict.fromkeys(writer.columns)), code.pieces, writer.numbers)


def as_number(value: object) -> int | float:
    """A number from its spelling, as the script does it. Raises ValueError."""
    for sort in (int, float):
        try:
            if isinstance(value, str):
                return sort(value)
        except ValueError:
            continue
    raise ValueError(f"{value!r} is not a number")


def predicate(expression: Expression) -> Callable[[Mapping[str, object]], object]:
    """The expression as a function, for the rows that are at hand when compiling.

    What is evaluated was put together from the operators and functions above, and nothing else.
    """
    pieces = expression.pieces
    code = "".join(repr(str(each)) if isinstance(each, Quoted) else each for each in pieces)
    names = {"__builtins__": {}, "len": len, "as_number": as_number}
    found: Callable[[Mapping[str, object]], object] = eval(f"lambda row: {code}", names)
    return found


class _Writer:
    """Writes the code of one expression."""

    def __init__(self, text: str, shift: int) -> None:
        self.text = text
        self.shift = shift
        self.columns: list[str] = []
        self.numbers = False

    def shown(self, node: ast.expr) -> str:
        return f"`{ast.get_source_segment(self.text, node)}`"

    def bad(self, node: ast.expr, reason: str, remedy: str = PYTHON) -> BadExpression:
        """`reason` goes on from what is shown of the node."""
        lines = self.text.split("\n")
        before = sum(len(line) + 1 for line in lines[: node.lineno - 1])
        start = before + len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
        start += self.shift
        length = len(ast.get_source_segment(self.text, node) or "")
        return BadExpression(f"{self.shown(node)} {reason}.", remedy, start, start + length)

    def unknown(self, node: ast.expr) -> BadExpression:
        return self.bad(node, "is more than a filter may say")

    # --- Kinds ------------------------------------------------------------------------

    def truth(self, node: ast.expr) -> _Code:
        """A part that is true or false: what is in a row is never taken for either."""
        code = self.code(node)
        if code.kind == "truth":
            return code
        name = ast.unparse(node)
        remedy = f"Compare it, such as `{name} == …`."
        if code.kind == "column":
            remedy = (
                f"Say what it has to be: `{name} == 'yes'`, `len({name}) > 0`, `{name} is True`."
            )
        raise self.bad(node, "is neither true nor false", remedy)

    def number(self, node: ast.expr) -> _Code:
        """A part that is a number; a column becomes one."""
        code = self.code(node)
        if code.kind == "column":
            self.numbers = True
            return _Code(("as_number(", *code.pieces, ")"), "number")
        if code.kind != "number":
            raise self.bad(node, "is no number")
        return code

    def content(self, node: ast.expr) -> _Code:
        """A part that is a text, or a column that may be one."""
        code = self.code(node)
        if code.kind not in ("text", "column"):
            raise self.bad(node, "is no text")
        return code

    # --- Parts ------------------------------------------------------------------------

    def code(self, node: ast.expr) -> _Code:
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name(id=name):
                return self.column(name)
            case ast.Subscript():
                return self.subscript(node)
            case ast.BoolOp(op=op, values=values):
                return _joined(op, [self.truth(value) for value in values], "truth")
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.truth(operand)
                return _Code(("not ", *_within(inner, _NOT)), "truth", _NOT)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.number(operand)
                return _Code(("-", *_within(inner, _MINUS)), "number", _MINUS)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _SIGNS:
                return _joined(op, [self.number(left), self.number(right)], "number")
            case ast.Compare():
                return self.comparison(node)
            case ast.Call():
                return self.call(node)
            case ast.List(elts=items) | ast.Tuple(elts=items) if items:
                return self.several(node, items)
        raise self.unknown(node)

    def constant(self, node: ast.Constant) -> _Code:
        value = node.value
        if isinstance(value, str):
            return _Code((Quoted(value),), "text")
        if value is None or isinstance(value, bool):
            return _Code((repr(value),), "none")
        if isinstance(value, (int, float)) and abs(value) < 1e300:
            return _Code((repr(value),), "number")
        raise self.unknown(node)

    def column(self, name: str) -> _Code:
        self.columns.append(name)
        return _Code(("row[", Quoted(name), "]"), "column")

    def subscript(self, node: ast.Subscript) -> _Code:
        """A part of a column, or `row['any name']`."""
        key = node.slice
        if isinstance(key, ast.UnaryOp) and isinstance(key.op, ast.USub):
            key = key.operand
        if not isinstance(key, ast.Constant) or type(key.value) not in (str, int):
            raise self.unknown(node)
        named = isinstance(key.value, str) and key is node.slice
        if isinstance(node.value, ast.Name) and node.value.id == "row" and named:
            return self.column(str(key.value))
        inner = self.code(node.value)
        if inner.kind != "column":
            raise self.unknown(node)
        part = Quoted(key.value) if named else ast.unparse(node.slice)
        return _Code((*inner.pieces, "[", part, "]"), "column")

    def call(self, node: ast.Call) -> _Code:
        called, given = node.func, node.args
        if node.keywords or any(isinstance(each, ast.Starred) for each in given):
            raise self.unknown(node)
        if isinstance(called, ast.Name) and len(given) == 1:
            if called.id == "len":
                return _Code(("len(", *self.content(given[0]).pieces, ")"), "number")
            if called.id == "number":
                return self.number(given[0])
        if isinstance(called, ast.Attribute) and called.attr in METHODS:
            count, kind = METHODS[called.attr]
            if len(given) == count:
                owner = self.content(called.value)
                inside = [piece for each in given for piece in self.content(each).pieces]
                return _Code((*owner.pieces, f".{called.attr}(", *inside, ")"), kind)
        raise self.unknown(node)

    def several(self, node: ast.expr, items: Sequence[ast.expr]) -> _Code:
        codes = [self.code(item) for item in items]
        kinds = {code.kind for code in codes}
        if len(kinds) > 1 or not kinds <= {"text", "number"}:
            raise self.bad(node, "is no list of texts, nor of numbers")
        pieces = ["["]
        for number, code in enumerate(codes):
            pieces += [*([", "] if number else []), *code.pieces]
        return _Code((*pieces, "]"), "list", items=codes[0].kind)

    def comparison(self, node: ast.Compare) -> _Code:
        """A chain, all of one kind."""
        operands = [node.left, *node.comparators]
        codes = [self.code(operand) for operand in operands]
        for index, sign in enumerate(node.ops):
            self.comparable(node, sign, codes[index], codes[index + 1])
        kinds = {code.items or code.kind for code in codes}
        if kinds >= {"text", "number"}:
            raise self.bad(node, "compares text with a number")
        pieces: list[str] = []
        for index, code in enumerate(codes):
            if index:
                pieces.append(f" {_SIGNS[type(node.ops[index - 1])][0]} ")
            if "number" in kinds and code.kind == "column":
                code = self.number(operands[index])
            pieces += _within(code, 5)
        return _Code(tuple(pieces), "truth", 4)

    def comparable(self, node: ast.expr, sign: ast.cmpop, left: _Code, right: _Code) -> None:
        """Raises where a comparison would mean something else than it seems to."""
        kinds = {left.kind, right.kind}
        if isinstance(sign, (ast.Is, ast.IsNot)):
            if right.kind != "none" or left.kind != "column":
                remedy = "Compare texts and numbers with `==`; `is` is for `None`, `True`, `False`."
                raise self.bad(node, "compares other things than a column and `None`", remedy)
        elif isinstance(sign, (ast.In, ast.NotIn)):
            inside = kinds <= {"text", "column"}
            listed = right.kind == "list" and left.kind in ("column", right.items)
            if not inside and not listed:
                raise self.bad(node, "looks for something in what cannot have it")
        elif "none" in kinds:
            remedy = f"Write `is` in place of `{_SIGNS[type(sign)][0]}`."
            raise self.bad(node, "compares with `None`, `True` or `False`", remedy)
        elif kinds == {"text", "number"}:
            raise self.bad(node, "compares text with a number")
        elif kinds & {"truth", "list"}:
            raise self.bad(node, "compares what is no value of a row")
        elif isinstance(sign, _ORDER) and "number" not in kinds:
            remedy = "Write `number(…)` around a column of numbers."
            raise self.bad(node, "puts texts in an order, in which `10` comes before `9`", remedy)


def _joined(sign: ast.AST, codes: list[_Code], kind: Kind) -> _Code:
    word, rank = _SIGNS[type(sign)]
    pieces: list[str] = []
    for index, code in enumerate(codes):
        # What stands behind a sign of the same rank was in parentheses: `a - (b - c)`.
        behind = rank >= 5 and index > 0
        pieces += ([f" {word} "] if index else []) + [*_within(code, rank + behind)]
    return _Code(tuple(pieces), kind, rank)


def _within(code: _Code, rank: int) -> tuple[str, ...]:
    """In parentheses where it binds less strongly."""
    return code.pieces if code.rank >= rank else ("(", *code.pieces, ")")
