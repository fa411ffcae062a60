"""The plan stage, block by block.

In: a lowered spec, the facts, and the way from the script's folder to the spec's. Out: a `Plan`.
Invariant: it is called only for specs without errors, reads no files, and leaves nothing open.
"""

import re

from tunec.checks.placeholders import placeholders
from tunec.facts import Facts
from tunec.plan.decider import Decider
from tunec.plan.plan import (
    CheckpointPlan,
    DataPlan,
    Decided,
    EvaluatePlan,
    FreezePlan,
    FullPlan,
    GeneratePlan,
    LoraPlan,
    ModelPlan,
    OptimizerPlan,
    Plan,
    PretrainedPlan,
    QuantizePlan,
    SchedulePlan,
    ScratchPlan,
    SourcePlan,
    TemplatePlan,
    TrainPlan,
    TurnPlan,
)
from tunec.spec.places import Lowered

ADAPTERS = ("lora", "dora", "qlora")
LEARNING_RATES = {"sgd": 1e-2}
FORWARD = 8192
MAX_LENGTH = 2048


def decide(lowered: Lowered, facts: Facts, home: str) -> Plan:
    """Decide everything; `home` leads from the script's folder to the spec's (`.` for the same)."""
    decider = Decider(lowered)
    kinds = lowered.places.kinds
    spec_name = lowered.places.root.name.replace("\\", "/").rsplit("/", 1)[-1]
    name = lowered.spec.name or run_name(spec_name)
    max_length = _max_length(decider, facts)
    return Plan(
        name=name,
        spec_name=spec_name,
        home=home,
        seed=decider.value("seed"),
        output=decider.value("output", f"runs/{name}"),
        model=_model(decider, facts, max_length),
        quantize=_quantize(decider, kinds),
        method=_method(decider, kinds["method"]),
        template=_template(decider),
        data=_data(decider, facts, kinds["objective"]),
        objective=kinds["objective"],
        train=_train(decider, kinds, max_length),
        evaluate=_evaluate(decider),
        checkpoint=CheckpointPlan(
            decider.value("checkpoint.every"), decider.value("checkpoint.keep")
        ),
    )


def run_name(spec_name: str) -> str:
    """A name for files and folders from the name of a spec: `my spec.tune` gives `my-spec`."""
    stem = spec_name.strip("<>").removesuffix(".tune")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:64] or "run"


# --- Model and method -----------------------------------------------------------------


def _max_length(decider: Decider, facts: Facts) -> Decided[int]:
    limit = facts.model.max_positions if facts.model else None
    if limit is not None and limit < MAX_LENGTH:
        return decider.number("model.max_length", limit, "the model's own limit")
    return decider.number("model.max_length", MAX_LENGTH)


def _model(decider: Decider, facts: Facts, max_length: Decided[int]) -> ModelPlan:
    known = facts.model
    return ModelPlan(
        source=_scratch(decider, facts) if _is_scratch(decider) else _pretrained(decider, facts),
        dtype=decider.value("model.dtype"),
        attention=_attention(decider, facts),
        windowed=known is None or (known.sliding_window or max_length.value) < max_length.value,
        max_length=max_length,
        logit_scale=_logit_scale(facts),
        logit_softcap=Decided(known.logit_softcap, "the model's config")
        if known and known.logit_softcap
        else None,
    )


def _is_scratch(decider: Decider) -> bool:
    return decider.places.kinds.get("model") == "scratch"


def _pretrained(decider: Decider, facts: Facts) -> PretrainedPlan:
    assert facts.place is not None, "checked: the model has a place"
    return PretrainedPlan(
        local=facts.place.kind == "folder",
        path=Decided(facts.place.path, decider.origin("model.path") or "default"),
        revision=decider.written("model.revision"),
        trust_remote_code=decider.value("model.trust_remote_code"),
    )


