"""The plan stage for `model` and `quantize`.

In: a decider and the facts. Out: `ModelPlan`, `QuantizePlan`. Invariant: where the model's own
files say how it computes, the plan says the same.
"""

from typing import Any  # settings of a configuration are of any sort

from tunec.facts import Facts
from tunec.facts.model import OUTPUTS
from tunec.plan.decide_tokenizer import decide_open, decide_tokenizer
from tunec.plan.decided import Decided
from tunec.plan.decider import Decider
from tunec.plan.plan import AdapterPlan, ModelPlan, PretrainedPlan, QuantizePlan, ScratchPlan
from tunec.spec.classify import HEADED

MAX_LENGTH = 2048


def decide_max_length(decider: Decider, facts: Facts) -> Decided[int]:
    limit = facts.model.max_positions if facts.model else None
    virtual = virtual_tokens(decider)
    if limit is not None and limit - virtual < MAX_LENGTH:
        why = "the model's own limit" + (", less `virtual_tokens`" if virtual else "")
        return decider.number("model.max_length", limit - virtual, why)
    return decider.number("model.max_length", MAX_LENGTH)


def virtual_tokens(decider: Decider) -> int:
    """Positions that a learned prompt takes before every row."""
    found: int = getattr(decider.spec.method, "virtual_tokens", 0)
    return found


def decide_model(decider: Decider, facts: Facts, max_length: Decided[int]) -> ModelPlan:
    known = facts.model
    longest = max_length.value + virtual_tokens(decider)
    return ModelPlan(
        source=_scratch(decider, facts) if is_scratch(decider) else _pretrained(decider, facts),
        dtype=_dtype(decider),
        attention=_attention(decider, facts),
        windowed=known is None or (known.sliding_window or longest) < longest,
        max_length=max_length,
        logit_scale=_logit_scale(facts),
        tokenizer=decide_tokenizer(decider),
        config=decide_open(decider, "model.config"),
        rope_scaling=_rope_scaling(decider),
        merge_adapters=_merge_adapters(decider, facts),
        logit_softcap=Decided(known.logit_softcap, "the model's config")
        if known and known.logit_softcap
        else None,
    )


def _dtype(decider: Decider) -> Decided[str]:
    trained = decider.value("train.trained_dtype")
    if trained.value == "bfloat16":  # what is computed is not finer than the weights
        return Decided("bfloat16", f"{trained.origin}, trained_dtype")
    return decider.value("model.dtype")


def _rope_scaling(decider: Decider) -> Decided[dict[str, Any]] | None:
    kind = decider.places.kinds.get("model.rope_scaling")
    if kind is None:
        return None
    factor = decider.value("model.rope_scaling.factor")
    return Decided({"rope_type": kind, "factor": factor.value}, factor.origin)


def _merge_adapters(decider: Decider, facts: Facts) -> Decided[tuple[AdapterPlan, ...]] | None:
    found = facts.adapters.get("model.merge_adapters")
    if not found:
        return None
    adapters = tuple(AdapterPlan(each.path, each.local) for each in found)
    return Decided(adapters, decider.origin("model.merge_adapters") or "default")


def is_scratch(decider: Decider) -> bool:
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
    if decider.places.kinds["objective"] in HEADED:
        return decided
    return Decided("by_row", f"{decided.origin}: sdpa, once per row")


def _logit_scale(facts: Facts) -> Decided[float] | None:
    known = facts.model
    if known is None or not (known.logit_scale or known.logit_divisor):
        return None
    return Decided(known.logit_scale or 1 / (known.logit_divisor or 1), "the model's config")


def decide_quantize(decider: Decider, kinds: dict[str, str], facts: Facts) -> QuantizePlan | None:
    model = facts.model
    if decider.spec.quantize is not None:
        names = type(decider.spec.quantize).model_fields
        decided = {name: decider.value(f"quantize.{name}") for name in names}
        return QuantizePlan(kinds["quantize"], _that_say(decided), outputs=_outputs(facts))
    if kinds["method"] == "qlora":
        from tunec.spec.storage import Nf4  # needed here only

        why = f"default: {decider.origin('method')}, qlora"
        fields = Nf4.model_fields.items()
        return QuantizePlan(
            "nf4", _that_say({name: Decided(field.default, why) for name, field in fields})
        )
    if model is not None and model.storage:
        return QuantizePlan(model.storage, {}, came=True)
    return None


def _that_say(settings: dict[str, Decided[Any]]) -> dict[str, Decided[Any]]:
    return {name: decided for name, decided in settings.items() if decided.value is not None}


def _outputs(facts: Facts) -> tuple[str, ...]:
    """What the output layer may be called."""
    names = facts.model.module_names() if facts.model else []
    lasts = dict.fromkeys(name.rpartition(".")[2] for name in names)
    return tuple(name for name in lasts if name in OUTPUTS) or ("lm_head", "embed_out")
