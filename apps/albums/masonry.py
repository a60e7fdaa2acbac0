"""Masonry with the photos in reading order: each goes into the column that is shortest so far.

The stylesheet lays the tiles out on a grid of thin lines; here is only decided which column a tile goes to, for
two, three and four columns at once, since the width of the screen is not known. A page ends with columns of
different heights, so its state travels to the next page. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

COLUMNS = (2, 3, 4)
#: Lines of the grid per width of a column: the finest step of a tile's height.
LINES = 40
#: A tile is no lower and no higher than so many lines (the stylesheet has no other shapes).
LOWEST, HIGHEST = 10, 133
_STATE = re.compile(r"\d{1,5}(?:-\d{1,5})*(?:\.\d{1,5}(?:-\d{1,5})*){2}")


class MasonryColumns:
    """How high the columns are, in lines above the lowest one."""

    def __init__(self, state: str = "") -> None:
        """state: as `state()` gave it; anything else begins at the top."""
        self._heights = _read(state) or [[0] * count for count in COLUMNS]

    def place(self, width: int | None, height: int | None) -> str:
        """Classes of the next tile, like "m2-1 m3-3 m4-2", and of its height, like "h27". width, height in px."""
        lines = LINES if not width or not height else round(LINES * height / width)
        lines = min(HIGHEST, max(LOWEST, lines))
        return " ".join([*self._columns(lines), f"h{lines}"])

    def _columns(self, lines: int) -> Iterator[str]:
        for heights in self._heights:
            column = heights.index(min(heights))
            heights[column] += lines
            yield f"m{len(heights)}-{column + 1}"

    def level(self) -> None:
        """A heading crosses all columns: they begin anew below it."""
        self._heights = [[0] * count for count in COLUMNS]

    def state(self) -> str:
        """What the next page must know, as text for an address."""
        return ".".join("-".join(str(height - min(heights)) for height in heights) for heights in self._heights)


def _read(state: str) -> list[list[int]] | None:
    if not _STATE.fullmatch(state):
        return None
    heights = [[int(number) for number in group.split("-")] for group in state.split(".")]
    if [len(group) for group in heights] != list(COLUMNS) or max(map(max, heights)) > HIGHEST * 2:
        return None
    return heights


def classes(shapes: Iterable[tuple[int | None, int | None] | None], state: str = "") -> tuple[list[str], str]:
    """Classes of a page's tiles and the state for the next page. shapes: (width, height), or None for a heading."""
    columns = MasonryColumns(state)
    found = []
    for shape in shapes:
        if shape is None:
            columns.level()
            found.append("")
        else:
            found.append(columns.place(*shape))
    return found, columns.state()
