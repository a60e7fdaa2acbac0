"""Photos in columns: in reading order, each in the shortest column, over pages and headings."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.albums.masonry import COLUMNS, HIGHEST, LINES, LOWEST, MasonryColumns, classes

shapes = st.lists(st.one_of(st.none(), st.tuples(st.integers(1, 9000), st.integers(1, 9000))), max_size=120)


def placed(classes: str) -> dict[int, int]:
    """Number of columns -> the column of the tile."""
    return {int(count): int(column) for count, column in re.findall(r"m(\d)-(\d)", classes)}


def lines(classes: str) -> int:
    found = re.search(r"h(\d+)$", classes)
    assert found
    return int(found[1])


def test_tiles_of_one_shape_go_from_left_to_right() -> None:
    found, _ = classes([(300, 200)] * 7)
    assert [placed(one)[3] for one in found] == [1, 2, 3, 1, 2, 3, 1]


def test_a_tile_goes_below_the_shortest_column() -> None:
    found, _ = classes([(200, 300), (300, 200), (300, 200)])
    assert [placed(one)[2] for one in found] == [1, 2, 2]


@given(shapes)
def test_no_tile_begins_above_one_that_comes_before_it(found: list[tuple[int, int] | None]) -> None:
    """Else the browser's grid would lay it somewhere else: it never goes back."""
    for count in COLUMNS:
        heights, last = [0] * count, (-1, 0)
        for shape, one in zip(found, classes(found)[0], strict=True):
            if shape is None:
                heights, last = [max(heights)] * count, (-1, 0)
                continue
            column = placed(one)[count] - 1
            assert heights[column] == min(heights)
            assert (heights[column], column) > last
            last = (heights[column], column)
            heights[column] += lines(one)


@given(shapes, st.integers(0, 120))
def test_pages_go_on_where_the_last_one_ended(found: list[tuple[int, int] | None], cut: int) -> None:
    whole, end = classes(found)
    first, state = classes(found[:cut])
    rest, last = classes(found[cut:], state)
    assert first + rest == whole
    assert last == end


def test_the_height_follows_the_shape_within_bounds() -> None:
    assert lines(MasonryColumns().place(3000, 2000)) == round(LINES * 2 / 3)
    assert lines(MasonryColumns().place(10_000, 100)) == LOWEST
    assert lines(MasonryColumns().place(100, 10_000)) == HIGHEST
    assert lines(MasonryColumns().place(None, None)) == LINES


@pytest.mark.parametrize(
    "state", ["", "x", "1", "0-0.0-0-0", "0-0.0-0-0.0-0-0-99999", "0.0.0", "9" * 400, "0-0.0-0.0-0-0-0"]
)
def test_a_state_that_was_not_made_here_begins_at_the_top(state: str) -> None:
    assert MasonryColumns(state).state() == MasonryColumns().state()
