"""Five diagnostics that between them have all that a renderer has to cope with."""

from tunec.diagnostics import Diagnostic, Edit, Fix, Label
from tunec.source import Source, Span

SPEC = Source(
    "support.tune",
    'model "modèles/café" { dtype = bf16 }\n'
    "\n"
    "method lora {\n"
    "  dropout = 5%\n"
    "  rank = 0\n"
    "}\n"
    'name = "🦜\t漢字", lr = 2e-4\n'
    'template support { user """\n'
    "  Ticket: {{ title\n"
    "  a\n"
    "  b\n"
    "  c\n"
    '  """ }\n',
)
HOUSE = Source("shared/house defaults, 2.tune", "let rank = 8\r\nlet rank = 16\r\ntrain {")


def span_of(source: Source, text: str, number: int = 0) -> Span:
    """Of the text where it stands for the time `number`, from 0."""
    start = -1
    for _ in range(number + 1):
        start = source.text.index(text, start + 1)
    return Span(source, start, start + len(text))


OUT_OF_RANGE = Diagnostic(
    "E203",
    "`rank` must be between 1 and 1024, but it is 0.",
    Label(span_of(SPEC, "0"), "must be at least 1"),
    secondary=(Label(span_of(SPEC, "method lora {"), "in this block"),),
    help="Write `rank = 8` for a small adapter, or `method full` to train all weights.",
)
FOREIGN = Diagnostic(
    "E223",
    "`lr` is what other tools call `learning_rate`.",
    Label(span_of(SPEC, "lr"), "not a setting here"),
    notes=("It belongs in the `optimizer` of `train`.",),
    help="Write `learning_rate = 2e-4` in `optimizer` of `train`.",
    fix=Fix("Call it `learning_rate`", (Edit(span_of(SPEC, "lr"), "learning_rate"),), safe=False),
)
TEMPLATE = Diagnostic(
    "E224",
    "`{{` in a template is not closed by `}}`.",
    Label(
        Span(SPEC, SPEC.text.index('"""'), SPEC.text.rindex('"""') + 3), "in this text: 100% of it"
    ),
    secondary=(
        Label(span_of(SPEC, "{{ title"), "opened here"),
        Label(span_of(HOUSE, "train {"), "used by this file"),
    ),
)
TWICE = Diagnostic(
    "E226",
    "`$rank` is defined twice.",
    Label(span_of(HOUSE, "rank", 1)),
    secondary=(Label(span_of(HOUSE, "rank"), "first defined here"),),
    help="Remove one of them:\nlet rank = 8\nlet rank = 16",
)
RUN = Diagnostic(
    "E504",
    "No room for \x1b[2J`a\nb\u202e`: 3 GiB needed, 1 GiB free.",
    None,
    notes=("Checkpoints are kept.", "::error::not a command"),
    severity="warning",
)
FIVE = [OUT_OF_RANGE, FOREIGN, TEMPLATE, TWICE, RUN]
