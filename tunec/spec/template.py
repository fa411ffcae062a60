"""`template`: how a row becomes what the model sees.

In: parts as written. Out: `Template` with its parts. Invariant: the order of parts is that of the
spec, and `text` is what the keyword is followed by: a text with placeholders, or a column's name.
"""

from typing import Annotated

from tunec.spec.block import Block, nested, required, setting
from tunec.spec.values import Choice, Either, Flag, Number, Several, Text

Names = Annotated[tuple[str, ...] | None, Several(Text("human"))]
Column = Annotated[str | None, Text("column")]
Trains = Annotated[bool | str | None, Either((Flag(), Text("column")))]
Weight = Annotated[
    float | str | None, Either((Number(whole=False, above=0, example="0.5"), Text("column")))
]

_EMPTY = "It is left out where its text is empty, white space aside."


class Part(Block):
    """One part of a template."""

    role: str = nested("", "Which of the keywords it is.")
    text: Annotated[str, Text("{{ question }}")] = required(
        "Its text, with the row's columns as `{{ column }}`; Jinja's filters, `{% if %}` and "
        "`{% for %}` work too."
    )


class Turn(Part):
    """A turn of a conversation that is not trained on, a `prompt`, a `text`, or its `label`."""


class System(Part):
    """The system turn. Before `messages` it stands in where a row has none of its own."""

    optional: Annotated[bool, Flag()] = setting(
        False, _EMPTY, why="an empty system turn is another prompt than none"
    )


class Answer(Part):
    """An `assistant` turn, or a `completion`: what the model is trained to write."""

    weight: Weight = setting(
        None,
        "How much its tokens count in the loss, or the column that says so.",
        why="every trained token counts the same",
        shown="1",
    )


class Assistant(Answer):
    """An answer of the model, which is trained on up to and with the token that ends it."""

    train: Trains = setting(
        None,
        "Whether it is trained on, or the column that says so (`true` or `false`).",
        why="as `train_on` in `data train` says",
        shown="true",
    )
    reasoning: Annotated[str | None, Text("{{ thought }}")] = setting(
        None,
        "What the model thinks before it answers, a text with placeholders; the chat template "
        "gets it as `reasoning_content`.",
        why="most answers have none",
        shown="none",
    )


class Messages(Part):
    """A column that holds a conversation: a list of messages, or JSON text of one."""

    text: Annotated[str, Text("messages")] = required("Name of the column.")
    format: Annotated[str | None, Choice(("openai", "sharegpt"))] = setting(
        None,
        "Names of fields and roles: `openai` has `role` and `content`, with `system`, `user`, "
        "`assistant` and `tool`; `sharegpt` has `from` and `value`, with `system`, `human`, `gpt` "
        "and `observation`.",
        why="the format of chat templates",
        shown="openai",
    )
    role_field: Column = setting(
        None, "Field that says who speaks.", why="as in `format`", shown="by `format`"
    )
    content_field: Column = setting(
        None, "Field that says what.", why="as in `format`", shown="by `format`"
    )
    system: Names = setting(
        None, "Names of the system's role.", why="as in `format`", shown="by `format`"
    )
    user: Names = setting(
        None, "Names of the user's role.", why="as in `format`", shown="by `format`"
    )
    assistant: Names = setting(
        None, "Names of the model's role.", why="as in `format`", shown="by `format`"
    )
    tool: Names = setting(
        None, "Names of the role of tool results.", why="as in `format`", shown="by `format`"
    )
    system_turns: Annotated[str, Choice(("keep", "drop"))] = setting(
        "keep",
        "What becomes of the rows' own system turns.",
        why="they are part of the conversation",
    )
    alternation: Annotated[str, Choice(("error", "merge", "drop", "any"))] = setting(
        "error",
        "What happens to a row whose turns do not alternate between user (or tools) and "
        "assistant: the run stops, turns of one speaker are joined by an empty line, the row is "
        "dropped and counted, or it is left as it is.",
        why="most chat templates cannot show such a conversation, and it is usually a mistake",
    )
    train: Trains = setting(
        None,
        "Whether its answers are trained on, or the field of a message that says so; a message "
        "without the field is trained on.",
        why="as `train_on` in `data train` says",
        shown="true",
    )
    weight: Column = setting(
        None,
        "Field of a message that says how much its tokens count in the loss; 1 without the field.",
        why="every trained token counts the same",
        shown="none",
    )
    reasoning_field: Column = setting(
        None,
        "Field of a message with what the model thinks before it answers; the chat template gets "
        "it as `reasoning_content`.",
        why="most conversations have none",
        shown="none",
    )
    think_tags: Annotated[str, Choice(("keep", "strip", "split"))] = setting(
        "keep",
        "What becomes of `<think>…</think>` at the start of an answer: it stays part of the text, "
        "is removed, or is given to the chat template as `reasoning_content`.",
        why="data is trained on as it is",
    )


class Tools(Part):
    """A column that holds the tools a conversation may use: a list of JSON schemas, or JSON text
    of one; empty where there are none.
    """

    text: Annotated[str, Text("tools")] = required("Name of the column.")


class Segments(Part):
    """A column that holds pieces of text, each with whether it is trained on."""

    text: Annotated[str, Text("segments")] = required("Name of the column.")
    text_field: Annotated[str, Text("text")] = setting(
        "text", "Field of a segment with its text.", why="its usual name"
    )
    train_field: Annotated[str, Text("label")] = setting(
        "label", "Field of a segment that says whether it is trained on.", why="its usual name"
    )
    verbatim: Annotated[bool, Flag()] = setting(
        False,
        "Special tokens spelled out in the text are those tokens, and none are added: the rows "
        "bring their own begin and stop tokens.",
        why="text of rows never becomes a special token unless that is asked for",
    )


class Tokens(Part):
    """A column that holds token ids: rows that are tokenised already."""

    text: Annotated[str, Text("input_ids")] = required("Name of the column.")
    labels: Column = setting(
        None,
        "Column that repeats the id where a token is trained on, and has -100 elsewhere.",
        why="every token is trained on",
        shown="none",
    )


class Labels(Part):
    """A column with all labels of a row: a list of texts, which may be empty."""

    text: Annotated[str, Text("topics")] = required("Name of the column.")


class Template(Block):
    """How a row becomes what the model sees: turns and `messages` of a conversation, `prompt` and
    `completion`, `text`, `segments`, `tokens`, or `text` and its `label` or `labels`.
    """

    name: str = nested("", "Its name.")
    turns: tuple[Part, ...] = nested((), "Its parts, in order.")


FORMATS: dict[str, dict[str, str | tuple[str, ...]]] = {
    "openai": {
        "role_field": "role",
        "content_field": "content",
        "system": ("system",),
        "user": ("user",),
        "assistant": ("assistant",),
        "tool": ("tool",),
    },
    "sharegpt": {
        "role_field": "from",
        "content_field": "value",
        "system": ("system",),
        "user": ("human", "user"),
        "assistant": ("gpt", "assistant"),
        "tool": ("observation", "tool"),
    },
}
"""What `format` of `messages` stands for."""
