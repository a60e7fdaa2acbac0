"""A studio's logo or watermark, re-encoded: nothing of the uploaded file is kept but its pixels. In the jail only."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from PIL import Image

from apps.media.formats import HEAD_BYTES, BadFile, Damaged, TooManyPixels, sniff
from apps.sharing.branding.handover import LOGO, LOGO_BOX, MARK_BOX

MOST_PIXELS = 50_000_000


def shrink(source: Path, out_dir: Path) -> dict[str, int]:
    """Write `logo.png`, at most 600 x 240 px, transparency kept. Returns its width and height.

    Raises NotAnImage, TooManyPixels or Damaged with a sentence.
    """
    return _shrink(source, out_dir, LOGO_BOX)


def shrink_mark(source: Path, out_dir: Path) -> dict[str, int]:
    """As `shrink`, for a watermark: at most 1000 x 1000 px."""
    return _shrink(source, out_dir, MARK_BOX)


def _shrink(source: Path, out_dir: Path, box: tuple[int, int]) -> dict[str, int]:
    with source.open("rb") as file:
        format = sniff(file.read(HEAD_BYTES))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(source, formats=[format.name]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise TooManyPixels("This picture has too many pixels. Please send a smaller one.")
                logo = image.convert("RGBA")
                logo.thumbnail(box, Image.Resampling.LANCZOS)
        except BadFile:
            raise
        except (Image.DecompressionBombError, MemoryError) as error:
            raise TooManyPixels("This picture has too many pixels. Please send a smaller one.") from error
        except Exception as error:  # decoders of hostile bytes raise anything: SyntaxError, struct.error ...
            raise Damaged from error
    clean = Image.new("RGBA", logo.size)
    clean.paste(logo)
    # Exclusive: a file that is there already is not ours, and a link would lead out of the folder.
    handle = os.open(out_dir / LOGO, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        clean.save(file, "PNG", optimize=True)
    return {"width": clean.width, "height": clean.height}
