"""Results in a terminal.

In: results. Out: text. Invariant: every measure is there, and a number that is missing says why.
"""

from typing import Any  # results are plain values of any sort

from tunec.diagnostics.render.shown import visible

_WIDTH = 20
BOLD, DIM, GREEN, RED, RESET = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[0m"


def table(results: dict[str, Any], *, colour: bool) -> str:
    """Measures, their intervals, and how they compare."""

    def painted(code: str, text: str) -> str:
        return f"{code}{text}{RESET}" if colour else text

    against = results["against"]
    own = results["model"]["name"]
    names = [own] if against is None else [against["name"], own]
    heads = [*map(_short, names), *([] if against is None else ["difference"])]
    lines = [painted(BOLD, _line("", heads))]
    for name, each in results["measures"].items():
        if isinstance(each["value"], list):  # a table of its own, which the results have
            continue
        kinds = ["value"] if against is None else ["against", "value", "difference"]
        lines.append(_line(visible(name), [_shown(each.get(kind)) for kind in kinds]))
        if "interval" in each:
            p = f", p = {each['p_value']:.3f}" if "p_value" in each else ""
            ends = [_shown(each[_INTERVALS[kind]]) for kind in kinds]
            lines.append(painted(DIM, _line(f"  95%{p}", ends)))
        if "problem" in each:
            lines.append(painted(RED, f"  missing: {visible(each['problem'])}"))
    return "\n".join(lines)


_INTERVALS = {
    "value": "interval",
    "against": "against_interval",
    "difference": "difference_interval",
}


def _line(label: str, values: list[str]) -> str:
    return f"{label:24}" + "".join(f"{value:>{_WIDTH}}" for value in values)


def _shown(value: float | list[float] | None) -> str:
    """A number, or two as an interval."""
    if value is None:
        return "-"
    if isinstance(value, list):
        return " to ".join(f"{end:.4f}" for end in value)
    return f"{value:.4f}"


def _short(name: str) -> str:
    """The end of a name, where it is too long."""
    name = visible(name)
    return name if len(name) < _WIDTH else f"…{name[-_WIDTH + 3 :]}"
