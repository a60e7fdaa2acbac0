"""Photos as a camera of 24 megapixels makes them: 20 textures with noise and EXIF, about 8 MB each.

They are made once below the bench's folder; the same numbers give the same pictures.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

TEXTURES = 20
SIZE = (6000, 4000)
QUALITY = 90
# Each layer is a grid of random colours of so many cells, blended in with this share; the last is the noise.
#: Textures in which there are people, whose portraits are these, so many pixels wide: faces of 300 to 500.
PORTRAITS = 4
HEADS_IN = Path(__file__).parents[1] / "data" / "faces"
HEADS = ("s01_0001.jpg", "s05_0084.jpg", "s05_0074.jpg")
HEAD_WIDTH = 1_200
LAYERS = ((4, 0.5), (24, 0.35), (150, 0.2), (1000, 0.1), (6000, 0.16))


def textures(folder: Path) -> Sequence[Path]:
    """Paths of the textures, made now if need be (half a minute, once)."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    paths = [corpus / f"photo-{number:02}.jpg" for number in range(TEXTURES)]
    for number, path in enumerate(paths):
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(_jpeg(number))
            part.rename(path)
    return paths


def portraits(folder: Path) -> Sequence[Path]:
    """Paths of some of the textures with three faces in each, made now if need be."""
    paths = [folder / "corpus" / f"portrait-{number:02}.jpg" for number in range(PORTRAITS)]
    for number, (path, texture) in enumerate(zip(paths, textures(folder), strict=False)):
        if not path.exists():
            with Image.open(texture) as picture:
                for place, head in enumerate(HEADS):
                    with Image.open(HEADS_IN / head) as face:
                        tall = face.resize((HEAD_WIDTH, round(face.height * HEAD_WIDTH / face.width)))
                    picture.paste(tall, (600 + 1_700 * place, 900 + 300 * number))
                part = path.with_suffix(".part")
                part.write_bytes(_jpeg(number, picture))
            part.rename(path)
    return paths


def _jpeg(number: int, picture: Image.Image | None = None) -> bytes:
    buffer = io.BytesIO()
    (picture or _picture(number)).save(buffer, "JPEG", quality=QUALITY, subsampling="4:2:0", exif=_exif(number))
    return buffer.getvalue()


def _picture(number: int) -> Image.Image:
    """Soft shapes at several scales, fine structure, and a sensor's noise."""
    chance = np.random.default_rng(number)
    picture = Image.new("RGB", SIZE, tuple(int(value) for value in chance.integers(90, 170, 3)))
    for cells, share in LAYERS:
        grid = Image.fromarray(chance.integers(0, 256, (cells * 2 // 3 + 1, cells, 3), np.uint8))
        picture = Image.blend(picture, grid.resize(SIZE, Image.Resampling.BILINEAR), share)
    return picture


def _exif(number: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Glassine", f"Bench {number}", 1
    # Capture time, 1/250 s, f/2.8, ISO 400, 50 mm.
    facts = {0x9003: "2001:01:01 00:00:00", 0x829A: (1, 250), 0x829D: (28, 10), 0x8827: 400, 0x920A: (50, 1)}
    exif.get_ifd(0x8769).update(facts)
    return exif
