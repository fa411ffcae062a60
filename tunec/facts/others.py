"""Where the models are that the tuned one is compared with.

In: a lowered spec. Out: places, by the name of the comparison. Invariant: what is not in the
result has been reported.
"""

from tunec.diagnostics import Diagnostic, Label, Report
from tunec.facts.place import ModelPlace, locate_other
from tunec.files import Files
from tunec.spec.places import Lowered

OF_MODELS = ("config.json", "adapter_config.json")
OF_RUNS = ("adapter", "model", "merged")


def gather_others(lowered: Lowered, files: Files, report: Report) -> dict[str, ModelPlace]:
    generate = lowered.spec.evaluate.generate if lowered.spec.evaluate else None
    found = {}
    for name, against in (generate.against if generate else {}).items():
        if against.model is None:
            continue
        path = f"evaluate.generate.against.{name}.model"
        place = locate_other(lowered, files, path, against.model)
        if isinstance(place, ModelPlace):
            place = _looked_into(lowered, files, path, place) or place
        if isinstance(place, Diagnostic):
            report.add(place)
        else:
            found[name] = place
    return found


def _looked_into(lowered: Lowered, files: Files, path: str, place: ModelPlace) -> Diagnostic | None:
    """What is wrong with a folder that holds no model, such as that of a run."""
    folder = place.local
    if place.kind != "folder" or folder is None:
        return None
    if any(files.is_file(folder / file) for file in OF_MODELS):
        return None
    inside = [each for each in OF_RUNS if any(files.is_file(folder / each / f) for f in OF_MODELS)]
    span = lowered.places.span(path)
    return Diagnostic(
        "E403",
        f"The folder `{place.path}` holds neither a model nor an adapter of peft.",
        Label(span) if span else None,
        help=f'Write `model = "{place.path}/{inside[0]}"`.'
        if inside
        else "Name a folder with `config.json` or `adapter_config.json`.",
    )
