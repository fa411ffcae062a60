"""The facts of a model and its tokenizer.

In: a lowered spec. Out: `ModelFacts` and `TokenizerFacts`. Invariant: a folder that is missing one
of the two has been reported; a cache that is incomplete has not, since the run downloads the rest.
"""

from collections.abc import Mapping
from pathlib import Path

from tunec.diagnostics import Diagnostic, Label, Report
from tunec.facts.jsonfile import Unreadable, read_object
from tunec.facts.model import ModelFacts
from tunec.facts.paths import enumerated
from tunec.facts.place import ModelPlace, locate
from tunec.facts.tokenizer import TokenizerFacts, read_tokenizer
from tunec.facts.told import as_told, model_as_told
from tunec.facts.weights import read_shapes
from tunec.files import Files
from tunec.spec.model import Pretrained, Scratch
from tunec.spec.places import Lowered

SCRATCH_LENGTH = 2048
"""`max_position_embeddings` of `model scratch` where `max_length` is not written."""
MISTRAL_WINDOW = 4096
"""What transformers' configuration of that architecture has unless it is told otherwise."""
_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt", "consolidated.00.pth")


def gather_model(
    lowered: Lowered, files: Files, report: Report
) -> tuple[ModelPlace | None, ModelFacts | None, TokenizerFacts | None]:
    """Where the model is, and what is known of it and its tokenizer; problems go to `report`."""
    place, facts, tokenizer = _gather(lowered, files, report)
    told = model_as_told(lowered, facts)
    return place, told, as_told(lowered, files, report, tokenizer)


def _gather(
    lowered: Lowered, files: Files, report: Report
) -> tuple[ModelPlace | None, ModelFacts | None, TokenizerFacts | None]:
    place = locate(lowered, files)
    model = lowered.spec.model
    facts = _of_scratch(model) if isinstance(model, Scratch) else None
    if isinstance(place, Diagnostic):
        report.add(place)
        return None, facts, None
    if place.local is None:
        return place, facts, None
    folder = _Folder(lowered, place, place.local, files, report)
    if isinstance(model, Pretrained):
        facts = folder.model()
        if facts is None:
            return place, None, None
    return place, facts, folder.tokenizer()


def _of_scratch(model: Scratch) -> ModelFacts:
    config: dict[str, object] = {
        "model_type": model.architecture,
        "hidden_size": model.hidden_size,
        "num_hidden_layers": model.num_hidden_layers,
        "num_attention_heads": model.num_attention_heads,
        "num_key_value_heads": model.num_key_value_heads or model.num_attention_heads,
        "intermediate_size": model.intermediate_size or 4 * model.hidden_size,
        "tie_word_embeddings": model.tie_word_embeddings,
        "max_position_embeddings": model.max_length.value if model.max_length else SCRATCH_LENGTH,
    }
    if model.architecture == "mistral":
        config["sliding_window"] = MISTRAL_WINDOW
    return ModelFacts("scratch", config, None)


