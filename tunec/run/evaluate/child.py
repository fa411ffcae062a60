"""The process of an evaluation.

In: a `Wanted`. Out: files in its folder, and what is said meanwhile. Invariant: the script is
imported as it would be if it were run by hand, from its own folder.
"""

import io
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

TYPE_CHECKING = False
if TYPE_CHECKING:  # `tunec` is found only once `main` has said where it is
    from tunec.run.evaluate.wanted import Wanted

INTERRUPTED = 130


def main() -> int:
    """`child.py WANTED`; 1 and a diagnostic where it fails."""
    word = sys.argv[1]
    if not sys.flags.safe_path:
        del sys.path[0]
    sys.path.append(ROOT)
    from tunec.run.evaluate.wanted import Wanted

    wanted = Wanted.from_word(word)
    sys.argv[:] = [wanted.subject.script]
    if not sys.flags.safe_path:
        sys.path.insert(0, os.path.dirname(wanted.subject.script))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # what is said is said at once
    try:
        return ended(wanted)
    except KeyboardInterrupt:
        return INTERRUPTED


def ended(wanted: "Wanted") -> int:
    """The exit code; what went wrong is printed."""
    from tunec.run.evaluate.measured import evaluate
    from tunec.terminal import Stop, show_one

    try:
        evaluate(wanted)
        sys.stdout.flush()
        return 0
    except Stop as stop:
        sys.stdout.flush()
        show_one(stop.diagnostic)
        return 1
    except (Exception, SystemExit) as problem:
        from tunec.run.evaluate.failure import told

        sys.stdout.flush()
        show_one(told(problem, wanted.subject.script))
        return 1


if __name__ == "__main__":
    sys.exit(main())
