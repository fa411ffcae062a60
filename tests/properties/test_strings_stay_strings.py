"""Whatever a spec's texts say, the script has the same code, and the texts arrive unchanged.

Settings, names of files and folders, and the command line; texts of templates have a file of their
own.
"""

import ast
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from model_folders import write_model, write_tokenizer
from properties.compiling import MODEL, comments, compiled, constants, hidden, script_of, shape
from properties.hostile import escaped, few, hostile, names, some, texts, written

from tunec.syntax.strings import quoted

PLAIN = (
    'template t { user "{{ question }}", assistant "{{ answer }}" }\n'
    'data train { source "rows.jsonl" }\n'
)


# --- Settings -------------------------------------------------------------------------


@some
@given(
    revision=texts,
    output=texts,
    modules=st.lists(texts, min_size=1, max_size=3, unique=True),
    target=st.booleans(),
    write=written,
)
def test_settings_arrive_as_they_are(
    folder: Path,
    revision: str,
    output: str,
    modules: list[str],
    target: bool,
    write: Callable[[str], str],
) -> None:
    def spec(revision: str, output: str, modules: list[str], write: Callable[[str], str]) -> str:
        listed = ", ".join(map(write, modules))
        method = f"lora {{ target_modules = [{listed}] }}"
        if not target:
            method = f"freeze {{ modules = [{listed}] }}"
        return (
            f'output = {write(output)}\nmodel "hub:acme/base" {{ revision = {write(revision)} }}\n'
            f"method {method}\n{PLAIN}"
        )

    script, problems = compiled(spec(revision, output, modules, write), folder)
    if not script:
        assert {problem.code for problem in problems} == {"E225"}, "only `output` may be refused"
        assert not is_below(output) or re.search("[\\0-\\x1f~\\\\]", output)
        return
    assert is_below(output)
    tame = script_of(spec("v1", "runs/x", [f"m{n}" for n in range(len(modules))], quoted), folder)
    assert shape(script) == shape(tame)
    assert comments(script) == comments(tame)
    assert not hidden(script)
    found = constants(script)
    assert found["REVISION"] == revision
    assert found["OUTPUT"] == output
    assert found["LORA_TARGETS" if target else "TRAINED_MODULES"] == modules


def is_below(output: str) -> bool:
    """Whether a path leads to a folder below the one that it starts in, whatever the system."""
    if os.path.isabs(output):
        return False
    return not os.path.normpath(output).startswith("..") and os.path.normpath(output) != "."


@pytest.mark.parametrize(
    "output",
    ["..", "../x", "a/../../x", "a/..", "/tmp/x", "//x", "~", "~/x", "~root", "C:\\x", "C:/x",
     "\\\\host\\x", "\\x", "a\\..\\..\\x", ".", "./", "./.", "a/\n", "a\x1bb"],
)  # fmt: skip
def test_outputs_that_lead_elsewhere_are_refused(folder: Path, output: str) -> None:
    spec = f"output = {escaped(output)}\n{MODEL}method lora\n{PLAIN}"
    script, problems = compiled(spec, folder)
    assert script == ""
    assert [problem.code for problem in problems] == ["E225"]


@some
@given(hostile)
def test_a_name_is_plain_or_refused(folder: Path, name: str) -> None:
    script, problems = compiled(f"name = {escaped(name)}\n{MODEL}method lora\n{PLAIN}", folder)
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        assert constants(script)["OUTPUT"] == f"runs/{name}"
    else:
        assert script == ""
        assert {problem.code for problem in problems} <= {"E225", "E204"}


