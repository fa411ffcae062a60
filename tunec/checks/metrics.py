"""Rules on metrics of generated answers.

In: a context. Out: diagnostics. Invariant: what a metric names is there, and each has a name of its
own in the results.
"""

import re
from collections.abc import Iterator

from tunec.checks.context import Context, Rule, problem
from tunec.diagnostics import Diagnostic
from tunec.diagnostics.suggest import nearest
from tunec.facts.data import sources
from tunec.facts.metrics import EMBEDDER, METRICS, SCHEMA
from tunec.facts.paths import enumerated
from tunec.spec.evaluate import Generate
from tunec.spec.expression import function_of
from tunec.spec.metrics import WORDS, Judge, PythonTests, RegexExtract, RegexMatch

ALWAYS = ("answers_stopped", "answer_tokens")
"""What is measured of answers in any case."""
GIVEN = 3
"""Arguments that a function is called with: the answer, the wanted one, the row."""


def _generate(context: Context) -> Generate | None:
    return context.spec.evaluate.generate if context.spec.evaluate else None


def metric_functions_are_there(context: Context) -> Iterator[Diagnostic]:
    """A text among the metrics is a function of a Python file that takes three arguments."""
    generate = _generate(context)
    for text in (generate.metrics or ()) if generate else ():
        if text in WORDS:
            continue
        named = function_of(text)
        if named is None:
            close = nearest(text, WORDS)
            yield problem(
                "E443",
                f"`{text}` names no Python function: a file, a colon and a name.",
                context.at(METRICS),
                remedy=f"Write `{close[0]}`, without quotes."
                if close
                else 'Write, for example, `"metrics.py:is_polite"`.',
            )
            continue
        file, name = named
        known = context.facts.metrics.functions.get(text, {})
        if isinstance(known, str):
            yield problem(
                "E443",
                f"The function `{name}` cannot be found: {known}.",
                context.at(METRICS),
                remedy="Write the path of the file, relative to the folder of the spec.",
            )
        elif name not in known:
            close = nearest(name, known)
            yield problem(
                "E443",
                f"`{file}` has no function `{name}`.",
                context.at(METRICS),
                notes=(f"It has {enumerated(known)}." if known else "It has no functions.",),
                remedy=f'Write `"{file}:{close[0]}"`.'
                if close
                else f"Write `def {name}(given, wanted, row):` there.",
            )
        elif known[name].needs > GIVEN or (known[name].most or GIVEN) < GIVEN:
            yield problem(
                "E443",
                f"`{name}` of `{file}` is called with three arguments, but takes others.",
                context.at(METRICS),
                remedy=f"Write it as `def {name}(given, wanted, row):`.",
            )


def names_differ(context: Context) -> Iterator[Diagnostic]:
    """Each metric has its own name in the results, which is that of its word or function."""
    generate = _generate(context)
    if generate is None:
        return
    seen = [*ALWAYS, *generate.metric, *(["judge_failed"] if "judge" in generate.metric else [])]
    for text in generate.metrics or ():
        named = function_of(text)
        name = named[1] if named else text
        if name in seen or (named and name in WORDS):
            yield problem(
                "E302",
                f"Two measures would be called `{name}`.",
                context.at(METRICS),
                remedy=f"Give the function another name than `{name}`.",
            )
        seen.append(name)


def patterns_compile(context: Context) -> Iterator[Diagnostic]:
    """A pattern is a regular expression."""
    generate = _generate(context)
    for kind, metric in generate.metric.items() if generate else ():
        if not isinstance(metric, (RegexMatch, RegexExtract)):
            continue
        try:
            re.compile(metric.pattern)
        except re.error as error:
            yield problem(
                "E446",
                f"The pattern is no regular expression of Python: {error.msg}.",
                context.at(f"evaluate.generate.metric.{kind}.pattern"),
                remedy="Put a backslash before a character that is meant as it is; in a text of "
                "the spec, a backslash is written twice.",
            )


def schema_is_there(context: Context) -> Iterator[Diagnostic]:
    """The file of a JSON schema is there, and JSON."""
    if context.facts.metrics.schema:
        yield problem(
            "E447",
            f"The schema cannot be used: {context.facts.metrics.schema}.",
            context.at(SCHEMA),
            remedy="Write the path of a JSON schema, relative to the folder of the spec.",
        )


def embedder_is_there(context: Context) -> Iterator[Diagnostic]:
    """The folder of the model that embeds answers is there, with a model in it."""
    if context.facts.metrics.embedder:
        yield problem(
            "E450",
            f"The model cannot embed answers: {context.facts.metrics.embedder}.",
            context.at(EMBEDDER),
            remedy="Write the path of a model's folder, relative to the folder of the spec.",
        )


