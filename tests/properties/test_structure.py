"""The shape of the compiler: one-way stages, one door to the file system, short parts.

What `architecture` promises of folders, files and templates, held for those that exist and those
that come.
"""

import ast
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from emitted.golden_cases import CASES, plan_of
from jinja2 import meta, nodes

from tunec.emit import (
    against_chapter,
    beginnings,
    cleaning_contexts,
    contexts,
    data_contexts,
    encoding_contexts,
    evaluation_chapter,
    head_chapter,
    method_chapter,
    metric_chapter,
    optimizer_chapter,
    own_methods,
    prompt_chapter,
    run_contexts,
    storage_contexts,
    template_contexts,
    tokenizer_contexts,
)
from tunec.emit.contexts import Context
from tunec.emit.page import chapters
from tunec.emit.templates import environment, fill

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tunec"
MODULES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*"))
GENERATED = PACKAGE / "syntax" / "_tables.py"

ORDER = (
    "record",
    "source",
    "files",
    "resources",
    "diagnostics",
    "terminal",
    "syntax",
    "spec",
    "facts",
    "checks",
    "plan",
    "emit",
    "compiler",
    "run",
    "cli",
    "__main__",
)
"""The stages and what they stand on; each may import those before it."""

DOORS = ("files", "resources", "run", "cli")
"""What touches the file system."""

BY_HAND = PACKAGE / "syntax" / "generate.py"
"""Writes a module of tunec while tunec is developed; no other module may import it."""

ENVIRONMENT = (PACKAGE / "facts" / "place.py", PACKAGE / "terminal.py", PACKAGE / "__main__.py")
"""Modules that read environment variables besides: where the hub's cache is, colours."""

every_module = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE))
)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def stage(path: Path) -> str:
    """The folder below `tunec`, or the module there."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


# --- Imports --------------------------------------------------------------------------


def imported(path: Path) -> Iterator[str]:
    """Full names of all modules that a module imports, wherever it does, and for types too."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@every_module
def test_stages_are_imported_one_way(path: Path) -> None:
    if path.parent == PACKAGE and path.stem == "__init__":
        assert not [name for name in imported(path) if name.startswith("tunec")]
        return
    here = ORDER.index(stage(path))
    for name in imported(path):
        package, _, rest = name.partition(".")
        if package == "tunec" and rest != "__version__":
            assert ORDER.index(rest.partition(".")[0]) <= here, name


def test_imports_by_name_stay_in_their_stage() -> None:
    """What is imported by a name that is put together escapes the test above."""
    words = ("import_module", "__import__", "spec_from_file_location", "exec", "eval", "runpy")
    dynamic = {
        path
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in words
    }
    assert dynamic == {
        PACKAGE / "record.py",  # constructors of records, from names of fields
        PACKAGE / "spec" / "vocabulary.py",  # models of its own stage
        PACKAGE / "cli" / "main.py",  # commands of its own
        PACKAGE / "spec" / "expression.py",  # filters, of operators that it lists
        PACKAGE / "run" / "child.py",  # the script
        PACKAGE / "run" / "module.py",  # the script
        PACKAGE / "run" / "evaluate" / "script.py",  # what a script lacks, of its own templates
    }


def test_what_runs_by_hand_is_imported_by_nothing() -> None:
    assert not [path for path in MODULES if "tunec.syntax.generate" in set(imported(path))]


# --- The file system ------------------------------------------------------------------

METHODS = frozenset(
    "exists glob hardlink_to is_dir is_file is_mount is_symlink iterdir lchmod lstat mkdir open "
    "read_bytes read_text readlink rename resolve rglob rmdir stat symlink_to touch unlink walk "
    "write_bytes write_text".split()
)
"""Methods of paths that look at a disk."""

CALLS_OF_OS = frozenset(
    "access chdir chmod fsync getcwd link listdir lstat makedirs mkdir open readlink remove rename "
    "replace rmdir scandir stat symlink unlink utime walk".split()
)
CALLS_OF_PATH = frozenset(
    "exists getmtime getsize isdir isfile islink lexists realpath samefile".split()
)
MODULES_OF_FILES = frozenset(
    "fcntl fileinput glob http io linecache mmap shutil socket subprocess tempfile urllib".split()
)
HARMLESS = ("io.StringIO", "urllib.parse")


