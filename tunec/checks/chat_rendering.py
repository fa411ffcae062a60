"""A chat template rendered when compiling, on turns that stand for those of rows.

In: the text of a chat template, turns, and what the spec says to it. Out: texts. Invariant: it is
rendered in a sandbox, as transformers renders it, and what it raises for itself is `Refused`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any  # variables of a template are of any sort

from jinja2 import Environment, Template, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

Turn = Mapping[str, str]


class Refused(Exception):
    """What a chat template says of turns that it does not take."""


class Generation(Extension):
    """transformers' tag for what the assistant wrote, which changes nothing in the text."""

    tags = {"generation"}  # noqa: RUF012  jinja2 declares it so

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


@cache
def environment() -> Environment:
    """The one that transformers 5.23 makes: its tags, its functions and its white space."""
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"]
    )
    made.globals["raise_exception"] = _refuse
    return made


def _refuse(reason: str) -> None:
    raise Refused(str(reason))


@cache
def compiled(text: str) -> Template:
    """Raises jinja2.TemplateSyntaxError where it is not valid Jinja."""
    return environment().from_string(text)


def variables(text: str) -> frozenset[str]:
    """Names that the template reads and does not set itself. Raises TemplateSyntaxError."""
    from jinja2.meta import find_undeclared_variables

    return frozenset(find_undeclared_variables(environment().parse(text)))


def rendered(
    text: str,
    turns: Sequence[Turn],
    given: Mapping[str, Any],
    *,
    answer: bool = False,
    date: str = "1 January 2020",
) -> str:
    """The text of turns; `answer` adds what an answer begins with, `date` is the day of rendering.

    Raises Refused for what the template itself does not take, and whatever its code raises.
    """
    return compiled(text).render(
        messages=[dict(turn) for turn in turns],
        add_generation_prompt=answer,
        strftime_now=lambda form: date,
        tools=None,
        documents=None,
        **given,
    )
