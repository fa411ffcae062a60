"""Rows that are the same, or nearly.

In: what the model sees of each row, and the texts that the row has. Out: for each row the first
that is the same, and one that is nearly the same. Invariant: rows are compared with earlier ones
alone, so that what is found does not depend on how many follow.
"""

import zlib
from array import array
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from importlib.util import find_spec
from typing import Any  # signatures are those of datasketch

THRESHOLD = 0.8
"""Share of short pieces of text that nearly equal rows have in common, by estimate."""
PIECE = 5
"""Characters of such a piece: of words, none would be found in scripts without spaces."""
HASHES = 128
"""Of a signature; with as many the estimate is off by 0.04 or less, mostly."""
MOST = 200_000
"""Rows whose signatures are kept; more would take gigabytes."""
FIRST = 200
"""Rows among which a text that most of them share is looked for, such as a system prompt."""
LONG = 20
"""Characters of such a text: a shorter one may be the answer."""


def digest(parts: Iterable[tuple[list[int], list[float]]]) -> bytes:
    """The same for what the model sees as the same."""
    made = blake2b(digest_size=16)
    for ids, weights in parts:
        made.update(len(ids).to_bytes(8))
        made.update(array("q", ids))
        made.update(array("d", weights))
    return made.digest()


class Same:
    """By row, in their order, the first that is the same; itself where there is none."""

    def __init__(self) -> None:
        self.first: list[int] = []
        self._known: dict[bytes, int] = {}

    def see(self, seen: bytes) -> None:
        self.first.append(self._known.setdefault(seen, len(self.first)))


class Near:
    """By row, in their order, an earlier one that is nearly the same; itself where there is none.

    That one has none itself, so that rows which are alike in a row name the same one.
    """

    def __init__(self) -> None:
        self.first: list[int] = []
        self.common: list[str] = []
        """Texts that most rows have, which are not compared."""
        self._waiting: list[list[str]] | None = []
        self._signatures: dict[int, Any] = {}
        self._index: Any = None
        self._empty: Any = None

    @property
    def full(self) -> bool:
        """Whether later rows were compared with some of the earlier ones alone."""
        return len(self._signatures) >= MOST

    @staticmethod
    def missing() -> bool:
        """Whether the library that this needs is not installed."""
        return find_spec("datasketch") is None

    def see(self, texts: list[str]) -> None:
        if self._waiting is None:
            self._compare(texts)
        else:
            self._waiting.append(texts)
            if len(self._waiting) == FIRST:
                self.end()

    def end(self) -> None:
        """Compares what waits for a text that most rows have."""
        waiting, self._waiting = self._waiting or [], None
        counts = Counter(text for texts in waiting for text in set(texts) if len(text) >= LONG)
        self.common = [text for text, count in counts.items() if 2 < len(waiting) < 2 * count]
        for texts in waiting:
            self._compare(texts)

    def _compare(self, texts: list[str]) -> None:
        from datasketch import MinHash, MinHashLSH

        number = len(self.first)
        self.first.append(number)
        own = [" ".join(text.lower().split()) for text in texts if text not in self.common]
        pieces = {text[at : at + PIECE] for text in own for at in range(len(text) - PIECE + 1)}
        if not pieces:
            return
        if self._index is None:
            self._index = MinHashLSH(threshold=THRESHOLD, num_perm=HASHES)
            self._empty = MinHash(num_perm=HASHES, hashfunc=zlib.crc32)
        signature = self._empty.copy()
        signature.update_batch([piece.encode(errors="surrogatepass") for piece in pieces])
        # Only rows that are like no other are kept, or many alike would be compared with all.
        for other in sorted(self._index.query(signature)):
            if signature.jaccard(self._signatures[other]) >= THRESHOLD:
                self.first[number] = other
                return
        if len(self._signatures) < MOST:
            self._index.insert(number, signature)
            self._signatures[number] = signature
