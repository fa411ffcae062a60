"""Text to tree.

In: a source. Out: the tree of what could be understood; errors go to the report. Invariant: no text
makes this raise, each item is complained about once, and the time taken grows with the length.
"""

from typing import cast

from tunec.diagnostics.model import Diagnostic, Report
from tunec.source import Source
from tunec.syntax.build import LOST, Builder
from tunec.syntax.machine import Built, Machine, Stack
from tunec.syntax.nesting import check_nesting
from tunec.syntax.nodes import Comment, Document, Item, Name, Value
from tunec.syntax.tokens import NEWLINE, UNKNOWN, Token, read

DEEPEST = 50
"""Brackets and operators in each other; more is taken for a mistake, and kept from the stack."""
MOST_ERRORS = 100
"""After so many errors in one text, the rest is not read."""


def parse(source: Source, report: Report) -> Document:
    """The tree of a whole file; items that could not be understood are left out of it."""
    parse = Parse(source, report, "document")
    items = cast("tuple[Item, ...]", parse.run() or ())
    return Document(source, items, tuple(parse.comments))


def parse_value(source: Source, report: Report) -> Value | None:
    """A value that stands by itself; None, and an error is reported, where it is none."""
    return cast("Value | None", Parse(source, report, "lone_value").run())


def parse_path_setting(source: Source, report: Report) -> tuple[tuple[Name, ...], Value] | None:
    """The path and the value of `train.epochs=3`; None, and an error is reported, otherwise."""
    result = Parse(source, report, "path_setting").run()
    return cast("tuple[tuple[Name, ...], Value] | None", result)


class Parse:
    """One reading of a text."""

    def __init__(self, source: Source, report: Report, start: str) -> None:
        self.source = source
        self.report = report
        self.start = start
        self.comments: list[Comment]
        self.tokens, self.comments = read(source)
        matched, deep = check_nesting(self.tokens, DEEPEST)
        if not matched or deep >= 0:
            from tunec.syntax.brackets import balance, cut_at
        if not matched:
            self.tokens = balance(source, self.tokens)
            deep = check_nesting(self.tokens, DEEPEST)[1]
        if deep >= 0:
            self.tokens = cut_at(source, self.tokens, deep, DEEPEST)
        self.errors = 0
        self.quiet = False
        """True from an error to the end of its item: what follows there follows from it."""
        self.machine = Machine(start, self.build)
        self.builder = Builder(source, self.say)
        self.before_last: Stack = self.machine.top
        """The stack before the last token was taken."""
        self.before_lines: Stack = self.machine.top
        """The stack before the last run of line ends was taken."""

    def build(self, action: str, parts: list[Built], start: int, end: int) -> Built:
        if action == "item":
            self.quiet = False
            return parts[0]
        return self.builder(action, parts, start, end)

    def say(self, problem: Diagnostic, *, quiet: bool = True) -> None:
        """Reports an error, if it is the first of its item."""
        if not self.quiet:
            self.report.add(problem)
            self.errors += 1
            self.quiet = quiet

    def run(self) -> Built:
        """The value of the whole text; None where nothing could be made of it."""
        tokens, index = self.tokens, 0
        while index < len(tokens) and self.errors < MOST_ERRORS:
            token = tokens[index]
            if token.problem and token.kind in ("LBRACE", "RBRACE"):
                self.quiet = False  # a missing brace is no consequence of what its block holds
                self.say(token.problem, quiet=False)
            elif token.problem:
                self.say(token.problem)
            if (token.kind == UNKNOWN and token.problem) or self.take(
                token, tokens[index - 1] if index else None
            ):
                index += 1
            else:
                index = self.recover(index)
        value = self.machine.top[1]
        if self.machine.top[0] != self.machine.end:
            value = self.rescued()
        return None if value is LOST else value

    def take(self, token: Token, previous: Token | None = None) -> bool:
        """Gives a token to the machine; False where it cannot follow."""
        top = self.machine.top
        if not self.machine.feed(token):
            return False
        self.before_last = top
        if token.kind == NEWLINE:
            if previous is None or previous.kind != NEWLINE:
                self.before_lines = top
            if self.quiet and self.machine.accepts("LET"):
                self.quiet = False
        elif token.kind == "LBRACE":
            self.quiet = False
        return True

    def recover(self, index: int) -> int:
        from tunec.syntax.recover import recover

        return recover(self, index)

    def rescued(self) -> Built:
        """The items that were complete when the text was given up."""
        if self.start != "document":
            return None
        from tunec.syntax.recover import finish

        return finish(self)