def _scratch(decider: Decider, facts: Facts) -> ScratchPlan:
    hidden = decider.value("model.hidden_size")
    heads = decider.value("model.num_attention_heads")
    sizes = {
        "hidden_size": hidden,
        "intermediate_size": decider.value("model.intermediate_size", 4 * hidden.value),
        "num_hidden_layers": decider.value("model.num_hidden_layers"),
        "num_attention_heads": heads,
        "num_key_value_heads": decider.value("model.num_key_value_heads", heads.value),
        "tie_word_embeddings": decider.value("model.tie_word_embeddings"),
    }
    assert facts.place is not None, "checked: the tokenizer has a place"
    tokenizer = Decided(facts.place.path, decider.origin("model.tokenizer") or "default")
    local = facts.place.kind == "folder"
    return ScratchPlan(decider.value("model.architecture"), tokenizer, local, sizes)


def _attention(decider: Decider, facts: Facts) -> Decided[str]:
    decided = decider.value("model.attention")
    if decided.value != "sdpa":
        return decided
    if facts.model and facts.model.attention_softcap:
        return Decided("eager", "default: the model caps its attention scores, which sdpa cannot")
    return Decided("by_row", f"{decided.origin}: sdpa, once per row")


def _logit_scale(facts: Facts) -> Decided[float] | None:
    known = facts.model
    if known is None or not (known.logit_scale or known.logit_divisor):
        return None
    return Decided(known.logit_scale or 1 / (known.logit_divisor or 1), "the model's config")


def _quantize(decider: Decider, kinds: dict[str, str]) -> QuantizePlan | None:
    kind = kinds.get("quantize") if decider.spec.quantize is not None else None
    if kind is None and kinds["method"] == "qlora":
        why = f"default: {decider.origin('method')}, qlora"
        return QuantizePlan(
            "nf4", {"double_quant": Decided(True, why), "compute_dtype": Decided("auto", why)}
        )
    if kind is None:
        return None
    names = ("double_quant", "compute_dtype") if kind == "nf4" else ("threshold",)
    return QuantizePlan(kind, {name: decider.value(f"quantize.{name}") for name in names})


def _method(decider: Decider, kind: str) -> LoraPlan | FullPlan | FreezePlan:
    if kind == "full":
        return FullPlan()
    if kind == "freeze":
        return FreezePlan(decider.written("method.last_layers"), decider.written("method.modules"))
    rank = decider.value("method.rank")
    return LoraPlan(
        kind="dora" if kind == "dora" else "lora",
        rank=rank,
        alpha=decider.value("method.alpha", 2 * rank.value, "2 * rank"),
        dropout=decider.value("method.dropout"),
        target_modules=decider.value("method.target_modules"),
    )


# --- Data -----------------------------------------------------------------------------


def _template(decider: Decider) -> TemplatePlan:
    name, template = next(iter(decider.spec.template.items()))
    roles = {turn.role for turn in template.turns}
    kind = "completion" if "prompt" in roles else "text" if "text" in roles else "chat"
    turns: list[TurnPlan] = []
    placed: dict[str, None] = {}
    used: dict[str, None] = {}
    for turn in template.turns:
        found = placeholders(turn.text)
        turns.append(TurnPlan(turn.role, turn.text, found.plain))
        placed |= dict.fromkeys(each for each in found.placed if each in found.columns)
        used |= dict.fromkeys(found.all)
    lines = _lines(decider, name, len(turns))
    others = tuple(each for each in used if each not in placed)
    return TemplatePlan(kind, tuple(turns), tuple(placed), others, lines)


def _lines(decider: Decider, name: str, count: int) -> str:
    """`L12-L16` for a template of the main file; the origin of its header otherwise."""
    places = decider.places
    lines = [places.line(f"template.{name}.turns.{number}") for number in range(count)]
    known = [line for line in [places.line(f"template.{name}"), *lines] if line is not None]
    if not known:
        return places.origin(f"template.{name}") or "default"
    return f"L{min(known)}" if min(known) == max(known) else f"L{min(known)}-L{max(known)}"


