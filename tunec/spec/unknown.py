"""Names that are not legal where they stand.

In: a setting or block and the section around it. Out: a diagnostic. Invariant: what a help names is
legal at the place that it names, and nothing is called nearest that could be found by its exact
name.
"""

from collections.abc import Collection, Sequence

from tunec.diagnostics import Diagnostic, Edit, Fix, Label
from tunec.diagnostics.suggest import nearest
from tunec.source import Span
from tunec.spec.legal import (
    Home,
    header,
    homes_of,
    kinds_with,
    listed,
    path_of,
    places_below,
    settings_of,
)
from tunec.spec.problems import around
from tunec.spec.raw import Word, show
from tunec.spec.tree import Entry, Section
from tunec.spec.vocabulary import CHILDREN, Place
from tunec.syntax.nodes import Block, Text

SET = "--set"


def setting(section: Section, kind: str, entry: Entry) -> Diagnostic:
    """For a setting that the kind of block does not have."""
    name, span = entry.name.text, entry.name.span
    place = child_place(section, name)
    if place is not None:
        return _is_block(section, place, entry)
    legal = settings_of(section.place, kind)
    missing = _missing(section, "setting", name)
    if kinds := _other_kinds(section, name):
        message = f"`{name}` is a setting of {listed(kinds, most=6)}, not of {section.title}."
        remedy = f"Remove it, or write {listed(kinds[:5], 'or')} in place of {section.title}."
        return _say("E201", section, span, message, remedy)
    homes = [home for home in homes_of(name) if not home[0] or home[0][-1] != section.place]
    # A block within another that has the setting too says it of a part only.
    around_it = [home[0] for home in homes if home[0]]
    homes = [home for home in homes if home[0][:-1] not in around_it]
    if homes:
        return _say("E201", section, span, missing, _move(homes, name, _from_set(span)))
    known = _foreign(name, section, legal, span)
    if known is not None:
        return known
    close = nearest(name, legal)
    remedy = _write(close) or _near_block(section, entry) or f"Remove `{name}`."
    notes = (_legal_note(section, list(legal)),)
    return _say("E201", section, span, missing, remedy, notes, _rename(span, close))


def of_other_kinds(section: Section, place: Place, block: Section) -> Diagnostic:
    """For a block that only other kinds of the section's keyword have."""
    assert section.place is not None, "the top has no kinds"
    kinds = [header(section.place, kind) for kind in kinds_with(section.place, place)]
    span = block.keyword or block.header
    assert span is not None, "what was not written is not reported"
    message = f"`{place.keyword}` is a block of {listed(kinds)}, not of {section.title}."
    remedy = f"Remove it, or write {listed(kinds, 'or')} in place of {section.title}."
    return _say("E202", section, span, message, remedy)


def block(section: Section, stray: Block) -> Diagnostic:
    """For a block that may not stand in the section."""
    word, span = stray.keyword.text, stray.keyword.span
    sort = settings_of(section.place).get(word)
    if sort is not None:
        text = stray.label.value if isinstance(stray.label, Text) else None
        sample = sort.sample() if text is None else show(text)
        message = f"`{word}` is a setting, but it is written as a block."
        remedy = f"Write it with `=`: `{word} = {sample}`."
        return _say("E220", section, stray.header, message, remedy)
    missing = _missing(section, "block", word)
    homes = homes_of(word)
    place_of_it = (
        _as_kind(section, word)
        or _elsewhere(section, word)
        or (_move(homes, word, False) if homes else None)
    )
    if place_of_it is not None:
        return _say("E202", section, span, missing, place_of_it)
    known = _foreign(word, section, (), span)
    if known is not None:
        return known
    blocks = _keywords(section)
    close = nearest(word, blocks)
    where = "there" if section.place else "of a spec"
    note = f"The blocks {where} are {listed(blocks)}." if blocks else "It holds no blocks."
    remedy = _write(close) or f"Remove `{word}`."
    return _say("E202", section, span, missing, remedy, (note,), _rename(span, close))


def _say(
    code: str,
    section: Section,
    span: Span,
    message: str,
    remedy: str,
    notes: tuple[str, ...] = (),
    fix: Fix | None = None,
) -> Diagnostic:
    """In a `--set` the code is that of a path which leads nowhere."""
    code = "E222" if _from_set(span) else code
    return Diagnostic(code, message, Label(span), around(section, span), notes, remedy, fix)


def _missing(section: Section, noun: str, name: str) -> str:
    if section.place:
        return f"{section.title} has no {noun} `{name}`."
    return f"There is no {noun} `{name}` at the top of a spec."


def _near_block(section: Section, entry: Entry) -> str | None:
    """For a setting that is spelled like a block."""
    near = nearest(entry.name.text, _keywords(section), limit=1)
    place = child_place(section, near[0]) if near else None
    if place is None:
        return None
    span = entry.name.span
    if _from_set(span):
        return f"Write `{SET} {span.source.text[: span.start]}{place.keyword}=…`."
    return f"Write it as a block: `{header(place)} {{ … }}`."


def _keywords(section: Section) -> list[str]:
    return [place.keyword for place in CHILDREN.get(section.word, ())]


