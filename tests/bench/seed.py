"""Galleries of very many photos in a running installation.

    python -m tests.bench.seed TEXTURES STUDIO ALBUM=COUNT ...       with the installation's environment

Rows are made in bulk. Every photo has its own row, original and place; the pictures behind them are the real
renditions of the textures in the folder TEXTURES, so the bytes that travel are real, and each photo's address is its
own. The originals of these rows have no bytes: nothing that is measured reads them.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connections  # noqa: E402

from apps.accounts.models import Studio  # noqa: E402
from apps.accounts.tenancy import StudioModel, across_studios, acting_in  # noqa: E402
from apps.albums.models import Album, Photo, PhotoState, Placement, Section, Version  # noqa: E402
from apps.media import cas, jail  # noqa: E402
from apps.media.models import Blob, Rendition  # noqa: E402
from apps.media.render_result import Rendered  # noqa: E402
from apps.media.storage import temp_directory  # noqa: E402
from apps.web.ids import uuid7  # noqa: E402

SECTIONS = ("Getting ready", "Ceremony", "Portraits", "Party")
Look = tuple[Rendered, dict[str, Blob]]
T = TypeVar("T", bound=StudioModel)


def main() -> None:
    """Fill the albums named on the command line."""
    folder, slug, *wishes = sys.argv[1:]
    with across_studios():
        studio = Studio.objects.get(slug=slug)
    looks = [_look(studio, path) for path in sorted(Path(folder).glob("*.jpg"))]
    for wish in wishes:
        album_id, _, count = wish.partition("=")
        with acting_in(studio):
            _fill(Album.objects.for_studio(studio).get(pk=UUID(album_id)), int(count), looks)
    # What the autovacuum would have told the planner by and by.
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")


def _look(studio: Studio, path: Path) -> Look:
    """Render one texture and keep what came of it."""
    out = Path(mkdtemp(dir=temp_directory()))
    rendered = jail.render(path, out)
    stored = [cas.receive_path(out / one.file) for one in rendered.renditions]
    with cas.keeping_all(studio, stored) as kept:
        blobs = {one.name: blob for one, (blob, _new) in zip(rendered.renditions, kept, strict=True)}
    out.rmdir()
    return rendered, blobs


def _fill(album: Album, count: int, looks: list[Look]) -> None:
    studio = album.studio
    sections = [Section(studio=studio, album=album, title=title, rank=rank) for rank, title in enumerate(SECTIONS, 1)]
    _save(Section, sections)
    originals = _save(Blob, [_original(studio, f"{album.pk} {number}") for number in range(count)])
    photos = _save(Photo, [_photo(studio, blob, n, looks[n % len(looks)][0]) for n, blob in enumerate(originals)])
    _save(Version, [Version(studio=studio, photo=photo, blob=photo.original) for photo in photos])
    _save(
        Rendition,
        [
            Rendition(
                studio=studio, source=blob, blob=files[one.name], kind=one.name, recipe=rendered.recipe,
                width=one.width, height=one.height,
            )
            for n, blob in enumerate(originals)
            for rendered, files in [looks[n % len(looks)]]
            for one in rendered.renditions
        ],
    )  # fmt: skip
    _save(Placement, [_placement(album, photo, sections, n, count) for n, photo in enumerate(photos)])


def _original(studio: Studio, text: str) -> Blob:
    blob_id, digest = uuid7(), hashlib.sha256(text.encode()).hexdigest()
    key = cas.storage_key(studio.pk, digest, blob_id)
    return Blob(id=blob_id, studio=studio, sha256=digest, size=7_800_000, mime="image/jpeg", storage_key=key)


def _photo(studio: Studio, blob: Blob, number: int, rendered: Rendered) -> Photo:
    return Photo(
        studio=studio,
        original=blob,
        camera_name=f"DSC_{number:05}.JPG",
        state=PhotoState.READY,
        width=rendered.width,
        height=rendered.height,
        color=rendered.color,
    )


def _placement(album: Album, photo: Photo, sections: list[Section], number: int, count: int) -> Placement:
    """The sections follow one another, each with its share of the photos."""
    section = sections[number * len(sections) // count]
    key = f"{number:020}"
    return Placement(
        studio=album.studio, album=album, photo=photo, section=section, section_rank=section.rank,
        sort_key=key, manual_key=key,
    )  # fmt: skip


def _save(model: type[T], rows: list[T]) -> list[T]:
    return model.objects.for_studio(rows[0].studio_id).bulk_create(rows, batch_size=1000)


if __name__ == "__main__":
    main()
