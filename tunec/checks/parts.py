"""What the parts of a template take from a row.

In: a part. Out: its texts with placeholders, and the columns that it names, each with the setting
that says so. Invariant: a column that a script reads is found here.
"""

from tunec.spec.template import Answer, Assistant, Labels, Messages, Part, Segments, Tokens, Tools


def texts_in(part: Part) -> tuple[tuple[str, str], ...]:
    """Setting and text of each text with placeholders."""
    if isinstance(part, (Labels, Messages, Tools, Segments, Tokens)):
        return ()
    found = [("text", part.text)]
    if isinstance(part, Assistant) and part.reasoning is not None:
        found.append(("reasoning", part.reasoning))
    return tuple(found)


def columns_in(part: Part) -> tuple[tuple[str, str], ...]:
    """Setting and column of each column that is not placed in a text."""
    named: list[tuple[str, object]] = []
    if isinstance(part, (Labels, Messages, Tools, Segments, Tokens)):
        named.append(("text", part.text))
    if isinstance(part, Tokens):
        named.append(("labels", part.labels))
    if isinstance(part, Answer):
        named.append(("weight", part.weight))
    if isinstance(part, Assistant):
        named.append(("train", part.train))
    return tuple((setting, column) for setting, column in named if isinstance(column, str))
