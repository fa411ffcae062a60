"""The plan stage for `method`.

In: a decider. Out: the plan of the method. Invariant: that of `decide`.
"""

from typing import Any  # settings are of any sort

from tunec.facts import Facts
from tunec.facts.adapted import lora_count, trained_count
from tunec.facts.methods import METHODS
from tunec.facts.model import FUSED
from tunec.facts.optimizers import OWN_RATES
from tunec.facts.soft_prompts import SOFT_PROMPTS, sizes_of
from tunec.plan.decide_own import decide_own
from tunec.plan.decide_tokenizer import decide_tokenizer, together
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.plan.plan import (
    ContinuePlan,
    FreezePlan,
    FullPlan,
    LisaPlan,
    LoraPlan,
    MethodPlan,
    PeftPlan,
    PromptPlan,
)
from tunec.spec.classify import HEADED
from tunec.spec.method import FROM_ROWS


def decide_method(decider: Decider, facts: Facts, kind: str) -> MethodPlan:
    if kind == "full":
        return FullPlan()
    if kind == "freeze":
        return _freeze(decider, facts)
    if kind == "continue":
        (adapter,) = facts.adapters["method.adapter"]
        origin = decider.origin("method.adapter") or "default"
        return ContinuePlan(Decided(adapter.path, origin), adapter.local)
    if kind == "lisa":
        return LisaPlan(decider.value("method.layers"), decider.number("method.every"))
    if kind in OWN_RATES:
        return decide_own(decider, facts, kind)
    if kind in METHODS:
        return _peft(decider, facts, kind)
    if kind in SOFT_PROMPTS:
        return _prompt(decider, facts, kind)
    return _lora(decider, facts, kind)


def _freeze(decider: Decider, facts: Facts) -> FreezePlan:
    file, patterns = decider.written("method.modules_file"), None
    if file is not None:
        listed = tuple(pattern for _, pattern in facts.listed.patterns)
        patterns = Decided(listed, f"{file.origin}, {file.value}")
    return FreezePlan(
        decider.written("method.last_layers"), decider.written("method.modules"), patterns
    )


def _lora(decider: Decider, facts: Facts, kind: str) -> LoraPlan:
    rank = decider.value("method.rank")
    targets = _targets(decider, facts)
    options = {
        name: decided
        for name in (*OPTIONS, *(() if kind == "dora" else EXPERTS))
        if (decided := decider.value(f"method.{name}")).value not in (None, False, "default")
    }
    if decider.read("method.init") in FROM_ROWS:
        options["init_rows"] = decider.value("method.init_rows")
    corda = decider.read("method.init") == "corda"
    if corda and (texts := decider.written("method.init_texts")):
        path = decider.relative(texts.value, "method.init_texts")
        options["init_texts"] = Decided(path, texts.origin)
    ranks, alphas = _of_modules(decider, "rank"), _of_modules(decider, "alpha")
    # Heads, rows of new tokens and modules that are saved are counted by no rule here.
    headed = decider.places.kinds["objective"] in HEADED
    counted = not (ranks or options.keys() - COUNTED or decide_tokenizer(decider).new_tokens)
    plain = counted and not headed
    tokens = options["train_tokens"].value if "train_tokens" in options else ()
    return LoraPlan(
        kind="dora" if kind == "dora" else "lora",
        rank=rank,
        alpha=decider.value("method.alpha", 2 * rank.value, "2 * rank"),
        dropout=decider.value("method.dropout"),
        target_modules=targets,
        options=options,
        ranks=ranks,
        alphas=alphas,
        merge=decider.read("method.merge"),
        trained=lora_count(
            facts.model,
            targets.value,
            options["target_parameters"].value if "target_parameters" in options else (),
            len({*tokens}),
            rank.value,
            dora=kind == "dora",
        )
        if plain
        else None,
    )


def _prompt(decider: Decider, facts: Facts, kind: str) -> PromptPlan:
    known = SOFT_PROMPTS[kind]
    names = type(decider.read("method")).model_fields
    settings = {name: decider.value(f"method.{name}") for name in names}
    values = {name: decided.value for name, decided in settings.items()}
    sizes = sizes_of(facts.model) if facts.model else None
    return PromptPlan(
        kind=kind,
        place=known.place,
        virtual_tokens=settings.pop("virtual_tokens"),
        settings={
            name: decided
            for name, decided in settings.items()
            if decided.value not in (None, known.unsaid)
        },
        trained=known.count(sizes, values) if sizes else None,
    )


OPTIONS = (
    "exclude_modules",
    "layers",
    "modules_to_save",
    "train_tokens",
    "rslora",
    "init",
)
"""Settings of `lora` that a script has only where they say something."""

EXPERTS = ("target_parameters",)
"""Those that DoRA lacks."""

COUNTED = {"target_parameters", "train_tokens", "rslora", "init", "init_rows", "init_texts"}
"""Those of them with which it is known how many weights are trained."""


def _targets(decider: Decider, facts: Facts) -> Decided[Any]:
    """A list of names where peft takes no other, with `layers`, or takes too many: the experts of
    a mixture, its router, and what is named like them.
    """
    decided = decider.value("method.target_modules")
    experts = facts.model.experts if facts.model else {}
    if decided.value != "all_linear" or not (decider.read("method.layers") or experts):
        return decided
    assert facts.model is not None, "checked: the modules are known"
    names = dict.fromkeys(name.rpartition(".")[2] for name in facts.model.linear_modules())
    excluded = {*(decider.read("method.exclude_modules") or ()), *(FUSED if experts else ())}
    return Decided(
        tuple(name for name in names if name not in excluded), f"{decided.origin}: all_linear"
    )


def _of_modules(decider: Decider, setting: str) -> Decided[dict[str, Any]] | None:
    """One setting of the blocks `module`, by the names that these are for."""
    found = []
    for index, block in enumerate(decider.read("method.ranks")):
        written = decider.written(f"method.ranks.{index}.{setting}")
        if written is not None:
            found.append(({block.path: written.value}, written.origin))
    return together(found)


def _peft(decider: Decider, facts: Facts, kind: str) -> PeftPlan:
    method = METHODS[kind]
    settings = {name: decider.number(f"method.{name}") for name in method.arguments}
    values = {name: decided.value for name, decided in settings.items()}
    for name, (value, why) in method.unset.items():
        settings[name] = decider.number(f"method.{name}", value(values), why)
    decided = {name: each.value for name, each in settings.items()}
    return PeftPlan(kind, settings, trained_count(facts.model, kind, decided))
