"""`tunec`, and `python -m tunec`.

In: the command line. Out: what a command prints, and an exit code.
Invariant: whatever happens, a person reads a message and never a traceback.
"""

import gc
import sys


def main() -> int:
    """The entry point of the `tunec` command."""
    # A compile is over before there is garbage worth the time that looking for it takes.
    gc.disable()
    from tunec.cli.main import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
