"""Runs a script as `python script.py` would, and says in one message what went wrong.

In: the file for the full error, the script, its arguments. Out: the script's own exit code, or 1
and a message. Invariant: nothing is imported before the script has ended but what Python itself
needs to run it.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
"""Where `tunec` is."""


def main() -> int:
    """`child.py FAILURE SCRIPT [ARGUMENTS]`."""
    failure, script = sys.argv[1:3]
    # What the script sees is what it would see if it were run by hand.
    sys.argv[:] = sys.argv[2:]
    if not sys.flags.safe_path:
        sys.path[0] = os.path.dirname(os.path.abspath(script))
    try:
        execute(os.path.abspath(script))
        sys.stdout.flush()
        return 0
    except SystemExit as stop:
        if not isinstance(stop.code, str):
            return 0 if stop.code is None else stop.code
        problem: BaseException = stop
    except BaseException as error:  # everything that ends the script is told
        problem = error
    sys.path.append(ROOT)
    from tunec.run.failure import tell

    sys.stdout.flush()
    tell(problem, script, failure)
    return 1


def execute(path: str) -> None:
    """Runs the script as the main module of this process."""
    module = type(sys)("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    with open(path, "rb") as file:
        exec(compile(file.read(), path, "exec"), module.__dict__)


if __name__ == "__main__":
    sys.exit(main())
