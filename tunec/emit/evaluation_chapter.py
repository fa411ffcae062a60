"""The chapter on evaluation: which templates make it up, and what they are given.

In: a plan. Out: sections and constants. Invariant: what is not measured has no code in the script.
"""

from collections import Counter
from collections.abc import Iterator
from posixpath import basename

from tunec.emit.against_chapter import against, against_settings, parts_examples
from tunec.emit.constants import Constant, constant
from tunec.emit.contexts import Check, Context, Forward, Losses, has_harness
from tunec.emit.head_chapter import head_evaluation
from tunec.emit.literals import py
from tunec.emit.metric_chapter import ROWS, SACREBLEU, PythonTests, metric_settings, metrics, score
from tunec.emit.section import Section
from tunec.plan.evaluate import GeneratePlan, HarnessPlan
from tunec.plan.plan import Plan, PromptPlan
from tunec.record import record


@record
class Generate(Forward):
    mixed: bool
    sampled: bool
    prompted: bool

    @classmethod
    def of(cls, plan: Plan) -> "Generate":
        forward = Forward.of(plan)
        generate = plan.evaluate.generate if plan.evaluate else None
        sampled = generate is not None and generate.temperature is not None
        return cls(forward.autocast, forward.by_row, plan.stops_differ, sampled, plan.prompted)


@record
class Scored(Context):
    mixed: bool
    parted: bool
    """Answers to some prompts end at a text."""
    tested: bool
    similar: bool
    judged: bool
    own: bool
    scored: bool
    """Whether there is any metric of an answer alone."""
    scores: str


@record
class Summary(Context):
    own: bool
    judged: bool
    gaps: bool
    sacrebleu: bool
    labels: bool

    @classmethod
    def of(cls, generate: GeneratePlan) -> "Summary":
        kinds = generate.kinds()
        judged, labels = "judge" in kinds, "macro_f1" in kinds
        return cls("own" in kinds, judged, generate.gaps, signed(generate), labels)


@record
class Intervals(Context):
    compared: bool


@record
class Alone(Losses):
    gaps: bool
    signed: bool


@record
class Results(Alone):
    shown: bool


@record
class Measure(Context):
    prompt: bool
    """What is trained stands before each row."""
    test: bool
    bits: bool
    """All of a text is predicted, so that its bytes can be counted."""
    always: bool
    """Answers are generated at every evaluation."""
    sometimes: bool
    """Answers are generated `when`, for the `rows` of that name."""
    when: str
    rows: str
    harness: bool
    forgetting: bool
    by_source: bool

    @classmethod
    def of(cls, plan: Plan) -> "Measure":
        test, general = plan.data.test is not None, plan.data.general is not None
        apart = bool(plan.data.measured_apart)
        bits = plan.objective == "pretrain"
        prompt = isinstance(plan.method, PromptPlan)
        generate = plan.evaluate.generate if plan.evaluate else None
        harness = has_harness(plan)
        if generate is None:
            return cls(prompt, test, bits, False, False, "", "", harness, general, apart)
        compared = generate.compare.value is not None
        if generate.on == "test":
            when = "step in (0, steps)" if compared else "step == steps"
        else:
            when = "" if compared else "step > 0"
        return cls(
            prompt, test, bits, not when, bool(when), when, generate.on, harness, general, apart
        )


@record
class Harness(Forward):
    named: bool
    few_shot: bool
    chat: bool
    mixed: bool
    known_stop: bool

    @classmethod
    def of(cls, plan: Plan) -> "Harness":
        forward = Forward.of(plan)
        assert plan.evaluate
        assert plan.evaluate.harness
        harness = plan.evaluate.harness
        return cls(
            forward.autocast,
            forward.by_row,
            named=harness.named,
            few_shot=harness.few_shot is not None,
            chat=harness.apply_chat_template.value,
            mixed=plan.stops_differ,
            known_stop=plan.objective == "sft",
        )


@record
class BySource(Context):
    sources: str
    in_memory: bool

    @classmethod
    def of(cls, plan: Plan) -> "BySource":
        """Sources are called by the names of their files, as far as these tell them apart."""
        kinds = {source.path: source.kind for source in plan.data.measured_apart}
        short = Counter(basename(path) for path in kinds)
        lines = []
        for path, kind in kinds.items():
            plain = kind == "file" and short[basename(path)] == 1
            name = py(basename(path) if plain else path)
            files = f"**dict.fromkeys(files_of({py(path)}), {name})"
            lines.append(files if kind == "files" else f"{py(path)}: {name}")
        return cls("\n".join(f"        {line}," for line in lines), plan.in_memory)