def settings_have_an_effect(context: Context) -> Iterator[Diagnostic]:
    """`top_p` is about drawing, and the time limit about functions of one's own."""
    generate = _generate(context)
    if generate is None:
        return
    if context.written("evaluate.generate.top_p") and generate.temperature is None:
        yield problem(
            "E301",
            "`top_p` has no effect on greedy answers.",
            context.name("evaluate.generate.top_p"),
            remedy="Add `temperature = 1.0`, or remove `top_p`.",
        )
    own = any(map(function_of, generate.metrics or ()))
    if context.written("evaluate.generate.metric_timeout") and not own:
        yield problem(
            "E301",
            "`metric_timeout` has no effect without a function of a Python file among `metrics`.",
            context.name("evaluate.generate.metric_timeout"),
            remedy="Remove `metric_timeout`.",
        )


def tests_are_in_a_column(context: Context) -> Iterator[Diagnostic]:
    """The rows that are asked have the column with the tests."""
    generate = _generate(context)
    metric = generate.metric.get("python_tests") if generate else None
    if not isinstance(metric, PythonTests):
        return
    part = "test" if context.part_of_data("test") else "validation"
    asked = [path for path, _ in sources(context.lowered) if path.startswith(f"data.{part}.")]
    for path, _ in sources(context.lowered):
        facts = context.facts.sources.get(path)
        if path not in asked and (asked or not path.startswith("data.train.")):
            continue
        if facts is None or not facts.columns or metric.tests in facts.columns:
            continue
        close = nearest(metric.tests, facts.columns)
        yield problem(
            "E407",
            f"`{facts.shown}` has no column `{metric.tests}`.",
            context.at("evaluate.generate.metric.python_tests.tests"),
            context.at(f"{path}.path", "in this file"),
            notes=(f"Its columns are {enumerated(facts.columns, 12)}.",),
            remedy=f'Write `tests = "{close[0]}"`.' if close else "Write one of these.",
        )


JUDGE = "evaluate.generate.metric.judge"


def _judge(context: Context) -> Judge | None:
    generate = _generate(context)
    judge = generate.metric.get("judge") if generate else None
    return judge if isinstance(judge, Judge) else None


def a_judge_has_an_address(context: Context) -> Iterator[Diagnostic]:
    """Its address is one, and holds no password."""
    judge = _judge(context)
    if judge is None or re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", judge.address):
        return
    yield problem(
        "E449",
        "A password in an address would be in the script, and in all that it prints."
        if "@" in judge.address
        else f"`{judge.address}` is no address of a judge: `http://` or `https://`, a host, and a "
        "path.",
        context.at(f"{JUDGE}.address"),
        remedy='Write, for example, `address = "http://localhost:8000/v1"`; a key comes from the '
        'environment, by `key_from = "JUDGE_KEY"`.',
    )


def a_key_is_named(context: Context) -> Iterator[Diagnostic]:
    """A key is not written, but the variable that has it."""
    judge = _judge(context)
    name = judge.key_from if judge else None
    if name is None or re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return
    yield problem(
        "E449",
        "`key_from` is no name of a variable of the environment.",
        context.at(f"{JUDGE}.key_from"),
        remedy='Write, for example, `key_from = "JUDGE_KEY"`, and set that to the key.',
    )


def a_judge_sees_the_answer(context: Context) -> Iterator[Diagnostic]:
    """What it is asked has the answer in it, and nothing that is not known."""
    judge = _judge(context)
    if judge is None:
        return
    places = dict.fromkeys(re.findall(r"\{\{ *([^{}]*?) *\}\}", judge.prompt))
    unknown = [place for place in places if place not in ("prompt", "wanted", "given")]
    if unknown or "given" not in places:
        yield problem(
            "E449",
            f"`{{{{ {unknown[0]} }}}}` is nothing that a judge is told."
            if unknown
            else "The question to the judge needs `{{ given }}`, the answer to judge.",
            context.at(f"{JUDGE}.prompt"),
            remedy="Write `{{ prompt }}`, `{{ wanted }}` and `{{ given }}` where they shall stand.",
        )


RULES: tuple[Rule, ...] = (
    a_judge_has_an_address,
    a_key_is_named,
    a_judge_sees_the_answer,
    tests_are_in_a_column,
    metric_functions_are_there,
    names_differ,
    patterns_compile,
    schema_is_there,
    embedder_is_there,
    settings_have_an_effect,
)