def touches(path: Path) -> Iterator[str]:
    """Calls and imports with which a module would get at files, or at other processes."""
    for name in imported(path):
        if name.partition(".")[0] in MODULES_OF_FILES and not name.startswith(HARMLESS):
            yield name
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id == "open":
            yield "open"
        if not isinstance(called, ast.Attribute):
            continue
        owner = ast.unparse(called.value)
        if owner == "os":
            if called.attr in CALLS_OF_OS:
                yield f"os.{called.attr}"
        elif owner == "os.path":
            if called.attr in CALLS_OF_PATH:
                yield f"os.path.{called.attr}"
        elif called.attr in METHODS and owner not in ("ast", "files", "self.files"):
            yield ast.unparse(called)


@every_module
def test_only_doors_touch_the_file_system(path: Path) -> None:
    if stage(path) not in DOORS and path != BY_HAND:
        assert not list(touches(path))


def test_the_doors_are_seen() -> None:
    """The calls that doors make are those that the test above looks for."""
    found = set(touches(PACKAGE / "files.py")) - {"self.read_bytes"}
    assert found == {"mmap", "open", "os.stat", "os.listdir", "path.is_file", "path.is_dir"}
    assert set(touches(PACKAGE / "resources.py")) == {"open", "os.path.isdir"}


@every_module
def test_environment_variables_are_read_in_few_places(path: Path) -> None:
    if stage(path) in DOORS or path in ENVIRONMENT:
        return
    found = [
        ast.unparse(node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)
    ]
    assert not {"os.environ", "os.getenv", "os.environb"} & set(found)


# --- Length and docstrings ------------------------------------------------------------


@every_module
def test_modules_are_short_and_say_what_they_are_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path)), "a module says what it is for"
    assert len(path.read_text().splitlines()) <= 400
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_tests_are_short() -> None:
    long = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if "golden" not in path.parts and len(path.read_text().splitlines()) > 400
    ]
    assert not long


# --- Templates ------------------------------------------------------------------------


def name_of(path: Path) -> str:
    """As the page names it: `data/packs`."""
    return path.relative_to(ROOT / "templates").as_posix().removesuffix(".py.j2")


SOURCES = {name_of(path): path.read_text() for path in TEMPLATES if path.is_file()}
every_template = pytest.mark.parametrize("name", SOURCES)


@cache
def used_contexts() -> dict[str, set[Context]]:
    """The contexts of each template over all goldens."""
    found: dict[str, set[Context]] = {}
    for case in CASES:
        for _, sections in chapters(plan_of(case)):
            for section in sections:
                found.setdefault(section.template, set()).add(section.context)
    return found


NOT_IN_GOLDENS: dict[str, type[Context]] = {
    "header": run_contexts.Header,  # in all of them, but of no chapter
    "data/checked_text": cleaning_contexts.CheckedText,
    "data/encode_tokens": Context,
    "data/interleaved_until_first": Context,
    "data/large/encode_chat_roles": encoding_contexts.EncodeChat,
    "data/read_arrow": data_contexts.Reader,
    "data/read_hub": data_contexts.ReadHub,
    "data/read_parquet": data_contexts.Reader,
    "data/read_text_document": data_contexts.Reader,
    "metrics/judge": metric_chapter.Judge,
    "metrics/similarity": Context,
    "model/attend_by_row_window": Context,
}
"""Templates that no golden has; other tests compile and run them."""


def class_of(name: str) -> type[Context]:
    known = {type(context) for context in used_contexts().get(name, ())}
    assert len(known) <= 1, f"{name} has contexts of several types"
    return known.pop() if known else NOT_IN_GOLDENS[name]


def fields_of(context: type[Context]) -> dict[str, object]:
    """Names and types of a context's fields, in their order, inherited ones first."""
    found: dict[str, object] = {}
    for each in reversed(context.__mro__):
        found.update(vars(each).get("__annotations__", {}))
    return found


