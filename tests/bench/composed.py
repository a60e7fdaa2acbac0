"""Group pictures composed of portraits: heads of a chosen size on a picture without people. Pure.

A head is cut with its surroundings, made smaller, turned, and laid upon the background through a soft oval; then the
whole is blurred, as a photo out of focus is. A size is the side of the square that the engine gives its predictor
(`Found.size`), in pixels of the composed picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from apps.faces.findings import FaceBox, Found

#: Pixels of a composed picture: as large as the detector looks at, so a face has as many there as it is said to have.
SIZE: Final = (1280, 960)
#: Heads side by side in it and one above the other.
ACROSS, DOWN = 6, 4
#: Of the square of a face: what is cut around its middle, in which a turned head still has its background.
_REACH: Final = 2.4


def who_is_in(picture: Path | str) -> list[str]:
    """The people in a picture by the name of its file, from left to right (see `row22_names.FOLDER`)."""
    first, *others = Path(picture).stem.split("_")
    return {"two": others, "noface": []}.get(first, [first])


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture with one face. who: the person."""

    who: str
    path: Path
    face: Found


@dataclass(frozen=True, slots=True)
class Head:
    """Where somebody is in a composed picture: the middle of the face, in pixels."""

    who: str
    x: float
    y: float

    def is_in(self, box: FaceBox) -> bool:
        x, y = self.x / SIZE[0], self.y / SIZE[1]
        return box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height


def compose(
    portraits: Sequence[Portrait], background: Path, *, size: int, turned: float = 0, blur: float = 0
) -> tuple[Image.Image, list[Head]]:
    """A picture of these people, at most ACROSS * DOWN, and where they are.

    size: pixels of each face.  turned: degrees against the clock.  blur: sigma in pixels.
    """
    with Image.open(background) as file:
        picture = ImageOps.fit(file.convert("RGB"), SIZE)
    heads = []
    for number, portrait in enumerate(portraits[: ACROSS * DOWN]):
        x = SIZE[0] * (number % ACROSS + 0.5) / ACROSS
        y = SIZE[1] * (number // ACROSS + 0.5) / DOWN
        cut = _head(portrait, size).rotate(turned, Image.Resampling.BICUBIC)
        picture.paste(cut, (round(x - cut.width / 2), round(y - cut.height / 2)), _oval(cut.size))
        heads.append(Head(portrait.who, x, y))
    return picture.filter(ImageFilter.GaussianBlur(blur)) if blur else picture, heads


def _head(portrait: Portrait, size: int) -> Image.Image:
    """The head, of which the face is so large and in the middle."""
    with Image.open(portrait.path) as file:
        picture = ImageOps.exif_transpose(file).convert("RGB")
    box, half = portrait.face.box, _REACH * portrait.face.size / 2
    x = (box.x + box.width / 2) * picture.width
    y = (box.y + box.height / 2) * picture.height
    # What lies outside of the portrait is its edge, not black.
    around = ImageOps.expand(picture, round(half), 0)
    around.paste(picture.resize(around.size), (0, 0))
    around.paste(picture, (round(half), round(half)))
    cut = around.crop((round(x), round(y), round(x + 2 * half), round(y + 2 * half)))
    edge = round(_REACH * size)
    return cut.resize((edge, edge), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _oval(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size)
    inset = size[0] // 12
    ImageDraw.Draw(mask).ellipse((inset, inset, size[0] - inset, size[1] - inset), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(size[0] / 24))
