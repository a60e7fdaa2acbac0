"""What tells by their pixels that two pictures are the same, or alike (see `likeness`). In the jail only."""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from apps.media.images import open_upright
from apps.media.likeness import SIDE
from apps.media.presets import MAX_PIXELS


def signatures_file(source: Path, out_dir: Path, *, sizes: Sequence[int]) -> dict[str, list[str]]:
    """Of each of the renditions that lie one behind the other: SIDE x SIDE grey levels, row by row, as hex.

    sizes: of each in bytes.  "" for one that cannot be read. Its proportions do not matter.
    """
    with source.open("rb") as file:
        return {"greys": [_signature(file.read(size)) for size in sizes]}


def _signature(rendition: bytes) -> str:
    try:
        with Image.open(io.BytesIO(rendition), formats=["WEBP"]) as picture:
            return picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes().hex()
    except Exception:  # decoders of hostile bytes raise anything; one of them is no reason to know none
        return ""


def pixels_file(source: Path, out_dir: Path) -> dict[str, str]:
    """SHA-256 of size and pixels of the upright picture in 8-bit RGB: equal for the same pixels in other bytes."""
    picture, size = open_upright(source, MAX_PIXELS)
    digest = hashlib.sha256(f"{size[0]}x{size[1]}:".encode())
    digest.update(picture.tobytes())
    return {"sha256": digest.hexdigest()}
