"""Where the files of a model are: a folder, or the hub and its cache on this machine.

In: what the spec writes. Out: a `ModelPlace`, or the diagnostic that says why there is none.
Invariant: nothing is downloaded, and what is taken for a folder or for the hub depends on the
spelling and on what exists, in the order that `locate` shows.
"""

import os
import re
from pathlib import Path
from typing import Literal, NamedTuple

from tunec.diagnostics import Diagnostic, Label
from tunec.facts.paths import is_absolute, missing, refuse_absolute, relative
from tunec.files import Files
from tunec.spec.data import HUB
from tunec.spec.model import Pretrained, Scratch
from tunec.spec.places import Lowered

_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)?", re.ASCII)
_WEIGHTS = (".safetensors", ".bin", ".gguf", ".pt", ".pth", ".json")


class ModelPlace(NamedTuple):
    """Where the files of a model, or of the tokenizer of `model scratch`, are."""

    kind: Literal["folder", "hub"]
    path: str
    """From the main file's folder, with `/`; for the hub the name, without `hub:`."""
    local: Path | None
    """The folder to read now; None for a name on the hub that is not in the cache."""


class _Written(NamedTuple):
    """What the spec says, and in which words to answer."""

    path: str
    """In the spec: `model.path` or `model.tokenizer`."""
    text: str
    revision: str
    noun: str
    line: str
    """The line to write, PATH for the place."""
    code: str

    def wanted(self, place: str) -> str:
        return self.line.replace("PATH", place)


def resolve_model(lowered: Lowered, files: Files) -> ModelPlace:
    """Where the model is, for a spec whose facts were gathered without an error.

    For `model scratch` it is where the tokenizer is. Raises ValueError where there is none.
    """
    place = locate(lowered, files)
    if isinstance(place, Diagnostic):
        raise ValueError(place.message)
    return place


def locate(lowered: Lowered, files: Files) -> ModelPlace | Diagnostic:
    """Where the model is, or why that cannot be said."""
    return _locate(lowered, files, _written(lowered))


def locate_other(lowered: Lowered, files: Files, path: str, text: str) -> ModelPlace | Diagnostic:
    """Where another model is, that the spec writes at a path as `model`."""
    written = _Written(path, text, "main", "model", '`model = "PATH"`', "E402")
    return _locate(lowered, files, written)


def _locate(lowered: Lowered, files: Files, written: _Written) -> ModelPlace | Diagnostic:
    if written.text.startswith(HUB):
        name = written.text[len(HUB) :]
        if not _is_name(name):
            return _not_a_name(lowered, written, name)
        return ModelPlace("hub", name, cached(files, name, written.revision))
    if is_absolute(written.text):
        wanted = written.wanted("PATH")
        return refuse_absolute(lowered.places, written.path, written.text, wanted)
    folder = lowered.places.folder(written.path)
    named = _is_name(written.text)
    if files.is_folder(folder / written.text):
        if named and files.is_folder(_cache_folder(written.text) / "snapshots"):
            return _ambiguous(lowered, written)
        path = relative(lowered.places, written.path, written.text)
        return ModelPlace("folder", path, folder / written.text)
    local = cached(files, written.text, written.revision) if named else None
    if local is None and not _meant_for_hub(files, folder, written.text):
        return _not_found(lowered, written, files, folder)
    return ModelPlace("hub", written.text, local)


def _written(lowered: Lowered) -> _Written:
    model = lowered.spec.model
    if isinstance(model, Scratch):
        line = '`tokenizer = "PATH"`'
        return _Written("model.tokenizer", model.tokenizer, "main", "tokenizer", line, "E413")
    assert isinstance(model, Pretrained), "a spec has one of the two"
    return _Written(
        "model.path", model.path, model.revision or "main", "model", '`model "PATH"`', "E402"
    )


def _is_name(text: str) -> bool:
    """Whether the hub could have a repository of this name."""
    return _NAME.fullmatch(text) is not None and "--" not in text and ".." not in text


def _meant_for_hub(files: Files, folder: Path, text: str) -> bool:
    """`owner/name`, unless there is a folder `owner`. A name without owner has to say `hub:`."""
    owner, _, name = text.partition("/")
    return (
        _is_name(text)
        and bool(name)
        and not text.endswith(_WEIGHTS)
        and not files.is_folder(folder / owner)
    )


# --- The cache of the hub -------------------------------------------------------------


def _cache_folder(name: str) -> Path:
    return _cache() / f"models--{name.replace('/', '--')}"


def _cache() -> Path:
    """Where huggingface_hub keeps what it downloaded, by the rules of its documentation."""
    found = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if found:
        return Path(os.path.expanduser(found))
    home = os.environ.get("HF_HOME")
    if not home:
        home = os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    return Path(os.path.expanduser(home)) / "hub"


def cached(files: Files, name: str, revision: str) -> Path | None:
    """The folder of a downloaded revision (branch, tag or commit); None where it is not here."""
    if ".." in revision or is_absolute(revision):
        return None
    folder = _cache_folder(name)
    commit = revision
    reference = folder / "refs" / revision
    if files.is_file(reference):
        try:
            commit = files.read_text(reference).strip()
        except (OSError, UnicodeDecodeError):
            return None
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        return None
    snapshot = folder / "snapshots" / commit
    return snapshot if files.is_folder(snapshot) else None


# --- What is said where there is none -------------------------------------------------


def _label(lowered: Lowered, written: _Written) -> Label | None:
    span = lowered.places.span(written.path)
    return Label(span) if span else None


def _not_found(lowered: Lowered, written: _Written, files: Files, folder: Path) -> Diagnostic:
    text = written.text
    if files.is_file(folder / text):
        parent = os.path.dirname(text) or "."
        return Diagnostic(
            written.code,
            f"`{text}` is a file, but a {written.noun} is a folder of several files.",
            _label(lowered, written),
            help=f"Name the folder: write {written.wanted(parent)}.",
        )
    close, fact = missing(files, folder, text, "folders")
    if _is_name(text) and "/" not in text:
        what = (
            f"There is no folder `{text}`, and no {written.noun} of that name in the hub's cache."
        )
    else:
        what = f"There is no folder `{text}`."
    remedy = f"Write the folder of the {written.noun}, relative to the folder of the spec."
    if close:
        remedy = f"Write {' or '.join(written.wanted(each) for each in close)}."
    elif _is_name(text):
        remedy = f"If it is a name on the hub, write {written.wanted(HUB + text)}."
    notes = (fact,) if fact else ()
    return Diagnostic(written.code, what, _label(lowered, written), notes=notes, help=remedy)


def _not_a_name(lowered: Lowered, written: _Written, name: str) -> Diagnostic:
    return Diagnostic(
        written.code,
        f"`{name}` cannot be a name on the hub.",
        _label(lowered, written),
        help=f"Write owner and name, such as {written.wanted('hub:Qwen/Qwen3-0.6B')}.",
    )


def _ambiguous(lowered: Lowered, written: _Written) -> Diagnostic:
    text = written.text
    return Diagnostic(
        "E410",
        f"`{text}` is a folder beside the spec and also a {written.noun} in the hub's cache.",
        _label(lowered, written),
        help=f"Write {written.wanted('./' + text)} for the folder, "
        f"or {written.wanted(HUB + text)} for the hub.",
    )


__all__ = ["ModelPlace", "cached", "locate", "resolve_model"]
