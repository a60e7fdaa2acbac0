"""The perceptual hash is ImageHash's, bit for bit, without what that loads for it."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator
from typing import Any

import imagehash
import pytest
from PIL import Image, ImageDraw

from apps.media import appearance


def _pictures() -> Iterator[Image.Image]:
    """Noise, shapes and flat colours: of those most frequencies are nothing but the transform's rounding."""
    chance = random.Random(1)

    def colour() -> tuple[int, ...]:
        return tuple(chance.randrange(256) for _ in range(3))

    for number in range(60):
        picture = Image.new("RGB", (chance.randint(8, 200), chance.randint(8, 200)), colour())
        for _ in range(number % 4):
            left, top = chance.randrange(picture.width), chance.randrange(picture.height)
            ImageDraw.Draw(picture).rectangle((left, top, picture.width, picture.height), fill=colour())
        if number % 3 == 0:
            picture = Image.blend(picture, Image.effect_noise(picture.size, 80).convert("RGB"), 0.5)
        yield picture


@pytest.fixture(params=["its compiled part", "all of SciPy"])
def transform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both ways to the transform."""
    appearance._frequencies.cache_clear()
    if request.param == "all of SciPy":
        found = importlib.util.find_spec

        def elsewhere(name: str, *given: Any) -> Any:
            return None if name == "scipy" else found(name, *given)

        monkeypatch.setattr(importlib.util, "find_spec", elsewhere)
    yield
    appearance._frequencies.cache_clear()


@pytest.mark.usefixtures("transform")
def test_the_hash_has_imagehashs_bits() -> None:
    for picture in _pictures():
        assert appearance.phash(picture) == str(imagehash.phash(picture))
