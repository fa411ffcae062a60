"""Pages that commands write.

In: where a page is to be. Out: nothing, or Stop. Invariant: what stands against a page is told
before any work is done for it, and a file that is no earlier page is replaced only if told to.
"""

from tunec.cli.scripts import refuse_foreign
from tunec.terminal import Stop


def refuse_page(path: str, mark: str, *, force: bool) -> None:
    """Raises Stop where a page cannot be drawn or written; by `mark` an earlier one is known."""
    from importlib.util import find_spec

    from tunec.diagnostics import Diagnostic
    from tunec.run.packages import install_command
    from tunec.run.svg import PLOTS

    name, _, _ = PLOTS.partition("==")
    if find_spec(name) is None:
        message = f"`{name}` is not installed, and `--html` draws with it."
        remedy = f"Run `{install_command([PLOTS])}`, or leave out `--html`."
        raise Stop(Diagnostic("E501", message, None, help=remedy))
    remedy = "Name another file after `--html`, or write `--force` to replace this one."
    refuse_foreign(path, mark.encode(), remedy, force=force)
