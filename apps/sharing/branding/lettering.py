"""Words drawn with our own letters, to be burnt into previews. Not of a stranger's bytes, so anywhere; with Pillow."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts" / "instrument-sans"
_SIZE, _WEIGHT, _EDGE = 160, 600, 3


def drawn(text: str) -> bytes:
    """A PNG of white words with a dark edge, to be read on any picture."""
    runs = [(run, _font(is_extended)) for run, is_extended in _runs(text)]
    widths = [font.getlength(run) for run, font in runs]
    ascent, descent = runs[0][1].getmetrics()
    image = Image.new("RGBA", (round(sum(widths)) + 4 * _EDGE, ascent + descent + 2 * _EDGE), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    at = 2.0 * _EDGE
    for (run, font), width in zip(runs, widths, strict=True):
        draw.text((at, _EDGE), run, font=font, fill="white", stroke_width=_EDGE, stroke_fill=(0, 0, 0, 150))
        at += width
    file = io.BytesIO()
    image.crop(image.getbbox()).save(file, "PNG")
    return file.getvalue()


def _runs(text: str) -> list[tuple[str, bool]]:
    """The text cut where the other of the two files of letters is needed."""
    runs: list[tuple[str, bool]] = []
    for letter in text:
        is_extended = "\u0100" <= letter <= "\u024f" and letter not in "ıŒœ" or letter == "ẞ"
        if runs and runs[-1][1] == is_extended:
            runs[-1] = (runs[-1][0] + letter, is_extended)
        else:
            runs.append((letter, is_extended))
    return runs


@cache
def _font(is_extended: bool) -> ImageFont.FreeTypeFont:
    part = "latin-ext" if is_extended else "latin"
    font = ImageFont.truetype(str(_FONTS / f"instrument-sans-{part}-wght-normal.woff2"), _SIZE)
    font.set_variation_by_axes([_WEIGHT])
    return font
