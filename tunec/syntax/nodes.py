"""The tree: a spec as it was written.

In: nothing. Out: frozen nodes. Invariant: every node has the span of exactly its own text,
and nothing has been looked up, computed or given a meaning yet.
"""

from tunec.record import record
from tunec.source import Source, Span


@record
class Name:
    """An identifier where a name is being given: of a setting, a block, a `let`."""

    text: str
    span: Span


# --- Values ---------------------------------------------------------------------------


@record
class Number:
    """A number without sign or unit, spelled as the user did (`2e-4`, `1_000`)."""

    text: str
    span: Span


@record
class Text:
    """A quoted string; `value` has escapes undone and a block string's margin removed."""

    value: str
    span: Span
    block: bool = False
    """Written with three quotes."""


@record
class Symbol:
    """A bare word used as a value or as a block's kind: `bfloat16`, `all_linear`."""

    name: str
    span: Span


@record
class Boolean:
    value: bool
    span: Span


@record
class Quantity:
    """A number with a unit: `500 steps`, `5%` (unit `%`), `$n tokens`, `(2 * $n) tokens`."""

    number: "Value"
    unit: Name
    span: Span


@record
class Sequence:
    """`[a, b]`."""

    items: tuple["Value", ...]
    span: Span


@record
class Reference:
    """`$name`; `name` is without the dollar sign."""

    name: str
    span: Span


@record
class Negation:
    operand: "Value"
    span: Span


@record
class Operation:
    """`left operator right` with one of `+ - * /`."""

    operator: str
    left: "Value"
    right: "Value"
    span: Span


@record
class Bound:
    """`>= value`, where a setting has `= value`; `operator` is one of `>= <= > <`."""

    operator: str
    value: "Value"
    span: Span


Value = (
    Number
    | Text
    | Symbol
    | Boolean
    | Quantity
    | Sequence
    | Reference
    | Negation
    | Operation
    | Bound
)


# --- Items ----------------------------------------------------------------------------


@record
class Setting:
    """`name = value`, or `name >= value`: then the value is a `Bound`."""

    name: Name
    value: Value
    span: Span


@record
class Block:
    """`keyword [kind | "text"] [{ … }]`; `body` is None where there are no braces."""

    keyword: Name
    label: Symbol | Text | None
    body: tuple["Item", ...] | None
    span: Span

    @property
    def header(self) -> Span:
        """The keyword and its label, without the body."""
        return self.keyword.span.to(self.label.span) if self.label else self.keyword.span

    @property
    def items(self) -> tuple["Item", ...]:
        return self.body or ()


@record
class Let:
    """`let name = value`."""

    name: Name
    value: Value
    span: Span


@record
class Use:
    """`use "other.tune"`."""

    path: Text
    span: Span


Item = Setting | Block | Let | Use


@record
class Comment:
    """From `#` to the end of the line, the `#` included."""

    text: str
    span: Span


@record
class Document:
    """A whole file."""

    source: Source
    items: tuple[Item, ...]
    comments: tuple[Comment, ...] = ()
