"""The tasks of the jail: a picture's file under a policy, pixels untouched."""

from __future__ import annotations

import mmap
import os
import struct
import warnings
from pathlib import Path
from typing import Any

from PIL import Image

from apps.media.decoders import preload
from apps.media.formats import AVIF, GIF, HEIF, JPEG, PNG, TIFF, WEBP, BadFile, Damaged
from apps.media.handover import CLEAN
from apps.media.metadata import gif, isobmff, jpeg, pieces, png, tiff, webp
from apps.media.metadata.allowed_facts import Policy
from apps.media.wholeness import opened

_PLANS = {
    JPEG.name: jpeg.plan,
    PNG.name: png.plan,
    WEBP.name: webp.plan,
    AVIF.name: isobmff.plan,
    HEIF.name: isobmff.plan,
    TIFF.name: tiff.plan,
    GIF.name: gif.plan,
}


def keep_copyright(source: Path, out_dir: Path) -> dict[str, Any]:
    """Write `clean`: who made the picture, when, its colours and which way is up. Raises NotAnImage or Damaged."""
    return rewrite(source, out_dir, Policy.COPYRIGHT)


def keep_nothing(source: Path, out_dir: Path) -> dict[str, Any]:
    """Write `clean`: colours and which way is up. Raises NotAnImage or Damaged."""
    return rewrite(source, out_dir, Policy.NONE)


def rewrite(source: Path, out_dir: Path, policy: Policy) -> dict[str, Any]:
    """Write the file `clean` into `out_dir` and tell its size in pixels as stored. Raises NotAnImage or Damaged."""
    format, _ = opened(source)
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            plan = _PLANS[format.name](content, policy)
        except BadFile:
            raise
        except (struct.error, IndexError, ValueError, OverflowError, MemoryError, RecursionError) as error:
            raise Damaged from error
        # Exclusive: a file that is there already is not ours, and a link would lead out of the folder.
        handle = os.open(out_dir / CLEAN, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as made:
            pieces.write(plan, content, made)
    size = _opened(out_dir / CLEAN, format.name)
    if size != _opened(source, format.name):
        raise Damaged
    return {"width": size[1], "height": size[2]}


def _opened(path: Path, name: str) -> tuple[str, int, int]:
    """What a decoder says of the file before it decodes it. Raises Damaged."""
    preload()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path, formats=[name]) as image:
                return image.mode, *image.size
        except (Exception, MemoryError) as error:  # decoders of hostile bytes raise anything
            raise Damaged from error
