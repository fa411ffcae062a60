"""A script's own functions, under names of this package.

In: a script. Out: its rows, encoded, dealt to its data sets and packed. Invariant: no other module
of this package knows the name of anything in a script.
"""

import importlib.util
import signal
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from types import ModuleType, SimpleNamespace
from typing import Any  # rows and tokenizers are the script's own

from tunec.record import record

FILES = {"train": "TRAIN_FILES", "validation": "VALIDATION_FILES", "test": "TEST_FILES"}
"""Constants that name the files of each data set."""


class Refused(Exception):
    """A row that would stop the script, and why."""


@record
class Encoded:
    """A row as the model will see it."""

    ids: list[int]
    trained: list[bool]
    """Whether the model is trained to predict the token."""

    @property
    def learnt(self) -> int:
        """Tokens trained on: the first has nothing before it to be predicted from."""
        return sum(self.trained[1:])


class Script:
    """The script as a module, which does not run it."""

    def __init__(self, path: str) -> None:
        self._module = _load(path)
        self.tokenizer = self._module.load_tokenizer()
        self.max_length: int = self._module.MAX_LENGTH
        self.columns: tuple[str, ...] = tuple(getattr(self._module, "COLUMNS", ()))
        """Columns that the template places; empty where they are not known."""
        self._markers = [token.content for token in self.tokenizer.added_tokens_decoder.values()]

    def files(self) -> dict[str, list[str]]:
        """The files of each data set that has its own."""
        return {
            name: list(getattr(self._module, constant))
            for name, constant in FILES.items()
            if hasattr(self._module, constant)
        }

    def rows(self, file: str) -> Iterator[tuple[str, Any]]:
        """Each row with its place. Raises Refused where the file cannot be read on."""
        names = [name for name in vars(self._module) if name.startswith("read_")]
        read = getattr(self._module, "read_rows" if "read_rows" in names else names[0])
        try:
            yield from read(file)
        except SystemExit as stop:
            raise Refused(str(stop.code)) from stop

    def encode(self, place: str, row: Any) -> list[Encoded]:  # noqa: ANN401  the script's own
        """What the script makes of a row. Raises Refused where it would stop."""
        try:
            if hasattr(self._module, "check_text"):
                self._module.check_text(row, place, self._markers)
            made = self._module.encode(row, self.tokenizer)
        except SystemExit as stop:
            raise Refused(str(stop.code).removeprefix(f"{place}: ")) from stop
        except (ValueError, TypeError) as error:
            raise Refused(str(error)) from error
        except Exception as error:  # whatever the template or the tokenizer makes of a row
            raise Refused(f"{type(error).__name__}: {error}") from error
        made = made if isinstance(made, list) else [made]
        encoded = [Encoded(each.ids.tolist(), each.trained.tolist()) for each in made]
        if not any(each.learnt for each in encoded):
            raise Refused("nothing in this row is trained on")
        return encoded

    def deal(self, numbers: dict[str, list[int]]) -> dict[str, list[int]]:
        """Numbers of rows per set of files, as the script deals rows to its data sets.

        Raises Refused where the script would stop.
        """
        files = {tuple(files): numbers[name] for name, files in self.files().items()}
        own = self._module.load_rows
        # Whatever is done with rows after they are read is done with their numbers.
        vars(self._module)["load_rows"] = lambda named, *rest: list(files[tuple(named)])
        try:
            train, held_out = self._module.load_data(self.tokenizer)
        except SystemExit as stop:
            raise Refused(str(stop.code)) from stop
        finally:
            vars(self._module)["load_rows"] = own
        return {"train": train, **held_out}

    @property
    def pack_size(self) -> int:
        """Tokens that a pack holds at most."""
        return int(self._module.FORWARD_TOKENS)

    def packs(self, lengths: Sequence[int], steps: int) -> tuple[int, Iterator[list[int]]]:
        """Optimizer steps of the first epoch, and the tokens of each pack in up to `steps`."""
        rows = _Rows(lengths)
        if hasattr(self._module, "EPOCHS"):
            vars(self._module)["EPOCHS"] = 1
        batches, ends = self._module.plan_batches(rows)
        first = batches[: ends[0]]
        every = max(1, -(-len(first) // steps))

        def filled() -> Iterator[list[int]]:
            for batch in islice(first, 0, None, every):
                packs = self._module.packs_of([rows[number] for number in batch])
                yield [sum(len(row.ids) for row in pack) for pack in packs]

        return len(first), filled()


class _Rows(Sequence[Any]):
    """Rows of which only the length is known, made when they are asked for."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self.lengths = lengths

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, number: Any) -> Any:  # noqa: ANN401  Sequence asks for slices too
        return SimpleNamespace(ids=range(int(self.lengths[number])))


def _load(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("script", path)
    assert spec is not None and spec.loader is not None, path
    module = importlib.util.module_from_spec(spec)
    sys.modules["script"] = module
    spec.loader.exec_module(module)
    # The script catches signals to save a checkpoint; here is nothing to save.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return module
