"""Where the shapes of charts lie. Pure: numbers in, rectangles and circles out, in the units of the SVG's view box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

CELL: Final = 24
# The largest circle leaves a little air in its cell.
RADIUS: Final = 10.0
COLUMN_WIDTH, COLUMN_HEIGHT = 24, 120


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its words. share: of the longest, 0..100."""

    label: str
    value: int
    share: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a chart over time. x, y, height: of its rectangle."""

    label: str
    value: int
    x: int
    y: float
    height: float

    @property
    def middle(self) -> int:
        return self.x + COLUMN_WIDTH // 2


@dataclass(frozen=True, slots=True)
class Dot:
    """A cell of the heat map: its area grows with the value, so that it is read without colour."""

    label: str
    value: int
    x: int
    y: int
    radius: float


def bars(rows: Sequence[tuple[str, int]], words: Sequence[str] = ()) -> list[Bar]:
    """Bars on one scale; without any value all are empty. words: what is written at their ends, else the value."""
    most = max((value for _, value in rows), default=0) or 1
    told = words or [f"{value:,}" for _, value in rows]
    return [
        Bar(label, value, round(100 * value / most, 1), say) for (label, value), say in zip(rows, told, strict=True)
    ]


def columns(rows: Sequence[tuple[str, int]]) -> list[Column]:
    """Columns from left to right, the tallest as high as the chart."""
    most = max((value for _, value in rows), default=0) or 1
    heights = [round(COLUMN_HEIGHT * value / most, 1) for _, value in rows]
    return [
        Column(label, value, number * COLUMN_WIDTH, COLUMN_HEIGHT - height, height)
        for number, ((label, value), height) in enumerate(zip(rows, heights, strict=True))
    ]


def dots(days: Sequence[str], grid: Sequence[Sequence[int]]) -> list[Dot]:
    """The heat map, row by row; nothing where nothing happened."""
    most = max((value for row in grid for value in row), default=0) or 1
    return [
        Dot(
            f"{day} {hour:02}:00",
            value,
            hour * CELL + CELL // 2,
            number * CELL + CELL // 2,
            round(max(1.5, RADIUS * sqrt(value / most)), 1),
        )
        for number, (day, row) in enumerate(zip(days, grid, strict=True))
        for hour, value in enumerate(row)
        if value
    ]
