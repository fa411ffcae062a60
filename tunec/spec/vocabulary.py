"""Which blocks there are, where each may stand, and which model validates it.

In: nothing. Out: the table `CHILDREN`. Invariant: models are named, not imported, so that a spec
pays only for the
kinds that it uses; a new kind is one line here and one class there.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Literal

from tunec.record import record

if TYPE_CHECKING:
    from tunec.spec.block import Block


@record
class Place:
    """A keyword in the context of a parent block.

    `label` says what follows the keyword: a `kind` out of `kinds`, a `path` (quoted; the field
    `path`), a `text` (quoted; the field `text`), a `name` (a bare word; the field `name`), or
    `none`. `holds` says how many blocks of the keyword the parent has: `one`, a `map` by label,
    or a `list`.
    """

    keyword: str
    field: str
    label: Literal["kind", "path", "text", "name", "none"]
    holds: Literal["one", "map", "list"]
    kinds: dict[str, str]
    """From kind to `module:class` below `tunec.spec`; the kind "" where the label is no kind."""
    required: bool = False
    default: str | None = None
    """Kind of the block that stands in where none is written; None for no block at all."""

    def model(self, kind: str) -> "type[Block]":
        module, _, name = self.kinds[kind].partition(":")
        found: type[Block] = getattr(import_module(f"tunec.spec.{module}"), name)
        return found


_ROOT = (
    Place(
        "model",
        "model",
        "path",
        "one",
        {"": "model:Pretrained", "scratch": "model:Scratch"},
        required=True,
    ),
    Place(
        "quantize",
        "quantize",
        "kind",
        "one",
        {
            "nf4": "storage:Nf4",
            "fp4": "storage:Fp4",
            "int8": "storage:Int8",
            "torchao_int8": "storage:TorchaoInt8",
            "torchao_fp8": "storage:TorchaoFp8",
        },
    ),
    Place(
        "method",
        "method",
        "kind",
        "one",
        {
            "full": "method:Full",
            "freeze": "method:Freeze",
            "lora": "method:PlainLora",
            "dora": "method:Dora",
            "qlora": "method:Qlora",
            "continue": "method:Continue",
            "ia3": "peft_methods:Ia3",
            "norm": "peft_methods:Norm",
            "adaption_prompt": "peft_methods:AdaptionPrompt",
            "beft": "peft_methods:Beft",
            "loha": "peft_low_rank:Loha",
            "lokr": "peft_low_rank:Lokr",
            "adalora": "peft_low_rank:Adalora",
            "hira": "peft_low_rank:Hira",
            "gralora": "peft_low_rank:Gralora",
            "delora": "peft_low_rank:Delora",
            "glora": "peft_low_rank:Glora",
            "deft": "peft_low_rank:Deft",
            "peanut": "peft_low_rank:Peanut",
            "osf": "peft_low_rank:Osf",
            "vera": "peft_shared:Vera",
            "pvera": "peft_shared:Pvera",
            "randlora": "peft_shared:Randlora",
            "vblora": "peft_shared:Vblora",
            "unilora": "peft_shared:Unilora",
            "tinylora": "peft_shared:Tinylora",
            "lily": "peft_shared:Lily",
            "oft": "peft_rotations:Oft",
            "hra": "peft_rotations:Hra",
            "road": "peft_rotations:Road",
            "shira": "peft_sparse:Shira",
            "supertuning": "peft_sparse:Supertuning",
            "miss": "peft_sparse:Miss",
            "fourierft": "peft_sparse:Fourierft",
            "waveft": "peft_sparse:Waveft",
            "c3a": "peft_sparse:C3a",
            "lisa": "own_methods:Lisa",
            "bitfit": "own_methods:Bitfit",
            "bottleneck": "own_methods:Bottleneck",
            "compacter": "own_methods:Compacter",
            "prompt_tuning": "soft_prompts:PromptTuning",
            "p_tuning": "soft_prompts:PTuning",
            "prefix_tuning": "soft_prompts:PrefixTuning",
        },
        required=True,
    ),
    Place("template", "template", "name", "map", {"": "template:Template"}, required=True),
    Place(
        "data",
        "data",
        "kind",
        "map",
        {
            "train": "data:TrainData",
            "validation": "data:ValidationData",
            "test": "data:TestData",
            "general": "data:GeneralData",
            "exclude": "data:ExcludedData",
        },
        required=True,
    ),
    Place(
        "objective",
        "objective",
        "kind",
        "one",
        {
            "sft": "train:Sft",
            "pretrain": "train:Pretrain",
            "classify": "classify:Classify",
            "regress": "classify:Regress",
        },
        default="sft",
    ),
    Place("train", "train", "none", "one", {"": "train:Train"}, default=""),
    Place("evaluate", "evaluate", "none", "one", {"": "evaluate:Evaluate"}, default=""),
    Place("checkpoint", "checkpoint", "none", "one", {"": "evaluate:Checkpoint"}, default=""),
)

_PARTS = {
    "system": "System",
    "user": "Turn",
    "assistant": "Assistant",
    "tool": "Turn",
    "messages": "Messages",
    "tools": "Tools",
    "prompt": "Turn",
    "completion": "Answer",
    "text": "Turn",
    "segments": "Segments",
    "tokens": "Tokens",
    "label": "Turn",
    "labels": "Labels",
}

_TURNS = tuple(
    Place(role, "turns", "text", "list", {"": f"template:{model}"})
    for role, model in _PARTS.items()
)

_SOURCES = (Place("source", "sources", "path", "list", {"": "data:Source"}),)

CHILDREN: dict[str, tuple[Place, ...]] = {
    "": _ROOT,
    "model": (
        Place("chat_arguments", "chat_arguments", "none", "one", {"": "tokens:ChatArguments"}),
        Place("config", "config", "none", "one", {"": "config:Config"}),
        Place(
            "rope_scaling",
            "rope_scaling",
            "kind",
            "one",
            {"linear": "config:LinearScaling", "yarn": "config:YarnScaling"},
        ),
    ),
    "template": _TURNS,
    "data": _SOURCES,
    "train": (
        Place(
            "optimizer",
            "optimizer",
            "kind",
            "one",
            {
                "adamw": "optimizers:Adamw",
                "adamw_8bit": "optimizers:Adamw8bit",
                "paged_adamw": "optimizers:PagedAdamw",
                "paged_adamw_8bit": "optimizers:PagedAdamw8bit",
                "ademamix": "optimizers:Ademamix",
                "ademamix_8bit": "optimizers:Ademamix8bit",
                "lion": "optimizers:Lion",
                "lion_8bit": "optimizers:Lion8bit",
                "sgd": "optimizers:Sgd",
                "rmsprop": "optimizers:Rmsprop",
                "adafactor": "optimizers:Adafactor",
                "muon": "optimizers:Muon",
                "galore_adamw": "optimizers:GaloreAdamw",
                "apollo_adamw": "optimizers:ApolloAdamw",
                "schedule_free_adamw": "optimizers:ScheduleFreeAdamw",
            },
            default="adamw",
        ),
        Place(
            "schedule",
            "schedule",
            "kind",
            "one",
            {
                "constant": "schedules:Constant",
                "linear": "schedules:Linear",
                "cosine": "schedules:Cosine",
                "polynomial": "schedules:Polynomial",
                "inverse_sqrt": "schedules:InverseSqrt",
                "warmup_stable_decay": "schedules:WarmupStableDecay",
            },
            default="cosine",
        ),
        Place("watchdog", "watchdog", "none", "one", {"": "watchdog:Watchdog"}),
    ),
    "optimizer": (Place("group", "groups", "text", "list", {"": "optimizers:Group"}),),
    "method": (Place("module", "ranks", "path", "list", {"": "method:Ranks"}),),
    "evaluate": (
        Place("generate", "generate", "none", "one", {"": "evaluate:Generate"}),
        Place("accept", "accept", "none", "one", {"": "accept:Accept"}),
        Place("best", "best", "none", "one", {"": "evaluate:Best"}),
        Place("harness", "harness", "none", "one", {"": "harness:Harness"}),
        Place("forgetting", "forgetting", "none", "one", {"": "evaluate:Forgetting"}, default=""),
    ),
    "generate": (
        Place(
            "metric",
            "metric",
            "kind",
            "map",
            {
                "regex_match": "metrics:RegexMatch",
                "regex_extract": "metrics:RegexExtract",
                "json_schema": "metrics:JsonSchema",
                "numeric": "metrics:Numeric",
                "python_tests": "metrics:PythonTests",
                "judge": "metrics:Judge",
                "similarity": "metrics:Similarity",
            },
        ),
        Place("against", "against", "name", "map", {"": "evaluate:Against"}),
    ),
}
"""From the keyword of a block ("" for the top of a spec) to the blocks that may stand in it."""
