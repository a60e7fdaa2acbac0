"""What people say about a photo: caption, stars, label, words, and when, where and by whom it was taken."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Album, Flag, Photo, Placement
from apps.albums.ordering import refresh_keys

MARKS = ("caption", "rating", "label", "keywords", "place", "photographer", "taken_at")
# As in Lightroom, whose keys 6 to 9 set the first four.
LABELS = ("red", "yellow", "green", "blue", "purple")
MOST_STARS = 5
# Keywords in one act, on one photo, and letters of one.
MOST_KEYWORDS = 50
MOST_ON_PHOTO = 100
LONGEST_KEYWORD = 80


class BadOwnMark(ValueError):
    """No such flag, label or number of stars."""


def mark(photo: Photo, *, by: User | None, album: Album | None = None, **values: Any) -> JournalEntry | None:
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
    there = Placement.objects.for_studio(album.studio_id).filter(
        album_id=album.pk, trashed_at__isnull=True, photo_id__in=photos
    )
    mine = Photo.objects.for_studio(album.studio_id).filter(pk__in=there.values("photo_id"))
    values = {"rating": rating, "label": label, "flag": flag}
    return _set_own(album.studio, mine, values, by=by, subject=album)


def set_own_anywhere(
    studio: Studio,
    photos: Collection[UUID],
    *,
    by: User | None,
    act: UUID | None = None,
    albums: Collection[UUID] = (),
    **values: Any,
) -> JournalEntry | None:
    """The same for photos of any galleries. act: of which long act this is a slice.

    values: some of rating, label and flag.  albums: the galleries of a restricted member who does it.
    Raises BadOwnMark, ActUndone.
    """
    mine = Photo.objects.for_studio(studio).filter(pk__in=photos, trashed_at__isnull=True)
    return _set_own(studio, mine, values, by=by, act=act, albums=albums)


def check_own(values: dict[str, Any]) -> dict[str, Any]:
    """What of rating, label and flag is to be set; None means "as it is". Raises BadOwnMark."""
    wanted = {name: value for name, value in values.items() if value is not None}
    if not wanted or not 0 <= wanted.get("rating", 0) <= MOST_STARS or wanted.get("label") not in (None, "", *LABELS):
        raise BadOwnMark("There is no such rating.")
    if wanted.get("flag") not in (None, "", *Flag.values):
        raise BadOwnMark("There is no such rating.")
    return wanted


def _set_own(
    studio: Studio,
    photos: StudioQuerySet[Photo],
    values: dict[str, Any],
    *,
    by: User | None,
    subject: Album | None = None,
    act: UUID | None = None,
    albums: Collection[UUID] = (),
) -> JournalEntry | None:
    wanted = check_own(values)
    watch = journal.Watch(studio)
    changed = watch.rows(photos.exclude(**wanted), *sorted(wanted))
    if not changed:
        return None
    Photo.objects.for_studio(studio).filter(pk__in=changed).update(**wanted, updated_at=timezone.now())
    return journal.record(
        studio, by=by, verb="photos.marked", subject=subject, albums=albums, things=changed,
        changes=watch.changes(), act=act, **wanted,
    )  # fmt: skip


# -- keywords ----------------------------------------------------------------------------------------


class BadKeywords(ValueError):
    """No words, too many or too long ones."""


def keywords_of(text: str) -> list[str]:
    """The keywords of a text with commas between them, each once. Raises BadKeywords."""
    found: dict[str, str] = {}
    for part in text.replace("\x00", "").split(","):
        if word := " ".join(part.split()):
            found.setdefault(word.casefold(), word)
    if not found or len(found) > MOST_KEYWORDS or any(len(word) > LONGEST_KEYWORD for word in found.values()):
        raise BadKeywords(f"Write 1 to {MOST_KEYWORDS} keywords of at most {LONGEST_KEYWORD} letters.")
    return list(found.values())


def tag(
    studio: Studio,
    photos: Collection[UUID],
    *,
    by: User | None,
    add: Collection[str] = (),
    remove: Collection[str] = (),
    act: UUID | None = None,
    albums: Collection[UUID] = (),
) -> JournalEntry | None:
    """Give photos keywords and take others away, whatever their case; None if no photo changes.

    A photo that would have more than it may keeps what it has.  albums, act: as in `set_own_anywhere`.
    Raises ActUndone.
    """
    rows = Photo.objects.for_studio(studio).filter(pk__in=photos, trashed_at__isnull=True)
    watch = journal.Watch(studio)
    watch.rows(rows, "keywords")
    gone, changed, now = {word.casefold() for word in remove}, [], timezone.now()
    for photo in rows.only("pk", "studio_id", "keywords"):
        kept = [word for word in photo.keywords if word.casefold() not in gone]
        known = {word.casefold() for word in kept}
        kept += [word for word in add if word.casefold() not in known]
        if kept != photo.keywords and len(kept) <= MOST_ON_PHOTO:
            photo.keywords, photo.updated_at = kept, now
            changed.append(photo)
    if not changed:
        return None
    Photo.objects.for_studio(studio).bulk_update(changed, ["keywords", "updated_at"])
    return journal.record(
        studio, by=by, verb="photos.tagged", albums=albums, things=[photo.pk for photo in changed],
        changes=watch.changes(), act=act, added=list(add), removed=list(remove),
    )  # fmt: skip
