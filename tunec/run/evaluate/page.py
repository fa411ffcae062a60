"""An evaluation as one page.

In: results, answers, and the lines of the run's metrics. Out: HTML that needs no network and no
other file. Invariant: every measure is there; answers that are left out are said to be.
"""

from collections.abc import Iterator
from typing import Any  # results and what a template shows are of any sort

from markupsafe import Markup

from tunec.diagnostics.render.shown import visible, visible_lines
from tunec.run.evaluate import curves
from tunec.run.evaluate.results import MARK, is_loss
from tunec.run.page import name_of, rendered

MOST = 500
"""Answers that are shown."""
LONG = 4000
"""Characters that are shown of a text: half at its start and half at its end."""
_ASIDE = ("answers_stopped", "answer_tokens")
"""Measures that say how answers are, not how good."""

Results = dict[str, Any]
Answers = list[dict[str, Any]]


def page_of(results: Results, answers: Answers, lines: list[dict[str, Any]]) -> bytes:
    """The page, as it is written to a file."""
    scored = _scored(results, answers)
    lead = _lead(results)
    against = results["against"] and visible(results["against"]["name"])
    return rendered(
        "evaluation",
        mark=Markup(MARK),
        name=name_of(results["model"]["name"]),
        results=results,
        against=against,
        lead=lead,
        verdict=_verdict(lead, against),
        warnings=list(_warnings(results)),
        measures=[
            _measure(name, each, against)
            for name, each in results["measures"].items()
            if not isinstance(each["value"], list)  # a table of its own, which the results have
        ],
        differences=Markup(curves.differences(results["measures"])),
        curves=list(_curves(lines, lead)),
        scored=scored,
        items=[
            _item(each, scored, [name_of(results["model"]["name"]), against])
            for each in _chosen(answers, scored, against)
        ],
    )


# --- Measures -------------------------------------------------------------------------


def _lead(results: Results) -> dict[str, Any] | None:
    """The measure that the page begins with: the first of how good answers are."""
    for name, each in results["measures"].items():
        if "interval" in each and name not in _ASIDE and not is_loss(name):
            return {"name": name, "against": None, **each}
    return None


def _verdict(lead: dict[str, Any] | None, against: str | None) -> dict[str, str] | None:
    if lead is None or against is None or "difference_interval" not in lead:
        return None
    low, high = lead["difference_interval"]
    if low > 0:
        return {"kind": "good", "said": f"Better than {against}."}
    if high < 0:
        return {"kind": "bad", "said": f"Worse than {against}."}
    return {"kind": "warn", "said": f"Luck could make it differ so much from {against}."}


def _warnings(results: Results) -> Iterator[str]:
    if not results["model"]["finished"]:
        yield "The run was not finished: its newest checkpoint is measured."
    if results["model"]["script_is"] == "differs":
        yield "The script is not what its spec compiles to: it was changed, or compiled with --set."

    for name, count in (results["trained_on"] or {}).items():
        if count:
            model = visible(results[name]["name"])
            yield f"{model} was trained on {count:,} of these rows, which tell nothing of others."


def _measure(name: str, each: dict[str, Any], against: str | None) -> dict[str, Any]:
    kinds = ("against", "", "difference") if against else ("",)
    columns = [
        (each.get(kind or "value"), each.get(f"{kind}_interval".removeprefix("_")))
        for kind in kinds
    ]
    rest = {key: each.get(key) for key in ("problem", "p_value", "signature")}
    return {"name": name, "columns": columns, **rest}


def _curves(lines: list[dict[str, Any]], lead: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    drawn, key = curves.losses(lines)
    if drawn:
        yield {"title": "Loss", "key": key, "drawn": Markup(drawn)}
    if lead is not None and (drawn := curves.scores(lines, lead["name"])):
        yield {"title": lead["name"], "key": [], "drawn": Markup(drawn)}


# --- Answers --------------------------------------------------------------------------


def _scored(results: Results, answers: Answers) -> list[str]:
    """Measures that are a number of each answer, those of how good it is first."""
    names = [
        name
        for name in results["measures"]
        if answers and all(isinstance(score, float) for score in _of(name, answers))
    ]
    return sorted(names, key=lambda name: name in _ASIDE)


def _of(name: str, answers: Answers) -> Iterator[Any]:
    for answer in answers:
        yield answer["scores"].get(name)
        if "against" in answer:
            yield answer["against"]["scores"].get(name)


def _chosen(answers: Answers, scored: list[str], against: str | None) -> list[tuple[int, Any]]:
    """Those that are shown, with their numbers, in the order in which they are at first."""
    numbered = list(enumerate(answers, start=1))
    if not scored:
        return numbered[:MOST]

    def rank(pair: tuple[int, Any]) -> tuple[float, int]:
        value, change = _score(scored[0], pair[1])
        return (-abs(change) if against else value, pair[0])

    return sorted(numbered, key=rank)[:MOST]


def _score(name: str, answer: dict[str, Any]) -> tuple[float, float]:
    """Of an answer, and by how much it is more than that of the other."""
    value: float = answer["scores"][name]
    other: float = answer["against"]["scores"][name] if "against" in answer else value
    return value, value - other


def _item(numbered: tuple[int, Any], scored: list[str], names: list[str | None]) -> dict[str, Any]:
    number, answer = numbered
    other = answer.get("against")
    texts = [("wanted", answer["wanted"]), (names[0], answer["given"])]
    if other:
        texts.insert(1, (names[1], other["given"]))
    wanted = answer["wanted"].strip()
    return {
        "number": number,
        "prompt": _lines(answer["prompt"]),
        "other_prompt": _lines(other["prompt"]) if other and "prompt" in other else None,
        "scores": [_score(name, answer) for name in scored],
        "said": [_said(name, answer) for name in scored],
        "answers": [
            (label, _lines(text), label != "wanted" and text.strip() == wanted)
            for label, text in texts
        ],
    }


def _said(name: str, answer: dict[str, Any]) -> str:
    value, change = _score(name, answer)
    return (
        f"{visible(name)} {value - change:g} → {value:g}"
        if change
        else f"{visible(name)} {value:g}"
    )


def _lines(text: str) -> list[str]:
    if len(text) > LONG:
        left = len(text) - LONG
        text = f"{text[: LONG // 2]}\n… {left:,} characters are not shown …\n{text[-LONG // 2 :]}"
    return visible_lines(text)
