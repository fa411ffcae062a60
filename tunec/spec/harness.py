"""`harness`: tasks of EleutherAI's lm-evaluation-harness.

In: the settings as written. Out: `Harness`. Invariant: what is left out is as lm_eval has it, so
that numbers can be compared with published ones.
"""

from typing import Annotated

from tunec.spec.block import Block, required, setting
from tunec.spec.raw import Amount
from tunec.spec.values import Flag, Measure, Number, OrNone, Several, Text

FILES = (".yaml", ".yml")
"""What the name of a task's file ends with."""


class Harness(Block):
    """Tasks of the lm-evaluation-harness, before and after training. The script needs the package
    `lm_eval`.
    """

    tasks: Annotated[tuple[str, ...], Several(Text("arc_easy"))] = required(
        "Names of tasks, groups or tags that lm_eval knows, and files of tasks (`.yaml`), relative "
        "to the spec; paths of data in such a file start there too."
    )
    limit: Annotated[Amount | None, OrNone(Measure(("examples",), example=100))] = setting(
        None,
        "Rows of each task, the first ones; `none` is all.",
        why="results on a part cannot be compared with published ones",
    )
    few_shot: Annotated[int | None, Number(least=0, example="0")] = setting(
        None,
        "Solved examples in each prompt. lm_eval keeps a 0 that a task says itself.",
        why="a task knows how it is meant",
        shown="what the task says, or 0",
    )
    batch: Annotated[Amount, Measure(("examples",), example=8)] = setting(
        Amount(8, "examples"), "Prompts at a time: memory and speed.", why="fits small GPUs"
    )
    apply_chat_template: Annotated[bool, Flag()] = setting(
        False,
        "Prompts are user turns in the model's chat template.",
        why="lm_eval's own default, and that of most published results",
    )
