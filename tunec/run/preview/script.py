"""A script's own functions, under names of this package.

In: a script. Out: its rows, encoded, dealt to its data sets and packed. Invariant: no other module
of this package knows the name of anything in a script.
"""

import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from itertools import islice
from typing import Any  # rows and tokenizers are the script's own

from tunec.record import record
from tunec.run.module import load

DATA_SETS = ("train", "validation", "test", "general")


class Refused(Exception):
    """A row that would stop the script, or a file that would, and why."""


@record
class Encoded:
    """A row as the model will see it."""

    ids: list[int]
    weights: list[float]
    """How much each token counts in the loss; 0 is not at all.

    That of the first is 0, for there is nothing before it to be predicted from.
    """
    label: str | None = None
    """What a head is to say of it; None where tokens are predicted."""

    @property
    def learnt(self) -> int:
        """How many tokens are trained on."""
        return len(self.weights) - self.weights.count(0)


@record
class Made:
    """What a script makes of a row of the data."""

    whole: list[Encoded]
    """Before their length is looked at; none where the row is refused or dropped before that."""
    left: list[list[Encoded]]
    """What is left of each of these."""
    rows: list[Any]
    """The same as the script has it."""
    counts: dict[str, int]
    """What the script says was done to the row."""
    refusal: str
    """Why it would stop the run; empty where it would not."""

    @property
    def dropped(self) -> str:
        """Why it is dropped before its length is looked at; empty where it is not."""
        said = next((what for what in self.counts if "dropped" in what), "nothing is left of it")
        reason = said.removeprefix("rows ").removeprefix("dropped: ").removesuffix(" dropped")
        return "" if self.whole else reason

    @property
    def spelled(self) -> bool:
        """Whether text in it looks like a special token."""
        return any(what.startswith("rows spell out special tokens") for what in self.counts)


@record
class Found:
    """A row of the data."""

    place: str
    raw: Any
    encoder: tuple[Any, ...]
    """The function that encodes it, where the script has several."""


