"""From the words of a command line to a command.

In: the words. Out: an exit code. Invariant: every way to fail ends in one message: misuse with 2,
a problem of the input with 1, a fault of tunec with 3 and a report to paste.
"""

import os
import sys

from tunec import __version__
from tunec.cli import COMMANDS, DONE, FAULT, MISUSE, PROBLEM
from tunec.cli.arguments import Command, Misuse, read
from tunec.terminal import Stop, say, show_one

INTERRUPTED = 130


def main(words: list[str]) -> int:
    """Runs the command that the words ask for; the exit code."""
    try:
        code = _dispatch(words)
        sys.stdout.flush()
        return code
    except Misuse as misuse:
        return _misused(words, misuse)
    except Stop as stop:
        show_one(stop.diagnostic)
        return PROBLEM
    except BrokenPipeError:
        # Whoever read the output has seen enough. What is still buffered has no reader either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return PROBLEM
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as fault:  # the last place where a fault can become a message
        from tunec.cli.fault import report

        say(report(fault, words), sys.stderr)
        return FAULT


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        return _help(words[1:])
    if words[0] in ("-V", "--version"):
        say(f"tunec {__version__}")
        return DONE
    if words[0] not in COMMANDS:
        raise _no_command(words[0])
    module = _module(words[0])
    command: Command = module.COMMAND
    arguments = read(command, words[1:])
    if arguments.has("help"):
        return _help(words[:1])
    code: int = module.run(arguments)
    return code


def _module(command: str) -> "Any":  # noqa: ANN401  each has COMMAND and run
    # `importlib` would add a millisecond to what an unchanged spec takes.
    name = f"tunec.cli.{command}_command"
    __import__(name)
    return sys.modules[name]


def _help(words: list[str]) -> int:
    from tunec.cli.help import help_of, overview

    if words and words[0] not in COMMANDS:
        raise _no_command(words[0])
    say(help_of(_module(words[0]).COMMAND) if words else overview())
    return DONE


def _no_command(word: str) -> Misuse:
    from tunec.diagnostics.suggest import nearest

    if word.endswith(".tune"):
        return Misuse(
            f"`{word}` is a spec, not a command.",
            f"Write `tunec check {word}` or `tunec run {word}`.",
        )
    if word.startswith("-"):
        return Misuse(
            f"There is no option `{word}` before a command.",
            "Write the command first: `tunec check SPEC`.",
        )
    close = nearest(word, COMMANDS, limit=1)
    known = ", ".join(f"`{name}`" for name in COMMANDS)
    return Misuse(
        f"There is no command `{word}`.",
        f"Write `tunec {close[0]}`." if close else f"Write one of {known}.",
    )


def _misused(words: list[str], misuse: Misuse) -> int:
    command = f"tunec {words[0]}" if words and words[0] in COMMANDS else "tunec"
    lines = [f"{command}: {misuse.message}", misuse.remedy, f"`{command} --help` says more."]
    say("\n".join(line for line in lines if line), sys.stderr)
    return MISUSE


TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` is not light
    from typing import Any
