"""`method`, the kinds of peft that rotate or reflect.

In: the settings of one kind. Out: one model per kind. Invariant: that of `spec.peft_methods`.
"""

from typing import Annotated

from tunec.spec.block import Block, setting
from tunec.spec.peft_methods import TARGETS, Dropout, Targets
from tunec.spec.values import Choice, Flag, Number


class Oft(Block):
    """Inputs are rotated in blocks, OFT (arXiv 2306.07280): angles between neurons stay."""

    block_size: Annotated[int, Number(least=2, example="32")] = setting(
        32, "Inputs rotated together; it divides those of all layers.", why="peft's default"
    )
    share_blocks: Annotated[bool, Flag()] = setting(
        False, "One rotation for all blocks of a layer.", why="peft's default"
    )
    approximate: Annotated[bool, Flag()] = setting(
        True,
        "Rotations by a series of five terms, not by solving a system.",
        why="much faster, and exact enough (arXiv 2506.19847)",
    )
    dropout: Dropout = setting(
        0.0, "Share of the blocks left unrotated at a step.", why="off unless asked for"
    )
    target_modules: Targets = TARGETS


class Hra(Block):
    """Inputs are reflected at `rank` planes in turn, HRA (arXiv 2405.17484)."""

    rank: Annotated[int, Number(least=2, most=1024, example="8")] = setting(
        8, "Reflections, an even number: they start in pairs that cancel.", why="peft's default"
    )
    target_modules: Targets = TARGETS


class Road(Block):
    """Outputs are rotated and scaled in pairs, RoAd (arXiv 2409.00119)."""

    variant: Annotated[str, Choice(("road_1", "road_2", "road_4"))] = setting(
        "road_1",
        "Numbers of a pair that are trained: an angle and a scale, the two of both outputs, or all "
        "four of the matrix.",
        why="the fewest weights, and the paper's first choice",
    )
    group_size: Annotated[int, Number(least=2, example="64")] = setting(
        64,
        "Outputs in a group: an output is paired with the one half a group away. It is even and "
        "divides the outputs of all layers.",
        why="peft's default",
    )
    target_modules: Targets = TARGETS
