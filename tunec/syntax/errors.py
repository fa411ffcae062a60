"""Makes the diagnostics of this stage.

In: a code, sentences and places. Out: diagnostics. Invariant: each has a label on real characters
wherever there are any, and a fix only where what was meant is certain.
"""

from tunec.diagnostics.model import Diagnostic, Edit, Fix, Label
from tunec.source import Source, Span
from tunec.syntax.tokens import END, NEWLINE, Token


def error(
    code: str,
    message: str,
    span: Span,
    label: str = "",
    *,
    help: str | None = None,
    fix: Fix | None = None,
    secondary: tuple[Label, ...] = (),
    notes: tuple[str, ...] = (),
) -> Diagnostic:
    """A syntax error at one place."""
    return Diagnostic(code, message, Label(span, label), secondary, notes, help, fix)


def replace(title: str, span: Span, text: str, *, safe: bool = True) -> Fix:
    """A fix of one edit."""
    return Fix(title, (Edit(span, text),), safe)


def shown(text: str, limit: int = 40) -> str:
    """Some of the user's text, on one line and not too long, in backticks."""
    text = " ".join(text.split())
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return f"`{text}`"


def describe(source: Source, token: Token) -> str:
    """A token, for use inside a sentence."""
    if token.kind == NEWLINE:
        return "the end of the line"
    if token.kind == END or token.start == token.end:
        return "the end of the text"
    return shown(source.text[token.start : token.end])


def span_of(source: Source, token: Token) -> Span:
    return Span(source, token.start, token.end)
