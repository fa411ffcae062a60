"""Scripts in tests: compiled, imported and run within the process of the tests.

In: the text of a spec. Out: a script, its module, or a run of it. Invariant: after `run`, signal
handlers and random state are as before, and the run's folder is free, however the run ended.
"""

import importlib.util
import itertools
import random
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from tunec.compiler import compile_spec
from tunec.diagnostics import Report
from tunec.files import Files
from tunec.source import Source

ROOT = Path(__file__).parent.parent

_numbers = itertools.count()
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def compile_to(path: Path, spec_text: str, *sets: str) -> Path:
    """Compiles a spec that stands beside the script `path`, with `--set` arguments; the script.

    Fails the test where the spec has errors.
    """
    spec = path.with_suffix(".tune")
    path.parent.mkdir(parents=True, exist_ok=True)
    spec.write_text(spec_text)
    report = Report()
    arguments = [Source(f"--set {text}", text, path.parent) for text in sets]
    source = Source(spec.name, spec_text, path.parent)
    compiled = compile_spec(source, arguments, Files(), report, lambda lowered: ".")
    errors = [found for found in report.ordered() if found.severity == "error"]
    assert compiled is not None, [found.message for found in errors]
    path.write_text(compiled.script)
    return path


def load(path: Path) -> ModuleType:
    """The script as a module, without running its `main`; each call gives a new one."""
    name = f"script_{next(_numbers)}_{path.stem.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None, path
    module = importlib.util.module_from_spec(spec)
    # Processes that encode look functions up by name, and so is the source of classes.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def activate(module: ModuleType) -> None:
    """Makes transformers use the attention of this script, where another was loaded since."""
    if hasattr(module, "attend_by_row"):
        module.AttentionInterface.register("by_row", module.attend_by_row)


def run(module: ModuleType, *arguments: str | Path) -> None:
    """Runs the script's `main`. Raises what it raises: SystemExit where it refuses."""
    activate(module)
    words, handlers = sys.argv, [signal.getsignal(number) for number in _SIGNALS]
    sys.argv = [str(module.__file__), *map(str, arguments)]
    module.signals.clear()
    try:
        with warnings.catch_warnings(), kept_random_state():
            warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
            module.main()
    except BaseException as error:
        # Frames that an error refers to keep the run's folder locked.
        traceback.clear_frames(error.__traceback__)
        raise
    finally:
        sys.argv = words
        for number, handler in zip(_SIGNALS, handlers, strict=True):
            signal.signal(number, handler)


@contextmanager
def kept_random_state() -> Iterator[None]:
    import torch  # not needed to compile

    state = random.getstate()
    with torch.random.fork_rng(devices=[]):
        yield
    random.setstate(state)
