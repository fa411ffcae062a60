"""A section of a script.

In: nothing. Out: `Section`. Invariant: a template is chosen where its section is made.
"""

from tunec.emit.contexts import Context
from tunec.record import record

NOTHING = Context()


@record
class Section:
    """A template and what it is given."""

    template: str
    context: Context = NOTHING
