"""What the models say about settings and blocks, in the words of the language.

In: places and kinds. Out: facts and spellings, for `tunec explain` and for the reference.
Invariant: all of it is read from the models, so that what is said and what is accepted cannot
differ.
"""

from pydantic_core import PydanticCustomError

from tunec.record import record
from tunec.spec.legal import model_of, settings_of
from tunec.spec.raw import Amount, Word, show
from tunec.spec.values import Either, OrNone, Several, Share, Sort, Text
from tunec.spec.vocabulary import Place


@record
class Fact:
    """One setting of one kind of block."""

    name: str
    what: str
    takes: str
    """Completes "It takes …"."""
    default: str | None
    """As one would write it, or what the plan decides; None where the setting is required."""
    why: str | None
    sample: str


def facts(place: Place | None, kind: str) -> list[Fact]:
    """The settings of a kind of block, or of the top of a spec, in order."""
    fields = model_of(place, kind).model_fields
    found = []
    for name, sort in settings_of(place, kind).items():
        field = fields[name]
        default = None
        if not field.required:
            default = field.shown or spell(sort, field.default)
        found.append(
            Fact(name, field.description, sort.describe(), default, field.why, sort.sample())
        )
    return found


def summary(place: Place | None, kind: str) -> str:
    """The text of a kind of block: the docstring of its model on one line."""
    return " ".join((model_of(place, kind).__doc__ or "").split())


def purpose(trail: tuple[Place, ...], place: Place) -> str:
    """What a block is for, as its parent says."""
    if list(place.kinds) == [""]:
        return summary(place, "")
    outer = trail[-1] if trail else None
    parent = model_of(outer, next(iter(outer.kinds)) if outer else "")
    return parent.model_fields[place.field].description


def label_text(place: Place) -> str | None:
    """What the text after a block's keyword is; None where the keyword has no such text."""
    if place.label not in ("path", "text"):
        return None
    return model_of(place, "").model_fields[place.label].description


def spell(sort: Sort, value: object) -> str:
    """A value of the spec as one would write it: 0.05 of a `Share` is `5%`."""
    if value is None:
        return "none"
    if isinstance(value, Amount):
        return (
            str(Amount(1, value.unit[:-1]))
            if value.value == 1 and len(value.unit) > 1
            else str(value)
        )
    inner = _fitting(sort, value)
    if isinstance(inner, Share) and isinstance(value, (int, float)):
        return f"{value * 100:g}%"
    if isinstance(value, tuple):
        item = inner.item if isinstance(inner, Several) else inner
        return "[" + ", ".join(spell(item, each) for each in value) + "]"
    if isinstance(value, float):
        return repr(value).replace("e-0", "e-")
    if isinstance(value, str) and not isinstance(inner, Text):
        return value
    return show(value)


def _fitting(sort: Sort, value: object) -> Sort:
    """The sort among several that gives such a value."""
    if isinstance(sort, OrNone):
        return _fitting(sort.sort, value)
    if not isinstance(sort, Either):
        return sort
    raw = (
        list(map(Word, value))
        if isinstance(value, tuple)
        else Word(value)
        if isinstance(value, str)
        else value
    )
    for each in sort.sorts:
        try:
            each.check(raw)
        except PydanticCustomError:
            continue
        return each
    return sort.sorts[-1]
