"""`tunec explain`: what a code, a setting or a block means.

In: a topic. Out: text. Invariant: all of it comes from the registry of codes, the models of
the spec and the table of methods, so it is what tunec does.
"""

from tunec.cli import DONE
from tunec.cli.arguments import Arguments, Command, Misuse, Operand
from tunec.terminal import say

COMMAND = Command(
    "explain",
    "Say what a diagnostic code, a block, a kind or a setting means, what it is if left out, and "
    "why.\n\nThe blocks around a setting may be left out: `rank` is `method.lora.rank`.",
    (
        Operand(
            "TOPIC",
            "A code (`E203`), a block, or the path of a setting; without it, the blocks.",
            least=0,
        ),
    ),
    (),
    (
        ("tunec explain", "what a spec can say"),
        ("tunec explain E203", ""),
        ("tunec explain method.lora.rank", ""),
        ("tunec explain schedule", ""),
    ),
)


def run(arguments: Arguments) -> int:
    """Raises Misuse for a topic that there is not."""
    topic = arguments.operand("TOPIC")
    say(_text(topic) if topic else _overview())
    return DONE


def _text(topic: str) -> str:
    from tunec.diagnostics.explain import explain_code
    from tunec.spec.describe import explain

    text = explain(topic)
    if text is not None and topic == "method":
        from tunec.cli.method_table import text as table

        return f"{text}\n{table()}"
    if text is not None:
        return text
    try:
        return explain_code(topic)
    except KeyError:
        raise _unknown(topic) from None


def _unknown(topic: str) -> Misuse:
    from tunec.diagnostics.codes import CODES
    from tunec.diagnostics.suggest import nearest
    from tunec.spec.describe import topics

    known = [*CODES, *(code.slug for code in CODES.values()), *topics()]
    # Half a path is as good as a whole one where people ask.
    known += [name.rpartition(".")[2] for name in known]
    close = nearest(topic, dict.fromkeys(known), limit=2)
    remedy = f"Write {' or '.join(f'`tunec explain {name}`' for name in close)}." if close else ""
    return Misuse(
        f"There is nothing to explain under `{topic}`.",
        remedy or "`tunec explain` lists the blocks.",
    )


def _overview() -> str:
    from tunec.spec.reference import SECTIONS
    from tunec.spec.vocabulary import CHILDREN

    lines = [
        "A spec is settings, `name = value`, and blocks, `keyword [kind] { ... }`. The blocks:",
        "",
    ]
    for place in CHILDREN[""]:
        kinds = ", ".join(kind for kind in place.kinds if kind)
        lines.append(f"    {place.keyword:<12}{kinds}".rstrip())
    lines += [
        "",
        f"And: {', '.join(SECTIONS)}.",
        "",
        "`tunec explain method` says more of one, and so on.",
    ]
    return "\n".join(lines)
