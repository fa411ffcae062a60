"""Metrics of generated answers: those that are a word, and those that have settings of their own.

In: the settings as written. Out: `Metric` and its kinds. Invariant: a metric is either a word of
`WORDS` or a block.
"""

from typing import Annotated

from tunec.spec.block import Block, required, setting
from tunec.spec.values import Amount, Consent, Either, Measure, Number, Share, Text

WORDS = (
    "exact_match",
    "normalised_match",
    "contains",
    "f1",
    "bleu",
    "chrf",
    "rouge_1",
    "rouge_2",
    "rouge_l",
    "json_valid",
    "json_fields",
    "accuracy",
    "macro_f1",
)


class Metric(Block):
    """A metric with settings of its own."""


class RegexMatch(Metric):
    """Whether a pattern is found in the answer, whatever the row's own is."""

    pattern: Annotated[str, Text("^[A-Z]{2}-[0-9]+$")] = required(
        "A regular expression of Python's `re`, looked for anywhere in the answer."
    )


class RegexExtract(Metric):
    """Whether a pattern finds the same in the answer and in the row's own: its first group, or all
    of it, where it matches last. Where it finds nothing in the row's own answer, all of that is
    compared.
    """

    pattern: Annotated[str, Text("#### (.+)")] = required("A regular expression of Python's `re`.")


class JsonSchema(Metric):
    """Whether the answer is JSON that a JSON schema allows."""

    schema: Annotated[str, Text("answer.schema.json")] = required(
        "File with the schema, relative to the spec; `$schema` in it says which draft."
    )


class Numeric(Metric):
    """Whether the last number in the answer is the last one in the row's own, commas between
    thousands aside.
    """

    tolerance: Annotated[
        Amount | float,
        Either((Number(whole=False, least=0, example="0.01"), Share(0, 100, example="1%"))),
    ] = setting(
        0.0,
        "How far off it may be: a number, or a share of the wanted one.",
        why="equal numbers are equal however they are spelled",
    )


class PythonTests(Metric):
    """Whether the answer, or its first block between fences, is Python code that passes the tests
    of its row. It runs in a process that may compute and read files, and nothing else; what that
    does not protect from stands in `evaluation.md`.
    """

    tests: Annotated[str, Text("tests")] = required(
        "The column with the tests: a text, or a list of texts, that raise where the code is wrong."
    )
    allow_code_execution: Annotated[bool, Consent()] = required(
        "That code which a model has written may be run on this machine."
    )
    timeout: Annotated[Amount, Measure(("seconds",), example=5)] = setting(
        Amount(5, "seconds"),
        "How long an answer may take; one that takes longer fails.",
        why="tests of functions take milliseconds, and endless loops are common",
    )
    memory: Annotated[Amount, Measure(("MB",), least=64, example=512)] = setting(
        Amount(512, "MB"),
        "How much memory an answer may take.",
        why="tests of functions take little",
    )
