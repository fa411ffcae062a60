"""Measures of a model, perhaps against another, written to files.

In: a `Wanted`. Out: `results.json` and `answers.jsonl` in its folder. Invariant: both models are
measured on the same rows by the same functions, or nothing is.
"""

import json
from pathlib import Path
from typing import Any  # models and measures are of several sorts

from tunec.diagnostics import Diagnostic
from tunec.run.evaluate.paired import Losses, compared
from tunec.run.evaluate.script import Answers, Script
from tunec.run.evaluate.wanted import BASE, Subject, Wanted
from tunec.terminal import Stop

RESULTS, ANSWERS = "results.json", "answers.jsonl"
FILLED = ("checkpoint", "best")
"""Kinds of weights that are put into the base."""

Measured = tuple[dict[str, Any], Answers, dict[str, Losses]]


def evaluate(wanted: Wanted) -> None:
    """Measures, and writes what was found."""
    script = Script(wanted.subject, "script")
    rows = _rows(script, wanted)
    known = {"model": _trained_on(script, wanted.subject, rows)} if wanted.data else {}
    if wanted.against is None:
        found, base = _measured(script, wanted, rows, wanted.subject), None
    elif wanted.against.kind == BASE and wanted.subject.kind in FILLED:
        # The weights of a run are put into its base, so one model in memory is both.
        print(f"{wanted.against.name}: measuring")
        model = script.base()
        base = _found(script, wanted, script.alone(model), rows, "base")
        print(f"{wanted.subject.name}: measuring")
        model = script.trained(model, wanted.subject)
        found = _found(script, wanted, model, rows, "tuned")
    else:
        other = Script(wanted.against, "against")
        others = _rows(other, wanted)
        if wanted.data:
            known["against"] = _trained_on(other, wanted.against, others)
        notes = _paired(script, rows, other, others, wanted)
        for note in notes:
            print(note)
        found = _measured(script, wanted, rows, wanted.subject)
        base = _measured(script, wanted, others, wanted.against, other)
    more = {"trained_on": known or None}
    _write(wanted, script, rows, found, base, more)


def _rows(script: Script, wanted: Wanted) -> dict[str, Any]:
    """By data set. Raises Stop where there are none."""
    rows = script.rows_of(wanted.data) if wanted.data else script.held_out()
    if not rows:
        raise Stop(
            Diagnostic(
                "E521",
                "The run holds out no rows to be measured on.",
                None,
                help="Name a file with rows of the same columns: `--data FILE`.",
            )
        )
    return {name: part[: wanted.limit or None] for name, part in rows.items()}


def _trained_on(script: Script, subject: Subject, rows: dict[str, Any]) -> int | None:
    """How many rows of other files the run trained on; None where that is not known."""
    if not subject.folder:
        return None
    count = script.trained_on(rows[script.on])
    of = f"{len(rows[script.on]):,} rows"
    if count is None:
        print(f"{subject.name}: whether it was trained on any of the {of} cannot be told")
    elif count:
        print(
            f"{subject.name}: it was trained on {count:,} of the {of}, which tell nothing of others"
        )
    return count


def _measured(
    script: Script,
    wanted: Wanted,
    rows: dict[str, Any],
    subject: Subject,
    other: Script | None = None,
) -> Measured:
    """By `script`; the model is that of `other`, if there is one."""
    print(f"{subject.name}: measuring")
    owner = other or script
    model = owner.base() if subject.kind in (BASE, *FILLED) else None
    model = owner.alone(model) if subject.kind == BASE else owner.trained(model, subject)
    return _found(script, wanted, model, rows, "against" if other else "tuned", other)


def _found(
    script: Script,
    wanted: Wanted,
    model: Any,  # noqa: ANN401  of torch
    rows: dict[str, Any],
    name: str,
    other: Script | None = None,
) -> Measured:
    """Of a model that is loaded; a folder of this name is for the script."""
    folder = Path(wanted.out) / name
    line, answers = script.measured(model, rows, wanted.limit, folder, other)
    return line, answers, (other or script).losses(model, rows) if wanted.against else {}


