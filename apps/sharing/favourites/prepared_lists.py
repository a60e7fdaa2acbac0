"""Lists that the studio prepares for every visitor of an album, like "30 for the album"."""

from __future__ import annotations

from django.db.models import Max

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Album
from apps.sharing.models import SelectionPreset, Shown
from apps.web.refusal import Unsuitable

PER_ALBUM = 20


def of(album: Album) -> StudioQuerySet[SelectionPreset]:
    """The lists that are prepared for an album's visitors."""
    rows: StudioQuerySet[SelectionPreset] = SelectionPreset.objects.for_studio(album.studio_id).filter(
        shown_id=album.pk
    )
    return rows


def create(album: Album, *, by: User, title: str, minimum: int, maximum: int | None) -> SelectionPreset:
    """A list for everybody who comes, or has come. Raises Unsuitable."""
    album.hold()
    present = of(album)
    count, last = present.count(), present.aggregate(last=Max("rank"))["last"]
    if count >= PER_ALBUM:
        raise Unsuitable("title", f"A gallery can have {PER_ALBUM} prepared lists.")
    preset = SelectionPreset(studio=album.studio, shown=Shown.of(album), rank=(last or 0) + 1)
    preset.set_terms(title=title, minimum=minimum, maximum=maximum)
    note(album.studio, by, "preset.created", preset, title=preset.title)
    return preset
