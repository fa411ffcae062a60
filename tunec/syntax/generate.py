"""Writes `_tables.py` from `grammar/tune.lark`.

In: the grammar. Out: Python text with the parser's tables and the words' patterns, so that no table
is built at run time and lark is needed by developers alone. Invariant: same grammar, same text.

    python -m tunec.syntax.generate           writes the file
    python -m tunec.syntax.generate --check   exits with 1 if the file is not what the grammar says
"""

import re
import sys
from pathlib import Path
from typing import Any

GRAMMAR = Path(__file__).parents[2] / "grammar" / "tune.lark"
TABLES = Path(__file__).with_name("_tables.py")
STARTS = ("document", "path_setting", "lone_value")

HEADER = '''"""Tables of the parser. Written by `python -m tunec.syntax.generate`; do not edit.

PATTERN has a group for each kind of word. A line of STATES is a state: for each symbol the state
to go to, or ~r to reduce by the r-th line of RULES. A line of RULES has the symbol it makes, its
length, what it builds (with ? where a single part stands for itself), and the parts that are kept
(with * where a part is a list whose members are).
"""

# ruff: noqa: E501
'''

Rule = dict[str, Any]  # Any: lark's plain data


def serialized(grammar: str) -> tuple[Rule, dict[int, Rule]]:
    """The parser that lark makes of a grammar, as plain data."""
    from lark import Lark
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    parser = Lark(
        grammar, parser="lalr", lexer="basic", start=list(STARTS), maybe_placeholders=False
    )
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    return data, memo


def words(terminals: list[Rule]) -> tuple[list[str], dict[str, str]]:
    """A pattern with a group for each terminal, in parts, and the names that are fixed words.

    Longer terminals are tried first, as lark does; a fixed word that NAME would match is looked up
    once NAME has matched.
    """
    patterns = {}
    keywords = {}
    fixed = {}
    for terminal in terminals:
        value, name = terminal["pattern"]["value"], visible(terminal["name"])
        if terminal["pattern"]["__type__"] == "PatternRE":
            patterns[name] = value
        elif re.fullmatch(r"\w+", value):
            keywords[value] = name
        else:
            fixed[name] = re.escape(value)
    order = ["SPACE", "NAME", "NEWLINE", "NUMBER", *fixed, "BLOCK_STRING", "STRING"]
    patterns.update(fixed)
    names = [*order, *sorted(set(patterns) - set(order))]
    bars = ["", *("|" for _ in names[1:])]
    parts = [f"{bar}(?P<{name}>{patterns[name]})" for bar, name in zip(bars, names, strict=True)]
    return parts, dict(sorted(keywords.items()))


def silent_symbols(rules: list[Rule]) -> set[str]:
    """The symbols that never leave anything in the tree, such as runs of newlines."""
    silent = {rule["origin"]["name"] for rule in rules if rule["origin"]["name"].startswith("_")}
    while True:
        loud = {
            rule["origin"]["name"]
            for rule in rules
            for symbol in rule["expansion"]
            if symbol["name"] not in silent and not symbol.get("filter_out")
        }
        if not silent & loud:
            return silent
        silent -= loud


def rule_row(rule: Rule, silent: set[str]) -> str:
    """One row of `RULES`, with lark's conventions on names and quoted words applied."""
    origin: str = rule["origin"]["name"]
    kept = []
    for index, symbol in enumerate(rule["expansion"]):
        if symbol["name"] in silent or symbol.get("filter_out"):
            continue
        spliced = symbol["__type__"] == "NonTerminal" and symbol["name"].startswith("_")
        kept.append(f"*{index}" if spliced else str(index))
    options = rule["options"]
    if origin.startswith("_"):
        action = "silent" if origin in silent else "list"
    elif rule["alias"]:
        action = rule["alias"]
    else:
        action = ("?" if options["expand1"] else "") + (options["template_source"] or origin)
    return " ".join([origin, str(len(rule["expansion"])), action, *kept])


def state_rows(table: Rule, rules: dict[int, int]) -> tuple[list[str], dict[int, int]]:
    """The rows of `STATES`, and the new number of each state of lark's table.

    Any: lark's plain data. Lark numbers states differently each time; here they are numbered in the
    order in which a walk over the sorted symbols meets them.
    """
    names = {number: visible(name) for number, name in table["tokens"].items()}
    order = [table["start_states"][start] for start in STARTS]
    renumbered = {state: index for index, state in enumerate(order)}
    rows = []
    for state in order:  # grows while it is walked
        cells = []
        for name, (reduces, argument) in sorted(
            (names[number], action) for number, action in table["states"][state].items()
        ):
            if not reduces and argument not in renumbered:
                renumbered[argument] = len(order)
                order.append(argument)
            cells.append(f"{name} {~rules[argument['@']] if reduces else renumbered[argument]}")
        rows.append("  ".join(cells))
    return rows, renumbered


def visible(terminal: str) -> str:
    """`NEWLINE` for `_NEWLINE`: the underscore only says that it leaves no trace in the tree."""
    return terminal[1:] if terminal.startswith("_") and terminal[1:].isupper() else terminal


def tables(grammar: str) -> str:
    """The text of `_tables.py` for a grammar."""
    data, memo = serialized(grammar)
    table = data["parser"]["parser"]
    pattern, keywords = words([entry for _, entry in sorted(memo.items()) if "pattern" in entry])
    rules = [entry for _, entry in sorted(memo.items()) if "pattern" not in entry]
    numbers = [number for number, entry in sorted(memo.items()) if "pattern" not in entry]
    silent = silent_symbols(rules)
    rows, renumbered = state_rows(table, {number: index for index, number in enumerate(numbers)})
    starts = {start: renumbered[table["start_states"][start]] for start in STARTS}
    ends = {start: renumbered[table["end_states"][start]] for start in STARTS}
    return "\n".join(
        [
            HEADER,
            "PATTERN = (",
            *(f"    {part!r}" for part in pattern),
            ")",
            f"KEYWORDS = {keywords!r}",
            f"STARTS = {starts!r}",
            f"ENDS = {ends!r}",
            'RULES = """\\',
            *(rule_row(rule, silent) for rule in rules),
            '"""',
            'STATES = """\\',
            *rows,
            '"""',
            "",
        ]
    )


def main(arguments: list[str]) -> int:
    wanted = tables(GRAMMAR.read_text("utf-8"))
    if "--check" not in arguments:
        TABLES.write_text(wanted, "utf-8")
        return 0
    if TABLES.exists() and TABLES.read_text("utf-8") == wanted:
        return 0
    print(f"{TABLES.name} is stale: run `python -m tunec.syntax.generate`.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
