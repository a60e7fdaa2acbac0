"""What the engine says of one photo, checked, because it comes from a process that read hostile bytes. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

#: Length of an embedding.
DIMENSIONS: Final = 128
#: More faces than this in one picture are a wall of posters, and the answer of a decoder has a limit.
MOST_FACES: Final = 200
#: Bytes of a picture that a guest holds up, and faces in it to choose from.
MOST_SELFIE_BYTES, MOST_OF_SELFIE = 2 << 20, 6
#: A face whose square is smaller, in pixels of the original, is a box only: its embedding would tell nobody apart.
LEAST_EMBEDDED: Final = 24
#: From here on an embedding may found a group and join a person by itself (true accept rate .945, of 32 px .82).
LEAST_TRUSTED: Final = 40
#: Below lie faces blurred with a sigma of 2 px at 100 px, of which every fourth is not recognised any more.
LEAST_SHARP: Final = 1.5


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A rectangle as fractions of the upright picture, 0 to 1; x, y is its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: FaceBox) -> float:
        """Shared area by joint area (intersection over union), 0 to 1."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.width * self.height + other.width * other.height - shared)

    @classmethod
    def of(cls, x: float, y: float, width: float, height: float) -> Self:
        """Cut off at the picture's edge. Raises ValueError for one that has no part in it, or is no rectangle."""
        left, top, right, bottom = max(0.0, x), max(0.0, y), min(1.0, x + width), min(1.0, y + height)
        if not all(map(math.isfinite, (x, y, width, height))) or right - left <= 0 or bottom - top <= 0:
            raise ValueError("no box in the picture")
        return cls(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True)
class Found:
    """One face of a photo.

    crop: a small WebP of it.  score: of the detector, 0 to 1.  size: side of its square in pixels of the original.
    sharpness, eyes: see `engine`; None where the face is too small.  embedding: DIMENSIONS numbers, or None.
    """

    box: FaceBox
    score: float
    size: float
    sharpness: float | None
    eyes: float | None
    embedding: tuple[float, ...] | None
    crop: bytes = b""

    @property
    def is_trusted(self) -> bool:
        """True if it may found a group and join a person by itself; else it is only suggested."""
        if self.embedding is None or self.sharpness is None:
            return False
        return self.size >= LEAST_TRUSTED and self.sharpness >= LEAST_SHARP

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Raises ValueError, KeyError or TypeError for what the engine would not say."""
        embedding = plain["embedding"]
        if embedding is not None:
            embedding = tuple(_number(value, -4, 4) for value in embedding)
            if len(embedding) != DIMENSIONS:
                raise ValueError("an embedding of another length")
        return cls(
            box=FaceBox.of(*(_number(value, -2, 2) for value in plain["box"])),
            score=_number(plain["score"], 0, 1),
            size=_number(plain["size"], 0, 100_000),
            sharpness=_optional(plain["sharpness"]),
            eyes=_optional(plain["eyes"]),
            embedding=embedding,
        )


def read(plain: Mapping[str, Any]) -> list[Found]:
    """All faces of the engine's answer. Raises ValueError for anything else than faces."""
    try:
        faces = plain["faces"]
        if not isinstance(faces, list) or len(faces) > MOST_FACES:
            raise ValueError("no list of faces")
        return [Found.from_plain(face) for face in faces]
    except (KeyError, TypeError) as error:
        raise ValueError(f"no faces: {error}") from error


def _number(value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError("a number out of its range")
    return float(value)


def _optional(value: Any) -> float | None:
    return None if value is None else _number(value, 0, 1_000_000)