def evaluation(plan: Plan) -> Iterator[Section]:
    """Losses always, for the check at the start; the rest where something is held out."""
    if plan.head:
        yield from head_evaluation(plan)
        return
    yield Section("evaluate/mean_loss", Check.of(plan))
    if plan.evaluate is None:
        return
    generate = plan.evaluate.generate
    if generate:
        yield from answers(plan, generate)
        yield from against(plan, generate)
    if plan.evaluate.harness:
        yield Section("evaluate/harness", Harness.of(plan))
    if plan.data.measured_apart:
        yield Section("evaluate/by_source", BySource.of(plan))
    if plan.objective == "pretrain":
        yield Section("evaluate/bits_per_byte")
    yield Section("evaluate/measure", Measure.of(plan))
    if plan.validated:
        yield Section("evaluate/overfitting")
    losses = Losses.of(plan)
    if losses.lowest:
        yield Section("evaluate/lowest_loss")
    if generate is None:
        yield Section("evaluate/results", losses)
        return
    gaps = generate.gaps
    if generate.compare.value is None:
        yield Section("evaluate/results_alone", Alone(losses.lowest, gaps, signed(generate)))
    else:
        yield Section("evaluate/columns")
        kind = "against" if generate.against else "answers"
        shown = bool(generate.show.value)
        told = Results(losses.lowest, gaps, signed(generate), shown)
        yield Section(f"evaluate/results_{kind}", told)


def answers(plan: Plan, generate: GeneratePlan) -> Iterator[Section]:
    """Answers, their scores, and what these amount to."""
    kinds = generate.kinds()
    yield Section("evaluate/generate", Generate.of(plan))
    yield from metrics(generate)
    if "python_tests" in kinds:
        yield Section("metrics/python_tests", PythonTests.of(plan))
    scores = [score(metric) for metric in generate.metrics if metric.kind not in ROWS]
    lines = f"\n{' ' * 12}".join(scores)
    scored = Scored(
        plan.stops_differ,
        parts_examples(plan),
        tested="python_tests" in kinds,
        similar="similarity" in kinds,
        judged="judge" in kinds,
        own="own" in kinds,
        scored=bool(scores),
        scores=lines,
    )
    yield Section("evaluate/scored", scored)
    yield Section("evaluate/summary", Summary.of(generate))
    yield Section("evaluate/intervals", Intervals(generate.compare.value is not None))


def signed(generate: GeneratePlan) -> bool:
    """Whether a metric says by which of its variants it was computed."""
    return not SACREBLEU.keys().isdisjoint(generate.kinds())


def evaluation_settings(plan: Plan) -> Iterator[Constant]:
    if plan.evaluate and plan.evaluate.harness:
        yield from _harness_settings(plan.evaluate.harness)
    if plan.evaluate and plan.evaluate.forgetting:
        warn_above = plan.evaluate.forgetting
        yield constant("FORGETTING_WARNED", warn_above, "above this share of the loss before")
    generate = plan.evaluate.generate if plan.evaluate else None
    if generate is None:
        return
    yield constant("GENERATE_ROWS", generate.limit, f"the first {generate.on} rows")
    yield constant("GENERATE_BATCH", generate.batch, "rows at a time")
    yield constant("MAX_NEW_TOKENS", generate.max_new_tokens)
    if generate.temperature and generate.top_p:
        yield constant("TEMPERATURE", generate.temperature)
        yield constant("TOP_P", generate.top_p)
    yield from metric_settings(generate)
    yield from against_settings(plan, generate)
    yield Constant("RESAMPLES", "1000", "default, for intervals and p-values")
    if generate.compare.value and generate.show.value:
        yield constant("ANSWERS_SHOWN", generate.show)


def _harness_settings(harness: HarnessPlan) -> Iterator[Constant]:
    yield constant("HARNESS_TASKS", harness.tasks, value=list(harness.tasks.value))
    yield constant("HARNESS_LIMIT", harness.limit, "rows of each task")
    yield constant("HARNESS_BATCH", harness.batch, "prompts at a time")
    if harness.few_shot:
        yield constant("HARNESS_FEW_SHOT", harness.few_shot)
