"""The language reference.

In: the models. Out: Markdown. Invariant: blocks, kinds, settings, defaults and reasons are the
models' own; only the sections on the syntax are written here, and a test parses their examples.
"""

from tunec.spec.legal import example, header, listed, model_of, places_below
from tunec.spec.vocabulary import Place
from tunec.spec.wording import Fact, facts, label_text, purpose, summary

SECTIONS: dict[str, str] = {
    "syntax": """
A spec is made of settings and blocks, and of nothing else:

```tune
# a comment goes to the end of its line
name = "support-desk"        # a setting: name = value
method lora {                # a block: keyword; a kind, a name or a text; settings in braces
  rank = 16, dropout = 5%    # a newline or a comma ends a setting
}
```

A block without settings needs no braces: `method full`. The order of settings and of blocks has no
meaning, but for turns of a template and for sources, which form lists. Each setting, and each block
but those, is written once.

Only `accept` takes bounds, which have `>=`, `<=`, `>` or `<` in place of `=`:

```tune
evaluate { accept { exact_match >= 90%, validation_loss < 0.5 } }
```
""",
    "values": """
| value | written |
| --- | --- |
| number | `16`, `1_000`, `2e-4` |
| number with a unit | `3 epochs`, `1 epoch`, `500 steps`, `2048 tokens`, `32 examples`, `5%` |
| text | `"in quotes"`, or between `\"\"\"` over several lines, without their margin |
| word | `bfloat16`, one of those that the setting knows |
| truth | `true`, `false` |
| list | `[q_proj, v_proj]`, of any of these |

A number without a point is whole where its value is: `1e3` is whole, `16.0` is not. The margin of a
text over several lines is the white space that all of them start with; a first line without text
does not count.

Nothing is converted: where a unit is needed a bare number is an error, and `"16"` is no number.
In texts `\\n`, `\\t`, `\\"` and `\\\\` stand for a newline, a tab, a quote and a backslash.
""",
    "arithmetic": """
`+`, `-`, `*`, `/` and parentheses work on numbers. Units are kept and never converted: amounts of
the same unit can be added and subtracted, and an amount can be multiplied or divided by a number.
A unit belongs to the number right before it: `2 * 500 steps` is `2 * (500 steps)`. The quotient of
whole numbers is whole where nothing is left over: `64 / 2` is 32. Other results are rounded to 15
digits, so that `3 * 1e-4` is `3e-4`.
""",
    "let": """
`let` gives a value a name, which `$name` stands for wherever a value may:

```tune
let rank = 16
method lora { rank = $rank, alpha = 2 * $rank }
```

It stands at the top of a file, above the first use of the name, and is known in that file only. A
name that is not used is an error. `--set let.rank=32` gives it another value.
""",
    "use": """
`use "house.tune"` takes the settings of another file, relative to this one, and this file's win.
They win setting by setting, by their path. A block of another kind (`method full` here, `method
lora` there) replaces the whole block; so do the turns of a template and the sources of data, which
are lists. Of several files the later wins; a file may use others, up to 10 in a chain, and never
itself. Paths in a file start at the folder of that file.
""",
    "set": """
On the command line `--set path=value` has the last word; the value is written and checked as in a
file. The path is the blocks and the setting with dots between them: `train.epochs=3`,
`train.optimizer.learning_rate=1e-4`, `data.train.overflow=drop`. The kind may stand in it and must
then be the one in force: `method.lora.rank=8`. A path that ends at a block sets what follows its
keyword: `--set method=dora`, `--set 'model="../models/base"'`. `--set let.rank=8` gives a `let`
another value.
""",
}
"""The parts of the syntax, by topic."""

_HEAD = """# The language of `.tune` files

This page is printed by `python -m tunec.spec.describe`; what it says of blocks and settings is read
from the models that check them. `tunec explain TOPIC` prints the same, part by part.
"""


def language_reference() -> str:
    """The whole reference, as Markdown."""
    parts = [_HEAD, "## Contents\n", _contents()]
    for title, text in SECTIONS.items():
        parts.append(f"## {_title(title)}\n{text}")
    parts.append("## The top of a spec\n\n" + _table(facts(None, "")))
    for trail, place in places_below():
        if not trail:
            parts.append(_block(place))
    return "\n".join(parts).rstrip() + "\n"