def stands_for(section: Section, place: Place) -> bool:
    """Whether something refused in the section was probably meant to be the block."""
    legal = settings_of(section.place)
    names = [name for name in section.settings if name not in legal]
    names += [stray.keyword.text for stray in section.strays]
    words = [place.keyword, *place.kinds]
    return any(nearest(name, words, limit=1) or _means_block(name, place) for name in names)


def _means_block(name: str, place: Place) -> bool:
    from tunec.diagnostics.aliases import foreign  # a long table, needed for unknown names only

    alias = foreign(name)
    return alias is not None and alias.write.partition(" ")[0] == place.keyword


def misspelt(section: Section, kind: str, name: str) -> bool:
    """Whether a setting refused in the section was probably meant to be this one."""
    legal = settings_of(section.place, kind)
    return any(name in nearest(other, legal) for other in section.settings if other not in legal)


def child_place(section: Section, keyword: str) -> Place | None:
    """The place of a keyword in a section."""
    for place in CHILDREN.get(section.word, ()):
        if place.keyword == keyword:
            return place
    return None


def _is_block(section: Section, place: Place, entry: Entry) -> Diagnostic:
    raw = entry.value.raw
    word = place.keyword
    if place.label == "none":
        written = f"{word} {{ … }}"
    elif place.label in ("path", "text") and isinstance(raw, str) and not isinstance(raw, Word):
        written = f"{word} {show(raw)}"
    elif isinstance(raw, Word) and (str(raw) in place.kinds or place.label == "name"):
        written = f"{word} {raw}" + (" { … }" if place.label == "name" else "")
    else:
        written = header(place)
    span = entry.name.span.to(entry.value.span)
    message = f"`{word}` is a block, but it is written as a setting."
    return _say("E219", section, span, message, f"Write it without `=`: `{written}`.")


def _other_kinds(section: Section, name: str) -> list[str]:
    """Blocks of the same keyword that have the setting."""
    place = section.place
    if place is None:
        return []
    return [header(place, kind) for kind in place.kinds if name in settings_of(place, kind)]


def _move(homes: Sequence[Home], name: str, by_set: bool) -> str:
    """Where a setting belongs, as a sentence."""
    written = []
    for trail, kinds in homes:
        if by_set:
            path = path_of(trail)
            if path is not None:
                written.append(f"{SET} {path}.{name}=…" if path else f"{SET} {name}=…")
            continue
        if not trail:
            return f"Move `{name}` to the top of the spec, outside all blocks."
        inner = trail[-1]
        kind = inner.default if inner.default in kinds else kinds[0]
        inside = f"{header(inner, kind)} {{ {name} = … }}"
        for outer in reversed(trail[:-1]):
            inside = f"{header(outer)} {{ {inside} }}"
        written.append(inside)
    if not written:
        return f"Write `{name}` in the spec."
    return f"Write {listed(written[:3], 'or')}."


def _as_kind(section: Section, word: str) -> str | None:
    """For `lora { … }`, a kind without its keyword."""
    for place in CHILDREN.get(section.word, ()):
        if word in place.kinds:
            return f"Write `{place.keyword} {word}`."
    return None


def _elsewhere(section: Section, word: str) -> str | None:
    """For a block that belongs in another one."""
    for trail, place in places_below():
        if place.keyword != word or (section.place and trail and trail[-1] == section.place):
            continue
        if not trail:
            return f"Move `{word}` to the top of the spec, outside all blocks."
        inside = f"{header(place)}"
        for outer in reversed(trail):
            inside = f"{header(outer)} {{ {inside} }}"
        return f"Write it inside `{trail[-1].keyword}`: `{inside}`."
    return None


def _foreign(name: str, section: Section, legal: Collection[str], span: Span) -> Diagnostic | None:
    """For a name that another tool uses."""
    from tunec.diagnostics.aliases import foreign  # a long table, needed for unknown names only

    alias = foreign(name)
    if alias is None:
        return None
    ours = alias.path.rpartition(".")[2]
    message = (
        f"`{name}` is what other tools call `{ours}`."
        if ours and ours != name
        else f"`{name}` is a setting of other tools, which a spec does not have."
    )
    remedy = f"Write `{ours}`." if ours in legal else alias.help
    if alias.path and _from_set(span):
        remedy = f"Write `{SET} {alias.path}=…`."
    notes = (alias.remark,) if alias.remark else ()
    fix = _rename(span, [ours]) if ours in legal else None
    return _say("E223", section, span, message, remedy, notes, fix)


def _legal_note(section: Section, legal: list[str]) -> str:
    if not section.place:
        return f"The settings at the top of a spec are {listed(legal)}."
    if not legal:
        return f"{section.title} has no settings."
    noun = "The only setting of" if len(legal) == 1 else "The settings of"
    verb = "is" if len(legal) == 1 else "are"
    return f"{noun} {section.title} {verb} {listed(legal)}."


def _write(close: list[str]) -> str | None:
    return f"Write {listed(close, 'or')}." if close else None


def _rename(span: Span, close: list[str]) -> Fix | None:
    if len(close) != 1 or _from_set(span):
        return None
    return Fix(f"Write `{close[0]}`", (Edit(span, close[0]),), safe=False)


def _from_set(span: Span) -> bool:
    return span.source.name.startswith(SET)
