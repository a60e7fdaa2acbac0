"""What pictures look like, read of many renditions at once in the jail."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from apps.media import jail
from apps.media.likeness import SIDE, likeness


def _tile(seed: int, size: tuple[int, int] = (400, 267)) -> bytes:
    patches = np.random.default_rng(seed).integers(0, 255, (6, 9, 3), dtype=np.uint8)
    encoded = io.BytesIO()
    Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC).save(encoded, "WEBP", quality=90)
    return encoded.getvalue()


def test_one_rendition_that_cannot_be_read_spoils_no_other(tmp_path: Path) -> None:
    whole = _tile(1)
    files = [whole, whole[: len(whole) // 3], b"no picture", _tile(1, (200, 134)), _tile(2)]
    sizes = [len(file) for file in files]
    told = jail.run("apps.media.signatures:signatures_file", b"".join(files), tmp_path, sizes=sizes)["greys"]
    assert [bool(grey) for grey in told] == [True, False, False, True, True]
    one, small, other = (bytes.fromhex(grey) for grey in told if grey)
    assert len(one) == SIDE * SIDE
    assert likeness(one, small) > 0.99
    assert likeness(one, other) < 0.9
