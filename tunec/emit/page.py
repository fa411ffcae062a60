"""The page: which templates make up a script, in which order.

In: a plan and a stamp. Out: the script's text. Invariant: this is the only place that chooses
between templates, and
the text depends on nothing but plan and stamp.
"""

from collections.abc import Iterator
from textwrap import shorten

from tunec.emit import contexts as c
from tunec.emit import head_chapter as h
from tunec.emit import run_contexts as r
from tunec.emit import tokenizer_contexts as k
from tunec.emit.beginnings import beginning
from tunec.emit.data_chapter import batches, data
from tunec.emit.evaluation_chapter import evaluation
from tunec.emit.format import WIDTH, formatted
from tunec.emit.imports import dependencies, import_block
from tunec.emit.literals import Raw, comment, prose, py
from tunec.emit.method_chapter import Ranks, described, merges, merging, method, writes_much
from tunec.emit.optimizer_chapter import averages, optimizer
from tunec.emit.prompt_chapter import prefix
from tunec.emit.row_functions import protocols
from tunec.emit.section import Section
from tunec.emit.settings import groups
from tunec.emit.storage_contexts import storage, storage_packages
from tunec.emit.templates import fill
from tunec.plan.plan import Plan, ScratchPlan
from tunec.record import record


@record
class Stamp:
    """What a script says about its making; fixed in goldens."""

    version: str
    spec_name: str
    spec_hash: str


def render(plan: Plan, stamp: Stamp) -> str:
    """The script, formatted. Raises KeyError or SyntaxError for a fault of a template."""
    parts = [
        rule("Settings") + settings(plan),
        *(
            rule(title) + "\n\n\n".join(text(section) for section in sections)
            for title, sections in chapters(plan)
        ),
    ]
    body = "\n\n\n".join(part.strip("\n") for part in parts)
    imports = import_block(body)
    return (
        text(Section("header", header(plan, stamp, imports))) + "\n" + imports + "\n" + body + "\n"
    )


def rule(title: str) -> str:
    after = "\n\n" if title == "Settings" else "\n\n\n"
    return f"# --- {title} ".ljust(88, "-") + after


def text(section: Section) -> str:
    """A section, rendered and formatted, without blank lines at its ends."""
    filled = fill(section.template, section.context)
    if section.template == "header" or section.context.fixed:
        return filled.strip("\n") + ("\n" if section.template == "header" else "")
    return formatted(filled).strip("\n")


def settings(plan: Plan) -> str:
    here = Raw("Path(__file__).resolve().parent")
    if plan.home != ".":
        here = Raw(f"{here.code} / {py(plan.home)}")
    where = f"HERE = {here.code}  # paths below start here"
    if len(where) > WIDTH:
        where = f"# Paths below start here.\nHERE = {here.code}"
    first = [
        where,
        'DEVICE = "cuda" if torch.cuda.is_available() else "cpu"',
        "TERMINAL = sys.stderr.isatty()",
    ]
    lines = "\n\n".join("\n".join(map(str, group)) for group in groups(plan))
    last = QUIET if plan.in_memory else ALONE + QUIET
    return formatted("\n".join(first) + "\n\n" + lines + "\n\n" + last).strip("\n")


ALONE = """\
os.environ["TOKENIZERS_PARALLELISM"] = "false"  # processes share the work instead
"""
QUIET = """\
logging.disable_progress_bar()  # transformers' own
warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
"""


# --- Choices --------------------------------------------------------------------------


def chapters(plan: Plan) -> Iterator[tuple[str, list[Section]]]:
    """The script's chapters with their sections."""
    yield "Data", [*data(plan)]
    yield "Batches", [*batches(plan)]
    yield "Model", [*model(plan)]
    yield "Loss and optimizer step", [*loss(plan)]
    yield "Evaluation", [*evaluation(plan)]
    yield "Checkpoints and the run's folder", [*folder(plan)]
    yield "The run", [*run(plan)]


def model(plan: Plan) -> Iterator[Section]:
    """Attention, the base, the method."""
    if plan.model.attention.value == "by_row":
        name = "model/attend_by_row_window" if plan.model.windowed else "model/attend_by_row"
        yield prefix(plan.model.windowed) if plan.prefixed else Section(name)
    yield k.tokenizer(plan)
    yield from k.new_tokens(plan)
    yield from k.trained_rows(plan)
    if c.changes_config(plan):
        told = plan.model.config is not None
        yield Section("model/config", c.Config(told, plan.model.rope_scaling is not None))
    if isinstance(plan.model.source, ScratchPlan):
        architecture = plan.model.source.architecture.value
        own = architecture in c.OWN_HEAD_DIM
        yield Section("model/base_scratch", c.Scratch(own, c.changes_config(plan), plan.rounded))
    elif plan.head:
        yield from h.base(plan)
    else:
        yield from storage(plan)
        yield Section("model/base_pretrained", c.Base.of(plan, k.has_new_rows(plan)))
    yield from method(plan)


def loss(plan: Plan) -> Iterator[Section]:
    """The loss, the schedule, the optimizer, the step."""
    if plan.head:
        yield h.loss(plan)
    else:
        yield from loss_of_tokens(plan)
    yield from optimizer(plan)


def loss_of_tokens(plan: Plan) -> Iterator[Section]:
    if plan.train.neftune_noise_alpha:
        yield Section("loss/noise")
    if plan.prompted:
        yield Section("loss/predictions_prompted", c.Prompted.of(plan))
    else:
        yield Section("loss/predictions", c.Predictions.of(plan))
    yield Section("loss/loss", c.Loss.of(plan))
    yield Section("loss/backward", c.Backward.of(plan))


def folder(plan: Plan) -> Iterator[Section]:
    """Checkpoints, what the folder of a run holds, and whether there is room for it."""
    yield Section("run/checkpoints", Ranks.of(plan))
    yield Section("run/output", r.Output(c.has_harness(plan)))
    if writes_much(plan):
        whole = merges(plan) or (plan.adapter and bool(plan.model.merge_adapters))
        yield Section("run/check_room", r.Room.of(plan, whole))


def run(plan: Plan) -> Iterator[Section]:
    if plan.evaluate and plan.evaluate.best:
        yield Section("run/best", r.Best(plan.evaluate.best.more_is_better))
    yield from beginning(plan)
    yield Section("run/train", r.Train.of(plan, averages(plan)))
    yield from merging(plan)
    if plan.evaluate and plan.evaluate.accept:
        yield Section("run/accept", r.Accept.of(plan.evaluate))
    yield Section("run/save_result", r.SaveResult.of(plan, k.has_new_rows(plan)))
    yield Section("run/main", r.Main.of(plan, merges(plan), writes_much(plan)))


def header(plan: Plan, stamp: Stamp, imports: str) -> r.Header:
    pins = dependencies(imports, (*storage_packages(plan), *protocols(plan)))
    return r.Header(
        dependencies="\n".join(f'#     "{pin}",' for pin in pins),
        summary=r.summary_of(plan, described(plan)),
        version=stamp.version,
        spec_name=shorten(prose(stamp.spec_name), 40, placeholder=" ..."),
        spec_hash=comment(stamp.spec_hash),
        script=prose(f"{plan.name}.py"),
        output=prose(plan.output.value),
        result=r.result_folder(plan),
        measures=plan.evaluate is not None,
        accept=plan.evaluate is not None and bool(plan.evaluate.accept),
        merged=merges(plan),
    )
