"""A model and its tokenizer as the spec changes them.

In: a lowered spec and what the files say. Out: the same facts with the spec's chat template, tokens
and configuration. Invariant: what the spec does not name stays as the files say.
"""

from tunec.diagnostics import Diagnostic, Label, Report
from tunec.diagnostics.suggest import nearest
from tunec.facts.model import ModelFacts
from tunec.facts.paths import enumerated, is_absolute, refuse_absolute
from tunec.facts.tokenizer import TokenizerFacts
from tunec.files import Files
from tunec.resources import chat_template
from tunec.spec.chat_templates import LIBRARY
from tunec.spec.model import Pretrained, Scratch
from tunec.spec.places import Lowered

PATH = "model.chat_template"


def as_told(
    lowered: Lowered, files: Files, report: Report, tokenizer: TokenizerFacts | None
) -> TokenizerFacts | None:
    """The facts after the spec; a chat template that is not there goes to `report`."""
    model = lowered.spec.model
    if not isinstance(model, (Pretrained, Scratch)):
        return tokenizer
    text = _chat_template(lowered, files, report, model.chat_template)
    if tokenizer is None:
        return None
    said = [token for token in (model.bos_token, model.eos_token, model.pad_token) if token]
    special = [*tokenizer.special_tokens, *(model.add_special_tokens or ()), *said]
    return tokenizer._replace(
        chat_template=text if model.chat_template else tokenizer.chat_template,
        special_tokens=tuple(dict.fromkeys(special)),
        bos_token=model.bos_token or tokenizer.bos_token,
        eos_token=model.eos_token or tokenizer.eos_token,
        pad_token=model.pad_token or tokenizer.pad_token,
    )


def model_as_told(lowered: Lowered, facts: ModelFacts | None) -> ModelFacts | None:
    """The facts with what `config` and `rope_scaling` say."""
    model = lowered.spec.model
    if facts is None or not isinstance(model, (Pretrained, Scratch)):
        return facts
    config = {**facts.config, **(model.config.given if model.config else {})}
    if model.rope_scaling:
        kind = lowered.places.kinds["model.rope_scaling"]
        config["rope_scaling"] = {"rope_type": kind, "factor": model.rope_scaling.factor}
    return facts._replace(config=config, files_config=facts.config)


def _chat_template(lowered: Lowered, files: Files, report: Report, name: str | None) -> str | None:
    """The text of the one that the spec names; None where it names none that is there."""
    if name is None:
        return None
    if name in LIBRARY:
        return chat_template(name)
    span = lowered.places.span(PATH)
    label = Label(span) if span else None
    if is_absolute(name):
        report.add(refuse_absolute(lowered.places, PATH, name, '`chat_template = "PATH"`'))
        return None
    try:
        return files.read_text(lowered.places.folder(PATH) / name)
    except (OSError, UnicodeDecodeError):
        close = nearest(name, LIBRARY)
        notes = (f"The library has {enumerated(LIBRARY, 20)}.",)
        remedy = f"Write `chat_template = {close[0]}`." if close else "Correct the path."
        what = f"There is no file `{name}` with a chat template in UTF-8."
        report.add(Diagnostic("E404", what, label, notes=notes, help=remedy))
        return None
