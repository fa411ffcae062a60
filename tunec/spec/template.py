"""`template`: how a row becomes text.

In: turns as written. Out: `Turn`, `Template`. Invariant: the order of turns is that of the spec.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, required
from tunec.spec.values import Text


class Turn(Block):
    """One part of a template: `system`, `user` or `assistant` turns, a `prompt` and `completion`,
    or a `text`.
    """

    role: str = nested("", "Which of the keywords it is.")
    text: Annotated[str, Text("{{ question }}")] = required(
        "Its text, with the row's columns as `{{ column }}`; Jinja's filters, `{% if %}` and "
        "`{% for %}` work too."
    )


class Template(Block):
    """How a row becomes text: turns of a conversation, `prompt` and `completion`, or `text`."""

    name: str = nested("", "Its name.")
    turns: tuple[Turn, ...] = nested((), "Its parts, in order.")
