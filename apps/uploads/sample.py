"""The sample gallery: a new studio tries everything on it before it has photos of its own; made and deleted by a click.

Its photos come with the program. `sample_photos/MANIFEST.json` names origin and licence of each: public domain.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, transaction

from apps.accounts.models import Studio, User
from apps.albums import editing, trash
from apps.albums.models import Album, AlbumState
from apps.sharing.links import lifecycle
from apps.sharing.models import Download
from apps.uploads.ingest import ingest_file

FOLDER: Final = Path(__file__).with_name("sample_photos")
TITLE: Final = "Sample gallery"
ABOUT: Final = "Thank you for a wonderful day outside. Tap the heart on the photos you like."


def make(studio: Studio, *, by: User) -> Album:
    """The studio's sample gallery, live and with a link; there is one at most, which comes back out of the trash.

    Run it in `acting_in(studio)`. Raises QuotaExceeded; then there is no gallery.
    """
    album = _there(studio)
    if album is not None:
        if album.trashed_at is not None:
            trash.restore_album(album, by=by)
        return album
    try:
        with transaction.atomic():
            album = editing.create(studio, by=by, title=TITLE, description=ABOUT, slug=Album.SAMPLE_SLUG)
            _fill(studio, album, by)
    except IntegrityError:
        # A second click came at the same moment.
        album = _there(studio)
        if album is None:
            raise
    return album


def _there(studio: Studio) -> Album | None:
    album = Album.every.for_studio(studio).filter(slug=Album.SAMPLE_SLUG).first()
    if album is not None:
        album.studio = studio
    return album


def _fill(studio: Studio, album: Album, by: User) -> None:
    listed: dict[str, Any] = json.loads((FOLDER / "MANIFEST.json").read_text(encoding="utf-8"))
    photos = {}
    for one in listed["photos"]:
        with (FOLDER / one["file"]).open("rb") as file:
            found = ingest_file(studio, album, file, name=one["file"], by=by, section=one["section"])
        photos[one["file"]] = found.photo
    album.cover = photos[listed["cover"]]
    album.save(update_fields=["cover"])
    editing.set_state(album, AlbumState.LIVE, by=by)
    lifecycle.create(
        album, by=by, label="Sample client", is_main=True, download=Download.WEB, may_favourite=True, may_comment=True
    )
