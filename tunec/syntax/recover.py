"""Goes on after a token that cannot follow.

In: a parse that is stuck at a token. Out: the index of the token to go on with. Invariant: each
call takes a token, leaves one out, or leaves an item; so a parse ends.

What was meant is looked up in `mistakes.py`; if nothing there fits, one sign is put in or one token
left out where that lets the parse go on; otherwise the item is given up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunec.syntax.build import LOST
from tunec.syntax.machine import Built, Stack, row
from tunec.syntax.mistakes import find_mistake
from tunec.syntax.tokens import CLOSERS, END, NEWLINE, OPENERS, Token

if TYPE_CHECKING:
    from tunec.syntax.parser import Parse


def recover(parse: Parse, index: int) -> int:
    """Says what is wrong at a token that cannot follow, and finds where to go on."""
    mistake = find_mistake(parse, index)
    # If nothing else is known about the end of the text, an earlier error is why it does not fit.
    if not (mistake.problem.code == "E110" and parse.tokens[index].kind == END and parse.errors):
        parse.say(mistake.problem)
    if parse.start != "document":
        return len(parse.tokens)
    if mistake.repaired:
        if mistake.top is not None:
            parse.machine.top = mistake.top
        if all(parse.take(token) for token in mistake.insert):
            return mistake.resume
    return give_up_item(parse, max(index, mistake.resume))


def give_up_item(parse: Parse, index: int) -> int:
    """Leaves the item that cannot be understood; the next one starts after its end."""
    if parse.machine.accepts("LET"):
        # No item has begun: one is begun here, so that leaving it leaves those before alone.
        parse.machine.feed(Token("LET", parse.tokens[index].start, parse.tokens[index].start))
    top = parse.machine.top
    while "item" not in row(top[0]):
        top = top[4]
    parse.machine.top = top
    tokens = parse.tokens
    index = out_of_lists(tokens, index)
    depth = 0
    while tokens[index].kind != END:
        kind = tokens[index].kind
        if not depth and kind in (NEWLINE, "COMMA", "RBRACE"):
            break
        if not depth and kind == "LBRACE":
            # The items of a block can be understood even where its first line cannot.
            parse.machine.feed(Token("NAME", tokens[index].start, tokens[index].start, lost=True))
            return index
        if kind in OPENERS:
            depth += 1
        elif kind in CLOSERS:
            depth -= 1
        index += 1
    target = row(top[0])["item"]
    parse.machine.top = (target, LOST, -1, -1, top)
    parse.quiet = False
    if not parse.machine.accepts(tokens[index].kind):
        index += 1
        parse.quiet = True
    return index


def out_of_lists(tokens: list[Token], index: int) -> int:
    """The index after the lists and parentheses that a token stands in."""
    depth = 0
    after = index
    for position in range(index, len(tokens)):
        kind = tokens[position].kind
        if kind in OPENERS:
            depth += 1
        elif kind in CLOSERS:
            if depth == 0 and kind == "RBRACE":
                return after
            if depth == 0:
                after = position + 1
            else:
                depth -= 1
    return after


def finish(parse: Parse) -> Built:
    """The items read so far, where the text was given up or its end does not fit."""
    length = len(parse.source.text)
    end = Token(END, length, length)
    given_up = False
    while parse.machine.top[0] != parse.machine.end:
        if parse.machine.feed(end):
            break
        if parse.machine.feed(Token("RBRACE", length, length)):
            given_up = False
            continue
        if given_up:
            return ()
        top: Stack = parse.machine.top
        while "item" not in row(top[0]):
            top = top[4]
        parse.machine.top = (row(top[0])["item"], LOST, -1, -1, top)
        given_up = True
    return parse.machine.top[1]