class Script:
    """The script as a module, which does not run it."""

    def __init__(self, path: str) -> None:
        self._module = load(path)
        self.said: list[str] = []
        """What it said of its sources while it read them."""
        self.tokenizer = self._module.load_tokenizer()
        self.max_length: int = self._module.MAX_LENGTH
        self.columns: tuple[str, ...] = tuple(self._module.COLUMNS)
        """Columns that a template uses."""
        self._fitted: list[tuple[Any, list[Any]]] = []
        self._watch_lengths()

    def data_sets(self) -> list[str]:
        """Names of the data sets that have rows of their own."""
        return [name for name in DATA_SETS if self._source(name) is not None]

    def rows(self, name: str) -> Iterator[Found]:
        """The rows of a data set in their order. Raises Refused where they cannot be read on."""
        source = self._source(name)
        assert source is not None, name
        rows = source()
        try:
            while True:
                with _quiet() as said:
                    found = next(rows, None)
                self.said += said.getvalue().splitlines()
                if found is None:
                    return
                place, raw, *encoder = found
                yield Found(place, raw, tuple(encoder))
        except SystemExit as stop:
            raise Refused(str(stop.code)) from stop

    def encode(self, row: Found) -> Made:
        """What the script makes of a row, by the function with which it encodes them all."""
        self._fitted.clear()
        counts: Counter[str] = Counter()
        refusal, rows = "", []
        try:
            with _quiet():
                rows = self._module.encoded(
                    row.place, row.raw, *row.encoder, self.tokenizer, counts
                )
        except SystemExit as stop:
            refusal = str(stop.code).removeprefix(f"{row.place}: ")
        except Exception as error:  # whatever a Python function or a tokenizer makes of a row
            refusal = f"{type(error).__name__}: {error}"
        return Made(
            [self._plain(before) for before, _ in self._fitted],
            [[self._plain(each) for each in after] for _, after in self._fitted],
            rows,
            dict(counts),
            refusal,
        )

    def deal(self, rows: dict[str, list[Any]]) -> dict[str, list[int]]:
        """By data set, which rows the script deals to it, by their number among those given.

        Given are the rows of each data set that has its own. Raises Refused where the script
        would stop.
        """
        constants = {id(getattr(self._module, _files(name), name)): name for name in rows}
        numbers = {id(row): at for given in rows.values() for at, row in enumerate(given)}

        def load_rows(source: Any, *_: Any) -> _Rows:  # noqa: ANN401  what the script calls it with
            name = source if isinstance(source, str) else constants[id(source)]
            if not rows[name]:
                sys.exit(f"data {name}: no rows are left")
            return _Rows(rows[name])

        try:
            with self._instead("load_rows", load_rows), _quiet() as said:
                train, held_out = self._module.load_data(self.tokenizer)
        except SystemExit as stop:
            raise Refused(str(stop.code)) from stop
        self.said += said.getvalue().splitlines()
        dealt = {"train": train, **held_out}
        return {name: [numbers[id(row)] for row in part] for name, part in dealt.items()}

    @property
    def pack_size(self) -> int:
        """Tokens that a pack holds at most."""
        return int(self._module.FORWARD_TOKENS)

    def packs(self, rows: list[Any], steps: int) -> tuple[int, Iterator[list[int]]]:
        """Optimizer steps of the first epoch, and the tokens of each pack in up to `steps`."""
        with self._instead("EPOCHS", 1):
            batches, ends = self._module.plan_batches(_Rows(rows))
        first = batches[: ends[0]]
        every = max(1, -(-len(first) // steps))

        def filled() -> Iterator[list[int]]:
            for batch in islice(first, 0, None, every):
                packs = self._module.packs_of([rows[number] for number in batch])
                yield [sum(len(row.ids) for row in pack) for pack in packs]

        return len(first), filled()

    def _source(self, name: str) -> Callable[[], Iterator[tuple[Any, ...]]] | None:
        """What yields the rows of a data set; None where it has none of its own."""
        own: Callable[[], Iterator[tuple[Any, ...]]] | None
        own = getattr(self._module, f"{name}_rows", None)
        if own is not None or not hasattr(self._module, _files(name)):
            return own
        names = [name for name in vars(self._module) if name.startswith("read_")]
        read = getattr(self._module, "read_rows" if "read_rows" in names else names[0])

        def rows() -> Iterator[tuple[Any, ...]]:
            for each in getattr(self._module, _files(name)):
                file, *template = each if isinstance(each, tuple) else (each,)
                encoder = [self._module.ENCODERS[known] for known in template]
                for place, row in read(file):
                    yield place, row, *encoder

        return rows

    def _plain(self, row: Any) -> Encoded:  # noqa: ANN401  the script's own
        if not hasattr(row, "label"):
            return Encoded(row.ids.tolist(), [0.0, *map(float, row.trained[1:].tolist())])
        names: list[str] = getattr(self._module, "LABELS", [])
        said = names[row.label] if isinstance(row.label, int) else f"{row.label}"
        if isinstance(row.label, list):
            said = ", ".join(name for name, has in zip(names, row.label, strict=True) if has)
        return Encoded(row.ids.tolist(), [0.0] * len(row.ids), said)

    def _watch_lengths(self) -> None:
        """Notes each row that is fitted to the length, and what becomes of it."""
        own = self._module.fitted

        def fitted(row: Any, *rest: Any) -> Any:  # noqa: ANN401  the script's own
            self._fitted.append((row, []))
            made = own(row, *rest)
            self._fitted[-1] = (row, made)
            return made

        vars(self._module)["fitted"] = fitted

    @contextmanager
    def _instead(self, name: str, value: object) -> Iterator[None]:
        """The script with something else by this name, if it has that."""
        names = vars(self._module)
        before = {name: names[name]} if name in names else {}
        names.update(dict.fromkeys(before, value))
        try:
            yield
        finally:
            names.update(before)


class _Rows(list[Any]):
    """Rows in a list, from which some can be taken by a list of their numbers."""

    def __getitem__(self, which: Any) -> Any:  # noqa: ANN401  a number, a slice, or numbers
        if isinstance(which, list):
            return _Rows(super(_Rows, self).__getitem__(number) for number in which)
        found = super().__getitem__(which)
        return _Rows(found) if isinstance(which, slice) else found


def _quiet() -> redirect_stdout[io.StringIO]:
    """Catches what the script prints."""
    return redirect_stdout(io.StringIO())


def _files(name: str) -> str:
    """The constant that names the files of a data set."""
    return f"{name.upper()}_FILES"
