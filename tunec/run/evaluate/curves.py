"""Plots of an evaluation.

In: results, and the lines of a run's metrics. Out: SVG that stands in a page. Invariant: every plot
has words that say the same.
"""

from typing import Any  # axes are those of matplotlib, results of any sort

from tunec.run.evaluate.results import is_loss
from tunec.run.svg import INK, KEPT, MUTED, NARROW, OVER, WIDE, svg

POINTS = 500
"""Of a curve, at most; each is the mean of the steps around it."""
_STEEP = 20
"""How many times the smallest loss the largest is, where the scale is logarithmic."""
_WHOLE = ("bleu", "chrf")
"""Measures of 100; others are of 1."""
_UNITS = ("answer_tokens",)
"""Measures that are no share."""
_COLOURS = {"kept": KEPT, "ink": INK, "even": MUTED}


def differences(measures: dict[str, Any]) -> str:
    """Intervals of all differences that have one scale; empty where there are none."""
    drawn = [
        (name, [scale * value for value in (each["difference"], *each["difference_interval"])])
        for name, each in measures.items()
        if "difference_interval" in each and (scale := _scale(name, each))
    ]
    if not drawn:
        return ""

    def draw(axes: Any) -> None:  # noqa: ANN401  of matplotlib
        for at, (_, (middle, low, high)) in enumerate(drawn):
            colour = KEPT if low > 0 else OVER if high < 0 else MUTED
            axes.plot([low, high], [at, at], color=colour, linewidth=2, solid_capstyle="butt")
            axes.plot([middle], [at], marker="o", markersize=6, color=colour)
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_yticks(range(len(drawn)), [name.replace("$", r"\$") for name, _ in drawn])
        axes.set_ylim(len(drawn) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        axes.grid(visible=True, axis="x")
        axes.set_xlabel("points of 100")

    said = (f"{name} {middle:.1f} ({low:.1f} to {high:.1f})" for name, (middle, low, high) in drawn)
    return svg(
        draw, WIDE, f"Differences, in points of 100: {', '.join(said)}.", 60 + 28 * len(drawn)
    )


def _scale(name: str, each: dict[str, Any]) -> int:
    """What makes a measure one of 100; 0 where nothing does."""
    if name in _UNITS or is_loss(name):
        return 0
    if name in _WHOLE:
        return 1
    ends = [*each["interval"], *each["against_interval"]]
    return 100 if all(0 <= end <= 1 for end in ends) else 0


def losses(lines: list[dict[str, Any]]) -> tuple[str, list[tuple[str, str]]]:
    """The loss of each step, and those that were measured between; the plot and its key."""
    trained = [(line["step"], line["loss"]) for line in lines if "loss" in line]
    names = dict.fromkeys(name for line in lines for name in line if name.endswith("_loss"))
    curves = [("even", "training", _thinned(trained))] if trained else []
    for kind, name in zip(("kept", "ink"), names, strict=False):
        found = [(line["step"], line[name]) for line in lines if name in line]
        curves.append((kind, name.removesuffix("_loss"), found))
    curves = [curve for curve in curves if len(curve[2]) > 1]
    if not curves:
        return "", []

    def draw(axes: Any) -> None:  # noqa: ANN401  of matplotlib
        for kind, _, points in curves:
            dots = {"marker": "o", "markersize": 4} if kind != "even" else {}
            axes.plot(*zip(*points, strict=True), color=_COLOURS[kind], linewidth=1.5, **dots)
        values = [value for _, _, points in curves for _, value in points]
        if max(values) > _STEEP * min(values) > 0:
            axes.set_yscale("log")
            axes.yaxis.set_minor_formatter(lambda value, _: "")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_xlabel("step")

    said = (
        f"{label} from {points[0][1]:.4g} to {points[-1][1]:.4g}" for _, label, points in curves
    )
    words = f"Loss by step: {', '.join(said)}."
    return svg(draw, WIDE, words), [(kind, label) for kind, label, _ in curves]


def scores(lines: list[dict[str, Any]], name: str) -> str:
    """A measure of answers at each evaluation; empty where there is one value alone."""
    points = [(line["step"], line[name]) for line in lines if line.get(name) is not None]
    if len(points) < 2:
        return ""

    def draw(axes: Any) -> None:  # noqa: ANN401  of matplotlib
        axes.plot(*zip(*points, strict=True), color=KEPT, marker="o", markersize=4, linewidth=1.5)
        axes.yaxis.set_major_locator(_locator())
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_xlabel("step")

    said = ", ".join(f"{value:.4g} after {step}" for step, value in points)
    return svg(draw, NARROW, f"{name} by step: {said}.")


def _locator() -> Any:  # noqa: ANN401  of matplotlib
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(4)


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most `POINTS` of them."""
    width = -(-len(points) // POINTS)
    parts = [points[at : at + width] for at in range(0, len(points), width)]
    return [(part[-1][0], sum(value for _, value in part) / len(part)) for part in parts]
