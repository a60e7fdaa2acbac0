"""Which frame of a burst is proposed as the one to show. Pure: no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: Shares of the score: the least sharp face, how open its eyes are, the whole picture.
OF_FACES: Final = 0.5
OF_EYES: Final = 0.3
OF_PICTURE: Final = 0.2


@dataclass(frozen=True, slots=True)
class FrameLook:
    """How good a frame is. All measures compare frames of one burst and nothing else.

    sharpness: of the whole picture, grey levels; None if it was not measured.
    exposure: share (0..1) of its pixels that are neither black nor blown out.
    faces: sharpness and openness of the eyes of each face, None where it was too small to tell.
    """

    sharpness: float | None = None
    exposure: float | None = None
    faces: Sequence[tuple[float | None, float | None]] = ()


def best(frames: Sequence[FrameLook]) -> int:
    """The place of the best frame; of equal ones the first. Raises ValueError if there are none."""
    scores = score(frames)
    return scores.index(max(scores))


def score(frames: Sequence[FrameLook]) -> list[float]:
    """How good each frame is beside the others, 0..1. With faces they count most, without them the picture alone.

    Each measure is taken relative to the burst's best. A frame that lost all faces has none that are sharp.
    """
    pictures = _relative([frame.sharpness or 0.0 for frame in frames])
    if any(frame.faces for frame in frames):
        faces = _relative([_least(frame, 0) for frame in frames])
        eyes = _relative([_least(frame, 1) for frame in frames])
        parts = zip(faces, eyes, pictures, strict=True)
        sharp = [OF_FACES * face + OF_EYES * eye + OF_PICTURE * picture for face, eye, picture in parts]
    else:
        sharp = pictures
    return [one * (1.0 if frame.exposure is None else frame.exposure) for one, frame in zip(sharp, frames, strict=True)]


def _least(frame: FrameLook, which: int) -> float:
    return min((measure for face in frame.faces if (measure := face[which]) is not None), default=0.0)


def _relative(values: Sequence[float]) -> list[float]:
    most = max(values, default=0.0)
    return [value / most if most > 0 else 0.0 for value in values]