def _paired(
    script: Script, rows: dict[str, Any], other: Script, others: dict[str, Any], wanted: Wanted
) -> list[str]:
    """What differs in how the two are asked. Raises Stop where their rows are not the same."""
    assert wanted.against is not None
    names = f"`{wanted.subject.name}` and `{wanted.against.name}`"
    remedy = "Name the rows: `--data FILE`."
    if rows.keys() != others.keys():
        message = f"{names} hold out rows of other names: {', '.join(rows)}; {', '.join(others)}."
        raise Stop(Diagnostic("E522", message, None, help=remedy))
    asked = 0
    for name, part in rows.items():
        one, two = script.texts(part), other.texts(others[name])
        if one != two:
            message = f"{names} hold out different rows of {name}, and nothing can be paired."
            at = next(
                (n for n, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]),
                None,
            )
            note = f"They are {len(one):,} and {len(two):,}" + (
                "." if at is None else f"; the first that differs is row {at + 1}."
            )
            raise Stop(Diagnostic("E522", message, None, notes=(note,), help=remedy))
        prompts = zip(script.prompts(part), other.prompts(others[name]), strict=True)
        asked += sum(one != two for one, two in prompts)
    if asked:
        return [f"{asked:,} prompts are not the same: {names} have other templates or tokenizers"]
    return []


# --- Results --------------------------------------------------------------------------


def _write(
    wanted: Wanted,
    script: Script,
    rows: dict[str, Any],
    found: Measured,
    base: Measured | None,
    more: dict[str, Any],
) -> None:
    folder = Path(wanted.out)
    against = script.step_of(wanted.against) if wanted.against else None
    results: dict[str, Any] = {
        "rows": {name: len(part) for name, part in rows.items()},
        "steps": {"model": script.step_of(wanted.subject), "against": against},
        **more,
        "answers": len(found[1]),
        "measures": _measures(script, found, base),
    }
    if wanted.data:
        prefix = f"{script.on}_"
        measures = results["measures"]
        results["measures"] = {name.removeprefix(prefix): measures[name] for name in measures}
        results["rows"] = {"data": len(rows[script.on])}
    (folder / RESULTS).write_text(json.dumps(results), encoding="utf-8")
    with open(folder / ANSWERS, "w", encoding="utf-8") as file:
        for number, answer in enumerate(found[1]):
            line = dict(answer)
            if base:
                other = base[1][number]
                line["against"] = {"given": other["given"], "scores": other["scores"]}
                if other["prompt"] != answer["prompt"]:
                    line["against"]["prompt"] = other["prompt"]
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _measures(script: Script, found: Measured, base: Measured | None) -> dict[str, Any]:
    """Each measure with its interval, and how it compares."""
    line, answers, losses = found
    measures: dict[str, Any] = {name: {"value": value} for name, value in line.items()}
    for name, signature in script.signatures().items():
        measures[name]["signature"] = signature
    for name, each in measures.items():
        scored = bool(answers) and name in answers[0]["scores"]
        problem = _problem(name, answers) or (_problem(name, base[1]) if base else "")
        if base:
            each["against"] = base[0].get(name)
            if _is_number(each["value"]) and _is_number(each["against"]):
                each["difference"] = each["value"] - each["against"]
        if problem:
            each["problem"] = problem
        elif base and name in losses:
            each.update(compared(base[2][name], losses[name], script.seed))
        elif scored and base:
            both = script.compared(name, base[1], answers)
            each["interval"] = both["tuned_interval"]
            each["against_interval"] = both["base_interval"]
            each["difference_interval"] = both["difference_interval"]
            each["p_value"] = both["p_value"]
        elif scored:
            each["interval"] = script.interval(name, answers)
    return measures


def _is_number(value: object) -> bool:
    """What is no number may be missing, or a table."""
    return isinstance(value, float | int)


def _problem(name: str, answers: Answers) -> str:
    """Why there is no value of a measure; empty where there is one."""
    return str(answers[0].get("problems", {}).get(name, "")) if answers else ""
