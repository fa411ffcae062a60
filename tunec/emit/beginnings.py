"""What an adapter of LoRA begins as, where that is worked out when a run starts.

In: a plan. Out: the sections that do it. Invariant: that of `section`.
"""

from collections.abc import Iterator

from tunec.emit.contexts import Context
from tunec.emit.run_contexts import CONVERTED
from tunec.emit.section import Section
from tunec.plan.plan import LoraPlan, Plan, PretrainedPlan
from tunec.record import record


@record
class Rows(Context):
    inputs: bool
    texts: bool
    """Lines of a file are looked at, and what matters to them is left."""


@record
class Corda(Context):
    texts: bool


@record
class Changed(Context):
    rslora: bool
    ranks: bool
    alphas: bool


@record
class Whole(Context):
    revision: bool
    trust: bool


def beginning(plan: Plan) -> Iterator[Section]:
    """The functions that make an adapter begin as something else than peft has it."""
    how, source = plan.method, plan.model.source
    if not isinstance(how, LoraPlan) or how.begins is None:
        return
    if how.begins == "loftq":
        assert isinstance(source, PretrainedPlan), "checked: quantized weights were trained"
        trust = source.trust_remote_code.value
        yield Section("model/begin_loftq", Whole(source.revision is not None, trust))
        return
    texts = "init_texts" in how.options
    yield Section("model/begin_rows", Rows(how.begins != "lora_ga", texts))
    if how.begins == "corda":
        yield Section("model/begin_corda", Corda(texts))
    else:
        yield Section(f"model/begin_{how.begins}")
    if how.begins in CONVERTED:
        context = Changed("rslora" in how.options, bool(how.ranks), bool(how.alphas))
        yield Section("model/begin_changed", context)
