"""The registry of diagnostic codes: what each means, with an example that triggers it.

In: a table for each hundred, which is the stage: 1xx syntax, 2xx names and values, 3xx between
settings, 4xx data, models and environment, 5xx scripts and runs, 9xx faults of tunec.
Out: `CODES`. Invariant: an id stands for one problem for ever; a code is never reused.

Loading this takes milliseconds, so only the modules that have a problem to tell import it.
"""

from collections.abc import Iterable

from tunec.diagnostics.code import Code
from tunec.diagnostics.codes_data import DATA_CODES
from tunec.diagnostics.codes_facts import FACTS_CODES
from tunec.diagnostics.codes_fault import FAULT_CODES
from tunec.diagnostics.codes_run import RUN_CODES
from tunec.diagnostics.codes_settings import SETTINGS_CODES
from tunec.diagnostics.codes_syntax import SYNTAX_CODES
from tunec.diagnostics.codes_values import VALUES_CODES

__all__ = ["CODES", "STAGES", "Code", "merge"]

STAGES: dict[str, str] = {
    "1": "Syntax",
    "2": "Names and values",
    "3": "Between settings",
    "4": "Data, models and environment",
    "5": "Scripts and runs",
    "9": "Faults of tunec",
}
"""The first digit of an id, and what the codes of that hundred are about."""


def merge(*tables: Iterable[Code]) -> dict[str, Code]:
    """All codes by id, in the order of the ids. Raises ValueError where an id or slug repeats."""
    codes: dict[str, Code] = {}
    slugs: set[str] = set()
    for code in sorted((code for table in tables for code in table), key=lambda code: code.id):
        if code.id in codes or code.slug in slugs:
            raise ValueError(f"{code.id} ({code.slug}) is registered twice")
        codes[code.id] = code
        slugs.add(code.slug)
    return codes


CODES: dict[str, Code] = merge(
    SYNTAX_CODES, VALUES_CODES, SETTINGS_CODES, DATA_CODES, FACTS_CODES, RUN_CODES, FAULT_CODES
)
