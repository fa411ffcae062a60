"""Brackets that do not match, and where the missing ones were probably meant.

In: tokens. Out: the same tokens with brackets added, changed or removed so that all match, each
change said on a token. Invariant: the result is balanced, whatever comes in.

Two readings are tried and the one with fewer errors is taken: brackets alone, and brackets together
with the indentation of lines, which finds the block whose brace is missing.
"""

from dataclasses import dataclass, field

from tunec.diagnostics.model import Diagnostic, Fix, Label
from tunec.source import Source, Span
from tunec.syntax.errors import error, replace, span_of
from tunec.syntax.tokens import CLOSERS, END, NEWLINE, OPENERS, UNKNOWN, Token

_SIGNS = {"LBRACE": "{", "RBRACE": "}", "LSQB": "[", "RSQB": "]", "LPAR": "(", "RPAR": ")"}


def cut_at(source: Source, tokens: list[Token], index: int, limit: int) -> list[Token]:
    """The tokens up to the one nested too deeply, that one as an error, and closing brackets."""
    token = tokens[index]
    problem = error(
        "E122",
        f"`{source.text[token.start : token.end]}` is nested more than {limit} levels deep.",
        span_of(source, token),
        help="Give a part of it a name with `let`, or take it apart.",
    )
    opened = []
    for before in tokens[:index]:
        if before.kind in OPENERS:
            opened.append(OPENERS[before.kind])
        elif before.kind in CLOSERS:
            opened.pop()
    closers = [Token(kind, token.end, token.end) for kind in reversed(opened)]
    lost = Token("NAME", token.start, token.end, problem, lost=True)
    return [*tokens[:index], lost, *closers, Token(END, len(source.text), len(source.text))]


def balance(source: Source, tokens: list[Token]) -> list[Token]:
    """Balanced tokens, with what was wrong attached to them."""
    plain = _Balancer(source, indented=False).run(tokens)
    guided = _Balancer(source, indented=True).run(tokens)
    best = guided if len(guided.problems) <= len(plain.problems) else plain
    if any(token.problem and token.problem.code == "E108" for token in tokens):
        return best.tokens  # a block string took the rest of the text, its brackets included
    for token, problem in best.problems:
        token.problem = problem
    return best.tokens


@dataclass
class _Open:
    token: Token
    line: int
    indent: int


