"""How many tokens texts have.

In: where a tokenizer is, and texts. Out: numbers, or None where they cannot be told here.
Invariant: the tokenizer, which may be large, is read when texts are first counted, by the library
that transformers reads it with, and never without need.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any  # a tokenizer of a library

from tunec.files import Files


class TokenCounter:
    """Counts with the tokenizer of a folder."""

    def __init__(self, files: Files, folder: Path | None) -> None:
        self.files = files
        self.folder = folder

    def count(self, texts: Sequence[str]) -> list[int] | None:
        """Without the tokens that a tokenizer puts around a text."""
        tokenizer = self._tokenizer()
        if tokenizer is None:
            return None
        # Half of a pair of surrogates, which JSON may hold, is no character.
        whole = [text.encode(errors="replace").decode() for text in texts]
        found = tokenizer.encode_batch(whole, add_special_tokens=False)
        return [len(each.ids) for each in found]

    def _tokenizer(self) -> Any:  # noqa: ANN401  of a library
        path = self.folder / "tokenizer.json" if self.folder else None
        if path is None or not self.files.is_file(path):
            return None
        try:
            from tokenizers import Tokenizer  # not needed to compile, so it may not be there

            tokenizer = Tokenizer.from_str(self.files.read_text(path))
        except Exception:  # the library has no errors of its own, and damage is told elsewhere
            return None
        tokenizer.no_truncation()
        return tokenizer
