"""`tunec init`: a first spec to edit, or a sample to run.

In: a place. Out: files. Invariant: nothing that is there is written over, and what is written
compiles where it stands.
"""

import os

from tunec.cli import DONE
from tunec.cli.arguments import Arguments, Command, Misuse, Operand, Option
from tunec.cli.scripts import replace_file
from tunec.resources import folder as resource
from tunec.terminal import Stop, say

COMMAND = Command(
    "init",
    "Write a first spec with comments, to be edited; or copy a sample with its data and model, "
    "which runs as it is.",
    (
        Operand(
            "PATH",
            "The spec to write, or the folder for the sample; `first.tune` or `.` unless said.",
            least=0,
        ),
    ),
    (
        Option("--from", "Copy this sample.", "SAMPLE"),
        Option("--list", "List the samples."),
    ),
    (
        ("tunec init", "first.tune, to be edited"),
        ("tunec init --from dates", "dates/ and the model that it tunes"),
        ("tunec init --list", ""),
    ),
)

FIRST = """\
# A spec for tunec. Edit what is marked with <-, then:
#     tunec check first.tune       is all of it right?
#     tunec preview first.tune     what will the model see?
#     tunec run first.tune         train, and compare with the model as it was
# `tunec explain` lists what can stand here, `tunec explain method.lora` says more.

model "Qwen/Qwen2.5-0.5B-Instruct"  # <- a name on the hub, or a folder: "../models/mine"

method lora { rank = 16, alpha = 32 }

template answer {  # <- the columns of your rows, in double braces
  user      "{{ question }}"
  assistant "{{ answer }}"
}

data train      { source "rows.jsonl" }  # <- {"question": "...", "answer": "..."}, a row a line
data validation { split = 10% }

train {
  epochs = 3
  batch  = 32 examples
  optimizer adamw { learning_rate = 2e-4 }
  schedule cosine { warmup = 3% }
}

evaluate {
  generate { metrics = [exact_match], max_new_tokens = 64 tokens }
}
"""


def run(arguments: Arguments) -> int:
    """Raises Stop where something is in the way, Misuse for a sample that there is not."""
    sample, path = arguments.value("from"), arguments.operand("PATH")
    if arguments.has("list"):
        say("\n".join(f"{name:<12}{_about(spec)}" for name, spec in samples().items()))
    elif sample is not None:
        _copy(sample, path or ".")
    else:
        _first(path or "first.tune")
    return DONE


def samples() -> dict[str, str]:
    """The path of each sample's spec among the samples, by name."""
    root = resource("samples")
    folders = [entry.path for entry in os.scandir(root) if entry.is_dir()]
    specs = [os.path.join(folder, name) for folder in folders for name in os.listdir(folder)]
    return {
        os.path.basename(spec).removesuffix(".tune"): os.path.relpath(spec, root)
        for spec in sorted(specs)
        if spec.endswith(".tune")
    }


def _about(spec: str) -> str:
    """What the first line of a sample's spec says of it."""
    with open(os.path.join(resource("samples"), spec), encoding="utf-8") as file:
        return file.readline().lstrip("# ").rpartition(".tune: ")[2].rstrip()


def _first(path: str) -> None:
    if os.path.isdir(path) or path.endswith(os.sep):
        path = os.path.join(path, "first.tune")
    _refuse([path])
    _write(path, FIRST.replace("first.tune", os.path.basename(path)).encode())
    say(f"{path}: written. Edit what is marked with <-, then: tunec check {path}")


def _copy(sample: str, path: str) -> None:
    known = samples()
    if sample not in known:
        raise Misuse(
            f"There is no sample `{sample}`.",
            f"Write one of {', '.join(f'`{name}`' for name in known)}.",
        )
    root = resource("samples")
    files = _parts(root, os.path.join(root, known[sample]))
    targets = {file: os.path.join(path, os.path.relpath(file, root)) for file in files}
    _refuse([target for file, target in targets.items() if not _same(file, target)])
    for file, target in targets.items():
        with open(file, "rb") as content:
            _write(target, content.read())
    spec = os.path.normpath(os.path.join(path, known[sample]))
    say(f"{len(targets)} files copied to {path}. Now: tunec run {spec}")


def _parts(root: str, spec: str) -> list[str]:
    """The files beside everything that a check of the spec reads: data, model, tokenizer."""
    from tunec.cli.request import Request, read_spec
    from tunec.compiler import check_spec
    from tunec.diagnostics import Report
    from tunec.files import Files

    files = Files()
    asked = Request(spec, read_spec(spec), os.path.dirname(spec), [])
    check_spec(asked.source(), [], files, Report())
    read = [spec, *(path for path in files.seen if os.path.isfile(path))]
    folders = {os.path.dirname(path) for path in read if path.startswith(root + os.sep)}
    return sorted(
        entry.path for folder in folders for entry in os.scandir(folder) if entry.is_file()
    )


def _refuse(paths: list[str]) -> None:
    """Raises Stop if one of the files is there."""
    there = [path for path in paths if os.path.lexists(path)]
    if there:
        from tunec.diagnostics import Diagnostic

        raise Stop(
            Diagnostic(
                "E513",
                f"`{there[0]}` is there already.",
                None,
                help="Name another place: `tunec init PATH`.",
            )
        )


def _same(file: str, target: str) -> bool:
    try:
        with open(file, "rb") as one, open(target, "rb") as other:
            return one.read() == other.read()
    except OSError:
        return False


def _write(path: str, content: bytes) -> None:
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder or ".", exist_ok=True)
    except OSError as problem:
        from tunec.diagnostics import Diagnostic

        raise Stop(
            Diagnostic(
                "E513",
                f"The folder `{folder}` cannot be made: {problem.strerror}.",
                None,
                help="Name another place.",
            )
        ) from None
    replace_file(path, content)
