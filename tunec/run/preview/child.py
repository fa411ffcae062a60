"""The process of a preview.

In: a `Wanted`. Out: rows or a report on standard output. Invariant: the script is imported as it
would be if it were run by hand, from its own folder.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # `tunec` is found only once `main` has said where it is
    from tunec.run.preview.wanted import Wanted

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


def main() -> int:
    """`child.py WANTED`; 1 where a row that was looked at would stop the run."""
    word = sys.argv[1]
    if not sys.flags.safe_path:
        del sys.path[0]
    sys.path.append(ROOT)
    from tunec.run.preview.wanted import Wanted
    from tunec.terminal import Stop, show_one

    wanted = Wanted.from_word(word)
    sys.argv[:] = [wanted.script]
    if not sys.flags.safe_path:
        sys.path.insert(0, os.path.dirname(wanted.script))
    try:
        code = preview(wanted)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except KeyboardInterrupt:
        return 130
    except Stop as stop:
        sys.stdout.flush()
        show_one(stop.diagnostic)
        return 1
    except (Exception, SystemExit) as problem:
        from tunec.run.failure import tell

        sys.stdout.flush()
        tell(problem, wanted.script, "")
        return 1


def preview(wanted: "Wanted") -> int:
    """Shows what is wanted."""
    from tunec.run.preview.script import Script

    script = Script(wanted.script)
    if wanted.report:
        from tunec.run.preview.show_report import show_report

        return show_report(script, wanted)
    from tunec.run.preview.show_rows import show_rows

    return show_rows(script, wanted)


if __name__ == "__main__":
    sys.exit(main())