@dataclass
class _Balancer:
    source: Source
    indented: bool
    tokens: list[Token] = field(default_factory=list)
    problems: list[tuple[Token, Diagnostic]] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OPENERS, 0))
    line: int = 0
    indent: int = 0
    first: bool = True

    def run(self, tokens: list[Token]) -> "_Balancer":
        self.start_line(0)
        for token in tokens:
            if token.kind == END:
                while self.opened:
                    self.close_missing()
            elif token.kind in CLOSERS:
                self.closer(token)
                self.first = False
                continue
            elif token.kind != NEWLINE:
                self.inner(token)
            self.tokens.append(token)
            if token.kind in OPENERS:
                self.opened.append(_Open(token, self.line, self.indent))
                self.counts[token.kind] += 1
            self.first = token.kind == NEWLINE
            if self.first:
                self.start_line(token.end)
        return self

    def start_line(self, start: int) -> None:
        text = self.source.text
        self.line = self.source.line_of(start)
        position = start
        while position < len(text) and text[position] in " \t\ufeff":
            position += 1
        self.indent = position - start

    def inner(self, token: Token) -> None:
        """Closes what cannot contain this token, going by the line it is on."""
        while self.opened and self.opened[-1].line < self.line:
            last = self.opened[-1]
            if last.token.kind == "LBRACE":
                if not (self.indented and self.first and self.indent <= last.indent):
                    return
                self.close_missing()
            elif token.kind in ("EQUAL", "LBRACE") and self.tokens[-1].kind in (
                "NAME",
                "STRING",
            ):
                self.close_before_line()
            else:
                return

    def closer(self, token: Token) -> None:
        opener = CLOSERS[token.kind]
        while self.opened:
            last = self.opened[-1]
            if last.token.kind == opener:
                outer = any(
                    other.indent == self.indent and other.token.kind == opener
                    for other in self.opened[-2:-1]
                )
                if self.indented and self.first and self.indent < last.indent and outer:
                    self.close_missing()
                    continue
                self.counts[opener] -= 1
                self.opened.pop()
                self.tokens.append(token)
                return
            if self.counts[opener] and (last.token.kind != "LBRACE"):
                self.close_missing()
                continue
            break
        self.stray(token)

    def stray(self, token: Token) -> None:
        """A closing bracket that closes nothing: the wrong one, or one too many."""
        sign = _SIGNS[token.kind]
        span = span_of(self.source, token)
        last = self.opened[-1] if self.opened else None
        if last and (last.token.kind != "LBRACE" or self.first):
            kind = OPENERS[last.token.kind]
            wanted, opening = _SIGNS[kind], _SIGNS[last.token.kind]
            problem = error(
                "E106",
                f"`{sign}` cannot close `{opening}`.",
                span,
                f"expected `{wanted}`",
                secondary=(Label(span_of(self.source, last.token), "opened here"),),
                help=f"Write `{wanted}` instead.",
                fix=replace(f"Write `{wanted}`", span, wanted, safe=False),
            )
            self.counts[last.token.kind] -= 1
            self.opened.pop()
            changed = Token(kind, token.start, token.end)
            self.tokens.append(changed)
            self.problems.append((changed, problem))
            return
        message = f"`{sign}` closes nothing: no `{_SIGNS[CLOSERS[token.kind]]}` is open."
        fix: Fix = replace("Remove it", span, "", safe=False)
        removed = Token(UNKNOWN, token.start, token.end)
        help = f"Remove it, or add the missing `{_SIGNS[CLOSERS[token.kind]]}`."
        self.tokens.append(removed)
        self.problems.append((removed, error("E106", message, span, help=help, fix=fix)))

    def after(self, token: Token) -> str:
        """What stands before a token on its line, for use in a sentence."""
        start = self.source.text.rfind("\n", 0, token.start) + 1
        words = self.source.text[max(start, token.start - 40) : token.start].split()
        return f" after `{words[-1]}`" if words else ""

    def close_missing(self) -> None:
        """Closes the innermost bracket after the last token that is not a line end."""
        self.insert(len(self.tokens))

    def close_before_line(self) -> None:
        """Closes the innermost bracket at the end of the line before the current one."""
        index = len(self.tokens)
        while index and self.tokens[index - 1].kind != NEWLINE:
            index -= 1
        self.insert(index)

    def insert(self, index: int) -> None:
        last = self.opened.pop()
        self.counts[last.token.kind] -= 1
        while self.tokens[index - 1].kind == NEWLINE:
            index -= 1
        before = self.tokens[index - 1]
        kind = OPENERS[last.token.kind]
        sign = _SIGNS[kind]
        place = Span(self.source, before.end, before.end)
        same_line = Span(self.source, last.token.start, before.end).end_line == last.line
        text = sign
        if kind == "RBRACE":
            start = self.source.line_starts[last.line - 1]
            margin = self.source.text[start : start + last.indent].lstrip("\ufeff")
            text = " }" if same_line else f"\n{margin}}}"
        problem = error(
            "E105",
            f"The `{_SIGNS[last.token.kind]}`{self.after(last.token)} is not closed.",
            span_of(self.source, last.token),
            "opened here",
            secondary=(Label(span_of(self.source, before), f"expected `{sign}` after this"),),
            help=f"Write `{sign}` where it ends.",
            fix=replace(f"Write `{sign}`", place, text, safe=False),
        )
        self.tokens.insert(index, Token(kind, before.end, before.end))
        self.problems.append((last.token, problem))
