"""Diagnostics for people: the sentence, the lines it is about, and what to type.

In: diagnostics in the order they are to be read. Out: plain text, or text with ANSI colours.
Invariant: with the colours taken out both are the same, character by character.
"""

from tunec.diagnostics.model import Diagnostic
from tunec.diagnostics.render.shown import visible, visible_lines
from tunec.diagnostics.render.snippet import Mark, Paint, snippet
from tunec.source import Source

_RESET = "\x1b[0m"
_STYLES = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "secondary": "\x1b[1;34m",
    "gutter": "\x1b[1;34m",
    "strong": "\x1b[1m",
}


def render_text(diagnostics: list[Diagnostic], colour: bool = False) -> str:
    """Every diagnostic with its snippet, then one line that counts them; empty for none."""
    if not diagnostics:
        return ""
    blocks = [_block(found, colour) for found in diagnostics]
    return "\n\n".join([*blocks, summary(diagnostics)]) + "\n"


def summary(diagnostics: list[Diagnostic]) -> str:
    """`2 errors and 1 warning in support.tune.`"""
    counts = []
    for severity in ("error", "warning"):
        number = sum(found.severity == severity for found in diagnostics)
        if number:
            counts.append(f"{number} {severity}{'s' * (number > 1)}")
    names = dict.fromkeys(
        visible(found.primary.span.source.name) for found in diagnostics if found.primary
    )
    where = ""
    if names:
        where = f" in {' and '.join(names)}" if len(names) < 3 else f" in {len(names)} files"
    return f"{' and '.join(counts)}{where}."


def _painter(found: Diagnostic, colour: bool) -> Paint:
    if not colour:
        return lambda text, style: text
    styles = {**_STYLES, "primary": _STYLES[found.severity]}
    return lambda text, style: f"{styles[style]}{text}{_RESET}" if style and text else text


def _block(found: Diagnostic, colour: bool) -> str:
    paint = _painter(found, colour)
    head = paint(f"{found.severity}[{found.code}]", "primary")
    rows = [head + paint(f": {visible(found.message)}", "strong")]
    marks = _marks(found)
    # As wide as the largest line number of any file, so that the gutters are in one column.
    numbers = [line for group in marks.values() for mark in group for line in mark.lines]
    width = len(str(max(numbers, default=1)))
    bar = paint(" " * (width + 1) + "|", "gutter")
    for source, group in marks.items():
        span = next((mark for mark in group if mark.primary), group[0]).label.span
        arrow = paint(" " * width + "-->", "gutter")
        rows += [f"{arrow} {visible(source.name)}:{span.line}:{span.column}", bar]
        rows += snippet(source, group, width, paint)
    words = [("note", note) for note in found.notes]
    if found.help or found.fix:
        words.append(("help", found.help or (found.fix.title if found.fix else "")))
    if marks and words:
        rows.append(bar)
    for word, text in words:
        first, *others = visible_lines(text)
        rows.append(f"{paint(f'{word}:', 'strong')} {first}")
        rows += [f"      {line}".rstrip() for line in others]
    return "\n".join(rows)


def _marks(found: Diagnostic) -> dict[Source, list[Mark]]:
    """By source, that of the primary label first."""
    marks: dict[Source, list[Mark]] = {}
    if found.primary:
        marks[found.primary.span.source] = [Mark(found.primary, True)]
    for label in found.secondary:
        marks.setdefault(label.span.source, []).append(Mark(label, False))
    return marks
