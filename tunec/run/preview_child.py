"""Shows rows as a script will see them, with the script's own functions.

In: a script, the number of rows, and whether there is a terminal for colours. Out: per row its
text, its tokens and which of them are trained on. Invariant: nothing is rendered or encoded here,
so that what is shown is what is trained.
"""

import importlib.util
import os
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from types import ModuleType
from typing import Any  # rows and tokenizers are the script's own

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
IDS = 32
"""Token ids that are shown of a row."""
Encoder = Callable[..., Any]
"""The script's function that makes token ids of a row."""
GREEN, RESET = "\x1b[32m", "\x1b[0m"


def load(path: str) -> ModuleType:
    """The script as a module, which does not run it."""
    spec = importlib.util.spec_from_file_location("script", path)
    assert spec is not None and spec.loader is not None, path
    module = importlib.util.module_from_spec(spec)
    sys.modules["script"] = module
    spec.loader.exec_module(module)
    # The script catches signals to save a checkpoint; here is nothing to save.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return module


def read_rows(script: ModuleType) -> Iterator[tuple[str, dict[str, Any], Encoder]]:
    """The rows to train on, each with its place and what encodes it, in the order of the files."""
    if hasattr(script, "train_rows"):
        for place, row, *encoders in script.train_rows():
            yield place, row, *(encoders or [script.encode])
        return
    readers = [name for name in vars(script) if name.startswith("read_")]
    reader = getattr(script, "read_rows" if "read_rows" in readers else readers[0])
    for each in script.TRAIN_FILES:
        file, encode = each if isinstance(each, tuple) else (each, "")
        encoder = script.ENCODERS[encode] if encode else script.encode
        for place, row in reader(file):
            yield place, row, encoder


def encoded(script: ModuleType, row: dict[str, Any], encode: Encoder, tokenizer: Any) -> list[Any]:  # noqa: ANN401  the script's own
    """What the script makes of a row, before its length is looked at. Raises ValueError."""
    used = {column: row[column] for column in script.COLUMNS if column in row}
    shown = script.hide(used, tokenizer) if hasattr(script, "hide") else used
    found = encode(shown, tokenizer)
    return found if isinstance(found, list) else [found]


def marked(tokenizer: Any, row: Any, colour: bool) -> str:  # noqa: ANN401  the script's own
    """The text of a row; what is trained on is green, or between ⟦ and ⟧."""
    from tunec.diagnostics.render.shown import visible_lines

    before, after = (GREEN, RESET) if colour else ("⟦", "⟧")
    ids, trained = row.ids.tolist(), row.trained.tolist()
    shown, start, text = [], 0, ""
    for end in range(1, len(ids) + 1):
        if end < len(ids) and bool(trained[end]) == bool(trained[start]):
            continue
        # Decoded from the start each time: a piece alone may lose the space before it.
        whole = tokenizer.decode(ids[:end], skip_special_tokens=False)
        piece = "\n".join(visible_lines(whole[len(text) :]))
        # A mark closes before a line ends, so that a terminal's pager keeps the colour.
        lines = [
            before + line + after if trained[start] and line else line for line in piece.split("\n")
        ]
        shown.append(
            "\n".join(lines) if colour else before + piece + after if trained[start] else piece
        )
        text, start = whole, end
    return "".join(shown)


def counted(row: Any, most: int, fate: str) -> str:  # noqa: ANN401  the script's own
    """`73 tokens, 12 of them trained on (16.4%)`, and what becomes of a row that is too long."""
    tokens, trained = len(row.ids), int(row.trained[1:].count_nonzero())
    line = f"{tokens} tokens, {trained} of them trained on ({trained / tokens:.1%})"
    return f"{line}; more than {most}, {fate}" if tokens > most else line


def preview(script: ModuleType, number: int, fate: str, colour: bool) -> None:
    """Prints the first rows."""
    tokenizer = script.load_tokenizer()
    for place, row, encode in islice(read_rows(script), number):
        try:
            found = encoded(script, row, encode, tokenizer)
        except ValueError as problem:
            dropped = (getattr(script, name, ()) for name in ("NotAlternating", "Unwanted"))
            if not isinstance(problem, tuple(dropped)):
                sys.exit(f"{place}: {problem}")
            print(f"--- {place} ".ljust(88, "-"))
            print(f"{problem}, so the row is dropped\n")
            continue
        for each in found:
            print(f"--- {place} ".ljust(88, "-"))
            show(each, tokenizer, colour)
            print(f"{counted(each, script.MAX_LENGTH, fate)}\n")


def show(row: Any, tokenizer: Any, colour: bool) -> None:  # noqa: ANN401  the script's own
    """Prints the text and the ids of a row."""
    ids = row.ids.tolist()
    more = f" ... and {len(ids) - IDS} more" if len(ids) > IDS else ""
    print(marked(tokenizer, row, colour).rstrip("\n"))
    print(f"ids: {' '.join(map(str, ids[:IDS]))}{more}")


def main() -> int:
    """`preview_child.py SCRIPT ROWS FATE colour|plain`; FATE is that of a row which is too long."""
    path, number, fate, style = sys.argv[1:5]
    sys.argv[:] = [path]
    if not sys.flags.safe_path:
        sys.path[0] = os.path.dirname(path)
    sys.path.append(ROOT)
    try:
        preview(load(path), int(number), fate, style == "colour")
        sys.stdout.flush()
        return 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except KeyboardInterrupt:
        return 130
    except (Exception, SystemExit) as problem:
        from tunec.run.failure import tell

        sys.stdout.flush()
        tell(problem, path, "")
        return 1


if __name__ == "__main__":
    sys.exit(main())
