"""Rules on tasks of the lm-evaluation-harness.

In: a context. Out: diagnostics. Invariant: names of tasks are lm_eval's to know, so the script
looks for them, before it trains.
"""

from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.facts.harness import TASKS
from tunec.facts.soft_prompts import SOFT_PROMPTS


def task_files_are_there(context: Context) -> Iterator[Diagnostic]:
    """A file of a task is one."""
    for wrong in context.facts.tasks.values():
        yield problem(
            "E448",
            f"The task cannot be used: {wrong}.",
            context.at(TASKS),
            remedy="Write the path of a task of lm_eval, relative to the folder of the spec.",
        )


def tokens_are_counted(context: Context) -> Iterator[Diagnostic]:
    """A learned prompt stands before all that lm_eval knows of."""
    if context.method in SOFT_PROMPTS and context.written("evaluate.harness"):
        yield problem(
            "E302",
            f"`harness` cannot measure `{context.method}`: lm_eval counts tokens from the first "
            "of the text, not from the learned prompt.",
            context.at("evaluate.harness"),
            context.at("method", "the method"),
            remedy="Remove `harness`, or choose another method.",
        )


RULES: tuple[Rule, ...] = (task_files_are_there, tokens_are_counted)
