"""The registry, told to people.

In: a code or its slug. Out: plain text for a terminal, or Markdown for the reference.
Invariant: both say the same and come from the registry alone, so they cannot go out of date.

`python -m tunec.diagnostics.explain` prints the reference, as `docs/diagnostics.md` has it.
"""

import re
import textwrap

from tunec.diagnostics.codes import CODES, STAGES, Code

_FOUND = {
    "1": "While a spec is read. `tunec check` goes on after it and reports what else it finds.",
    "2": "By `tunec check` and everything that compiles, from the spec alone.",
    "3": "By `tunec check` and everything that compiles, whatever the model and the data are.",
    "4": "By `tunec check` and everything that compiles where the model and the data are on this "
    "machine, else by the script at its start.",
    "5": "By `tunec compile` and `tunec run`.",
    "9": "By any command. It ends with exit code 3.",
}


def explain_code(name: str) -> str:
    """What, why, example, what to write instead, and when it is found. Raises KeyError."""
    code = find_code(name)
    parts = [f"{code.id} {code.slug} ({STAGES[code.id[1]].lower()})", _wrapped(code.what)]
    parts += ["Why\n" + _wrapped(code.why)]
    example = code.example.rstrip("\n") or "None: nothing in a spec alone brings it about."
    parts += ["Example\n" + textwrap.indent(example, "    ")]
    parts += ["Write instead\n" + _wrapped(code.instead)]
    parts += ["When it is found\n" + _wrapped(_FOUND[code.id[1]])]
    return "\n\n".join(parts) + "\n"


def find_code(name: str) -> Code:
    """By id or slug, in any case. Raises KeyError."""
    wanted = name.strip().lower()
    for code in CODES.values():
        if wanted in (code.id.lower(), code.slug):
            return code
    raise KeyError(name)


def code_reference_markdown() -> str:
    """All codes by stage, as one page."""
    parts = [
        "# Diagnostic codes",
        _wrapped(
            "The first digit is the stage in which a problem is found. `tunec explain E203` prints "
            "one of these in a terminal. A code is never used again for something else."
        ),
    ]
    for digit, stage in STAGES.items():
        parts += [f"## {digit}xx {stage}", _wrapped(f"*When it is found.* {_FOUND[digit]}")]
        parts += [_section(code) for code in CODES.values() if code.id[1] == digit]
    return "\n\n".join(parts) + "\n"


def _section(code: Code) -> str:
    """One code; its heading is the id and the slug, so that links to it are stable."""
    parts = [f"### {code.id} {code.slug}", _wrapped(f"{code.what} {code.why}")]
    if code.example:
        shell = any(line.startswith("$ ") for line in code.example.splitlines())
        language = "sh" if shell else "tune"
        example = code.example.rstrip("\n")
        parts.append(f"```{language}\n{example}\n```")
    parts.append(_wrapped(f"*Write instead.* {code.instead}"))
    return "\n\n".join(parts)


def _wrapped(text: str) -> str:
    """Lines of at most 88 characters, none of which ends within a piece of code."""
    kept = re.sub("`[^`]+`", lambda code: code.group().replace(" ", "\0"), text)
    lines = textwrap.fill(kept, 88, break_long_words=False, break_on_hyphens=False)
    return lines.replace("\0", " ")


if __name__ == "__main__":
    print(code_reference_markdown(), end="")
