"""The import statements of a script, computed from the names that it uses.

In: the body of a script. Out: its import block, sorted as ruff and isort do.
Invariant: an import is there if and only if its name is used.
"""

import ast
import builtins
import sys
from collections import defaultdict
from symtable import SymbolTable, symtable

from tunec.facts.methods import METHODS
from tunec.facts.soft_prompts import SOFT_PROMPTS

MODULES = (
    "argparse",
    "ast",
    "bz2",
    "csv",
    "fcntl",
    "glob",
    "gzip",
    "importlib.util",
    "inspect",
    "json",
    "lzma",
    "math",
    "os",
    "random",
    "re",
    "shutil",
    "signal",
    "string",
    "subprocess",
    "sys",
    "warnings",
    "bitsandbytes",
    "fsspec",
    "pyarrow",
    "pyarrow.ipc",
    "pyarrow.parquet",
    "schedulefree",
    "torch",
)

SUBMODULES: defaultdict[str, set[str]] = defaultdict(set)
for _module in MODULES:
    SUBMODULES[_module.partition(".")[0]] |= {*_module.split(".")[1:]}

ALIASES = {"np": "numpy"}
"""Names that modules are known by."""

NAMES = {
    "collections.abc": ("Sequence",),
    "concurrent.futures": ("ProcessPoolExecutor", "ThreadPoolExecutor"),
    "copy": ("copy", "deepcopy"),
    "difflib": ("get_close_matches",),
    "hashlib": ("blake2b", "file_digest", "sha256"),
    "importlib.metadata": ("version",),
    "multiprocessing": ("get_context", "parent_process"),
    "tempfile": ("TemporaryDirectory",),
    "threading": ("Thread",),
    "inspect": ("getsource",),
    "io": ("BufferedReader", "TextIOWrapper"),
    "itertools": ("chain", "islice", "pairwise"),
    "datasets": ("load_dataset",),
    "datasketch": ("MinHash", "MinHashLSH"),
    "bisect": ("bisect_left", "insort"),
    "collections": ("Counter", "deque"),
    "contextlib": ("chdir", "contextmanager"),
    "functools": ("cache", "lru_cache"),
    "pathlib": ("Path",),
    "statistics": ("mean", "median"),
    "time": ("monotonic", "sleep"),
    "typing": ("NamedTuple",),
    "urllib.error": ("HTTPError",),
    "urllib.request": ("HTTPRedirectHandler", "Request", "build_opener"),
    "bitsandbytes.functional": ("dequantize_4bit",),
    "bitsandbytes.nn": ("Linear4bit",),
    "jsonschema.validators": ("validator_for",),
    "lm_eval": ("simple_evaluate",),
    "lm_eval.models.huggingface": ("HFLM",),
    "lm_eval.tasks": ("TaskManager",),
    "lm_eval.utils": ("handle_non_serializable",),
    "rouge_score.rouge_scorer": ("RougeScorer",),
    "sacrebleu.metrics": ("BLEU", "CHRF"),
    "jinja2": ("StrictUndefined", "TemplateError"),
    "jinja2.sandbox": ("ImmutableSandboxedEnvironment",),
    "peft": (
        "LoraConfig",
        "PeftModel",
        "get_peft_model",
        *(each.config for each in METHODS.values()),
        *(each.config for each in SOFT_PROMPTS.values()),
    ),
    "peft.tuners.tuners_utils": ("BaseTunerLayer",),
    "peft.tuners.lora": ("LoraLayer",),
    "peft.utils.other": ("transpose",),
    "safetensors.torch": ("load_file", "save_file"),
    "torch.nn": ("Linear", "Module", "ModuleList", "Parameter"),
    "torch.nn.functional": (
        "binary_cross_entropy_with_logits",
        "cross_entropy",
        "mse_loss",
        "normalize",
        "pad",
        "scaled_dot_product_attention",
    ),
    "torch.nn.utils": ("clip_grad_norm_",),
    "torch.nn.utils.rnn": ("pad_sequence",),
    "torchao.quantization": ("Float8WeightOnlyConfig", "Int8WeightOnlyConfig"),
    "torchao.utils": ("TorchAOBaseTensor",),
    "tqdm": ("tqdm",),
    "transformers": (
        "AttentionInterface",
        "AutoConfig",
        "AutoModel",
        "AutoModelForCausalLM",
        "AutoModelForSequenceClassification",
        "AddedToken",
        "AutoTokenizer",
        "BitsAndBytesConfig",
        "GenerationConfig",
        "TorchAoConfig",
    ),
    "transformers.activations": ("ACT2FN",),
    "transformers.masking_utils": ("AttentionMaskInterface",),
    "transformers.utils": ("logging",),
}

