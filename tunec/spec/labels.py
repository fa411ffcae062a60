"""What follows a block's keyword: its kind, its name, a path or a text.

In: a section. Out: its kind. Invariant: None means that the label was refused, and that this was
reported.
"""

from tunec.diagnostics import Diagnostic, Edit, Fix, Label, Report
from tunec.spec.legal import header, listed
from tunec.spec.raw import show
from tunec.spec.tree import Section
from tunec.spec.vocabulary import Place
from tunec.syntax.nodes import Symbol, Text


def kind_of(section: Section, report: Report) -> str | None:
    """The kind that the label says, "" where there is none; None where the label is refused."""
    place = section.place
    if place is None:
        return ""
    label = section.label
    if label is None:
        if place.label == "none":
            return ""
        if section.implied and place.default:
            return place.default
        report.add(_missing(section, place))
        return None
    if place.label == "none":
        report.add(_unexpected(section, place))
        return ""
    if place.label == "kind":
        problem = _check_kind(section, place, label)
        kind = section.key
    else:
        kind = label.name if isinstance(label, Symbol) and label.name in place.kinds else ""
        problem = _check_other(section, place, label, kind)
    if problem is None:
        return kind
    report.add(problem)
    return None


def _missing(section: Section, place: Place) -> Diagnostic:
    what = {
        "kind": "a kind" if place.holds == "one" else "a word",
        "path": "a text in quotes",
        "text": "a text in quotes",
        "name": "a name",
    }[place.label]
    notes = (_kinds_note(place),) if len(place.kinds) > 1 else ()
    body = " { … }" if section.settings or section.children or place.label == "name" else ""
    return Diagnostic(
        "E217",
        f"`{place.keyword}` needs {what} after it.",
        Label(section.header) if section.header else None,
        notes=notes,
        help=f"Write, for example, `{header(place)}{body}`.",
    )


def _kinds_note(place: Place) -> str:
    kinds = [kind for kind in place.kinds if kind]
    if place.holds == "one":
        return f"The kinds of `{place.keyword}` are {listed(kinds)}."
    return f"The blocks are {listed([f'{place.keyword} {kind}' for kind in kinds])}."


def _unexpected(section: Section, place: Place) -> Diagnostic:
    assert section.label is not None
    label = section.label
    shown = show(label.value) if isinstance(label, Text) else f"`{label.name}`"
    return Diagnostic(
        "E218",
        f"`{place.keyword}` takes no word or text after it, but {shown} follows.",
        Label(label.span),
        help=f"Write `{place.keyword} {{ … }}`.",
    )


def _check_kind(section: Section, place: Place, label: Symbol | Text) -> Diagnostic | None:
    word = section.key or ""
    if isinstance(label, Symbol) and word in place.kinds:
        return None
    noun = "kind" if place.holds == "one" else "block"
    if isinstance(label, Text) and word in place.kinds:
        return _unquote(place, label)
    from tunec.diagnostics.suggest import nearest  # only a spec with problems needs it
    from tunec.spec.left_out import LEFT_OUT  # as well

    reason = LEFT_OUT.get(place.keyword, {}).get(word)
    close = [] if reason else nearest(word, place.kinds)
    wanted = [f"{place.keyword} {kind}" for kind in close]
    fix = None
    if len(close) == 1:
        fix = Fix(f"Write `{wanted[0]}`", (Edit(label.span, close[0]),), safe=False)
    shown = show(label.value) if isinstance(label, Text) else word
    return Diagnostic(
        "E205",
        f"`{place.keyword}` has no {noun} `{shown}`."
        if place.holds == "one"
        else f"There is no block `{place.keyword} {shown}`.",
        Label(label.span),
        notes=(reason, _kinds_note(place)) if reason else (_kinds_note(place),),
        help=f"Write {listed(wanted or [header(place)], 'or')}.",
        fix=fix,
    )


def _check_other(
    section: Section, place: Place, label: Symbol | Text, kind: str
) -> Diagnostic | None:
    """For labels that are a name, a path or a text."""
    if place.label == "name":
        return None if isinstance(label, Symbol) else _unquote(place, label)
    if isinstance(label, Text) or kind:
        return None
    from tunec.diagnostics.suggest import nearest  # only a spec with problems needs it

    kinds = [each for each in place.kinds if each]
    close = nearest(label.name, kinds)
    quoted = f'{place.keyword} "{label.name}"'
    also = f", or {listed(kinds, 'or')}" if kinds else ""
    return Diagnostic(
        "E205" if close else "E204",
        f"`{place.keyword}` takes a text in quotes{also}, but `{label.name}` follows.",
        Label(label.span),
        help=f"Write {listed([f'{place.keyword} {each}' for each in close] or [quoted], 'or')}.",
        fix=None
        if close
        else Fix(f"Write `{quoted}`", (Edit(label.span, f'"{label.name}"'),), safe=False),
    )


def _unquote(place: Place, label: Text) -> Diagnostic:
    plain = label.value.isidentifier() and label.value.isascii()
    what = "a name" if place.label == "name" else "a word"
    return Diagnostic(
        "E204",
        f"`{place.keyword}` takes {what} without quotes, but it is {show(label.value)}.",
        Label(label.span),
        help=f"Write `{place.keyword} {label.value}`."
        if plain
        else f"Write {what} of letters, digits and `_`, such as `{place.keyword} support`.",
        fix=Fix("Remove the quotes", (Edit(label.span, label.value),), safe=True)
        if plain
        else None,
    )
