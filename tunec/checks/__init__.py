"""Checks: rules between settings, and between settings and facts.

In: a lowered spec and its facts. Out: diagnostics. Invariant: a rule is one function that looks at
one thing and reports at most what it is named after; a family is a file with a table of its rules.
"""

from tunec.checks import (
    accept,
    adapters,
    against,
    chat_template,
    cleaning,
    config,
    data,
    evaluation,
    filters,
    harness,
    heads,
    labels,
    lengths,
    lora,
    lora_beginnings,
    method,
    metrics,
    mixes,
    model,
    optimizers,
    order,
    own_methods,
    paths,
    peft_methods,
    row_lengths,
    schedules,
    soft_prompts,
    storage,
    templates,
    tokens,
    train,
)
from tunec.checks.context import Context, Rule
from tunec.diagnostics import Report
from tunec.facts import Facts
from tunec.spec.places import Lowered

__all__ = ["RULES", "check"]

RULES: tuple[Rule, ...] = (
    *paths.RULES,
    *model.RULES,
    *method.RULES,
    *storage.RULES,
    *peft_methods.RULES,
    *own_methods.RULES,
    *soft_prompts.RULES,
    *lora.RULES,
    *lora_beginnings.RULES,
    *adapters.RULES,
    *lengths.RULES,
    *row_lengths.RULES,
    *templates.RULES,
    *chat_template.RULES,
    *tokens.RULES,
    *config.RULES,
    *data.RULES,
    *mixes.RULES,
    *filters.RULES,
    *order.RULES,
    *cleaning.RULES,
    *train.RULES,
    *optimizers.RULES,
    *schedules.RULES,
    *evaluation.RULES,
    *metrics.RULES,
    *against.RULES,
    *accept.RULES,
    *harness.RULES,
    *heads.RULES,
    *labels.RULES,
)
"""All rules; their order does not matter."""


def check(lowered: Lowered, facts: Facts, report: Report) -> None:
    """Reports all that does not go together. What is not known passes: the script checks it."""
    context = Context(lowered, facts)
    for rule in RULES:
        for found in rule(context):
            report.add(found)
