"""Whether two pictures show the same, asked of their pixels. Files are read in the jail only."""

import hashlib
from collections.abc import Sequence
from math import sqrt
from pathlib import Path

from PIL import Image

from apps.media.images import open_upright
from apps.media.presets import MAX_PIXELS

#: Pixels of a signature each way. Coarser hides what differs, finer makes a crop of two percent another picture.
SIDE = 24


def signature_file(source: Path, out_dir: Path) -> dict[str, list[int]]:
    """The picture as SIDE x SIDE grey levels, row by row; its proportions do not matter. Raises as `images.render`."""
    picture, _ = open_upright(source, 400)
    grey = picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    return {"grey": list(grey.tobytes())}


def pixels_file(source: Path, out_dir: Path) -> dict[str, str]:
    """SHA-256 of size and pixels of the upright picture in 8-bit RGB: equal for the same pixels in other bytes."""
    picture, size = open_upright(source, MAX_PIXELS)
    digest = hashlib.sha256(f"{size[0]}x{size[1]}:".encode())
    digest.update(picture.tobytes())
    return {"sha256": digest.hexdigest()}


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The correlation of two signatures, 0..1: neither brightness nor contrast counts. 1 for two that are one grey."""
    count = len(one)
    means = sum(one) / count, sum(other) / count
    left, right = [value - means[0] for value in one], [value - means[1] for value in other]
    norms = sqrt(sum(value * value for value in left)), sqrt(sum(value * value for value in right))
    if not all(norms):
        return 1.0 if not any(norms) else 0.0
    product = sum(a * b for a, b in zip(left, right, strict=True))
    return min(1.0, max(0.0, product / (norms[0] * norms[1])))
