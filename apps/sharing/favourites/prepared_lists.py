"""Lists that the studio prepares for every visitor of an album, like "30 for the album"."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Album
from apps.sharing.models import SelectionPreset, Shown

PER_ALBUM = 20


class BadPreset(ValueError):
    """It cannot be. field: what to look at; the message is a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


def of(album: Album) -> StudioQuerySet[SelectionPreset]:
    """The lists that are prepared for an album's visitors."""
    rows: StudioQuerySet[SelectionPreset] = SelectionPreset.objects.for_studio(album.studio_id).filter(
        shown_id=album.pk
    )
    return rows


def create(album: Album, *, by: User, title: str, minimum: int, maximum: int | None) -> SelectionPreset:
    """A list for everybody who comes, or has come. Raises BadPreset."""
    album.hold()
    present = of(album)
    count, last = present.count(), present.aggregate(last=Max("rank"))["last"]
    if count >= PER_ALBUM:
        raise BadPreset("title", f"A gallery can have {PER_ALBUM} prepared lists.")
    preset = SelectionPreset(studio=album.studio, shown=Shown.of(album), rank=(last or 0) + 1)
    _save(preset, title=title, minimum=minimum, maximum=maximum)
    note(album.studio, by, "preset.created", preset, title=preset.title)
    return preset


def change(preset: SelectionPreset, *, by: User, title: str, minimum: int, maximum: int | None) -> None:
    """Another title or other limits. Visitors' lists keep their names; limits hold at once. Raises BadPreset."""
    _save(preset, title=title, minimum=minimum, maximum=maximum)
    note(preset.studio, by, "preset.changed", preset, title=preset.title)


def delete(preset: SelectionPreset, *, by: User) -> None:
    """No longer prepare it. The lists that visitors have stay, without limits."""
    note(preset.studio, by, "preset.deleted", preset, title=preset.title)
    preset.delete()


def _save(preset: SelectionPreset, *, title: str, minimum: int, maximum: int | None) -> None:
    title = " ".join(title.split())
    if not title:
        raise BadPreset("title", "Give the list a name.")
    if maximum is not None and maximum < max(minimum, 1):
        raise BadPreset("maximum", "The most cannot be less than the least.")
    preset.title, preset.minimum, preset.maximum = title, minimum, maximum
    try:
        with transaction.atomic():
            preset.save()
    except IntegrityError as error:
        raise BadPreset("title", "There is a list with this name already.") from error
