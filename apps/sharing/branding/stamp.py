"""Burning a mark into previews. `burn` runs in the jail only; `lettering` draws words with our own letters anywhere."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from apps.media import images
from apps.media.formats import Damaged
from apps.media.images import WISH
from apps.media.presets import BY_NAME

#: Raise this number whenever marks must be burnt anew.
RECIPE = 1
MARK = "mark.png"
# No mark covers the edges: what is cut off cannot be read.
_MOST = 0.9
_FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts" / "instrument-sans"
_SIZE, _WEIGHT, _EDGE = 160, 600, 3


def burn(source: Path, out_dir: Path) -> dict[str, Any]:
    """Write the sizes that `wish.json` names, each with `mark.png` of `out_dir` over the picture `source`.

    The wish: {"opacity": percent, "scale": percent of the long side, "sizes": [...]}, largest size first.
    Raises Damaged.
    """
    wish = json.loads((out_dir / WISH).read_text())
    presets = [BY_NAME[name] for name in wish["sizes"]]
    try:
        with Image.open(source, formats=["WEBP"]) as image:
            profile = image.info.get("icc_profile") or b""
            picture = image.convert("RGB")
        with Image.open(out_dir / MARK, formats=["PNG"]) as image:
            mark = image.convert("RGBA")
    except Exception as error:  # decoders raise anything
        raise Damaged from error
    lay(picture, mark, opacity=wish["opacity"], scale=wish["scale"])
    files, _ = images.write_presets(picture, profile, out_dir, presets)
    return {"files": [{name: getattr(made, name) for name in made.__slots__} for made in files]}


def lay(picture: Image.Image, mark: Image.Image, *, opacity: int, scale: int) -> None:
    """Put the mark into the middle of the picture, `scale` percent of its long side wide, where there is room."""
    width = max(picture.size) * scale / 100
    factor = min(width / mark.width, picture.width * _MOST / mark.width, picture.height * _MOST / mark.height)
    size = (max(1, round(mark.width * factor)), max(1, round(mark.height * factor)))
    mark = mark.resize(size, Image.Resampling.LANCZOS)
    veil = mark.getchannel("A").point([round(level * opacity / 100) for level in range(256)])
    place = ((picture.width - size[0]) // 2, (picture.height - size[1]) // 2)
    picture.paste(mark.convert("RGB"), place, veil)


def can_write(text: str) -> bool:
    """True if our letters can write it: Latin letters with their accents, signs of European texts."""
    return all(" " <= letter <= "~" or "\u00a0" <= letter <= "\u024f" or letter in "–—‘’‚“”„•…€™ẞ" for letter in text)


def lettering(text: str) -> bytes:
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
