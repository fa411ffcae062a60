"""A command line, read.

In: the words after the command's name. Out: `Arguments`. Invariant: nothing is guessed: an option
that is unknown, lacks its value or is given twice is a `Misuse`, and so is an operand too many or
too few.

argparse and dataclasses would take as long to import as an unchanged spec takes to compile.
"""


class Misuse(Exception):
    """A command line that cannot be followed: one sentence, and perhaps what to write instead."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Option:
    """`--flag`, or `--flag VALUE` if there is a placeholder for the value.

    A placeholder `[N]` is for a whole number that may be left out.
    """

    def __init__(
        self,
        flags: str,
        text: str,
        value: str = "",
        *,
        choices: tuple[str, ...] = (),
        repeated: bool = False,
    ) -> None:
        self.flags = tuple(flags.split())
        """All spellings, the long one last."""
        self.name = self.flags[-1].removeprefix("--")
        self.text = text
        self.value = value
        self.choices = choices
        self.repeated = repeated


class Operand:
    """A word that is no option; `least` and `most` (None: any number) say how many."""

    def __init__(
        self,
        name: str,
        text: str,
        least: int = 1,
        most: int | None = 1,
        *,
        choices: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.text = text
        self.least = least
        self.most = most
        self.choices = choices

    @property
    def usage(self) -> str:
        """`SPEC`, `[PATH]` or `SPEC...`."""
        shown = "|".join(self.choices) or self.name
        shown += "..." if self.most is None else ""
        return shown if self.least else f"[{shown}]"


class Command:
    """All that help says about a command, and all that reading its command line needs."""

    def __init__(
        self,
        name: str,
        text: str,
        operands: tuple[Operand, ...],
        options: tuple[Option, ...],
        examples: tuple[tuple[str, str], ...],
    ) -> None:
        self.name = name
        self.text = text
        self.operands = operands
        self.options = (*options, Option("-h --help", "Print this help."))
        self.examples = examples
        """Pairs of a command and what it is for."""


class Arguments:
    """What was given: operands by name, options by their long name without dashes."""

    def __init__(self) -> None:
        self.operands: dict[str, list[str]] = {}
        self.options: dict[str, list[str]] = {}

    def operand(self, name: str) -> str:
        """The first operand of this name, empty where there is none."""
        return next(iter(self.operands.get(name, ())), "")

    def has(self, name: str) -> bool:
        return name in self.options

    def value(self, name: str) -> str | None:
        return next(iter(self.options.get(name, ())), None)

    def values(self, name: str) -> list[str]:
        return self.options.get(name, [])


def read(command: Command, words: list[str]) -> Arguments:
    """Options and operands may stand in any order; after `--` all are operands. Raises Misuse."""
    arguments = Arguments()
    flags = {flag: option for option in command.options for flag in option.flags}
    free: list[str] = []
    rest = words[::-1]
    while rest:
        word = rest.pop()
        if word == "--":
            free += rest[::-1]
            break
        elif word == "-" or not word.startswith("-"):
            free.append(word)
        else:
            flag, sign, value = word.partition("=")
            option = flags.get(flag)
            if option is None:
                raise _unknown(flag, flags)
            _give(arguments, option, flag, value if sign else None, rest)
    if not arguments.has("help"):
        _share(arguments, command, free)
    return arguments


def _give(
    arguments: Arguments, option: Option, flag: str, value: str | None, rest: list[str]
) -> None:
    """Notes an option. The value is what stands after `=`, else the last of the `rest`."""
    if not option.value:
        if value is not None:
            raise Misuse(f"`{flag}` takes no value.", f"Write `{flag}` alone.")
        value = ""
    elif value is None and option.value.startswith("["):
        value = rest.pop() if rest and rest[-1].isdecimal() else ""
    elif value is None:
        value = rest.pop() if rest else None
        if value is None:
            raise Misuse(f"`{flag}` lacks its value.", f"Write `{flag} {option.value}`.")
    if option.choices and value not in option.choices:
        raise Misuse(
            f"`{flag}` cannot be `{value}`.",
            f"Write one of {', '.join(f'`{choice}`' for choice in option.choices)}.",
        )
    given = arguments.options.setdefault(option.name, [])
    if given and option.value and not option.repeated:
        raise Misuse(f"`{flag}` is given twice.", "Give it once.")
    given.append(value)


def _share(arguments: Arguments, command: Command, free: list[str]) -> None:
    """Hands the free words to the operands in their order; only the last may take several."""
    left = list(free)
    for operand in command.operands:
        taken, left = (
            (left, []) if operand.most is None else (left[: operand.most], left[operand.most :])
        )
        if len(taken) < operand.least:
            raise Misuse(f"{operand.name} is missing.", f"{operand.text}")
        for word in taken:
            if operand.choices and word not in operand.choices:
                choices = ", ".join(f"`{choice}`" for choice in operand.choices)
                raise Misuse(f"{operand.name} cannot be `{word}`.", f"Write one of {choices}.")
        if taken:
            arguments.operands[operand.name] = taken
    if left:
        raise Misuse(f"`{left[0]}` is one word too many.", "Put words with spaces into quotes.")


def _unknown(flag: str, flags: dict[str, Option]) -> Misuse:
    from tunec.diagnostics.suggest import nearest

    close = nearest(flag, (known for known in flags if known.startswith("--")), limit=1)
    return Misuse(f"There is no option `{flag}`.", f"Write `{close[0]}`." if close else "")
