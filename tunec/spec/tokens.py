"""The settings of `model` that are about its tokenizer, the same for every kind of model.

In: nothing. Out: fields, to be listed by each kind. Invariant: what is not written stays as the
tokenizer's own files say.
"""

from typing import Annotated

from tunec.spec.block import OpenBlock, nested, setting
from tunec.spec.chat_templates import LIBRARY
from tunec.spec.plain import Plain
from tunec.spec.values import Choice, Either, Several, Text

ChatTemplate = Annotated[str | None, Either((Choice(tuple(LIBRARY)), Text("chat.jinja")))]
Token = Annotated[str | None, Text("<|im_end|>")]
NewTokens = Annotated[tuple[str, ...] | None, Several(Text("<ticket>"))]


class ChatArguments(OpenBlock):
    """Variables of the chat template, such as `enable_thinking = false`: any name that the template
    reads. They are saved with it, as what holds where the caller says nothing.
    """

    any_name = Plain()


CHAT_TEMPLATE = setting(
    None,
    "How the turns of a conversation are marked: one of the library, or a file with a Jinja "
    "template, relative to the spec. It is saved with the result.",
    why="the model was trained with its own",
    shown="the tokenizer's own",
)
CHAT_ARGUMENTS = nested(None, "Variables of the chat template.")
BOS = setting(
    None,
    "The token that begins a text: where the chat template puts one, and before each prompt of a "
    "`completion` and each document. It has to be in the vocabulary.",
    why="the model was trained with its own",
    shown="the tokenizer's own",
)
EOS = setting(
    None,
    "The token that ends a completion and a document, and a turn where the chat template puts it "
    "there. It has to be in the vocabulary.",
    why="the model was trained with its own",
    shown="the tokenizer's own",
)
PAD = setting(
    None,
    "The token that fills up rows of a batch, saved with the result for those who need one; "
    "training pads nothing. It has to be in the vocabulary.",
    why="training pads nothing",
    shown="the tokenizer's own",
)
ADD_TOKENS = setting(
    None,
    "Words of the data that become one token each. Their embeddings begin as the mean of all "
    "others and are trained.",
    why="the vocabulary is enough for most data",
    shown="none",
)
ADD_SPECIAL_TOKENS = setting(
    None,
    "New tokens that mark something, such as turns: a row that spells one out is taken as plain "
    "text. Their embeddings begin as the mean of all others and are trained.",
    why="the model has the markers of its own chat template",
    shown="none",
)
