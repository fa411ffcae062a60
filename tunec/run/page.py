"""Pages that need no network and no other file.

In: a template of `pages/`, its script, and what they show. Out: HTML. Invariant: text that comes
from data is shown, never interpreted: Jinja escapes it, what is invisible or changes direction is
written out by `visible`, and the page forbids every script but its own.
"""

from base64 import b64encode
from hashlib import sha256
from typing import Any  # what a template shows is of any sort

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from tunec.diagnostics.render.shown import visible
from tunec.resources import read


def rendered(page: str, mark: Markup, **shown: Any) -> bytes:  # noqa: ANN401  of any sort
    """The page of this name, as it is written to a file; by `mark` it is known again."""
    environment = Environment(
        loader=FunctionLoader(lambda each: read("pages", each)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["visible"] = visible
    environment.filters["count"] = lambda number: f"{number:,}"
    environment.filters["four"] = lambda value: "-" if value is None else f"{value:.4f}"
    environment.filters["percent"] = lambda share: f"{share:.1%}"
    environment.filters["rows"] = lambda number: f"{number:,} row{'' if number == 1 else 's'}"
    code = read("pages", f"{page}.js")
    text = environment.get_template(f"{page}.html.j2").render(
        mark=mark,
        style=Markup(read("pages", "page.css")),
        code=Markup(code),
        code_hash=b64encode(sha256(code.encode()).digest()).decode(),
        **shown,
    )
    return text.encode(errors="backslashreplace")


def name_of(path: str) -> str:
    """The last part of a path, without the ending of specs."""
    return visible(path.rstrip("/").rpartition("/")[2].removesuffix(".tune"))
