"""`objective classify` and `objective regress`: what a head on top of the model is trained to say.

In: the settings as written. Out: `Classify`, `Regress`. Invariant: which of one label and several a
row has, its template says (`label` or `labels`), so no setting here can contradict it.
"""

from typing import Annotated

from tunec.spec.block import Block, setting
from tunec.spec.values import Choice, Either, Number, Several, Text

HEADED = ("classify", "regress")
"""The objectives that train a head."""


class Classify(Block):
    """Classification by a head on the model, of whole texts: cross-entropy where a row has one
    `label`, binary cross-entropy of each label where it has `labels`.
    """

    labels: Annotated[tuple[str, ...] | None, Several(Text("positive"))] = setting(
        None,
        "All labels, in the order in which the head numbers them.",
        why="a row with another label is refused, so none can be missing",
        shown="those of the files of `data train`, in order",
    )
    class_weights: Annotated[
        str | tuple[float, ...] | None,
        Either(
            (
                Choice(("balanced",)),
                Several(Number(whole=False, above=0, example="2.5"), distinct=False),
            )
        ),
    ] = setting(
        None,
        "How much a row counts in the loss, by its label, in the order of `labels`; with several "
        "`labels` to a row, how much each counts where a row has it. `balanced`: the fewer rows "
        "of `data train` have a label, the more each counts.",
        why="measured is what all rows say, and so is trained",
        shown="every row counts the same",
    )
    threshold: Annotated[str, Choice(("half", "best_f1"))] = setting(
        "half",
        "How probable a label has to be to be given, where rows have several `labels`; of two "
        "labels, how probable the second. `best_f1`: for each what gives the highest F1 on the "
        "validation rows, chosen after training and saved in the configuration as `thresholds`.",
        why="transformers gives the most probable label",
    )


class Regress(Block):
    """Regression by a head on the model: the mean squared error of one number, which the `label` of
    a template says.
    """
