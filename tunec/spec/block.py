"""The base of all spec models, and how a setting is declared.

In: the settings of one block, each checked by its `Sort`. Out: a frozen model.
Invariant: every setting has a description, and one that may be left out says which value is then
taken and why.
"""

from typing import Any  # a default is of any sort

from pydantic import BaseModel, ConfigDict, Field


class Block(BaseModel):
    """A block of the spec. The class docstring is its text in the reference."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True
    )


def required(description: str) -> Any:  # noqa: ANN401  pydantic types fields by their annotation
    """A setting that must be written."""
    return Field(description=description)


def setting(  # the default's text is for the reference: what a user would have written
    default: Any,  # noqa: ANN401  of any sort
    description: str,
    *,
    why: str,
    shown: str | None = None,
) -> Any:  # noqa: ANN401  pydantic types fields by their annotation
    """A setting that may be left out.

    `default` None means that the plan decides; `shown` then says in the reference what it decides.
    """
    extra: dict[str, Any] = {"why": why}
    if shown is not None:
        extra["shown"] = shown
    return Field(default, description=description, json_schema_extra=extra)


def nested(default: Any, description: str) -> Any:  # noqa: ANN401  of any sort
    """A field that holds blocks, filled by lowering; None or empty where none is written."""
    return Field(default, description=description, json_schema_extra={"nested": True})