def _title(topic: str) -> str:
    return {"syntax": "Syntax", "values": "Values and units", "arithmetic": "Arithmetic"}.get(
        topic, f"`--{topic}`" if topic == "set" else f"`{topic}`"
    )


def _contents() -> str:
    lines = ["| block | says | kinds |", "| --- | --- | --- |"]
    seen = set()
    for trail, place in places_below():
        key = (trail[-1].keyword if trail else "", _shared(place))
        if key in seen:
            continue
        seen.add(key)
        same = [
            each.keyword
            for around, each in places_below()
            if around == trail and _shared(each) == _shared(place)
        ]
        kinds = ", ".join(f"`{kind}`" for kind in place.kinds if kind)
        inside = f" (in `{trail[-1].keyword}`)" if trail else ""
        words = ", ".join(f"`{each}`" for each in same)
        lines.append(f"| {words}{inside} | {_cell(purpose(trail, place))} | {kinds} |")
    return "\n".join(lines) + "\n"


def _shared(place: Place) -> tuple[str, ...]:
    """What blocks have in common that are described together: field and model."""
    return (place.field, *place.kinds.values())


def _block(place: Place, level: int = 2, trail: tuple[Place, ...] = ()) -> str:
    """A section for a block, its kinds, and the blocks in it."""
    marks = "#" * level
    text = [f"{marks} `{place.keyword}`\n", purpose(trail, place) + "\n"]
    notes = []
    label = label_text(place)
    if label:
        notes.append(f"{label} It is written after the keyword: `{header(place, '')}`.")
    if trail:
        notes.append(f"It stands in `{trail[-1].keyword}`.")
    if place.required:
        notes.append("Every spec needs it.")
    if place.default:
        notes.append(f"Without it, `{place.keyword} {place.default}` is meant.")
    if notes:
        text.append(" ".join(notes) + "\n")
    text.append(f"```tune\n{example(place)}\n```\n")
    if "" in place.kinds:
        text += _kind_body(place, "")
    for kind in place.kinds:
        if kind:
            text.append(f"{marks}# `{place.keyword} {kind}`\n")
            text.append(summary(place, kind) + "\n")
            text += _kind_body(place, kind)
    text += _inner(place, level, trail)
    return "\n".join(text)


def _inner(place: Place, level: int, trail: tuple[Place, ...]) -> list[str]:
    """The blocks in a block; those that share a model (some turns of a template) in one line."""
    inner = [each for around, each in places_below() if around == (*trail, place)]
    alike: dict[tuple[str, ...], list[Place]] = {}
    for each in inner:
        alike.setdefault(_shared(each), []).append(each)
    text = []
    for same in alike.values():
        if len(same) == 1:
            text.append(_block(same[0], level + 1, (*trail, place)))
            continue
        words = listed([each.keyword for each in same])
        text.append(f"{'#' * level}# {words}\n")
        text.append(summary(same[0], "") + "\n")
        field = same[0].label
        text += [f"```tune\n{example(each)}\n```\n" for each in same[1:2]]
        text.append(f"The {field} after the keyword may stand between three quotes.\n")
    return text


def _kind_body(place: Place, kind: str) -> list[str]:
    rows = facts(place, kind)
    taken = model_of(place, kind).any_name
    if taken is not None:
        return [f"It takes any setting, each {taken.describe()}.\n"]
    if rows:
        return [_table(rows)]
    return ["It has no settings.\n"] if kind else []


def _table(rows: list[Fact]) -> str:
    lines = ["| setting | what | takes | default | why |", "| --- | --- | --- | --- | --- |"]
    for fact in rows:
        default = "must be written" if fact.default is None else fact.default
        cells = (fact.what, fact.takes, default, fact.why or "")
        lines.append(f"| `{fact.name}` | " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text in a cell of a Markdown table, whose columns `|` would end."""
    return text.replace("|", "\\|")
