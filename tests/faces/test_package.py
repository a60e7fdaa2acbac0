"""face_recognition as `make run` and `make test` install it: complete, but for the model that may not be used."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ImageFile

DATA = Path(__file__).parents[1] / "data"
ONE, SAME, OTHER = DATA / "faces/s05_0074.jpg", DATA / "faces/s05_0084.jpg", DATA / "formats/hopper.png"


@pytest.fixture(scope="module")
def face_recognition() -> Iterator[Any]:
    """The package with the 5-point model in place of the one that is not there; it opens its models at import."""
    models = importlib.import_module("face_recognition_models")
    with pytest.MonkeyPatch.context() as patch:
        # The import lets Pillow take truncated files for whole ones, which tests after this one must not see.
        patch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
        patch.setattr(models, "pose_predictor_model_location", models.pose_predictor_five_point_model_location)
        yield importlib.import_module("face_recognition")


def test_the_model_that_forbids_commercial_use_is_absent() -> None:
    package = importlib.util.find_spec("face_recognition_models")
    assert package is not None
    assert package.submodule_search_locations
    assert sorted(path.name for path in Path(package.submodule_search_locations[0], "models").iterdir()) == [
        "dlib_face_recognition_resnet_model_v1.dat",
        "mmod_human_face_detector.dat",
        "shape_predictor_5_face_landmarks.dat",
    ]


@pytest.mark.slow
def test_faces_are_found_and_told_apart_without_it(face_recognition: Any) -> None:
    def face(path: Path) -> Any:
        picture = face_recognition.load_image_file(path)
        (place,) = face_recognition.face_locations(picture)
        (encoding,) = face_recognition.face_encodings(picture, [place], model="small")
        return encoding

    one, same, other = face(ONE), face(SAME), face(OTHER)
    assert one.shape == (128,)
    assert np.linalg.norm(one - same) < 0.5
    assert np.linalg.norm(one - other) > 0.6


@pytest.mark.slow
def test_nothing_is_missing_in_the_environment() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "No broken requirements found.\n")