class _Folder:
    """Reads the files of one model, or one tokenizer."""

    def __init__(
        self, lowered: Lowered, place: ModelPlace, folder: Path, files: Files, report: Report
    ) -> None:
        scratch = isinstance(lowered.spec.model, Scratch)
        self.span = lowered.places.span("model.tokenizer" if scratch else "model.path")
        self.scratch = scratch
        self.place = place
        self.folder = folder
        self.files = files
        self.report = report

    def model(self) -> ModelFacts | None:
        """None where something is missing; that was reported, unless it may be downloaded."""
        path = self.folder / "config.json"
        if not self.files.is_file(path):
            self.without_config()
            return None
        try:
            config = _flat(read_object(self.files, path))
        except Unreadable as problem:
            self.refuse("E403", f"`{self.place.path}/config.json` {problem.reason}.", REPAIR)
            return None
        try:
            weights = read_shapes(self.files, self.folder)
        except Unreadable as problem:
            self.refuse("E403", f"In `{self.place.path}`, {problem.reason}.", REPAIR)
            if self.place.kind == "folder":
                return None
            weights = None
        if weights is None and not self.without_weights():
            return None
        return ModelFacts("folder" if self.place.kind == "folder" else "cache", config, weights)

    def tokenizer(self) -> TokenizerFacts | None:
        try:
            found = read_tokenizer(self.files, self.folder)
        except Unreadable as problem:
            self.refuse("E413", f"In `{self.place.path}`, {problem.reason}.", REPAIR)
            return None
        if self.place.kind == "hub" and found is not None:
            # The cache marks files that the hub was asked for and does not have.
            missing = self.folder.parents[1] / ".no_exist" / self.folder.name
            return found._replace(whole=self.files.is_file(missing / "chat_template.jinja"))
        if found is None:
            remedy = "Put the files of the tokenizer into this folder."
            if self.scratch:
                remedy = 'Name the folder of a tokenizer, such as `tokenizer = "../models/base"`.'
            self.refuse(
                "E413", f"`{self.place.path}` has no tokenizer.", remedy, (self.contents(),)
            )
        return found

    def without_config(self) -> None:
        names = self.files.names(self.folder)
        shown = self.place.path
        if "adapter_config.json" in names:
            base = self.base_of_adapter()
            has = f", made for `{base}`" if base else ""
            remedy = f'Name the model that it was made for: `model "{base or "…"}"`.'
            self.refuse("E403", f"`{shown}` is an adapter{has}, not a whole model.", remedy)
        elif "params.json" in names:
            remedy = "Name a folder in the format of transformers, with `config.json` in it."
            self.refuse(
                "E403", f"`{shown}` has a model in another format.", remedy, (self.contents(),)
            )
        elif any(name.endswith(".gguf") for name in names):
            remedy = "Name the model that the GGUF file was made from."
            self.refuse("E403", f"`{shown}` has a GGUF file, which cannot be trained.", remedy)
        else:
            inside = [
                name for name in names if self.files.is_file(self.folder / name / "config.json")
            ]
            remedy = REPAIR
            if inside:
                remedy = f'Write `model "{shown}/{inside[0]}"`.'
            self.refuse("E403", f"`{shown}` has no `config.json`.", remedy, (self.contents(),))

    def base_of_adapter(self) -> str | None:
        try:
            about = read_object(self.files, self.folder / "adapter_config.json")
        except Unreadable:
            return None
        base = about.get("base_model_name_or_path")
        # A path of the machine that the adapter was made on says nothing here.
        return base if isinstance(base, str) and base and not base.startswith(("/", "~")) else None

    def without_weights(self) -> bool:
        """Reports a folder without safetensors; whether the model can be used all the same."""
        if self.place.kind == "hub":
            return True
        names = self.files.names(self.folder)
        shown = self.place.path
        pickles = [name for name in names if name in _PICKLES or name.startswith("pytorch_model-")]
        if pickles:
            self.refuse(
                "E403",
                f"`{shown}` has its weights in `{pickles[0]}`, but only safetensors are loaded.",
                "Save the model again with `save_pretrained`, which writes `model.safetensors`.",
                ("Loading a pickled file can run code that is hidden in it.",),
            )
        else:
            self.refuse(
                "E403", f"`{shown}` has no `model.safetensors`.", REPAIR, (self.contents(),)
            )
        return False

    def contents(self) -> str:
        names = self.files.names(self.folder)
        return f"The folder has {enumerated(names)} in it." if names else "The folder is empty."

    def refuse(self, code: str, message: str, remedy: str, notes: tuple[str, ...] = ()) -> None:
        if self.place.kind == "hub":
            return
        label = Label(self.span) if self.span else None
        self.report.add(Diagnostic(code, message, label, notes=notes, help=remedy))


REPAIR = "Name the folder of a whole model, or download this one again."


def _flat(config: Mapping[str, object]) -> Mapping[str, object]:
    """With the part that is about text on top, where a model has others too."""
    text = config.get("text_config")
    if not isinstance(text, dict):
        return config
    return {**config, **{name: value for name, value in text.items() if value is not None}}
