"""The process of an evaluation.

In: a `Wanted`. Out: files in its folder, and what is said meanwhile. Invariant: the script is
imported as it would be if it were run by hand, from its own folder.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

INTERRUPTED = 130


def main() -> int:
    """`child.py WANTED`; 1 and a diagnostic where it fails."""
    word = sys.argv[1]
    if not sys.flags.safe_path:
        del sys.path[0]
    sys.path.append(ROOT)
    from tunec.run.evaluate.measured import evaluate
    from tunec.run.evaluate.wanted import Wanted
    from tunec.terminal import Stop, show_one

    wanted = Wanted.from_word(word)
    sys.argv[:] = [wanted.subject.script]
    if not sys.flags.safe_path:
        sys.path.insert(0, os.path.dirname(wanted.subject.script))
    try:
        evaluate(wanted)
        sys.stdout.flush()
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
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
