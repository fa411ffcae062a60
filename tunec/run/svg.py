"""Plots as SVG that stands in a page.

In: what draws on axes of matplotlib. Out: SVG without a document around it. Invariant: colours and
type are those of the page, by the names of its style sheet, so that a plot is dark where the page
is.
"""

import io
import re
from collections.abc import Callable
from html import escape
from typing import Any  # axes are those of matplotlib

PLOTS = "matplotlib==3.11.2"
"""What draws them, as the extra `report` has it."""
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


def thousands(value: float, _: float | None) -> str:
    return f"{value:,.0f}"


def svg(draw: Callable[[Any], None], width: int, words: str, height: int = HEIGHT) -> str:
    """A plot in the page's own colours, with `words` for whom it cannot be seen."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    # The salt makes names in one plot differ from those in another.
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": words}):
        figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
        axes = figure.add_subplot()
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter(thousands)
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
