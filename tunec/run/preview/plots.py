"""Plots of a report, as SVG that stands in a page.

In: figures. Out: SVG without a document around it. Invariant: every plot has words that say the
same.
"""

from collections.abc import Sequence
from typing import Any  # axes are those of matplotlib

from tunec.run.preview.figures import Figures
from tunec.run.svg import KEPT, MUTED, NARROW, OVER, WIDE, svg, thousands


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
            axes.xaxis.set_major_formatter(thousands)
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
    return svg(draw, WIDE, words)


def tenths(counts: Sequence[int], what: str, words: str) -> str:
    """Counts by tenths of a whole."""

    def draw(axes: Any) -> None:  # noqa: ANN401  of matplotlib
        axes.bar([at * 10 for at in range(10)], counts, width=9, align="edge", color=KEPT)
        axes.set_xlim(-1, 100)
        axes.set_xticks(range(0, 101, 20), [f"{tick}%" for tick in range(0, 101, 20)])
        axes.set_xlabel(what)

    return svg(draw, NARROW, words)
