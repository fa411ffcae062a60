"""What is known of the optimizers: their classes, and the names of their settings there.

In: nothing. Out: `OPTIMIZERS`. Invariant: a kind is listed here once a script that uses it was
killed and resumed bit for bit on the pinned versions.
"""

from typing import Any  # arguments are of any sort

from tunec.facts.methods import METHODS
from tunec.facts.soft_prompts import SOFT_PROMPTS
from tunec.record import record


@record
class Optimizer:
    """A class that a script makes its optimizer of."""

    call: str
    arguments: dict[str, str]
    """From the spec's setting to the argument, in the order of the script."""
    fixed: dict[str, Any]
    """Arguments that are not for a spec to choose."""
    learning_rate: float | None = None
    """Where AdamW's is no measure."""
    rate: float = 1.0
    """Its usual learning rate, as a share of AdamW's."""
    template: str = "loss/optimizer"
    hidden: bool = False
    """Whether it treats the matrices between embeddings and output layer apart."""
    averages: bool = False
    """Whether it evaluates and saves an average of the weights, and so needs no schedule."""


_ADAM = {"betas": "betas", "epsilon": "eps", "weight_decay": "weight_decay"}
_LION = {"betas": "betas", "weight_decay": "weight_decay"}
_ADEMAMIX = {"betas": "betas", "alpha": "alpha", "epsilon": "eps", "weight_decay": "weight_decay"}


def _bitsandbytes(name: str, arguments: dict[str, str], rate: float = 1.0) -> Optimizer:
    return Optimizer(f"bitsandbytes.optim.{name}", arguments, {}, rate=rate)


def _projected(name: str, template: str) -> Optimizer:
    """A class that the script itself defines."""
    own = {"rank": "rank", "update_every": "update_every", "scale": "scale"}
    return Optimizer(name, {**own, **_ADAM}, {}, template=template, hidden=True)


OPTIMIZERS: dict[str, Optimizer] = {
    "adamw": Optimizer("torch.optim.AdamW", _ADAM, {"fused": True}),
    "adamw_8bit": _bitsandbytes("AdamW8bit", _ADAM),
    "paged_adamw": _bitsandbytes("PagedAdamW", _ADAM),
    "paged_adamw_8bit": _bitsandbytes("PagedAdamW8bit", _ADAM),
    "ademamix": _bitsandbytes("AdEMAMix", _ADEMAMIX),
    "ademamix_8bit": _bitsandbytes("AdEMAMix8bit", _ADEMAMIX),
    "lion": _bitsandbytes("Lion", _LION, 0.1),
    "lion_8bit": _bitsandbytes("Lion8bit", _LION, 0.1),
    "sgd": Optimizer(
        "torch.optim.SGD",
        {"momentum": "momentum", "nesterov": "nesterov", "weight_decay": "weight_decay"},
        {},
        learning_rate=1e-2,
    ),
    "rmsprop": Optimizer(
        "torch.optim.RMSprop",
        {
            "alpha": "alpha",
            "epsilon": "eps",
            "momentum": "momentum",
            "weight_decay": "weight_decay",
        },
        {},
    ),
    "adafactor": Optimizer("torch.optim.Adafactor", {"weight_decay": "weight_decay"}, {}),
    "muon": Optimizer(
        "torch.optim.Muon",
        {"momentum": "momentum", "nesterov": "nesterov", **_ADAM},
        {},
        template="loss/optimizer_muon",
        hidden=True,
    ),
    "galore_adamw": _projected("GaLoreAdamW", "loss/optimizer_galore"),
    "apollo_adamw": _projected("ApolloAdamW", "loss/optimizer_apollo"),
    "schedule_free_adamw": Optimizer("schedulefree.AdamWScheduleFree", _ADAM, {}, averages=True),
}

WHOLE = ("full", "freeze", "lisa")
"""Methods that change the model's own weights."""
OWN_RATES = {"bitfit": 1e-3, "bottleneck": 3e-4, "compacter": 3e-3}
"""Of the papers, for methods that peft does not have."""


def usual_learning_rate(optimizer: str, method: str, scratch: bool) -> float:
    """Where a spec says none: what most published runs take."""
    known = OPTIMIZERS[optimizer]
    if known.learning_rate is not None:
        return known.learning_rate
    adamw = OWN_RATES.get(method, 2e-5 if method in WHOLE else 2e-4)
    if method in METHODS:
        adamw = METHODS[method].learning_rate
    if method in SOFT_PROMPTS:
        adamw = SOFT_PROMPTS[method].learning_rate
    return float(f"{(1e-3 if scratch else adamw) * known.rate:.6g}")
