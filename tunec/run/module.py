"""A script as a module, which does not run it.

In: the path of a script. Out: the module. Invariant: lines and source are those of the file, so
that what looks code up, such as processes that encode, finds it.
"""

import re
import signal
import sys
from pathlib import Path
from types import ModuleType

_PLACE = re.compile(r"(?m)^HERE = .*$")


def load(path: str, home: str = "", name: str = "script") -> ModuleType:
    """With `home`, its paths start there."""
    module = ModuleType(name)
    module.__file__ = path
    source = Path(path).read_text(encoding="utf-8")
    if home:
        source = _PLACE.sub(lambda found: f"HERE = Path({home!r})", source, count=1)
    sys.modules[name] = module
    exec(compile(source, path, "exec"), module.__dict__)
    # The script catches signals to save a checkpoint; here is nothing to save.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return module
