"""A script's own functions for measuring, under names of this package.

In: a `Subject`. Out: its rows, its model, measures and answers. Invariant: no other module of this
package knows the name of anything in a script.
"""

import io
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any  # rows, models and tokenizers are the script's own

from tunec.diagnostics import Diagnostic
from tunec.facts.located import FORMATS, ending_of
from tunec.run.evaluate.paired import Losses
from tunec.run.evaluate.progress import Progress, progress
from tunec.run.evaluate.wanted import Subject
from tunec.run.module import load
from tunec.terminal import Stop

Answers = list[dict[str, Any]]

_NEEDED = ("load_tokenizer", "load_data", "load_model", "packs_of")
_ANSWERING = ("MAX_NEW_TOKENS", "GENERATE_BATCH", "TEMPERATURE", "TOP_P", "SEED")
"""Settings that an answer depends on, or may."""
_STEP = 1


class Script:
    """The script of a subject as a module, which does not run it."""

    def __init__(self, subject: Subject, name: str) -> None:
        self._module = load(subject.script, subject.home, name)
        self._path = subject.script
        absent = [each for each in _NEEDED if not hasattr(self._module, each)]
        if absent:
            raise Stop(
                Diagnostic(
                    "E521",
                    f"`{subject.script}` has no function `{absent[0]}`, by which it is measured.",
                    None,
                    help="Name the spec that it was compiled from: `--spec SPEC`.",
                )
            )
        if subject.kind == "model" and _has_tokenizer(subject.weights):
            self._change("MODEL", Path(subject.weights))
            self._change("TOKENIZER", Path(subject.weights))
        self.tokenizer = self._module.load_tokenizer()

    @property
    def on(self) -> str:
        """The data set that answers are generated for."""
        tested = hasattr(self._module, "TEST_FILES") or hasattr(self._module, "test_rows")
        return "test" if tested else "validation"

    @property
    def answers(self) -> bool:
        """Whether it generates any."""
        return hasattr(self._module, "answers_to")

    # --- Rows -------------------------------------------------------------------------

    def held_out(self) -> dict[str, Any]:
        """The rows that it measures, by data set."""
        _, held_out = self._module.load_data(self.tokenizer)
        return dict(held_out)

    def rows_of(self, files: Sequence[str]) -> dict[str, Any]:
        """The rows of other files, encoded as its own; their names start in this folder."""
        if hasattr(self._module, "ENCODERS"):
            raise _unfit(
                f"The data of `{self._path}` have several templates; rows of a file have none.",
                "Leave out `--data`, or name a spec with one template: `--spec SPEC`.",
            )
        rows: list[Any] = []
        counts: Counter[str] = Counter()
        readers = [self._reader(file) for file in files]
        before = self._change("HERE", Path.cwd())
        for file, read in zip(files, readers, strict=True):
            for place, row in read(file):
                rows += self._module.encoded(place, row, self.tokenizer, counts)
        self._change("HERE", before)
        for what, count in counts.items():
            print(f"{', '.join(files)}: {count:,} {what}")
        if not rows:
            raise _unfit(f"No rows are left of `{', '.join(files)}`.", "Name other files.")
        return {self.on: rows}

    def _reader(self, file: str) -> Any:  # noqa: ANN401  the script's own
        if not os.path.isfile(file):
            raise _unfit(f"There is no file `{file}`.", "Correct the path.")
        format = FORMATS.get(ending_of(file)[0].lower(), "")
        names = [name for name in vars(self._module) if name.startswith("read_")]
        fitting = [name for name in names if format and name.startswith(f"read_{format}")]
        if not fitting:
            known = sorted(
                {name.removeprefix("read_").partition("_")[0] for name in names} - {"rows"}
            )
            raise _unfit(
                f"`{self._path}` does not read files such as `{file}`.",
                f"Write the rows as it reads them: {', '.join(known)}.",
            )
        return getattr(self._module, fitting[0])

    def trained_on(self, rows: Any) -> int | None:  # noqa: ANN401  the script's own
        """How many of these rows it trains on, token by token; None where its own are not there."""
        try:
            own, _ = self._module.load_data(self.tokenizer)
        except (SystemExit, OSError):
            return None
        wanted = [row.ids.numpy().tobytes() for row in rows]
        among = set(wanted)
        seen = {ids for row in own if (ids := row.ids.numpy().tobytes()) in among}
        return sum(ids in seen for ids in wanted)

    def texts(self, rows: Any) -> list[str]:  # noqa: ANN401  the script's own
        """What is wanted of the model in each row."""
        starts = (getattr(row, "start", 0) for row in rows)
        return [
            self.tokenizer.decode(row.ids[start:], skip_special_tokens=True)
            for row, start in zip(rows, starts, strict=True)
        ]

    def prompts(self, rows: Any) -> list[str]:  # noqa: ANN401  the script's own
        """What stands before that."""
        return [self.tokenizer.decode(row.ids[: getattr(row, "start", 0)]) for row in rows]

    # --- Models -----------------------------------------------------------------------

    def base(self) -> Any:  # noqa: ANN401  of torch
        """The model as it is before training, as in a run before its first step."""
        import torch

        self._activate()
        torch.manual_seed(self._module.SEED)
        with redirect_stdout(io.StringIO()):  # what it says of training is not so here
            return self._module.load_model()

    def alone(self, model: Any) -> Any:  # noqa: ANN401  of torch
        """The base as a run measures it: without a prompt that is to be trained."""
        return model.get_base_model() if hasattr(self._module, "before_rows") else model

    def trained(self, model: Any, subject: Subject) -> Any:  # noqa: ANN401  of torch
        """The model of the subject; `model` is its base, which may become it."""
        if subject.kind in ("checkpoint", "best"):
            self._fill(model, Path(subject.weights), best=subject.kind == "best")
            return model
        return self._loaded(Path(subject.weights))

    def step_of(self, subject: Subject) -> int | None:
        """After how many steps the weights are as they are, if that is known."""
        if subject.kind == "checkpoint":
            return int(Path(subject.weights).name.removeprefix("step-"))
        if subject.kind == "best":
            step: int = self._module.best_step(Path(subject.folder))[0]
            return step
        return None

    def _fill(self, model: Any, place: Path, *, best: bool) -> None:  # noqa: ANN401  of torch
        import torch
        from safetensors.torch import load_file

        saved = load_file(place if best else place / "weights.safetensors")
        weights = self._module.trained_weights(model)
        if saved.keys() != weights.keys():
            message = f"`{place}` holds other weights than `{self._path}` trains."
            remedy = "Name the spec with the method that they were trained by: `--spec SPEC`."
            raise Stop(Diagnostic("E521", message, None, help=remedy))
        with torch.no_grad():
            for name, weight in weights.items():
                weight.copy_(saved[name])
        if hasattr(self._module, "averaged") and not best:
            # What is measured and handed over is the average, which the optimizer knows.
            optimizer = self._module.make_optimizer(model)
            optimizer.load_state_dict(torch.load(place / "optimizer.pt", weights_only=True))
            optimizer.eval()

    def _loaded(self, folder: Path) -> Any:  # noqa: ANN401  of torch
        """The model in a folder, as it was saved."""
        self._activate()
        if (folder / "adapter_config.json").is_file():
            from peft import PeftModel

            return PeftModel.from_pretrained(self._module.load_base(), folder)
        if (folder / "adapter.safetensors").is_file():
            for name in ("with_adapters", "with_biases"):
                if hasattr(self._module, name):
                    return getattr(self._module, name)(self._module.load_base(), folder)
            message = f"`{folder}` holds adapters that `{self._path}` cannot load."
            remedy = "Name the spec with the method that they were trained by: `--spec SPEC`."
            raise Stop(Diagnostic("E521", message, None, help=remedy))
        if hasattr(self._module, "MODEL") and not hasattr(self._module, "NEW_TOKENS"):
            merged = self._change("MERGED_ADAPTERS", [])
            own = self._change("MODEL", folder)
            model = self._module.load_base()
            self._change("MODEL", own)
            self._change("MERGED_ADAPTERS", merged)
            return model
        import torch
        from transformers import AutoModelForCausalLM

        dtype = self._module.DTYPE
        model = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=torch.float32 if dtype == torch.float32 else "auto",
            attn_implementation=self._module.ATTENTION,
            use_safetensors=True,
        )
        return model.to(self._module.DEVICE)

    def _activate(self) -> None:
        """Makes transformers use the attention of this script."""
        if hasattr(self._module, "attend_by_row"):
            self._module.AttentionInterface.register("by_row", self._module.attend_by_row)

    # --- Measures ---------------------------------------------------------------------

    def measured(
        self,
        model: Any,  # noqa: ANN401  of torch
        held_out: dict[str, Any],
        limit: int | None,
        folder: Path,
        other: "Script | None" = None,
    ) -> tuple[dict[str, Any], Answers]:
        """Its measures of a model, and the answers; `other` is the script of that model."""
        owner = other or self
        owner._activate()
        if limit is not None:
            self._change("GENERATE_ROWS", limit or None)
        folder.mkdir()
        if other:
            other._take(self)
        with owner._shown(model, held_out), self._instead(other._lent() if other else {}):
            line = self._line(model, owner.tokenizer, held_out, folder)
        return line, answers_in(folder / "answers" / f"step-{_STEP:06}.jsonl")

    def _line(
        self,
        model: Any,  # noqa: ANN401  of torch
        tokenizer: Any,  # noqa: ANN401  the script's own
        held_out: dict[str, Any],
        folder: Path,
    ) -> dict[str, Any]:
        """What the script measures after training; one that holds nothing out has losses alone."""
        if hasattr(self._module, "measure"):
            line = dict(self._module.measure(model, tokenizer, held_out, folder, _STEP, _STEP))
            del line["step"]
            return line
        losses = {name: self._module.mean_loss(model, rows) for name, rows in held_out.items()}
        return {f"{name}_loss": loss for name, loss in losses.items()}

    def compared(self, name: str, base: Answers, tuned: Answers) -> dict[str, Any]:
        """Intervals of a measure of both and of their difference, and how likely chance is."""
        if not hasattr(self._module, "compared"):
            from tunec.emit.evaluation_chapter import Intervals
            from tunec.emit.templates import fill

            # A script that compares with nothing has not all of this chapter.
            exec(fill("evaluate/intervals", Intervals(compared=True)), self._module.__dict__)
        found: dict[str, Any] = self._module.compared(name, base, tuned)
        return found

    def interval(self, name: str, answers: Answers) -> list[float]:
        """Of a measure of answers."""
        module = self._module
        draws = module.resampled(len(answers))
        ends: list[float] = module.interval(module.summary(name, answers, draws))
        return ends

    @property
    def seed(self) -> int:
        return int(self._module.SEED)

    def losses(self, model: Any, held_out: dict[str, Any]) -> dict[str, Losses]:  # noqa: ANN401
        """Of its model on each row by itself, by the measure that they amount to."""
        if not hasattr(self._module, "mean_loss"):
            return {}
        with progress("losses row by row", sum(map(len, held_out.values()))) as shown:
            return {
                f"{name}_loss": [self._loss(model, row, shown) for row in rows]
                for name, rows in held_out.items()
            }

    def _loss(self, model: Any, row: Any, shown: Progress) -> tuple[float, float]:  # noqa: ANN401
        weight = float(self._module.trained_tokens([row]))
        shown.add(1)
        return weight * self._module.mean_loss(model, [row]), weight

    def signatures(self) -> dict[str, str]:
        """How measures were computed, of those that have variants."""
        return dict(self._module.signatures()) if hasattr(self._module, "signatures") else {}

    def _lent(self) -> dict[str, Any]:
        """Functions with which another script measures this one's model."""
        module = self._module
        names = ("mean_loss", "answers_to", "stop_token", "stop_tokens", "trained_tokens")
        lent = {name: getattr(module, name) for name in names if hasattr(module, name)}
        if "stop_token" in lent:
            lent.setdefault("stop_tokens", lambda tokenizer: [module.stop_token(tokenizer)])
        return lent

    @contextmanager
    def _shown(self, model: Any, held_out: dict[str, Any]) -> Iterator[None]:  # noqa: ANN401
        """Shows how far losses and answers are."""
        packs_of = self._module.packs_of
        generate: Any = getattr(model, "generate", None)
        answered = len(held_out[self.on][: getattr(self._module, "GENERATE_ROWS", 0)])

        def packs(rows: Any) -> Iterator[Any]:  # noqa: ANN401  the script's own
            for pack in packs_of(rows):
                yield pack
                losses.add(len(pack))

        def generated(**options: Any) -> Any:  # noqa: ANN401  of transformers
            made = generate(**options)
            answers.add(len(made))
            return made

        total = sum(len(rows) for rows in held_out.values())
        with progress("losses", total) as losses, progress("answers", answered) as answers:
            if answered:
                model.generate = generated
            with self._instead({"packs_of": packs}):
                yield
            if answered:
                del model.generate

    def _take(self, other: "Script") -> None:
        """Answers as the other does: as long, at random or not."""
        for name in _ANSWERING:
            if hasattr(other._module, name):
                self._change(name, getattr(other._module, name))

    def _change(self, name: str, value: Any) -> Any:  # noqa: ANN401  of any sort
        """Gives something in the script another value, if it has that; what it had."""
        before = getattr(self._module, name, None)
        if hasattr(self._module, name):
            setattr(self._module, name, value)
        return before

    @contextmanager
    def _instead(self, values: dict[str, Any]) -> Iterator[None]:
        names = vars(self._module)
        before = {name: names[name] for name in values if name in names}
        names.update({name: values[name] for name in before})
        try:
            yield
        finally:
            names.update(before)


def answers_in(file: Path) -> Answers:
    """Answers as a script stores them; none where it stored none."""
    import json

    if not file.is_file():
        return []
    with open(file, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _has_tokenizer(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "tokenizer_config.json"))


def _unfit(message: str, remedy: str) -> Stop:
    return Stop(Diagnostic("E523", message, None, help=remedy))
