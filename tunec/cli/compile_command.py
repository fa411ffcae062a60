"""`tunec compile`: a spec becomes a script.

In: a spec. Out: the script on standard output or in a file, or the way in which a file differs
from it. Invariant: a script is printed or written whole or not at all, and only if the spec has
no errors.
"""

import os

from tunec.cli import DONE, PROBLEM
from tunec.cli.arguments import Arguments, Command, Misuse, Option
from tunec.cli.cache import Entry
from tunec.cli.request import SET, SPEC, Request, request
from tunec.cli.scripts import difference, home_of, read_if_there, write_script
from tunec.terminal import Stop, say, show, write_bytes

COMMAND = Command(
    "compile",
    "Turn a spec into one standalone PyTorch script, to be read, committed and run without "
    "tunec.\n\nPaths in the script start at its own folder, so the script is made for the place "
    "where it is written. Without `-o` it is made to stand beside its spec.",
    (SPEC,),
    (
        Option("-o --output", "Write the script to FILE; without it, to standard output.", "FILE"),
        Option(
            "--check",
            "Write nothing; exit with 1 and print the difference if FILE is not what the spec "
            "compiles to.",
        ),
        Option("--force", "Replace FILE even if tunec did not write it."),
        SET,
    ),
    (
        ("tunec compile support.tune -o support.py", ""),
        ("tunec compile support.tune -o support.py --check", "for CI: is support.py up to date?"),
        ("tunec compile support.tune --set train.epochs=3 | less", ""),
    ),
)


def run(arguments: Arguments) -> int:
    """Exit code 0 if the script was written, or is up to date; 1 otherwise."""
    path = arguments.value("output")
    if path is None and (arguments.has("check") or arguments.has("force")):
        flag = "--check" if arguments.has("check") else "--force"
        raise Misuse(f"`{flag}` needs to know the file.", f"Write `-o FILE {flag}`.")
    asked = request(arguments)
    script = script_of(asked, home_of(asked, os.path.dirname(path)) if path is not None else ".")
    if script is None:
        return PROBLEM
    content = script.encode()
    if path is None:
        write_bytes(content)
        return DONE
    if arguments.has("check"):
        return _compare(path, content, asked)
    remedy = "Name another file after `-o`, or write `--force` to replace this one."
    written = write_script(path, content, remedy, force=arguments.has("force"))
    lines = content.count(b"\n")
    say(f"{path}: {'written' if written else 'up to date'}, {lines} lines.")
    return DONE


def script_of(asked: Request, home: str) -> str | None:
    """The script, as remembered or compiled; None where the spec has errors, which are printed."""
    entry = Entry("compile", asked, home)
    script = entry.recall()
    if script is not None:
        return script
    from tunec.cli.compiling import compile_request
    from tunec.diagnostics import Report
    from tunec.files import Files

    report, files = Report(), Files()
    compiled = compile_request(asked, files, report, lambda lowered: home)
    show(report)
    if compiled is None:
        return None
    if not report.diagnostics:
        entry.remember(files.seen, compiled.script)
    return compiled.script


def _compare(path: str, content: bytes, asked: Request) -> int:
    old = read_if_there(path)
    if old == content:
        say(f"{path}: up to date.")
        return DONE
    from tunec.diagnostics import Diagnostic

    if old is None:
        message = f"There is no file `{path}` yet."
    else:
        say(difference(old.decode("utf-8", "replace"), content.decode(), path))
        message = f"`{path}` is not what `{asked.name}` compiles to."
    words = ["tunec", "compile", asked.name, "-o", path, *(f"--set {text}" for text in asked.sets)]
    raise Stop(Diagnostic("E511", message, None, help=f"Compile it again: `{' '.join(words)}`."))
