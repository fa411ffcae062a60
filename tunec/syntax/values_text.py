"""Values as text, on one line.

In: a value. Out: how it is written. Invariant: reading it again gives the same value; parentheses
stand only where they are needed, and numbers keep their spelling.
"""

from tunec.syntax.nodes import (
    Boolean,
    Bound,
    Negation,
    Number,
    Operation,
    Quantity,
    Reference,
    Sequence,
    Symbol,
    Text,
    Value,
)
from tunec.syntax.strings import quoted

_SUM, _PRODUCT, _SIGNED = 1, 2, 3
_STRENGTH = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}


def value_text(value: Value, strength: int = 0) -> str:
    """One line of text; `strength` is that of the operator around it."""
    match value:
        case Number(text):
            return text
        case Symbol(name):
            return name
        case Reference(name):
            return f"${name}"
        case Boolean(truth):
            return "true" if truth else "false"
        case Text(text):
            return quoted(text)
        case Sequence(items):
            return f"[{', '.join(map(value_text, items))}]"
        case Quantity(number, unit):
            amount = value_text(number)
            if not isinstance(number, Number | Reference):
                amount = f"({amount})"
            return f"{amount}%" if unit.text == "%" else f"{amount} {unit.text}"
        case Bound(operator, bound):
            return f"{operator} {value_text(bound)}"
        case Negation(operand):
            written = "-" + value_text(operand, _SIGNED)
            return written if strength <= _SIGNED else f"({written})"
        case Operation(operator, left, right):
            own = _STRENGTH[operator]
            written = f"{value_text(left, own)} {operator} {value_text(right, own + 1)}"
            return written if strength <= own else f"({written})"


def setting_text(value: Value) -> str:
    """What stands behind the name of a setting, on one line."""
    return value_text(value) if isinstance(value, Bound) else f"= {value_text(value)}"