def truths_of(context: type[Context]) -> set[str]:
    return {name for name, sort in fields_of(context).items() if sort in (bool, "bool")}


@every_template
def test_templates_are_short_and_in_the_first_column(name: str) -> None:
    text = SOURCES[name]
    assert (ROOT / "templates" / f"{name}.py.j2").is_file(), "all files there are templates"
    assert len(text.splitlines()) <= 100
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not text.startswith((" ", "\n"))
    for mark in ("{%-", "-%}", "{{-", "-}}", "{#", "{%+"):
        assert mark not in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]


@every_template
def test_templates_use_all_that_they_are_given_and_nothing_else(name: str) -> None:
    tree = environment().parse(SOURCES[name])
    assert meta.find_undeclared_variables(tree) == fields_of(class_of(name)).keys()


@every_template
def test_templates_test_named_truths_alone(name: str) -> None:
    """No kind is compared in a template, nothing is computed in one."""
    allowed = (
        nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.For,
        nodes.Not, nodes.Tuple, nodes.Getitem, nodes.Const,
    )  # fmt: skip
    truths = truths_of(class_of(name))
    for node in environment().parse(SOURCES[name]).find_all(nodes.Node):
        assert isinstance(node, allowed), node
        if isinstance(node, nodes.If):
            test = node.test.node if isinstance(node.test, nodes.Not) else node.test
            assert isinstance(test, nodes.Name)
            assert test.name in truths, f"{test.name} is no truth"
        if isinstance(node, nodes.Getitem):
            assert isinstance(node.arg, nodes.Const), "an element is named by its number"


def test_no_context_and_no_template_is_left_over() -> None:
    assert SOURCES.keys() == used_contexts().keys() | NOT_IN_GOLDENS.keys()
    assert not used_contexts().keys() & NOT_IN_GOLDENS.keys()
    modules = (
        against_chapter,
        beginnings,
        cleaning_contexts,
        contexts,
        data_contexts,
        encoding_contexts,
        evaluation_chapter,
        head_chapter,
        method_chapter,
        metric_chapter,
        optimizer_chapter,
        own_methods,
        prompt_chapter,
        run_contexts,
        storage_contexts,
        template_contexts,
        tokenizer_contexts,
    )
    members = [each for module in modules for each in vars(module).values()]
    classes = {each for each in members if isinstance(each, type)}
    concrete = {each for each in classes if issubclass(each, Context)}
    bases = {
        template_contexts.Suffixed,
        contexts.Forward,
        encoding_contexts.Answer,
        against_chapter.Hidden,
    }
    concrete -= bases
    assert concrete == {class_of(name) for name in SOURCES} | {Context}


FIXED = [
    name
    for name, context in ((name, class_of(name)) for name in SOURCES)
    if fields_of(context).keys() == truths_of(context)
]


@pytest.mark.parametrize("name", FIXED)
def test_what_is_not_formatted_is_as_black_has_it(name: str) -> None:
    """All that a template can become: it goes into scripts as it is."""
    import black

    mode = black.Mode(target_versions={black.TargetVersion.PY311})
    context = class_of(name)
    names = fields_of(context)
    combinations = product((False, True), repeat=len(names))
    texts = {
        fill(name, context(*flags))
        for flags in combinations
        if possible(name, dict(zip(names, flags, strict=True)))
    }
    assert texts
    for text in texts:
        assert black.format_str(text, mode=mode) == text.strip("\n") + "\n"


def possible(name: str, flags: dict[str, bool]) -> bool:
    """Whether a plan can have these truths together."""
    if name in ("model/tokenizer", "model/tokenizer_plain"):
        options = flags["revision"] or flags["trust"]
        both = flags.get("library") and flags.get("file")
        return flags["options"] == options and not (options and flags["scratch"]) and not both
    if name == "model/base_pretrained":
        return flags["options"] == (flags["revision"] or flags["trust"])
    if name == "model/config":
        return any(flags.values())
    if name == "data/marks":
        return flags["both"] == (flags["truths"] and flags["weights"]) and any(flags.values())
    if name == "data/arranged":
        return [flags["free"], flags["merge"], flags["strict"]].count(True) == 1
    return True
