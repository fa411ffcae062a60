"""Whether a run's script is what tunec wrote.

In: the script. Out: one of three words, and what is to be said. Invariant: what cannot be known is
said to be unknown: a script tells which spec it was compiled from, and nothing of itself.
"""

import os
import re
from pathlib import Path

from tunec import __version__
from tunec.compiler import compile_spec, fingerprint
from tunec.diagnostics import Diagnostic, Report
from tunec.files import Files
from tunec.record import record
from tunec.run.evaluate.wanted import Subject
from tunec.run.folder import changes, same_run
from tunec.source import Source

AS_COMPILED, DIFFERS, UNKNOWN = "as compiled", "differs", "unknown"

_STAMP = re.compile(r"^Compiled by tunec (\S+) from (.+) \(sha256 ([0-9a-f]{8})\)\.$", re.MULTILINE)


@record
class Written:
    """What is known of a script."""

    word: str
    note: str = ""
    """Why that is unknown."""
    warning: Diagnostic | None = None
    """What differs."""


def written(subject: Subject) -> Written:
    """Compiles the spec that the script names, where it is there and as it was."""
    path = Path(subject.script)
    script = path.read_text(encoding="utf-8")
    stamp = _STAMP.search(script)
    if stamp is None:
        return _unknown(subject, "it does not say what it was compiled from")
    version, name, digest = stamp.groups()
    if version != __version__:
        return _unknown(subject, f"it was compiled by tunec {version}, and this is {__version__}")
    home = Path(subject.home or _home(script, path))
    spec = home / name
    if not spec.is_file():
        return _unknown(subject, f"`{name}` is not at `{os.path.relpath(home)}`")
    source = Source(name, spec.read_text(encoding="utf-8", errors="replace"), home)
    if fingerprint(source) != digest:
        return _unknown(subject, f"`{name}` was changed since")
    compiled = compile_spec(source, [], Files(), Report(), lambda lowered: ".")
    if compiled is None:
        return _unknown(subject, f"`{name}` has errors now")
    if same_run(script, compiled.script):
        return Written(AS_COMPILED)
    return Written(
        DIFFERS,
        warning=Diagnostic(
            "E511",
            f"`{path}` is not what `{name}` compiles to, and what the script says is measured.",
            None,
            notes=(f"What differs:\n{changes(compiled.script, script)}",),
            help="Nothing, if it was changed by hand or compiled with `--set`; else name the spec: "
            "`--spec SPEC`.",
            severity="warning",
        ),
    )


def _home(script: str, path: Path) -> str:
    """Where its paths start, as it says itself."""
    found = re.search(
        r'^HERE = Path\(__file__\)\.resolve\(\)\.parent(?: / "(.*?)")?', script, re.MULTILINE
    )
    way = found[1] if found and found[1] else "."
    return os.path.normpath(path.resolve().parent / way)


def _unknown(subject: Subject, why: str) -> Written:
    note = f"{subject.script}: whether it is as tunec wrote it cannot be told: {why}."
    return Written(UNKNOWN, note)
