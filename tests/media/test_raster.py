"""Pictures in planes: how they lie in memory, and that they are turned as Pillow turns them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from apps.media import raster
from apps.media.raster import GBR, YUV420, YUV444, Plane, Raster


@pytest.mark.parametrize(
    ("layout", "small"), [(YUV444, (7, 5)), (YUV420, (4, 3)), (GBR, (7, 5))], ids=["full", "halved", "colours"]
)
def test_planes_have_the_sizes_of_their_layout(layout: str, small: tuple[int, int]) -> None:
    shapes = [plane.pixels.shape[::-1] for plane in Raster.blank((7, 5), layout).planes]
    assert shapes == [(7, 5), small, small]


@pytest.mark.parametrize("width", [1, 63, 64, 65, 1000])
def test_rows_begin_where_wide_registers_read(width: int) -> None:
    plane = Plane.blank(width, 3)
    assert (plane.address % 64, plane.stride % 64) == (0, 0)
    assert plane.stride - width < 64


@pytest.mark.parametrize("turn", Image.Transpose)
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (33, 21), (21, 33), (9, 16)])
def test_planes_are_turned_as_pillow_turns_them(
    turn: Image.Transpose, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster, "_TURNED", 8)
    picture, random = Raster.blank(size, YUV420), np.random.default_rng(1)
    for plane in picture.planes:
        plane.pixels[:] = random.integers(0, 256, plane.pixels.shape)
    turned = picture.turned(turn)
    expected = [plane.as_grey().transpose(turn) for plane in picture.planes]
    assert turned.size == expected[0].size
    assert [plane.as_grey() for plane in turned.planes] == expected