@pytest.mark.parametrize(
    "spec",
    [
        f"name = NUL\n{MODEL}method lora\n{PLAIN}",
        f"output = NUL\n{MODEL}method lora\n{PLAIN}",
        f"model NUL\nmethod lora\n{PLAIN}",
        f'model "hub:acme/base" {{ revision = NUL }}\nmethod lora\n{PLAIN}',
        f"{MODEL}method lora {{ target_modules = [NUL] }}\n{PLAIN}",
        f"{MODEL}method freeze {{ modules = [NUL] }}\n{PLAIN}",
        "model scratch { architecture = llama, tokenizer = NUL, hidden_size = 8, "
        f"num_hidden_layers = 1, num_attention_heads = 1 }}\nmethod full\n{PLAIN}",
        f"{MODEL}method lora\n" + PLAIN.replace('"rows.jsonl"', "NUL"),
        *(
            f"{MODEL}method lora\ntemplate t {{ {turns} }}\n" + PLAIN.partition("\n")[2]
            for turns in (
                'system NUL, user "{{ question }}", assistant "{{ answer }}"',
                'user NUL, assistant "{{ answer }}"',
                'user "{{ question }}", assistant NUL',
                'prompt NUL, completion "{{ answer }}"',
                'prompt "{{ question }}", completion NUL',
                "text NUL",
            )
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "nul", ['"a\\u{0}b"', '"a\0b"', '"""a\0b"""'], ids=["escape", "raw", "block"]
)
def test_null_characters_are_refused(folder: Path, spec: str, nul: str) -> None:
    script, problems = compiled(spec.replace("NUL", nul), folder)
    assert script == ""
    assert problems


# --- Files ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to make odd files in, with a model and rows to copy."""
    place = tmp_path_factory.mktemp("files")
    write_model(place / "base")
    (place / "rows.jsonl").write_text('{"question": "?", "answer": "!"}\n')
    return place


@few
@given(data=names, model=names, deep=st.booleans(), scratch=st.booleans(), write=written)
def test_names_of_files_and_folders_arrive_as_they_are(
    models: Path,
    tmp_path_factory: pytest.TempPathFactory,
    data: str,
    model: str,
    deep: bool,
    scratch: bool,
    write: Callable[[str], str],
) -> None:
    folder = tmp_path_factory.mktemp("odd")

    def spec(data: str, model: str, write: Callable[[str], str]) -> str:
        where = "deep" if deep else "."
        (folder / where).mkdir(exist_ok=True)
        data, model = f"{where}/{data}.jsonl", f"{where}/{model}"
        (folder / data).write_bytes((models / "rows.jsonl").read_bytes())
        if scratch:
            write_tokenizer(folder / model)
            head = (
                f"model scratch {{ architecture = llama, tokenizer = {write(model)}, "
                "hidden_size = 8, num_hidden_layers = 1, num_attention_heads = 1 }\nmethod full\n"
            )
        else:
            if not (folder / model).exists():
                (folder / model).symlink_to(models / "base")
            head = f"model {write(model)}\nmethod lora\n"
        return head + PLAIN.replace('"rows.jsonl"', write(data))

    script, problems = compiled(spec(data, model, write), folder)
    assert script, [problem.message for problem in problems]
    tame = script_of(spec("data", "model", quoted), folder)
    assert shape(script) == shape(tame)
    assert comments(script) == comments(tame)
    assert not hidden(script)
    found = constants(script)
    where = "deep" if deep else "."
    (file,) = found["TRAIN_FILES"]
    assert os.path.samefile(folder / file, folder / where / f"{data}.jsonl")
    place = found["TOKENIZER" if scratch else "MODEL"]
    assert os.path.samefile(folder / str(place), folder / where / model)


@few
@given(first=names, second=names, kind=st.sampled_from(["txt", "csv"]))
def test_names_of_mixed_files(
    tmp_path_factory: pytest.TempPathFactory, first: str, second: str, kind: str
) -> None:
    """Formats are looked up by the name of the file, in a table of the script."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / f"{first}.jsonl").write_text('{"text": "a"}\n')
    (folder / f"{second}.{kind}").write_text("text\na\n")
    sources = [f"{first}.jsonl", f"{second}.{kind}"]
    lines = "\n".join(f"  source {escaped(each)}" for each in sources)
    script = script_of(
        f'{MODEL}method lora\nobjective pretrain\ntemplate t {{ text "{{{{ text }}}}" }}\n'
        f"data train {{\n{lines}\n}}\n",
        folder,
    )
    assert constants(script)["TRAIN_FILES"] == sources
    (table,) = (
        node.value
        for node in ast.parse(script).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FORMATS"
    )
    assert isinstance(table, ast.Dict)
    assert [ast.literal_eval(key) for key in table.keys if key] == sources
    assert ast.unparse(table.values[0]) == "read_jsonl"


@few
@example(spec_name="a", home="b", used='"""\nimport os\n"""')  # what closes a docstring
@given(spec_name=names, home=names, used=names)
def test_names_of_specs_and_their_folders_arrive_nowhere(
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    spec_name: str,
    home: str,
    used: str,
) -> None:
    """The spec's own name, that of a file it uses, and the way to it from the script."""
    place = tmp_path_factory.mktemp("uses")
    (place / "rows.jsonl").write_bytes((folder / "rows.jsonl").read_bytes())
    rest = f"{MODEL}method lora {{ rank = 4 }}\n{PLAIN}\ntrain {{ schedule linear }}\n"

    def compile_with(spec_name: str, home: str, used: str) -> str:
        (place / used).write_text(rest)
        return script_of(f"use {escaped(used)}\n", place, name=spec_name, home=home)

    script = compile_with(f"{spec_name}.tune", f"../{home}", f"used {used}.tune")
    tame = compile_with("spec.tune", "../x", "used.tune")
    assert shape(script) == shape(tame)
    assert len(comments(script)) == len(comments(tame))
    assert not hidden(script)
    assert constants(script)["HERE"] == f"../{home}"
    assert re.fullmatch(r"runs/[A-Za-z0-9._-]{1,64}", str(constants(script)["OUTPUT"]))
    assert is_below(str(constants(script)["OUTPUT"]))


@few
@given(output=texts, revision=texts, write=written)
def test_texts_of_the_command_line(
    folder: Path, output: str, revision: str, write: Callable[[str], str]
) -> None:
    spec = f"{MODEL}method lora\n{PLAIN}"
    sets = [f"output={write(output)}", f"model.revision={write(revision)}", "seed=7 # seven"]
    script, problems = compiled(spec, folder, *sets)
    if not script:
        assert {problem.code for problem in problems} == {"E225"}
        return
    tame = script_of(spec, folder, 'output="a"', 'model.revision="b"', "seed=7")
    assert shape(script) == shape(tame)
    assert len(comments(script)) == len(comments(tame))
    assert not hidden(script)
    assert constants(script)["OUTPUT"] == output
    assert constants(script)["REVISION"] == revision


@few
@given(words=hostile, marked=st.sampled_from(["  # ", " # '", ' # """']))
def test_remarks_of_the_command_line(folder: Path, words: str, marked: str) -> None:
    """What `--set` cannot read is refused; a remark in it is told in a comment, and is no code."""
    script, problems = compiled(f"{MODEL}method lora\n{PLAIN}", folder, f"seed=4{marked}{words}")
    if not script:
        assert {problem.code[1] for problem in problems} <= {"1", "2"}
        return
    tame = script_of(f"{MODEL}method lora\n{PLAIN}", folder, "seed=4")
    assert shape(script) == shape(tame)
    assert len(comments(script)) == len(comments(tame))
    assert not hidden(script)
