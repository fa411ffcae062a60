"""What is known of the methods of peft besides LoRA: their names there, and where they work.

In: nothing. Out: `METHODS`. Invariant: a kind is listed once it was trained, saved, loaded and
resumed by a script on the pinned versions; `storage` has what was seen to compute the same there.
"""

from tunec.facts.methods_few import FEW
from tunec.facts.methods_low_rank import LOW_RANK
from tunec.facts.methods_rotations import ROTATIONS
from tunec.facts.methods_shared import SHARED
from tunec.facts.methods_sparse import SPARSE
from tunec.facts.peft_method import PeftMethod

FAMILIES: dict[str, dict[str, PeftMethod]] = {
    "few": FEW,
    "low rank": LOW_RANK,
    "shared": SHARED,
    "rotations": ROTATIONS,
    "sparse": SPARSE,
}

METHODS: dict[str, PeftMethod] = {
    kind: method for family in FAMILIES.values() for kind, method in family.items()
}
