"""The nearest legal names to one that is not legal.

In: a word as typed and the names legal in its place. Out: at most two of them, the nearest first.
Invariant: what is returned is a legal name, and less than the whole word was changed to get there.
"""

from collections.abc import Iterable


def nearest(word: str, legal: Iterable[str], limit: int = 2) -> list[str]:
    """Names equal to `word` but for case, `-` and `_`; without any, those a few mistakes away.

    One mistake per three letters is allowed, and one in a shorter word. Among equals the
    order of `legal` decides.
    """
    typed = _folded(word)
    folded = {name: _folded(name) for name in legal}
    same = [name for name, letters in folded.items() if letters == typed]
    if same:
        return same[:limit]
    allowed = min(max(1, len(typed) // 3), len(typed) - 1)
    found = []
    for name, letters in folded.items():
        if abs(len(letters) - len(typed)) > allowed:
            continue
        mistakes = distance(typed, letters)
        if mistakes <= allowed and mistakes < len(letters):
            found.append((mistakes, name))
    found.sort(key=lambda pair: pair[0])
    return [name for _, name in found[:limit]]


def distance(left: str, right: str) -> int:
    """Letters inserted, deleted, replaced or swapped with their neighbour, none of them twice."""
    before: list[int] = []
    above = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        here = [row]
        for column, other in enumerate(right, 1):
            cost = min(
                above[column] + 1,
                here[column - 1] + 1,
                above[column - 1] + (letter != other),
            )
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, above = above, here
    return above[-1]


def _folded(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "")
