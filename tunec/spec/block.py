"""The base of all spec models, and how a setting is declared.

In: the settings of one block, each checked by its `Sort`. Out: a frozen model.
Invariant: every setting has a description, and one that may be left out says which value is then
taken and why; all problems of a block are found at once, by pydantic's engine.
"""

from typing import TYPE_CHECKING, Any, ClassVar, Final, cast  # Any: a default is of any sort

from pydantic_core import CoreSchema, SchemaValidator

from tunec.record import Frozen

if TYPE_CHECKING:
    from tunec.spec.values import Sort

REQUIRED: Final = object()
"""Stands for the default of a setting that has none."""


class Field:
    """What a model says about one of its fields."""

    def __init__(
        self,
        description: str,
        default: object = REQUIRED,
        *,
        why: str | None = None,
        shown: str | None = None,
        nested: bool = False,
        sort: "Sort | None" = None,
    ) -> None:
        self.description = description
        self.default = default
        self.why = why
        """Why the default is what it is."""
        self.shown = shown
        """What the plan decides, in the words of the reference."""
        self.nested = nested
        """Whether it holds blocks, which lowering has validated, or what it says of them."""
        self.sort = sort
        """What checks its value; None for nested fields."""

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    def schema(self) -> dict[str, Any]:
        """How pydantic's engine is to treat the field."""
        schema: dict[str, Any] = {"type": "any"}
        if self.sort is not None:
            function = {"type": "no-info", "function": self.sort.check}
            schema = {"type": "function-plain", "function": function}
        if not self.required:
            copied = isinstance(self.default, dict)
            default = {"default": self.default, "copy_default": copied}
            schema = {"type": "default", "schema": schema, **default}
        return {"type": "typed-dict-field", "schema": schema, "required": self.required}


def required(description: str) -> Any:  # noqa: ANN401  a field's type is its annotation
    """A setting that must be written."""
    return Field(description)


def setting(  # the default's text is for the reference: what a user would have written
    default: Any,  # noqa: ANN401  of any sort
    description: str,
    *,
    why: str,
    shown: str | None = None,
) -> Any:  # noqa: ANN401  a field's type is its annotation
    """A setting that may be left out.

    `default` None means that the plan decides; `shown` then says in the reference what it decides.
    """
    return Field(description, default, why=why, shown=shown)


def nested(default: Any, description: str) -> Any:  # noqa: ANN401  of any sort
    """A field that holds blocks, filled by lowering; None or empty where none is written."""
    return Field(description, default, nested=True)


class Block(Frozen):
    """A block of the spec. The class docstring is its text in the reference."""

    model_fields: ClassVar[dict[str, Field]] = {}
    """All fields by name, in their order, inherited ones first."""
    any_name: ClassVar["Sort | None"] = None
    """What checks the settings of an open block, which takes any name; None for all others."""

    def __init_subclass__(cls) -> None:
        fields = dict(cls.model_fields)
        for name, annotation in cls.__annotations__.items():
            field = fields[name] = cls.__dict__[name]
            if not field.nested:
                field.sort = annotation.__metadata__[0]
            delattr(cls, name)  # or a class would seem to hold a value
        cls.model_fields = fields

    def __init__(self, **values: object) -> None:
        """Raises pydantic_core.ValidationError with all problems of the block."""
        self.__dict__.update(_validator(type(self)).validate_python(values))


class OpenBlock(Block):
    """A block whose names are not tunec's to know: arguments of something else."""

    given: dict[str, Any] = nested({}, "The settings by name.")

    def __init__(self, **values: object) -> None:
        """Raises pydantic_core.ValidationError with all problems of the block."""
        self.__dict__["given"] = _validator(type(self)).validate_python(values)


_VALIDATORS: dict[type[Block], SchemaValidator] = {}


def _validator(model: type[Block]) -> SchemaValidator:
    """Made when first needed: a spec uses few of the models."""
    found = _VALIDATORS.get(model)
    if found is None:
        fields = {name: field.schema() for name, field in model.model_fields.items()}
        schema = {"type": "typed-dict", "fields": fields, "extra_behavior": "forbid"}
        if model.any_name is not None:
            extras = Field("", sort=model.any_name).schema()["schema"]
            schema = {
                "type": "typed-dict",
                "fields": {},
                "extra_behavior": "allow",
                "extras_schema": extras,
            }
        found = _VALIDATORS[model] = SchemaValidator(cast(CoreSchema, schema))
    return found
