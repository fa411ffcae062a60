"""Which names are legal where: the vocabulary, read from the table of places and the models.

In: places and kinds. Out: settings with their sorts. Invariant: nothing is listed by hand, so a new
kind or setting is known to every message as soon as its model has it.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from tunec.spec.vocabulary import CHILDREN, Place

if TYPE_CHECKING:
    from tunec.spec.block import Block
    from tunec.spec.values import Sort


def model_of(place: Place | None, kind: str) -> "type[Block]":
    """The model of a block, or of the top of a spec."""
    if place is None:
        from tunec.spec.spec import Spec  # with all its parts, which a message may not need

        return Spec
    return place.model(kind)


def label_field(place: Place | None, kind: str) -> str | None:
    """The field that a block's label fills; None where the label is a kind, or nothing."""
    if place is None or kind or place.label in ("kind", "none"):
        return None
    return place.label


Home = tuple[tuple[Place, ...], tuple[str, ...]]
"""The places down to a block, and some of its kinds."""

_SETTINGS: "dict[tuple[int, str | None], dict[str, Sort]]" = {}


def settings_of(place: Place | None, kind: str | None = None) -> "dict[str, Sort]":
    """The settings of a block by name, in the order of the reference; of all its kinds for None."""
    key = (id(place), kind)  # a place lives as long as its table, and holds a dict, so has no hash
    if key not in _SETTINGS:
        _SETTINGS[key] = _settings_of(place, kind)
    return _SETTINGS[key]


def _settings_of(place: Place | None, kind: str | None) -> "dict[str, Sort]":
    found: dict[str, Sort] = {}
    kinds = [""] if place is None else list(place.kinds) if kind is None else [kind]
    for each in kinds:
        label = label_field(place, each)
        for name, field in model_of(place, each).model_fields.items():
            if field.sort is not None and name != label:
                found.setdefault(name, field.sort)
    return found


def places_below(
    parent: str = "", trail: tuple[Place, ...] = ()
) -> Iterator[tuple[tuple[Place, ...], Place]]:
    """All places, each with those around it, from the outside in."""
    for place in CHILDREN.get(parent, ()):
        yield trail, place
        yield from places_below(place.keyword, (*trail, place))


@cache
def homes_of(setting: str) -> tuple[Home, ...]:
    """The blocks that have a setting: the places down to each, and its kinds that have it."""
    homes: list[Home] = []
    if setting in settings_of(None):
        homes.append(((), ("",)))
    for trail, place in places_below():
        kinds = tuple(kind for kind in place.kinds if setting in settings_of(place, kind))
        if kinds:
            homes.append(((*trail, place), kinds))
    return tuple(homes)


def kinds_with(outer: Place, inner: Place) -> list[str]:
    """The kinds of a block in which another may stand."""
    return [kind for kind in outer.kinds if inner.field in outer.model(kind).model_fields]


def header(place: Place, kind: str | None = None) -> str:
    """Keyword and label as one would write them: `optimizer adamw`, `data train`, `model "…"`."""
    if place.label == "none":
        return place.keyword
    if kind is None:
        kind = place.default or next(iter(place.kinds))
    if kind:
        return f"{place.keyword} {kind}"
    return f"{place.keyword} NAME" if place.label == "name" else f'{place.keyword} "…"'


_EXAMPLES = {
    "model": 'model "../models/base"',
    "config": "config { attention_dropout = 0.1 }",
    "chat_arguments": "chat_arguments { enable_thinking = false }",
    "model.scratch": 'model scratch { architecture = llama, tokenizer = "../models/base", '
    "hidden_size = 256, num_hidden_layers = 4, num_attention_heads = 4 }",
    "method": "method lora { rank = 16 }",
    "template": 'template chat { user "{{ question }}", assistant "{{ answer }}" }',
    "data": 'data train { source "data.jsonl" }',
    "data.test": 'data test { source "test.jsonl" }',
    "best": "best { patience = 3 }",
    "evaluate": "evaluate { every = 50 steps, generate { metrics = [exact_match] } }",
    "train": "train { epochs = 3, batch = 32 examples }",
}


def example(place: Place, kind: str | None = None) -> str:
    """A block as one might write it."""
    known = _EXAMPLES.get(f"{place.keyword}.{kind}" if kind else place.keyword)
    if known is not None and (kind is None or kind in known):
        return known
    if kind is None:
        kind = place.default or next(iter(place.kinds))
    if place.label in ("path", "text") and not kind:
        return f'{place.keyword} "{_label_example(place)}"'
    for name, sort in settings_of(place, kind).items():
        return f"{header(place, kind)} {{ {name} = {sort.sample()} }}"
    return header(place, kind)


def _label_example(place: Place) -> str:
    from tunec.spec.values import Text

    sort = model_of(place, "").model_fields[place.label].sort
    return sort.example if isinstance(sort, Text) else "…"


def path_of(trail: tuple[Place, ...]) -> str | None:
    """The blocks as `--set` names them, `data.train`; None where a name of the user's is needed."""
    words = []
    for place in trail:
        words.append(place.keyword)
        if place.holds == "map":
            if place.label != "kind":
                return None
            words.append(next(iter(place.kinds)))
        elif place.holds == "list":
            return None
    return ".".join(words)


def listed(
    words: Iterator[str] | list[str] | tuple[str, ...], last: str = "and", most: int = 100
) -> str:
    """`a`, `b` and `c`; where there are more than `most`, the first of them and how many others."""
    quoted = [f"`{word}`" for word in words]
    if len(quoted) > most:
        return f"{', '.join(quoted[: most - 1])} {last} {len(quoted) - most + 1} others"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
