"""Source text to words.

In: a source. Out: its tokens and comments. Invariant: every character is in a token, a comment, or
white space; text that is no word of the language becomes a token that carries its own diagnostic.
"""

import re

from tunec.diagnostics.model import Diagnostic
from tunec.source import Source, Span
from tunec.syntax._tables import KEYWORDS, PATTERN
from tunec.syntax.nodes import Comment

NEWLINE, END, UNKNOWN = "NEWLINE", "$END", "?"
OPENERS = {"LBRACE": "RBRACE", "LSQB": "RSQB", "LPAR": "RPAR"}
CLOSERS = {closer: opener for opener, closer in OPENERS.items()}
ODD_BEFORE = {"NUMBER": "_.0123456789", "DOT": "0123456789", "SLASH": "/*"}
"""Characters that make something else of the word right before them."""
BYTE_ORDER_MARK = "\ufeff"


class Token:
    """A word: its kind (as the grammar calls it) and its place.

    `problem` is what is wrong with it, said once the parser gets here; `lost` is true where its
    meaning could not be told, so that nothing is built from it.
    """

    __slots__ = ("end", "kind", "lost", "problem", "start")

    def __init__(
        self,
        kind: str,
        start: int,
        end: int,
        problem: Diagnostic | None = None,
        lost: bool = False,
    ) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.problem = problem
        self.lost = lost

    def __repr__(self) -> str:
        return f"{self.kind}[{self.start}:{self.end}]"


def read(source: Source) -> tuple[list[Token], list[Comment]]:
    """All tokens, the last of kind `$END`, and all comments."""
    text = source.text
    match = re.compile(PATTERN).match
    tokens: list[Token] = []
    comments: list[Comment] = []
    position = len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0
    while position < len(text):
        found = match(text, position)
        kind = found.lastgroup if found else None
        end = found.end() if found else position
        if kind == "SPACE":
            position = end
            continue
        if kind == "COMMENT":
            comments.append(Comment(text[position:end], Span(source, position, end)))
            position = end
            continue
        following = text[end : end + 1]
        if kind == "NAME":
            kind = None if following > "\x7f" else KEYWORDS.get(text[position:end], kind)
        elif kind in ODD_BEFORE and following and (following in ODD_BEFORE[kind]):
            kind = None
        if kind is None:
            from tunec.syntax.oddities import odd_token

            token = odd_token(source, position)
        else:
            token = Token(kind, position, end)
        tokens.append(token)
        position = token.end
    tokens.append(Token(END, len(text), len(text)))
    return tokens, comments
