"""What people say about a photo: caption, stars, label, words, and when and where it was taken."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, User
from apps.albums.models import Album, Flag, Photo, Placement
from apps.albums.ordering import refresh_keys

MARKS = ("caption", "rating", "label", "keywords", "place", "taken_at")
# As in Lightroom, whose keys 6 to 9 set the first four.
LABELS = ("red", "yellow", "green", "blue", "purple")
MOST_STARS = 5


class BadOwnMark(ValueError):
    """No such flag, label or number of stars."""


def mark(photo: Photo, *, by: User, album: Album | None = None, **values: Any) -> JournalEntry | None:
    """Change marks of a photo. A moment given here counts from now on, whatever the file says.

    taken_at: an aware datetime, whose offset is kept, or None for unknown.  album: in which somebody looks at it.
    None if nothing changes.
    """
    changed = {name: value for name, value in values.items() if name in MARKS and getattr(photo, name) != value}
    if not changed:
        return None
    columns = {*changed, *(("taken_offset", "taken_by_hand") if "taken_at" in changed else ())}
    watch = journal.Watch(photo.studio)
    watch.rows(Photo.objects.for_studio(photo.studio_id).filter(pk=photo.pk), *sorted(columns))
    for name, value in changed.items():
        setattr(photo, name, value)
    if "taken_at" in changed:
        offset = photo.taken_at.utcoffset() if photo.taken_at else None
        photo.taken_offset = None if offset is None else int(offset.total_seconds() // 60)
        photo.taken_by_hand = True
    photo.updated_at = timezone.now()
    photo.save(update_fields=[*columns, "updated_at"])
    if "taken_at" in changed:
        refresh_keys(photo)
    return journal.record(
        photo.studio,
        by=by,
        verb="photo.changed",
        subject=photo,
        albums=[album.pk] if album else [],
        things=[photo.pk],
        changes=watch.changes(),
        fields=sorted(changed),
    )


def set_own(
    album: Album,
    photos: Collection[UUID],
    *,
    by: User,
    rating: int | None = None,
    label: str | None = None,
    flag: str | None = None,
) -> JournalEntry | None:
    """The studio's own stars, label and flag for photos of an album; "" or 0 clears, None leaves as it is.

    The entry counts the photos that it changed; None if it changed none. Raises BadOwnMark.
    """
    wanted: dict[str, Any] = {
        name: value for name, value in {"rating": rating, "label": label, "flag": flag}.items() if value is not None
    }
    if not wanted or not 0 <= (rating or 0) <= MOST_STARS or (label and label not in LABELS):
        raise BadOwnMark("There is no such rating.")
    if flag and flag not in Flag.values:
        raise BadOwnMark("There is no such rating.")
    there = Placement.objects.for_studio(album.studio_id).filter(
        album_id=album.pk, trashed_at__isnull=True, photo_id__in=photos
    )
    mine = Photo.objects.for_studio(album.studio_id).filter(pk__in=there.values("photo_id"))
    watch = journal.Watch(album.studio)
    changed = watch.rows(mine.exclude(**wanted), *sorted(wanted))
    if not changed:
        return None
    Photo.objects.for_studio(album.studio_id).filter(pk__in=changed).update(**wanted, updated_at=timezone.now())
    return journal.record(
        album.studio, by=by, verb="photos.marked", subject=album, things=changed, changes=watch.changes(), **wanted
    )
