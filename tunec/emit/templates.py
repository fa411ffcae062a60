"""Templates, filled.

In: a template's name and its context. Out: text. Invariant: an undefined variable is a fault, and
user text has become
literals, comments or prose before it comes here.
"""

from functools import cache

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound

from tunec.emit.contexts import Context
from tunec.record import fields_of
from tunec.resources import read


class _Loader(BaseLoader):
    """Finds templates in the checkout or in the installed package."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, None, None]:
        try:
            return read("templates", f"{template}.py.j2"), None, None
        except FileNotFoundError as error:
            raise TemplateNotFound(template) from error


@cache
def environment() -> Environment:
    return Environment(
        loader=_Loader(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def fill(template: str, context: Context) -> str:
    """The template's text. Raises jinja2.TemplateError for a fault of the template."""
    return environment().get_template(template).render(fields_of(context))
