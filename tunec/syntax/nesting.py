"""Whether brackets match, for the texts where they do.

In: tokens. Out: a verdict. Invariant: one pass; what is to be said and done where they do not match
is in `brackets.py`, which most texts never need.
"""

from tunec.syntax.tokens import CLOSERS, NEWLINE, OPENERS, Token


def check_nesting(tokens: list[Token], limit: int) -> tuple[bool, int]:
    """Whether all brackets match, and the index of the first token nested too deeply, or -1.

    Operators count like brackets: each makes the tree one higher.
    """
    opened: list[str] = []
    heights, tallest = [0], [0]
    for index, token in enumerate(tokens):
        kind = token.kind
        if kind in OPENERS:
            opened.append(kind)
            heights.append(0)
            tallest.append(0)
        elif kind in CLOSERS:
            if not opened or opened.pop() != CLOSERS[kind]:
                return False, -1
            inner = max(heights.pop(), tallest.pop()) + 1
            heights[-1] = max(heights[-1], inner)
        elif kind in ("PLUS", "MINUS", "STAR", "SLASH"):
            heights[-1] += 1
        elif kind == "COMMA" or (kind == NEWLINE and (not opened or opened[-1] == "LBRACE")):
            tallest[-1] = max(tallest[-1], heights[-1])
            heights[-1] = 0
        else:
            continue
        if len(opened) + heights[-1] > limit:
            return True, index
    return not opened, -1
