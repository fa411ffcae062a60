"""What other tools call a setting, and what to write here.

In: a name as people know it from axolotl, LLaMA-Factory, TRL, transformers, peft, torchtune, litgpt
or unsloth. Out: the line to write, its place, and how the meaning differs where it does.
Invariant: a name stands once; import this only when something unknown was found.
"""

from tunec.diagnostics.alias_table import ROWS
from tunec.record import record


@record
class Alias:
    """Another tool's name for something."""

    name: str
    place: str
    """Keywords of the blocks around the line, with dots between; empty at the top level."""
    write: str
    """A line of a spec; empty where there is nothing to write."""
    remark: str
    """How the meaning differs, in full sentences; may be empty."""

    @property
    def path(self) -> str:
        """As for `--set`: `train.optimizer.learning_rate`; empty where nothing is to be written."""
        if not self.write:
            return ""
        blocks = [block.split()[0] for block in self.place.split(".") if block]
        return ".".join([*blocks, self.write.split()[0]])

    @property
    def help(self) -> str:
        """One imperative sentence."""
        if not self.write:
            return f"Remove `{self.name}`."
        inner_first = [f"`{block}`" for block in reversed(self.place.split(".")) if block]
        if not inner_first:
            return f"Write `{self.write}` at the top level of the spec."
        return f"Write `{self.write}` in {' of '.join(inner_first)}."


def _table() -> dict[str, Alias]:
    aliases: dict[str, Alias] = {}
    for names, place, write, remark in ROWS:
        for name in names.split():
            if name in aliases:
                raise ValueError(f"{name} stands twice in the table of aliases")
            aliases[name] = Alias(name, place, write, remark)
    return aliases


ALIASES: dict[str, Alias] = _table()


def foreign(name: str) -> Alias | None:
    """What to write for another tool's name: `lr`, `--learning-rate`, `LoRA_r`; None if unknown."""
    return ALIASES.get(name.lstrip("-").replace("-", "_").lower())
