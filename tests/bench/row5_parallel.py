"""Row 5: four clients put 400 photos into one album at once. Nothing may be lost or altered."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
from PIL import Image

from tests.bench import Context, Row
from tests.bench.goals import at_most
from tests.bench.house import installed
from tests.bench.net import Sent
from tests.bench.photos import Photo
from tests.bench.row4_upload import send

PHOTOS = 400
SIZE = (900, 600)


def run(context: Context) -> Iterator[Row]:
    """The worker is awake, so that uploads and rendering write to the same rows."""
    photos = [_small(number) for number in range(PHOTOS)]
    with installed(context, "parallel") as glassine:
        browser, album = glassine.client(), glassine.make_album("Row 5")
        sent = send(glassine, browser, album, photos)
        rows = {row["id"]: row for row in glassine.wait_ready(album, PHOTOS)}
        with glassine.api() as api:
            whole = sum(_is_whole(api, one, rows.get(one.answer["photo"]["id"])) for one in sent)
    if len(rows) != PHOTOS:
        raise AssertionError(f"{len(rows)} rows for {PHOTOS} photos")
    what = f"photos lost or altered, 4 parallel clients, one album, {PHOTOS} acknowledged, read back and hashed"
    yield context.row(5, what, PHOTOS - whole, "photos", None, at_most(0))


def _is_whole(api: httpx.Client, sent: Sent, row: dict[str, Any] | None) -> bool:
    """True if the photo is there, ready, under its name, with the bytes that were sent."""
    if row is None or not row["ready"] or row["camera_name"] != sent.photo.name:
        return False
    kept = api.get(row["urls"]["original"])
    return hashlib.sha256(kept.content).hexdigest() == sent.photo.sha256 == row["sha256"]


def _small(number: int) -> Photo:
    chance = np.random.default_rng(number)
    buffer = io.BytesIO()
    Image.fromarray(chance.integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)).save(buffer, "JPEG", quality=60)
    return Photo(f"SMALL_{number:04}.JPG", buffer.getvalue(), memoryview(b""))
