"""Help: what a command does, how it is written, and examples.

In: the description of a command. Out: text for a terminal. Invariant: no line is longer than 100
columns, and every option is there, for help is made from what reads the command line.
"""

import textwrap

from tunec.cli import COMMANDS
from tunec.cli.arguments import Command, Option

_WIDTH = 88

_FIRST = """\
tunec compiles a small spec of a fine-tuning run into one standalone PyTorch script.

Usage: tunec COMMAND [...]

Commands:
{commands}

Start here:
    tunec init --from dates        copy a sample that runs offline
    tunec run dates/dates.tune     compile it, run it, compare base and tuned
    tunec check my.tune            every problem of a spec, with line and column
    tunec compile my.tune -o my.py the script, to read, commit and run without tunec

`tunec COMMAND --help` has the options of a command and more examples.
`tunec explain` lists what a spec can say; `tunec explain E203` explains a code.
Exit codes: 0 done, 1 a problem in the input, 2 a misused command line, 3 a fault of tunec,
4 a tuned model that misses what `accept` asks of it.
"""


def overview() -> str:
    """What `tunec` alone prints."""
    lines = [f"    {name:<10} {text}" for name, text in COMMANDS.items()]
    return _FIRST.format(commands="\n".join(lines))


def help_of(command: Command) -> str:
    """What `tunec COMMAND --help` prints."""
    usage = " ".join(
        ["tunec", command.name, *(operand.usage for operand in command.operands), "[OPTIONS]"]
    )
    parts = [
        f"Usage: {usage}",
        "\n\n".join(textwrap.fill(part, _WIDTH) for part in command.text.split("\n\n")),
    ]
    if command.operands:
        parts.append("\n".join(_entry(operand.name, operand.text) for operand in command.operands))
    options = [_entry(_flags(option), _option_text(option)) for option in command.options]
    parts.append("Options:\n" + "\n".join(options))
    width = max(len(line) for line, _ in command.examples) + 2
    parts.append(
        "Examples:\n"
        + "\n".join(f"    {line:<{width}}{text}".rstrip() for line, text in command.examples)
    )
    return "\n\n".join(parts) + "\n"


def _flags(option: Option) -> str:
    return ", ".join(option.flags) + (f" {option.value}" if option.value else "")


def _option_text(option: Option) -> str:
    notes = [f"One of {', '.join(option.choices)}."] if option.choices else []
    notes += ["Can be repeated."] if option.repeated else []
    return " ".join([option.text, *notes])


def _entry(left: str, text: str) -> str:
    """A name and its text beside it, or below it if the name is long."""
    lines = textwrap.wrap(text, _WIDTH - 24)
    head = f"    {left:<20}"
    if len(left) >= 20:
        return "\n".join([head.rstrip(), *(" " * 24 + line for line in lines)])
    return "\n".join([head + lines[0], *(" " * 24 + line for line in lines[1:])])