STANDARD = frozenset(sys.stdlib_module_names)

PINS = {
    "torch": "2.13.0",
    "transformers": "5.23.0",
    "peft": "0.21.2",
    "bitsandbytes": "0.50.2",
    "schedulefree": "1.4.1",
    "accelerate": "1.15.0",
    "torchao": "0.18.0",
    "pyarrow": "26.0.1",
    "datasets": "5.2.0",
    "datasketch": "2.0.0",
    "fsspec": "2026.9.0",
    "s3fs": "2026.9.0",
    "aiohttp": "3.14.5",
    "jsonschema": "4.26.0",
    "lm_eval": "0.4.13",
    "rouge-score": "0.1.2",
    "sacrebleu": "2.6.0",
}
"""Versions that the emitted scripts were tested with; what these bring along needs no pin."""


def free_names(body: str) -> set[str]:
    """Names that a script uses and does not define. Raises SyntaxError."""
    top = symtable(body, "script", "exec")
    bound = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    return _global_names(top) - bound - {*dir(builtins), "__file__", "__doc__", "__name__"}


def _global_names(scope: SymbolTable) -> set[str]:
    """Names that a scope, or one in it, looks up in the module."""
    whole = scope.get_type() == "module"
    used = {
        symbol.get_name()
        for symbol in scope.get_symbols()
        if symbol.is_referenced() and (whole or symbol.is_global())
    }
    return used.union(*map(_global_names, scope.get_children()))


def import_block(body: str) -> str:
    """Import statements for all free names. Raises KeyError for a name that no import provides."""
    free, parts = free_names(body), _attributes(body)
    lines: list[tuple[bool, bool, str, str]] = []
    for module in MODULES:
        name, _, part = module.partition(".")
        # A submodule is imported where it is used; the module itself comes with it.
        if name in free and (part in parts[name] if part else not parts[name] & SUBMODULES[name]):
            lines.append((name not in STANDARD, False, module, f"import {module}"))
    found = {line[2].partition(".")[0] for line in lines}
    for name in sorted(free & ALIASES.keys()):
        module = ALIASES[name]
        found.add(name)
        lines.append((module not in STANDARD, False, module, f"import {module} as {name}"))
    for module, names in NAMES.items():
        wanted = sorted(free.intersection(names), key=_member_order)
        found.update(wanted)
        if wanted:
            line = f"from {module} import {', '.join(wanted)}"
            if len(line) > 88:
                line = (
                    f"from {module} import (\n" + "".join(f"    {name},\n" for name in wanted) + ")"
                )
            lines.append((module.partition(".")[0] not in STANDARD, True, module, line))
    if missing := free - found:
        raise KeyError(f"no import provides {', '.join(sorted(missing))}")
    standard = [line[3] for line in sorted(lines) if not line[0]]
    others = [line[3] for line in sorted(lines) if line[0]]
    return "\n".join(standard) + "\n\n" + "\n".join(others) + "\n"


def _attributes(body: str) -> defaultdict[str, set[str]]:
    """What a script takes of each name: `parquet` of `pyarrow`."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for node in ast.walk(ast.parse(body)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found[node.value.id].add(node.attr)
    return found


def _member_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as isort orders the members of a module."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def dependencies(block: str, more: tuple[str, ...]) -> list[str]:
    """Pinned packages, for the script's header, that an import block needs, and `more` besides."""
    words = block.replace(".", " ").split()
    needed = [each for each in PINS if each.replace("-", "_") in words or each in more]
    return [f"{package}=={PINS[package]}" for package in needed]
