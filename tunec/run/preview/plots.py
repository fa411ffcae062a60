"""Plots of a report, as SVG that stands in a page.

In: figures. Out: SVG without a document around it. Invariant: colours and type are those of the
page, by the names of its style sheet, so that a plot is dark where the page is.
"""

import io
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any  # axes are those of matplotlib

from tunec.run.preview.figures import Figures

WIDE, NARROW, HEIGHT = 640, 400, 250
"""Of plots, in pixels of the page."""
COLOURS = {
    "#000001": "var(--trained)",
    "#000002": "var(--bad)",
    "#000003": "var(--muted)",
    "#000004": "var(--line)",
    "#000005": "var(--ink)",
}
"""What the plots are drawn in, and what becomes of it."""
KEPT, OVER, MUTED, LINE, INK = COLOURS

_STYLE = {
    "svg.fonttype": "none",
    "font.size": 12,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": LINE,
    "grid.linewidth": 1,
    "text.color": INK,
    "xtick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.color": LINE,
    "ytick.labelcolor": MUTED,
    "ytick.left": False,
}


def lengths(bins: list[Figures], spread: Figures, most: int, name: str) -> str:
    """Rows by length; those over the limit in another colour, the median and 95% named."""

    def draw(axes: Any) -> None:  # noqa: ANN401  of matplotlib
        width = next((each["to"] - each["from"] + 1 for each in bins if each["to"]), 1)
        starts = [each["from"] - 1 for each in bins]
        colours = [OVER if start >= most else KEPT for start in starts]
        heights = [each["rows"] for each in bins]
        axes.bar(starts, heights, width=width * 0.9, align="edge", color=colours)
        end = starts[-1] + width
        axes.set_xlim(starts[0] - width * 0.2, end + width * 0.2)
        top = max(heights) * 1.28
        axes.set_ylim(0, top)
        if bins[-1]["to"] is None:
            ticks = [tick for tick in axes.get_xticks() if starts[0] <= tick < end - 3 * width]
            axes.set_xticks([*ticks, end - width / 2])
            axes.set_xticklabels([*(f"{tick:,.0f}" for tick in ticks), "more"])
        else:
            axes.xaxis.set_major_formatter(_thousands)
        marks = [(spread["p50"], "median"), (spread["p95"], "95%"), (most, "limit")]
        marks = sorted((at, text) for at, text in marks if at <= end)
        for level, (at, text) in enumerate(marks):
            line = OVER if text == "limit" else MUTED
            axes.axvline(at, color=line, linewidth=1, linestyle=(0, (3, 3)))
            left = at > starts[0] + 0.8 * (end - starts[0])
            axes.annotate(
                f"{text} {at:,}",
                (at, top * (1 - 0.09 * level)),
                xytext=(-5 if left else 5, -4),
                textcoords="offset points",
                horizontalalignment="right" if left else "left",
                verticalalignment="top",
                color=line,
            )
        axes.set_xlabel("tokens in a row")

    words = (
        f"Histogram of {name}: rows by their number of tokens. Half have at most "
        f"{spread['p50']:,}, 95% at most {spread['p95']:,}; the limit is {most:,}."
    )
    return _svg(draw, WIDE, words)


def tenths(counts: Sequence[int], what: str, words: str) -> str:
    """Counts by tenths of a whole."""

    def draw(axes: Any) -> None:  # noqa: ANN401  of matplotlib
        axes.bar([at * 10 for at in range(10)], counts, width=9, align="edge", color=KEPT)
        axes.set_xlim(-1, 100)
        axes.set_xticks(range(0, 101, 20), [f"{tick}%" for tick in range(0, 101, 20)])
        axes.set_xlabel(what)

    return _svg(draw, NARROW, words)


def _thousands(value: float, _: float | None) -> str:
    return f"{value:,.0f}"


def _svg(draw: Callable[[Any], None], width: int, words: str) -> str:
    """A plot in the page's own colours, with `words` for whom it cannot be seen."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    # The salt makes names in one plot differ from those in another.
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": words}):
        figure = Figure(figsize=(width / 72, HEIGHT / 72), layout="constrained")
        axes = figure.add_subplot()
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter(_thousands)
        draw(axes)
        written = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        FigureCanvasSVG(figure).print_svg(written, metadata=nothing)
    return _in_page(written.getvalue(), words)


def _in_page(document: str, words: str) -> str:
    svg = document[document.index("<svg") :]
    head, _, body = svg.partition(">")
    box = re.search(r'viewBox="[^"]*"', head)
    assert box is not None
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    body = re.sub(r"font-family: [^;\"]*", "font-family: inherit", body)
    body = re.sub(r"font: (\d+)px [^;\"]*", r"font-size: \1px; font-family: inherit", body)
    body = re.sub("#00000[1-5]", lambda found: COLOURS[found[0]], body)
    body = body.replace("xlink:href", "href")
    return f'<svg {box[0]} role="img" aria-label="{escape(words)}">{body}'
