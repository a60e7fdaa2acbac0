"""Choosing a watermark: for the studio, or for one album in place of the studio's. Run in `acting_in(studio)`."""

from __future__ import annotations

from typing import BinaryIO

from apps.accounts.journal import note
from apps.accounts.models import Studio, User
from apps.albums.models import Album
from apps.sharing.branding import letters, logo, watermarks
from apps.sharing.branding.handover import MARK_BOX
from apps.sharing.models import Watermark
from apps.web.refusal import Unsuitable


def choose(
    studio: Studio,
    album: Album | None,
    *,
    by: User,
    text: str,
    picture: BinaryIO | None,
    is_picture: bool,
    opacity: int,
    scale: int,
) -> Watermark:
    """Set the mark. picture: a new one; None keeps the one there is, if `is_picture`. Raises Unsuitable."""
    mark = watermarks.own(studio, album) or Watermark(studio=studio, album=album, version=0)
    text = " ".join(text.split())
    if is_picture:
        mark.picture = _taken_in(picture) if picture else mark.picture
        if not mark.picture:
            raise Unsuitable("picture", "Choose a PNG for the watermark.")
    else:
        mark.picture = None
        if not letters.can_write(text):
            raise Unsuitable("text", "Some of these characters are not supported. Upload a PNG instead.")
    mark.text, mark.opacity, mark.scale = text, opacity, scale
    mark.version += 1
    mark.save()
    note(studio, by, "watermark.changed", mark, album=str(album.pk) if album else None)
    watermarks.spread_all(studio, album)
    return mark


def drop(studio: Studio, album: Album, *, by: User) -> None:
    """Let the studio's mark hold for an album again."""
    mark = watermarks.own(studio, album)
    if mark is None:
        return
    note(studio, by, "watermark.removed", mark, album=str(album.pk))
    mark.delete()
    watermarks.spread_all(studio, album)


def _taken_in(file: BinaryIO) -> bytes:
    try:
        return logo.reencoded(file, task="shrink_mark", box=MARK_BOX)
    except logo.BadLogo as bad:
        raise Unsuitable("picture", str(bad)) from bad
