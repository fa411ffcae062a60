"""Metrics of generated answers: those that are a word, and those that have settings of their own.

In: the settings as written. Out: `Metric` and its kinds. Invariant: a metric is either a word of
`WORDS` or a block.
"""

from typing import Annotated

from tunec.spec.block import Block, required, setting
from tunec.spec.raw import Amount
from tunec.spec.values import Consent, Either, Measure, Number, Share, Text

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


class Judge(Metric):
    """The score, from 0 to 1, that another model gives the answer, behind an address that speaks
    as that of OpenAI does.
    """

    address: Annotated[str, Text("http://localhost:8000/v1")] = required(
        "Where it is, up to what stands before `/chat/completions`."
    )
    model: Annotated[str, Text("acme/judge")] = required("What it is called there.")
    prompt: Annotated[str, Text("Is {{ given }} as good as {{ wanted }}?")] = setting(
        "Here is a prompt:\n\n{{ prompt }}\n\nHere is a good answer:\n\n{{ wanted }}\n\nHere is "
        "another answer:\n\n{{ given }}\n\nHow good is the other answer, from 0 (wrong or of no "
        "use) to 10 (at least as good as the good one)?",
        "What it is asked, with `{{ prompt }}`, `{{ wanted }}` and `{{ given }}` in it. That it "
        "shall reply with a whole number from 0 to 10 is added.",
        why="a judge who knows the wanted answer needs no knowledge of the subject",
        shown="whether the answer is as good as the wanted one",
    )
    key_from: Annotated[str | None, Text("JUDGE_KEY")] = setting(
        None,
        "The variable of the environment with the key; the key itself is written nowhere.",
        why="servers of one's own ask for none",
        shown="no key",
    )
    timeout: Annotated[Amount, Measure(("seconds",), example=60)] = setting(
        Amount(60, "seconds"),
        "How long to wait for a reply, each of three times.",
        why="judges that think take long",
    )
    at_once: Annotated[int, Number(least=1, most=256, example="8")] = setting(
        8, "Answers that are judged at the same time.", why="few servers refuse so many"
    )


class Similarity(Metric):
    """How near the answer is to the row's own by the embeddings of a model: the cosine of the mean
    of its last hidden states.
    """

    model: Annotated[str, Text("models/sentences")] = required(
        "The folder of a model that transformers loads, relative to the spec; one that was made "
        "for means of its states."
    )
