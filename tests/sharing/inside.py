"""What a test does behind the back of a running installation, whose environment this program is given.

    python -m tests.sharing.inside ready ALBUM              its photos count as rendered
    python -m tests.sharing.inside many ALBUM COUNT         photos of a few bytes each, which really lie there

Many photos lie in sets whose titles no file system takes as they are, under names of which some are alike.
"""

from __future__ import annotations

import hashlib
import os
import sys
import zlib

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from apps.accounts.models import Studio  # noqa: E402
from apps.accounts.tenancy import across_studios, acting_in  # noqa: E402
from apps.albums.models import Album, Photo, Placement, Section  # noqa: E402
from apps.jobs.models import Job  # noqa: E402
from apps.media import cas  # noqa: E402
from apps.media.models import Blob  # noqa: E402
from apps.media.storage import store  # noqa: E402
from apps.web.ids import uuid7  # noqa: E402

SETS = ("Zeremonie / Grüße", "写真 🎉", "zeremonie _ GRÜSSE", "Café")
NAMES = ("IMG_1.JPG", "img_1.jpg", "Cafe\u0301.jpg", "写真 {n}.jpg", "a'b & c ({n}).jpeg", "DSC_{n:05}.JPG", "🎉.jpg")


def body(number: int) -> bytes:
    """The bytes of one of the many photos."""
    return f"photo {number} ".encode() * (1 + number % 50)


def main() -> None:
    """Do what the command line says."""
    what, album_id, *rest = sys.argv[1:]
    with across_studios():
        album = Album.objects.select_related("studio").get(pk=album_id)
    with acting_in(album.studio):
        if what == "ready":
            _ready(album)
        else:
            _many(album, int(rest[0]))


def _ready(album: Album) -> None:
    photos = Photo.objects.for_studio(album.studio).filter(placements__album=album)
    photos.update(state="ready", width=6000, height=4000)
    Job.objects.for_studio(album.studio).filter(state="pending").update(state="done")


def _many(album: Album, count: int) -> None:
    studio = album.studio
    sections = [Section(studio=studio, album=album, title=title, rank=rank) for rank, title in enumerate(SETS, 1)]
    blobs = [_blob(studio, body(number)) for number in range(count)]
    photos = [
        Photo(studio=studio, camera_name=_name(number), original=blob, state="ready", width=1, height=1)
        for number, blob in enumerate(blobs)
    ]
    places = []
    for number, photo in enumerate(photos):
        section = sections[number * len(SETS) // count]
        key = f"{number:05}"
        places.append(
            Placement(
                studio=studio, album=album, photo=photo, section=section, section_rank=section.rank,
                sort_key=key, manual_key=key,
            )
        )  # fmt: skip
    Section.objects.for_studio(studio).bulk_create(sections)
    Blob.objects.for_studio(studio).bulk_create(blobs, batch_size=1000)
    Photo.objects.for_studio(studio).bulk_create(photos, batch_size=1000)
    Placement.objects.for_studio(studio).bulk_create(places, batch_size=1000)


def _name(number: int) -> str:
    return NAMES[number % len(NAMES)].format(n=number)


def _blob(studio: Studio, data: bytes) -> Blob:
    """The row of a file that lies there."""
    blob_id, digest = uuid7(), hashlib.sha256(data).hexdigest()
    key = cas.storage_key(studio.pk, digest, blob_id)
    path = store().local_path(key)
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Blob(
        id=blob_id, studio=studio, sha256=digest, size=len(data), crc32=zlib.crc32(data), mime="image/jpeg",
        storage_key=key,
    )  # fmt: skip


if __name__ == "__main__":
    main()
