"""Golden scripts: what each spec compiles to, and what holds for every script."""

import ast
import re
import subprocess
import sys

import pytest
from golden_files import check_goldens, check_no_leftovers

from emitted.golden_cases import CASES, FOLDER, plan_of, plan_text, script_of

every_case = pytest.mark.parametrize("case", CASES)


def test_there_are_cases():
    assert len(CASES) >= 12


@every_case
def test_script_and_plan_are_the_expected_ones(case, request):
    folder = FOLDER / case
    check_goldens(
        {folder / "script.py": script_of(case), folder / "plan.json": plan_text(case)}, request
    )


def test_no_golden_is_left_over(request):
    names = ("spec.tune", "script.py", "plan.json")
    expected = [FOLDER / case / name for case in CASES for name in names]
    shared = [*(FOLDER / "data").rglob("*"), FOLDER / "house.tune"]
    check_no_leftovers(FOLDER, [*expected, *shared], request)


@every_case
def test_no_line_is_over_88(case):
    long = [line for line in script_of(case).splitlines() if len(line) > 88]
    assert not long


@every_case
def test_black_leaves_the_script_as_it_is(case):
    import black

    mode = black.Mode(target_versions={black.TargetVersion.PY311})
    assert black.format_str(script_of(case), mode=mode) == script_of(case)


@every_case
def test_what_black_is_not_asked_about_is_as_black_has_it(case):
    from tunec.emit.format import _black, fits
    from tunec.emit.page import chapters
    from tunec.emit.templates import fill

    plan = plan_of(case)
    sections = [section for _, part in chapters(plan) for section in part]
    fragments = [fill(section.template, section.context).strip("\n") for section in sections]
    for fragment in fragments:
        if fits(fragment):
            assert _black(fragment) == fragment + "\n"


def test_ruff_is_content(tmp_path):
    for case in CASES:
        (tmp_path / f"{case}.py").write_text(script_of(case))
    rules = "E,F,I,W,B,UP,PIE,RET,SIM102,SIM103,C4"
    ignored = "B905,UP015,B023"  # zip is of equal parts here; closures are called at once
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--isolated",
            "--line-length=88",
            f"--select={rules}",
            f"--ignore={ignored}",
            "--output-format=concise",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout


@every_case
def test_every_setting_is_used_and_no_branch_is_constant(case):
    tree = ast.parse(script_of(case))
    assigned = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    used = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    assert assigned <= used
    tests = [node.test for node in ast.walk(tree) if isinstance(node, (ast.If, ast.IfExp))]
    assert not [test for test in tests if isinstance(test, ast.Constant)]
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert functions <= used


@every_case
def test_every_setting_says_where_it_comes_from(case):
    script = script_of(case)
    settings = script[script.index("# --- Settings") : script.index("# --- Data")]
    spec = (FOLDER / case / "spec.tune").read_text().splitlines()
    for line in re.findall(r"^[A-Z_]+ = .*$", settings, re.M):
        if line.startswith(("HERE", "DEVICE", "TERMINAL")) or line.endswith(("[", "(", "{")):
            continue
        assert "#" in line, line
        note = line.partition("#")[2]
        assert re.match(r" (L\d|default|\S*house\.tune L\d|the model's (config|sizes))", note), line
        if found := re.match(r" L(\d+)", note):
            assert spec[int(found[1]) - 1].strip(), line


@every_case
def test_nothing_of_this_machine_is_in_the_script(case):
    script = script_of(case)
    assert str(FOLDER.parent.parent) not in script
    assert "tunec" not in re.sub(r'""".*?"""', "", script, count=1, flags=re.S)


def test_same_bytes_under_any_hash_seed(tmp_path):
    code = (
        "import sys, hashlib; sys.path[:0] = ['tests', '.'];"
        "from emitted.golden_cases import CASES, script_of;"
        "print(hashlib.sha256(''.join(map(script_of, CASES)).encode()).hexdigest())"
    )
    root = FOLDER.parent.parent
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(digests) == 1


@every_case
def test_formatting_the_spec_does_not_change_the_plan(case):
    from tunec.diagnostics import Report
    from tunec.source import Source
    from tunec.syntax import format_document, parse

    text = (FOLDER / case / "spec.tune").read_text()
    report = Report()
    formatted = format_document(parse(Source("spec.tune", text), report))
    assert not report.diagnostics
    assert formatted == text, "golden specs are kept in the canonical layout"


def test_plans_differ():
    assert len({repr(plan_of(case)) for case in CASES}) == len(CASES)
