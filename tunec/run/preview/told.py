"""A report in a terminal.

In: figures. Out: text. Invariant: every figure that is bad news says how many rows and names some.
"""

from collections.abc import Iterator

from tunec.diagnostics.render.shown import visible
from tunec.run.preview.figures import PERCENTILES, Figures

WIDTH = 88
BAR = 40
"""Columns of the longest bar of a histogram."""
BOLD, DIM, RED, GREEN, RESET = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[0m"
_EIGHTHS = " ▏▎▍▌▋▊▉"


class Teller:
    """How figures are told, with colour or without."""

    def __init__(self, *, colour: bool) -> None:
        self.colour = colour

    def text(self, figures: Figures) -> str:
        """All of them."""
        lines: list[str] = []
        for name, each in figures["data"].items():
            lines += [*self._data(name, each, figures), ""]
        if figures["overlap"]:
            lines += [self._title("overlap with train"), *self._overlap(figures), ""]
        lines += [self._title("packing"), *self._packing(figures["packing"]), ""]
        for note in [figures["near_duplicates_note"], *figures["notes"]]:
            lines += [self._painted(DIM, visible(note))] if note else []
        return "\n".join(lines).rstrip("\n")

    def _painted(self, colour: str, text: str) -> str:
        return f"{colour}{text}{RESET}" if self.colour else text

    def _title(self, text: str) -> str:
        return self._painted(BOLD, f"=== {text} ".ljust(WIDTH, "="))

    def _line(self, name: str, text: str) -> str:
        return f"{self._painted(DIM, name.ljust(14))}{text}"

    def _data(self, name: str, each: Figures, all_of_them: Figures) -> Iterator[str]:
        rows, lengths = each["rows"], each["lengths"]
        yield self._title(name)
        yield self._line("rows", f"{rows['read']:,} read, {rows['trained']:,} of them used")
        if lengths:
            yield from self._lengths(each, all_of_them)
        for trouble in each["troubles"]:
            yield self._trouble(trouble, rows["read"])
        yield from self._alike("the same as an earlier row", each["exact_duplicates"])
        if each["near_duplicates"]:
            yield from self._alike("nearly the same", each["near_duplicates"])
        if not each["troubles"]:
            yield self._painted(GREEN, "Nothing is wrong with any row by itself.")

    def _lengths(self, each: Figures, all_of_them: Figures) -> Iterator[str]:
        rows, tokens, lengths = each["rows"], each["tokens"], each["lengths"]
        share = f"{tokens['share_trained']:.1%}"
        yield self._line(
            "tokens", f"{tokens['kept']:,}, {tokens['trained']:,} of them trained on ({share})"
        )
        points = [("min", "min"), *((f"p{at}", f"{at}%") for at in PERCENTILES), ("max", "max")]
        shown = "  ".join(f"{label} {lengths[key]:,}" for key, label in points)
        yield self._line("tokens a row", shown)
        most, overflow = all_of_them["max_length"], all_of_them["overflow"]
        yield self._line("at most", f"{most:,}; longer ones: {overflow}, {_fates(rows)}")
        yield from self._histogram(each["histogram"], most)

    def _histogram(self, bins: list[Figures], most: int) -> Iterator[str]:
        highest = max(each["rows"] for each in bins)
        width = max(len(f"{bins[-1]['from']:,}"), len("more"))
        for each in bins:
            # A bin without an end holds all that is longer.
            end = "more" if each["to"] is None else f"{each['to']:,}"
            label = f"{each['from']:>{width},} – {end:<{width}}"
            bar = self._painted(RED if each["from"] > most else GREEN, _bar(each, highest))
            yield f"{'':14}{label}  {bar} {each['rows']:,}"

    def _trouble(self, trouble: Figures, read: int) -> str:
        share = f"{trouble['rows'] / read:.1%}"
        head = f"! {_rows(trouble['rows'])} ({share}): {trouble['meaning']}"
        lines = [self._painted(RED, head)]
        lines += [
            f"    {visible(each['place'])}: {visible(each['text'])}"
            for each in trouble["examples"][:3]
        ]
        return "\n".join(lines)

    def _alike(self, what: str, found: Figures) -> Iterator[str]:
        if not found["rows"]:
            return
        yield self._painted(RED, f"! {_rows(found['rows'])}: {what}")
        for group in found["groups"][:3]:
            more = group["rows"] - len(group["places"])
            named = [*map(visible, group["places"]), *([f"{more:,} more"] if more else [])]
            yield f"    {', '.join(named)}"

    def _overlap(self, figures: Figures) -> Iterator[str]:
        for each in figures["overlap"]:
            for what, found in (
                ("the same as", each["exact"]),
                ("nearly the same as", each["near"]),
            ):
                if found is None:
                    continue
                text = f"{_rows(found['rows'])} of {each['data']}: {what} one trained on"
                if not found["rows"]:
                    yield f"  {text}"
                    continue
                yield self._painted(RED, f"! {text}")
                yield from (f"    {visible(a)} = {visible(b)}" for a, b in found["pairs"][:3])

    def _packing(self, found: Figures | None) -> Iterator[str]:
        if found is None:
            yield "Nothing is left to pack."
            return
        yield self._line(
            "packs",
            f"{found['efficiency']:.1%} full, of {found['pack_size']:,} tokens each; "
            f"{found['packs_per_step']:g} per optimizer step",
        )
        looked = found["steps_looked_at"]
        of = "" if looked == found["steps_per_epoch"] else f", of which {looked:,} were looked at"
        yield self._line("steps", f"{found['steps_per_epoch']:,} per epoch{of}")


def _rows(number: int) -> str:
    return f"{number:,} row" if number == 1 else f"{number:,} rows"


def _fates(rows: Figures) -> str:
    said = [f"{rows[kind]:,} {kind}" for kind in ("truncated", "split", "dropped") if rows[kind]]
    return ", ".join(said) or "none"


def _bar(each: Figures, highest: int) -> str:
    eighths = round(8 * BAR * each["rows"] / highest)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip() or ("▏" if each["rows"] else "")
