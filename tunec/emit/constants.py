"""A constant of a script.

In: a decided value. Out: `Constant`. Invariant: each says which place asked for it.
"""

from typing import Any  # settings are of any sort

from tunec.emit.literals import Raw, comment, py
from tunec.plan.decided import Decided
from tunec.record import record


@record
class Constant:
    """`NAME = code  # note`."""

    name: str
    code: str
    note: str

    def __str__(self) -> str:
        return f"{self.name} = {self.code}  # {comment(self.note)}"


@record
class Remark:
    """What is decided so that there is no constant for it."""

    text: str

    def __str__(self) -> str:
        return f"# {comment(self.text)}"


def constant(name: str, decided: Decided[Any], note: str = "", value: Any = None) -> Constant:  # noqa: ANN401
    """A constant for a decided value; `value` where the script's form of it is another."""
    code = py(decided.value if value is None else value)
    if decided.spelling is not None and value is None:
        code = decided.spelling.lower()
        if isinstance(decided.value, float) and code.isdigit():
            code += ".0"
    return Constant(name, code, f"{decided.origin}, {note}" if note else decided.origin)


DTYPES = {
    "auto": Raw('torch.bfloat16 if DEVICE == "cuda" else torch.float32'),
    "float32": Raw("torch.float32"),
    "bfloat16": Raw("torch.bfloat16"),
    "uint8": Raw("torch.uint8"),
}


def dtype(name: str, decided: Decided[str]) -> Constant:
    """A number format, as torch calls it."""
    note = "auto" if decided.value == "auto" else ""
    return constant(name, decided, note, DTYPES[decided.value])


def in_folder(path: str) -> Raw:
    """A path relative to the spec, as the script finds it."""
    return Raw(f"HERE / {py(path)}")
