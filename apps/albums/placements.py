"""Where photos lie: put into an album, moved between sections, taken out, put back. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final, cast
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.access import Entered
from apps.accounts.journal.sentences import photos_word
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import counts
from apps.albums.models import Album, Photo, Placement, PlacementQuerySet, Section
from apps.albums.ordering import arrival_key, sort_key, zone_for
from apps.web.compiled_queries import together, written
from apps.web.raw_rows import inserting


def place(
    album: Album,
    photo: Photo,
    *,
    section: Section | None = None,
    number: int | None = None,
) -> bool:
    """Put a photo into an album; False if it already lay there. A trashed placement comes back.

    photo: held by `save_from_trash`, before the album's row (see `Album.hold`).
    number: where the sender counts it (see `ordering.arrival_key`).
    """
    row = placement_for(album, photo, section=section, number=number)
    # One row, and no more locks: several uploads share the album's row here.
    again = {"studio": album.studio_id, "album": album.pk, "photo": photo.pk}
    inserted, came_back = together(inserting(row, unless_there=True), written(_COMES_BACK, again))
    return bool(inserted or came_back)


_COMES_BACK: Final = """
    update albums_placement set trashed_at = null
    where studio_id = %(studio)s and album_id = %(album)s and photo_id = %(photo)s and trashed_at is not null
    returning 1
"""


def placement_for(album: Album, photo: Photo, *, section: Section | None, number: int | None) -> Placement:
    """The row that puts a photo into an album, not saved yet; until the commit it stands where it should.

    Arguments as of `place`.
    """
    if section is not None:
        # Sections may be reordered or removed at this moment.
        album.hold()
        section = album.sections.filter(pk=section.pk).first()
    else:
        album.ordering = _ordering_now(album)
    manual_key = arrival_key(number)
    counts.forget(album.pk)
    return Placement(
        studio_id=album.studio_id,
        album=album,
        photo=photo,
        section=section,
        section_rank=section.rank if section else 0,
        manual_key=manual_key,
        sort_key=sort_key(album.ordering, photo, manual_key, zone_for(photo, album.studio)),
    )


def _ordering_now(album: Album) -> str:
    """The album's ordering, kept from changing until the commit; others may share this."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select ordering from albums_album where studio_id = %s and id = %s for share",
            [album.studio_id, album.pk],
        )
        row = cursor.fetchone()
    if row is None:
        raise Album.DoesNotExist
    return str(row[0])


def save_from_trash(photo: Photo) -> None:
    """A photo that is put somewhere (again) leaves the trash, and cannot be purged before the commit.

    Raises Photo.DoesNotExist when it was purged a moment ago.
    """
    row = Photo.objects.for_studio(photo.studio_id).filter(pk=photo.pk)
    photo.trashed_at = row.select_for_update(no_key=True).values_list("trashed_at", flat=True).get()
    if photo.trashed_at is not None:
        row.update(trashed_at=None)
        photo.trashed_at = None


def move_to_section(
    album: Album, photos: Iterable[UUID], section: Section | None, *, by: User | None, act: UUID | None = None
) -> JournalEntry | None:
    """Move photos of the album under a heading (None: in front of all). None if none of them lies in it.

    act: of which long act this is a slice; then also None if all lie there already.
    Raises Section.DoesNotExist when it was removed meanwhile, ActUndone.
    """
    album.hold()
    now = album.sections.get(pk=section.pk) if section else None
    lying = _inside(album).filter(trashed_at__isnull=True, photo_id__in=list(photos))
    watch = journal.Watch(album.studio)
    rows = watch.rows(lying, "section_id")
    if not rows:
        return None
    moved = _inside(album).filter(pk__in=rows)
    moved.update(section=now, section_rank=now.rank if now else 0)
    counts.forget(album.pk)
    changes = watch.changes()
    if act is not None and not changes:
        # The first slice stands for the whole act, so it must be one that can be taken back.
        return None
    return journal.record(
        album.studio,
        by=by,
        verb="photos.moved",
        subject=album,
        things=moved.values_list("photo_id", flat=True),
        changes=changes,
        act=act,
        section=now.title if now else "",
    )


def touchable(entered: Entered, photos: Sequence[UUID]) -> Sequence[UUID]:
    """Of these photos the ones that the member may take out of an album, and process again: a contributor's own."""
    if not entered.is_contributor:
        return photos
    own = Photo.objects.for_studio(entered.studio).filter(pk__in=photos, uploaded_by=entered.user)
    return list(own.values_list("pk", flat=True))


def take_out(
    album: Album, photos: Iterable[UUID], *, by: User | None = None, act: UUID | None = None
) -> JournalEntry | None:
    """Move photos of the album to the trash; one that lies in no other album is trashed as a whole.

    None if none of them lies in it.  act: of which long act this is a slice.  Raises ActUndone.
    """
    live = _inside(album).filter(trashed_at__isnull=True, photo_id__in=list(photos))
    ids = list(live.values_list("photo_id", flat=True))
    now = timezone.now()
    # Photos are held first: of two albums that let go of a photo at one moment, the second sees what the first did.
    watch = watched_trash(album.studio, ids)
    album.hold()
    ids = list(live.filter(photo_id__in=ids).values_list("photo_id", flat=True))
    if not ids:
        return None
    watch.rows(Album.objects.for_studio(album.studio_id).filter(pk=album.pk), "cover_id")
    if album.cover_id in ids:
        album.cover_id = None
        album.save(update_fields=["cover"])
    elsewhere = Placement.objects.for_studio(album.studio_id).filter(photo=OuterRef("pk"), trashed_at__isnull=True)
    alone = Photo.objects.for_studio(album.studio_id).filter(pk__in=ids, trashed_at__isnull=True)
    trashed = alone.exclude(Exists(elsewhere.exclude(album_id=album.pk))).update(trashed_at=now)
    live.filter(photo_id__in=ids).update(trashed_at=now)
    counts.forget(album.pk)
    return journal.record(
        album.studio,
        by=by,
        verb="photos.deleted",
        subject=album,
        things=ids,
        changes=watch.changes(),
        act=act,
        elsewhere=len(ids) - trashed,
    )


def taken_out_words(count: int, elsewhere: int) -> str:
    """What became of photos that were taken out of a gallery. elsewhere: how many lie in other galleries too."""
    stay = "It stays in your other galleries." if elsewhere == 1 else "They stay in your other galleries."
    if elsewhere == count and count:
        return f"{photos_word(count)} removed from this gallery. {stay}"
    trashed = f"{photos_word(count - elsewhere)} moved to the trash"
    return f"{trashed}, {elsewhere:,} only removed from this gallery. {stay}" if elsewhere else f"{trashed}."


def watched_trash(studio: Studio, photos: Collection[UUID]) -> journal.Watch:
    """Watch (and hold) photos and where they lie, for an act that moves them into the trash or out of it.

    An undo asks for all of them, also for places in other albums: whether a photo is in the trash hangs on those too.
    """
    watch = journal.Watch(studio)
    watch.rows(Photo.objects.for_studio(studio).filter(pk__in=photos), "trashed_at", witness=True)
    lying = Placement.objects.for_studio(studio).filter(photo_id__in=photos)
    # Their photos are held, so nobody else moves them into the trash or out of it.
    watch.rows(lying, "trashed_at", witness=True, lock=False)
    return watch


def _inside(album: Album) -> PlacementQuerySet:
    return cast(PlacementQuerySet, Placement.objects.for_studio(album.studio_id).filter(album_id=album.pk))
