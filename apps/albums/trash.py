"""The trash: what was deleted lies here for 30 days and can come back; then it is purged.

Purging removes rows and gives the studio its room back. The bytes are left to the sweep, which waits and looks again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.access import Entered
from apps.accounts.journal import note
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import StudioQuerySet, across_studios, acting_in
from apps.albums import counts, placements
from apps.albums.models import TRASH_KEPT, Album, Photo, Placement, Version
from apps.jobs.models import Job
from apps.web.refusal import Refusal

PAGE = 60
BATCH = 500


class AlbumInTrash(Refusal):
    """A photo cannot come back into an album that is itself in the trash."""

    status = 409
    code = "album_in_trash"
    sentence = "The gallery of this photo is in the trash too. Restore the gallery first."


class GoneForEver(Refusal):
    """It was purged at this very moment."""

    status = 410
    code = "gone"
    sentence = "This was just deleted forever."


# -- albums and photos go and come back --------------------------------------------------------------


def trash_album(album: Album, *, by: User) -> JournalEntry | None:
    """Move a whole album to the trash. Its photos stay in it and come back with it. None if it lies there already."""
    return _set_trashed(album, timezone.now(), "album.deleted", by=by)


def restore_album(album: Album, *, by: User) -> JournalEntry | None:
    """Take an album out of the trash, as it was. None if it does not lie there. Raises GoneForEver."""
    return _set_trashed(album, None, "album.restored", by=by)


def _set_trashed(album: Album, at: datetime | None, verb: str, *, by: User) -> JournalEntry | None:
    row = Album.objects.for_studio(album.studio_id).filter(pk=album.pk)
    # The index of the library takes the rows of all photos after the album; a photo that is just finished takes its own
    # before the album. So the photos are held first, as everywhere.
    photos = Photo.objects.for_studio(album.studio_id)
    held = photos.filter(pk__in=album.placements.values("photo_id")).order_by("pk").select_for_update(no_key=True)
    list(held.values_list("pk"))
    watch = journal.Watch(album.studio)
    if not watch.rows(row, "trashed_at"):
        raise GoneForEver
    # Asked now that the row is held.
    if not row.filter(trashed_at__isnull=at is not None).update(trashed_at=at):
        return None
    album.trashed_at = at
    return journal.record(album.studio, by=by, verb=verb, subject=album, changes=watch.changes(), title=album.title)


def restore_photo(photo: Photo, *, by: User) -> JournalEntry | None:
    """Put a photo back where it lay when it was trashed. None if it does not lie in the trash.

    Raises AlbumInTrash, GoneForEver.
    """
    if photo.trashed_at is None:
        return None
    studio = photo.studio
    watch = placements.watched_trash(studio, [photo.pk])
    gone = photo.placements.filter(trashed_at__gte=photo.trashed_at)
    if gone.exists() and not gone.filter(album__trashed_at__isnull=True).exists():
        raise AlbumInTrash
    if not Photo.objects.for_studio(studio).filter(pk=photo.pk).update(trashed_at=None):
        raise GoneForEver
    photo.trashed_at = None
    albums = list(gone.order_by("album_id").values_list("album_id", flat=True))
    for album in Album.objects.for_studio(studio).filter(pk__in=albums).order_by("pk"):
        album.hold()
        counts.forget(album.pk)
    gone.filter(album_id__in=albums).update(trashed_at=None)
    return journal.record(
        studio,
        by=by,
        verb="photos.restored",
        subject=photo,
        albums=albums,
        things=[photo.pk],
        changes=watch.changes(),
    )


# -- for good ----------------------------------------------------------------------------------------


def purge_album(album: Album, *, by: User | None) -> int | None:
    """Remove an album of the trash for good, and with it the photos that lie in no other. Returns how many photos.

    None if it was restored meanwhile; then nothing was removed.
    """
    studio = album.studio
    with acting_in(studio):
        inside = list(album.placements.values_list("photo_id", flat=True))
        _hold(studio, inside)
        # Locked, and asked again: whoever takes the album out of the trash at this moment is waited for and seen.
        mine = Album.every.for_studio(studio).filter(pk=album.pk)
        if not list(mine.filter(trashed_at__isnull=False).select_for_update().values_list("pk")):
            return None
        counts.forget(album.pk)
        note(studio, by, "album.purged", album, title=album.title)
        mine.delete()
        return _purge(studio, inside, keep=Q(Exists(_placements_of(studio))), by=by)


def purge_photo(photo: Photo, *, by: User | None) -> bool:
    """Remove a photo of the trash for good. False if it was restored meanwhile."""
    return purge_photos(photo.studio, [photo.pk], by=by) == 1


def purge_photos(studio: Studio, ids: Sequence[UUID], *, by: User | None) -> int:
    """Remove photos of the trash for good; what left the trash meanwhile stays. Returns how many."""
    in_use = Q(trashed_at__isnull=True) | Q(Exists(_placements_of(studio).filter(trashed_at__isnull=True)))
    with acting_in(studio):
        return _purge(studio, ids, keep=in_use, by=by)


def empty(studio: Studio, *, by: User | None, until: datetime | None = None) -> int:
    """Purge what lies in the studio's trash (and came there by `until`). Returns how many albums and photos."""
    until = until or timezone.now()
    albums, photos = Album.every.for_studio(studio), Photo.objects.for_studio(studio)
    removed = 0
    for album in albums.filter(trashed_at__lte=until):
        removed += purge_album(album, by=by) is not None
    old = list(photos.filter(trashed_at__lte=until).values_list("pk", flat=True))
    for start in range(0, len(old), BATCH):
        removed += purge_photos(studio, old[start : start + BATCH], by=by)
    return removed


