"""Two specs as one, the second winning.

In: sections, of a file used and of the file that uses it. Out: a new section. Invariant: what is
written in the second is in the result as it was written; nothing of either is changed.

Settings win by their path. A block that its parent holds once, and one with the same label, is
merged setting by setting; one of another kind replaces the whole block, since the settings of a
kind belong to it. Blocks that form a list (`source`, turns) replace the whole list, since their
order has a meaning.
"""

from tunec.spec.tree import Section
from tunec.syntax.nodes import Symbol


def merge(under: Section, over: Section, keep: bool = False) -> Section:
    """`under` with what `over` says on top; both of one place, and of one kind unless `keep`.

    `keep` is for `--set`: a block of another kind keeps the settings that the old kind had, so that
    those which the new kind does not have are reported, rather than dropped.
    """
    merged = Section(
        over.place,
        over.keyword,
        over.header,
        over.label or under.label,
        over.implied and under.implied,
    )
    merged.settings = under.settings | over.settings
    merged.children = dict(under.children)
    merged.strays = under.strays + over.strays
    for field, blocks in over.children.items():
        merged.children[field] = _merge_blocks(under.children.get(field, []), blocks, keep)
    return merged


def same_kind(under: Section, over: Section) -> bool:
    """Whether `over` adds to `under`, rather than replacing it."""
    if over.label is None or under.label is None or over.place is None:
        return True
    if over.place.label == "path":
        # A quoted path over another one names another model of the same sort.
        return isinstance(over.label, Symbol) == isinstance(under.label, Symbol)
    return over.key == under.key


def _merge_blocks(under: list[Section], over: list[Section], keep: bool) -> list[Section]:
    place = over[0].place if over else None
    if place is None or place.holds == "list" or not under:
        return over or under
    if place.holds == "one":
        joined = keep or same_kind(under[0], over[0])
        return [merge(under[0], over[0], keep) if joined else over[0]]
    merged = list(under)
    position = {block.key: index for index, block in enumerate(under) if block.key is not None}
    for block in over:
        index = position.get(block.key) if block.key is not None else None
        if index is None:
            merged.append(block)
        else:
            merged[index] = merge(under[index], block, keep)
    return merged
