"""How far two short texts are from each other, in edits."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase, digits

_LETTERS = ascii_lowercase + digits


def distance(one: str, other: str, most: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours between two texts; most + 1 if there are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, beside in enumerate(other, 1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != beside))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == beside:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, above = above, line
    return min(above[-1], most + 1)


def one_edit_away(text: str) -> Iterator[str]:
    """The text and all texts that differ from it by one edit of Latin letters and digits. Long texts: itself only."""
    yield text
    if len(text) > 60:
        return
    for at in range(len(text) + 1):
        start, end = text[:at], text[at:]
        yield from (start + letter + end for letter in _LETTERS)
        if end:
            yield start + end[1:]
            yield from (start + letter + end[1:] for letter in _LETTERS)
        if len(end) > 1:
            yield start + end[1] + end[0] + end[2:]