def _data(decider: Decider, facts: Facts, objective: str) -> DataPlan:
    data = decider.spec.data

    def sources(name: str) -> Decided[tuple[SourcePlan, ...]] | None:
        if name not in data or not data[name].sources:
            return None
        plans = tuple(
            _source(decider, facts, f"data.{name}.sources.{number}")
            for number in range(len(data[name].sources))
        )
        return Decided(plans, decider.origin(f"data.{name}.sources.0") or "default")

    train = sources("train")
    assert train is not None, "checked: there are rows to train on"
    overflow = "split" if objective == "pretrain" else "drop"
    return DataPlan(
        train=train,
        validation=sources("validation"),
        split=decider.written("data.validation.split") if "validation" in data else None,
        test=sources("test"),
        overflow=decider.value("data.train.overflow", overflow),
    )


def _source(decider: Decider, facts: Facts, path: str) -> SourcePlan:
    kind = facts.sources[path].format
    sample_by = (decider.read(f"{path}.sample_by") or "document") if kind == "text" else None
    return SourcePlan(
        decider.relative(decider.read(f"{path}.path"), f"{path}.path"), kind, sample_by
    )


# --- Optimisation ---------------------------------------------------------------------


def _train(decider: Decider, kinds: dict[str, str], max_length: Decided[int]) -> TrainPlan:
    steps = decider.written("train.steps")
    return TrainPlan(
        epochs=None if steps else decider.value("train.epochs", 3),
        steps=steps,
        batch=decider.value("train.batch"),
        forward=decider.number("train.forward", max(FORWARD, max_length.value)),
        gradient_checkpointing=decider.value("train.gradient_checkpointing"),
        max_grad_norm=decider.value("train.max_grad_norm"),
        optimizer=_optimizer(decider, kinds),
        schedule=_schedule(decider, kinds["train.schedule"]),
    )


def _learning_rate(decider: Decider, kinds: dict[str, str]) -> Decided[float]:
    usual = 1e-3 if _is_scratch(decider) else 2e-5
    if kinds["method"] in ADAPTERS:
        usual = 2e-4
    return decider.value(
        "train.optimizer.learning_rate", LEARNING_RATES.get(kinds["train.optimizer"], usual)
    )


def _optimizer(decider: Decider, kinds: dict[str, str]) -> OptimizerPlan:
    kind = kinds["train.optimizer"]
    settings = {"learning_rate": _learning_rate(decider, kinds)}
    for name in type(decider.read("train.optimizer")).model_fields:
        if name != "learning_rate":
            settings[name] = decider.value(f"train.optimizer.{name}")
    return OptimizerPlan(kind, settings)


def _schedule(decider: Decider, kind: str) -> SchedulePlan:
    return SchedulePlan(
        kind=kind,
        warmup=decider.value("train.schedule.warmup"),
        floor=decider.value("train.schedule.floor") if kind == "cosine" else None,
        line=decider.origin("train.schedule") or "default",
    )


# --- Evaluation -----------------------------------------------------------------------


def _evaluate(decider: Decider) -> EvaluatePlan | None:
    if not ({"validation", "test"} & decider.spec.data.keys()):
        return None
    generate = None
    if decider.spec.evaluate and decider.spec.evaluate.generate:
        generate = _generate(decider)
    return EvaluatePlan(decider.value("evaluate.every"), generate)


def _generate(decider: Decider) -> GeneratePlan:
    def amount(name: str) -> Decided[int]:
        return decider.number(f"evaluate.generate.{name}")

    compare = decider.value("evaluate.generate.compare")
    return GeneratePlan(
        metrics=decider.value("evaluate.generate.metrics"),
        max_new_tokens=amount("max_new_tokens"),
        limit=amount("limit"),
        compare=compare,
        batch=amount("batch"),
        show=decider.value("evaluate.generate.show"),
        on="test" if "test" in decider.spec.data else "validation",
    )


__all__ = ["decide", "run_name"]
