"""Adapters that a spec names: in which folder, of which method, for which model.

In: a lowered spec. Out: `AdapterFacts` by path in the spec. Invariant: what is on the hub is not
looked for; the script finds it.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tunec.diagnostics import Diagnostic, Label, Report
from tunec.facts.jsonfile import Unreadable, read_object
from tunec.facts.paths import is_absolute, missing, refuse_absolute, relative
from tunec.files import Files
from tunec.spec.data import HUB
from tunec.spec.method import Continue
from tunec.spec.model import Pretrained
from tunec.spec.places import Lowered


class AdapterFacts(NamedTuple):
    """An adapter."""

    written: str
    path: str
    """From the main file's folder, or the name on the hub."""
    local: bool
    config: Mapping[str, object]
    """`adapter_config.json`; empty for one on the hub."""

    @property
    def kind(self) -> str | None:
        """peft's name of the method: `LORA`."""
        found = self.config.get("peft_type")
        return found if isinstance(found, str) else None

    @property
    def base(self) -> str | None:
        """The model that it was trained on, as its files say."""
        found = self.config.get("base_model_name_or_path")
        return found if isinstance(found, str) else None


def gather_adapters(
    lowered: Lowered, files: Files, report: Report
) -> Mapping[str, tuple[AdapterFacts, ...]]:
    """By path in the spec; one that is not there goes to `report`."""
    found: dict[str, tuple[AdapterFacts, ...]] = {}
    for path, names in _named(lowered):
        looked = [_look(lowered, files, report, path, name) for name in names]
        found[path] = tuple(each for each in looked if each is not None)
    return found


def _named(lowered: Lowered) -> Iterator[tuple[str, tuple[str, ...]]]:
    model, method = lowered.spec.model, lowered.spec.method
    if isinstance(model, Pretrained) and model.merge_adapters:
        yield "model.merge_adapters", model.merge_adapters
    if isinstance(method, Continue):
        yield "method.adapter", (method.adapter,)


def _look(
    lowered: Lowered, files: Files, report: Report, path: str, name: str
) -> AdapterFacts | None:
    if name.startswith(HUB):
        return AdapterFacts(name, name.removeprefix(HUB), local=False, config={})
    span = lowered.places.span(path)
    label = Label(span) if span else None
    if is_absolute(name):
        report.add(refuse_absolute(lowered.places, path, name, '`"PATH"`'))
        return None
    folder = lowered.places.folder(path)
    if not files.is_file(folder / name / "adapter_config.json"):
        close, fact = missing(files, folder, name, "folders")
        what = f"There is no adapter in `{name}`: it has no `adapter_config.json`."
        remedy = f'Write "{close[0]}".' if close else "Name the folder that a run left: `adapter`."
        notes = (fact,) if fact else ()
        report.add(Diagnostic("E420", what, label, notes=notes, help=remedy))
        return None
    try:
        config = read_object(files, folder / name / "adapter_config.json")
    except Unreadable as problem:
        what = f"`{name}/adapter_config.json` {problem.reason}."
        report.add(Diagnostic("E420", what, label, help="Copy the adapter again."))
        return None
    return AdapterFacts(name, relative(lowered.places, path, name), local=True, config=config)
