"""The report, shown: as text, as JSON, as a page.

In: a script and a wish. Out: text on standard output, and the page where it is to be. Invariant:
all three have the same figures.
"""

import json
import sys

from tunec.run.preview.report import report
from tunec.run.preview.script import Script
from tunec.run.preview.told import Teller
from tunec.run.preview.wanted import Wanted
from tunec.terminal import say


def show_report(script: Script, wanted: Wanted) -> int:
    """Exit code 1 if a row would stop the run."""
    told = report(script, wanted)
    if wanted.json:
        say(json.dumps(told.figures, indent=2))
    else:
        say(Teller(colour=wanted.colour).text(told.figures))
    if wanted.page:
        from tunec.run.preview.page import page_of

        page = page_of(script, told)
        with open(wanted.page, "wb") as file:
            file.write(page)
    if told.refusal:
        sys.exit(told.refusal)
    return 0
