"""`tunec fmt`: the one layout of a spec.

In: specs. Out: the same specs, laid out. Invariant: comments and meaning stay; a file that has a
syntax error, or is laid out already, is not touched.
"""

from tunec.cli import DONE, PROBLEM
from tunec.cli.arguments import Arguments, Command, Operand, Option
from tunec.cli.request import read_spec, request
from tunec.cli.scripts import difference, replace_file
from tunec.terminal import say, show, write_bytes

COMMAND = Command(
    "fmt",
    "Put specs into the one canonical layout, comments kept. A file with a syntax error is left "
    "as it is.",
    (Operand("SPEC", "A spec; `-` filters standard input to standard output.", most=None),),
    (
        Option(
            "--check", "Write nothing; exit with 1 and print the difference if a file would change."
        ),
    ),
    (
        ("tunec fmt support.tune", ""),
        ("tunec fmt --check *.tune", "for CI"),
        ("tunec fmt - < support.tune", "for editors"),
    ),
)


def run(arguments: Arguments) -> int:
    """Exit code 0 if all files are laid out now (with `--check`: were before), 1 otherwise."""
    codes = [_one(path, arguments) for path in arguments.operands["SPEC"]]
    return max(codes)


def _one(path: str, arguments: Arguments) -> int:
    from pathlib import Path

    from tunec.diagnostics import Report
    from tunec.source import Source
    from tunec.syntax import format_document, parse

    name, old = ("<stdin>", request(arguments).text) if path == "-" else (path, read_spec(path))
    report = Report()
    document = parse(Source(name, old, Path()), report)
    if report.failed:
        show(report)
        return PROBLEM
    new = format_document(document)
    if arguments.has("check"):
        if new != old:
            say(difference(old, new, name, "laid out") or f"{name} differs in its line ends only.")
            return PROBLEM
    elif path == "-":
        write_bytes(new.encode())
    elif new != old:
        replace_file(path, new.encode())
        say(f"{path}: laid out anew.")
    return DONE