def purge_trash(now: datetime | None = None) -> int:
    """Empty every studio's trash of what has lain there for 30 days. Returns how many albums and photos went."""
    until = (now or timezone.now()) - TRASH_KEPT
    with across_studios():
        old = Q(trashed_at__lte=until)
        found = (rows.filter(old) for rows in (Album.every.all(), Photo.objects.all(), Placement.objects.all()))
        ids = {pk for rows in found for pk in rows.order_by().values_list("studio_id", flat=True).distinct()}
        studios = list(Studio.objects.filter(pk__in=ids))
    removed = 0
    for studio in studios:
        with acting_in(studio):
            removed += empty(studio, by=None, until=until)
            # Taken out of one album, still lying in another: only the memory of the old place goes.
            Placement.objects.for_studio(studio).filter(old, photo__trashed_at__isnull=True).delete()
    return removed


def _placements_of(studio: Studio) -> QuerySet[Placement]:
    return Placement.objects.for_studio(studio).filter(photo=OuterRef("pk"))


def _hold(studio: Studio, photos: Sequence[UUID]) -> None:
    """Lock the rows of photos until the transaction ends."""
    rows = Photo.objects.for_studio(studio).filter(pk__in=photos)
    list(rows.order_by("pk").select_for_update().values_list("pk"))


def _purge(studio: Studio, ids: Sequence[UUID], *, keep: Q, by: User | None) -> int:
    """Remove the rows of photos and give their room back, in one transaction. keep: which of them stay."""
    rows = Photo.objects.for_studio(studio).filter(pk__in=ids)
    # First the locks, then the question: whoever placed a photo a moment ago is waited for and seen.
    _hold(studio, ids)
    gone = list(rows.exclude(keep).values_list("pk", flat=True))
    if not gone:
        return 0
    files = (
        Version.objects.for_studio(studio)
        .filter(photo_id__in=gone)
        .aggregate(count=Count("pk"), size=Sum("blob__size"))
    )
    Job.objects.for_studio(studio).filter(subject_id__in=gone).delete()
    Photo.objects.for_studio(studio).filter(pk__in=gone).delete()
    studio.give_room(int(files["size"] or 0), files=files["count"])
    note(studio, by, "photos.purged", photos=[str(pk) for pk in gone])
    return len(gone)


# -- what lies there ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """Something in the trash. size in bytes; photo_id: a picture to show for it, lying in album_id."""

    kind: str
    id: UUID
    title: str
    detail: str
    size: int
    trashed_at: datetime
    album_id: UUID | None = None
    photo_id: UUID | None = None

    @property
    def days_left(self) -> int:
        """Whole days until it is gone, at least 0; the day begun counts."""
        left = self.trashed_at + TRASH_KEPT - timezone.now()
        return max(0, -(-left // timedelta(days=1)))


def trashed_photos(member: Entered) -> StudioQuerySet[Photo]:
    """Photos in the trash that this member may put back: those that went there out of a gallery of theirs."""
    rows = Photo.objects.for_studio(member.studio).filter(trashed_at__isnull=False)
    if not member.is_restricted:
        return rows
    places = Placement.objects.visible_to(member).filter(photo=OuterRef("pk"), trashed_at__gte=OuterRef("trashed_at"))
    return rows.filter(Exists(places))


def items(member: Entered, after: str = "") -> tuple[list[Item], str]:
    """A page of the trash as this member sees it, newest first, and the cursor of the next one ("" at the end)."""
    older = _older(after)
    found = sorted(
        [*_trashed_albums(member, older), *_trashed_photos(member, older)],
        key=lambda item: (item.trashed_at, item.id),
        reverse=True,
    )
    page = found[:PAGE]
    return page, _cursor(page[-1]) if len(found) > PAGE else ""


def _trashed_albums(member: Entered, older: Q) -> list[Item]:
    albums = Album.objects.visible_to(member).filter(older, trashed_at__isnull=False).order_by("-trashed_at", "-id")
    rows = list(albums[: PAGE + 1])
    totals = counts.totals(member.studio.pk, [album.pk for album in rows])
    return [
        Item(
            "album",
            album.pk,
            album.title,
            f"{totals[album.pk].photos:,} photo{'' if totals[album.pk].photos == 1 else 's'}",
            totals[album.pk].size,
            _moment(album.trashed_at),
            album.pk,
            album.cover_id,
        )
        for album in rows
    ]


def _trashed_photos(member: Entered, older: Q) -> list[Item]:
    last_place = Placement.objects.visible_to(member).filter(photo=OuterRef("pk")).order_by("-trashed_at", "id")
    rows = (
        trashed_photos(member)
        .filter(older)
        .order_by("-trashed_at", "-id")
        .annotate(
            album_title=last_place.values("album__title")[:1],
            place_id=last_place.values("album_id")[:1],
            size=F("original__size"),
        )
        .values_list("id", "camera_name", "album_title", "size", "trashed_at", "place_id")
    )
    return [
        Item("photo", pk, name, f"from {album}" if album else "", size, _moment(at), album_id, pk if album_id else None)
        for pk, name, album, size, at, album_id in rows[: PAGE + 1]
    ]


def _moment(at: datetime | None) -> datetime:
    assert at is not None, "only what is in the trash is asked"
    return at


def _cursor(item: Item) -> str:
    micros = (item.trashed_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return f"{micros:x}.{item.id.hex}"


def _older(after: str) -> Q:
    """What comes after the cursor; junk is the start. It names no row, only a place in the studio's own list."""
    match = re.fullmatch(r"([0-9a-f]{1,14})\.([0-9a-f]{32})", after)
    if match is None:
        return Q()
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(match[1], 16))
    except OverflowError:
        return Q()
    return Q(trashed_at__lt=at) | Q(trashed_at=at, id__lt=UUID(match[2]))
