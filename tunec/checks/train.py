"""Rules on how long is trained, and how often it is looked at.

In: a context. Out: diagnostics. Invariant: a cadence comes up before the end.
"""

from collections.abc import Iterator

from tunec.checks.context import EPOCHS, Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.spec.method import Lora
from tunec.spec.raw import Amount


def epochs_or_steps(context: Context) -> Iterator[Diagnostic]:
    """One of the two says how long."""
    if context.train.epochs is not None and context.train.steps is not None:
        yield problem(
            "E302",
            "`epochs` and `steps` both say how long to train.",
            context.name("train.steps"),
            context.name("train.epochs", "says it too"),
            remedy="Keep one of them.",
        )


def dropout_leaves_some(context: Context) -> Iterator[Diagnostic]:
    """An adapter whose inputs are all dropped learns nothing."""
    method = context.spec.method
    if isinstance(method, Lora) and method.dropout >= 1:
        yield problem(
            "E203",
            "`dropout` must be below 100%: at 100% the adapter sees nothing.",
            context.at("method.dropout"),
            remedy="Write `dropout = 5%`.",
        )


def cadences_come_up(context: Context) -> Iterator[Diagnostic]:
    """A cadence longer than the training never comes up."""
    train = context.train
    evaluate, checkpoint = context.spec.evaluate, context.spec.checkpoint
    cadences = {
        "evaluate.every": (
            evaluate.every if evaluate else None,
            "What is measured before and after stays.",
        ),
        "checkpoint.every": (checkpoint.every if checkpoint else None, "The one at the end stays."),
    }
    for path, (every, rest) in cadences.items():
        if every is None or not context.written(path):
            continue
        lasts = {"steps": train.steps, "epochs": train.epochs}.get(every.unit)
        if lasts is None and every.unit == "epochs" and train.steps is None:
            lasts = EPOCHS
        if lasts is None or every.value <= lasts:
            continue
        yield problem(
            "E301",
            f"`every = {_said(every)}` has no effect: training lasts "
            f"{_said(Amount(lasts, every.unit))}.",
            context.name(path),
            context.at(f"train.{every.unit}", "the whole training")
            if context.written(f"train.{every.unit}")
            else None,
            notes=(rest,),
            remedy=f"Write `every = {_said(Amount(max(1, int(lasts) // 2), every.unit))}`, or "
            "remove it.",
        )


def watchdog_settings_matter(context: Context) -> Iterator[Diagnostic]:
    """`window` is for the median, `patience` for steps that are skipped."""
    watchdog = context.train.watchdog
    if watchdog is None:
        return
    idle = {
        "window": ("grad_norm = none", watchdog.grad_norm is None, "grad_norm"),
        "patience": ("then = stop", watchdog.then == "stop", "then"),
    }
    for name, (why, idles, cause) in idle.items():
        if idles and context.written(f"train.watchdog.{name}"):
            yield problem(
                "E301",
                f"`{name}` has no effect with `{why}`.",
                context.name(f"train.watchdog.{name}"),
                context.at(f"train.watchdog.{cause}", "here"),
                remedy=f"Remove `{name}`, or change `{cause}`.",
            )


def _said(amount: Amount) -> str:
    """`1 epoch`, `2 epochs`."""
    return f"{amount.value} {amount.unit[:-1] if amount.value == 1 else amount.unit}"


RULES: tuple[Rule, ...] = (
    epochs_or_steps,
    dropout_leaves_some,
    cadences_come_up,
    watchdog_settings_matter,
)
