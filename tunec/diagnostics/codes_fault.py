"""Codes 9xx: faults of tunec itself.

In: nothing. Out: `FAULT_CODES`. Invariant: nothing that a user writes is to blame for these.
"""

from tunec.diagnostics.code import Code

FAULT_CODES: tuple[Code, ...] = (
    Code(
        "E901",
        "internal-fault",
        what="tunec met a situation that it was not written for.",
        why="This is a mistake in tunec, not in the spec, whatever the spec says.",
        example="",
        instead="Report it with the text under the message. Until it is mended, leaving out parts "
        "of the spec may show which one tunec stumbles over.",
    ),
    Code(
        "E902",
        "invalid-script",
        what="The script that tunec wrote is not valid Python.",
        why="Every script is checked before it is written to disk. One that fails is a mistake in "
        "tunec, and the file on disk is left as it was.",
        example="",
        instead="Report it with the text under the message, which has the lines around the place.",
    ),
)
