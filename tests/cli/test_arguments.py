"""Command lines: what is read, what is refused, and what help says."""

import pytest
from commands import Commands

from tunec.cli import COMMANDS
from tunec.cli.arguments import Command, Misuse, Operand, Option, read

COMMAND = Command(
    "try",
    "Try it.",
    (Operand("STAGE", "What.", choices=("tree", "plan")), Operand("SPEC", "The spec.", least=0)),
    (
        Option("-o --output", "Where to.", "FILE"),
        Option("--set", "A setting.", "PATH=VALUE", repeated=True),
        Option("--format", "How.", "FORMAT", choices=("text", "json")),
        Option("--fresh", "Anew."),
    ),
    (),
)


def test_options_stand_anywhere_and_take_their_value_either_way() -> None:
    words = ["--set", "a=1", "tree", "-o", "x.py", "--set=b=2=3", "--fresh", "--", "-odd"]
    found = read(COMMAND, words)
    assert found.operand("STAGE") == "tree"
    assert found.operand("SPEC") == "-odd"
    assert found.values("set") == ["a=1", "b=2=3"]
    assert found.value("output") == "x.py"
    assert found.has("fresh")
    assert found.value("format") is None


def test_a_lone_dash_is_an_operand() -> None:
    assert read(COMMAND, ["plan", "-"]).operand("SPEC") == "-"


@pytest.mark.parametrize(
    ("words", "message", "remedy"),
    [
        ([], "STAGE is missing.", "What."),
        (["trunk"], "STAGE cannot be `trunk`.", "Write one of `tree`, `plan`."),
        (["tree", "a", "b"], "`b` is one word too many.", "Put words with spaces into quotes."),
        (["tree", "--fersh"], "There is no option `--fersh`.", "Write `--fresh`."),
        (["tree", "-x"], "There is no option `-x`.", ""),
        (["tree", "-o"], "`-o` lacks its value.", "Write `-o FILE`."),
        (["tree", "--fresh=1"], "`--fresh` takes no value.", "Write `--fresh` alone."),
        (["tree", "-o", "a", "--output", "b"], "`--output` is given twice.", "Give it once."),
        (
            ["tree", "--format", "xml"],
            "`--format` cannot be `xml`.",
            "Write one of `text`, `json`.",
        ),
    ],
)
def test_misuse_is_told(words: list[str], message: str, remedy: str) -> None:
    with pytest.raises(Misuse) as caught:
        read(COMMAND, words)
    assert (caught.value.message, caught.value.remedy) == (message, remedy)


def test_help_is_asked_for_without_operands() -> None:
    assert read(COMMAND, ["-h"]).has("help")


def test_no_words_print_what_there_is(tunec: Commands) -> None:
    plain = tunec()
    assert plain.code == 0
    for command, text in COMMANDS.items():
        assert f"    {command:<10} {text}\n" in plain.out
    assert tunec("--help") == tunec("-h") == tunec("help") == plain


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(tunec: Commands, command: str) -> None:
    helped = tunec(command, "--help")
    assert helped.code == 0
    assert helped.out.startswith(f"Usage: tunec {command} ")
    assert f"    tunec {command}" in helped.out.partition("Examples:")[2]
    assert max(map(len, helped.out.splitlines())) <= 100
    assert tunec("help", command) == helped


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek", "a.tune"], "tunec: There is no command `chek`.\nWrite `tunec check`.\n"),
        (["support.tune"], "tunec: `support.tune` is a spec, not a command.\n"),
        (["--fast"], "tunec: There is no option `--fast` before a command.\n"),
        (["check"], "tunec check: SPEC is missing.\n"),
        (["compile", "support.tune", "--check"], "tunec compile: `--check` needs to know the file"),
        (["preview", "support.tune", "-n", "0"], "tunec preview: `0` is not a number of rows.\n"),
        (["explain", "rnak"], "tunec explain: There is nothing to explain under `rnak`.\n"),
        (["init", "--from", "datse"], "tunec init: There is no sample `datse`.\n"),
    ],
)
def test_misuse_exits_with_2(tunec: Commands, words: list[str], said: str) -> None:
    ended = tunec(*words)
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith(said)
    assert ended.err.endswith(" --help` says more.\n")


def test_version(tunec: Commands) -> None:
    from tunec import __version__

    assert tunec("--version").out == tunec("-V").out == f"tunec {__version__}\n"
