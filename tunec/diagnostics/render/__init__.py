"""How diagnostics are shown: one function per format, all from the same values.

In: diagnostics in the order they are to be read. Out: the whole text to print, or nothing.
Invariant: a format's module is imported only when it is asked for.
"""

from collections.abc import Callable

from tunec.diagnostics.model import Diagnostic

__all__ = ["RENDERERS", "render"]


def _text(diagnostics: list[Diagnostic]) -> str:
    from tunec.diagnostics.render.text import render_text

    return render_text(diagnostics)


def _concise(diagnostics: list[Diagnostic]) -> str:
    from tunec.diagnostics.render.concise import render_concise

    return render_concise(diagnostics)


def _json(diagnostics: list[Diagnostic]) -> str:
    from tunec.diagnostics.render.json import render_json

    return render_json(diagnostics)


def _sarif(diagnostics: list[Diagnostic]) -> str:
    from tunec.diagnostics.render.sarif import render_sarif

    return render_sarif(diagnostics)


def _github(diagnostics: list[Diagnostic]) -> str:
    from tunec.diagnostics.render.github import render_github

    return render_github(diagnostics)


RENDERERS: dict[str, Callable[[list[Diagnostic]], str]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
}
"""By the name that `--format` takes."""


def render(diagnostics: list[Diagnostic], format: str, colour: bool = False) -> str:
    """`colour` applies to `text` alone. Raises KeyError for an unknown format."""
    if format == "text" and colour:
        from tunec.diagnostics.render.text import render_text

        return render_text(diagnostics, colour=True)
    return RENDERERS[format](diagnostics)
