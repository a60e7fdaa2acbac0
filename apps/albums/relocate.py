"""Photos of any galleries: put into one more, moved there, or thrown away. One act, one undo, no second copy.

Run in `acting_in(studio)`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import counts, editing, placements
from apps.albums.models import Album, Photo, Placement, PlacementQuerySet
from apps.albums.ordering import arrival_key, sort_key, zone_for
from apps.albums.undo import GalleryInTrash


def lying(studio: Studio, photos: Iterable[UUID], mine: Collection[UUID] | None) -> PlacementQuerySet:
    """Where photos lie, the trash aside. mine: only in these galleries; None for all."""
    rows = Placement.objects.for_studio(studio).filter(
        photo_id__in=list(photos), trashed_at__isnull=True, album__trashed_at__isnull=True
    )
    return cast(PlacementQuerySet, rows if mine is None else rows.filter(album_id__in=mine))


def copy_into(
    album: Album,
    photos: Iterable[UUID],
    *,
    by: User | None,
    mine: Collection[UUID] | None = None,
    act: UUID | None = None,
    verb: str = "photos.copied",
) -> JournalEntry | None:
    """Let photos of other galleries lie in this one too; None if all do already.

    What every gallery hides from its clients comes hidden.  mine: the galleries of whoever does it, None for all.
    act: of which long act this is a slice.  Raises GalleryInTrash, ActUndone.
    """
    return _relocate(album.studio, photos, into=album, leaves=False, mine=mine, by=by, act=act, verb=verb)


def move_into(
    album: Album,
    photos: Iterable[UUID],
    *,
    by: User | None,
    mine: Collection[UUID] | None = None,
    act: UUID | None = None,
) -> JournalEntry | None:
    """Let photos lie in this gallery and in no other of `mine`. Arguments and errors as of `copy_into`."""
    return _relocate(album.studio, photos, into=album, leaves=True, mine=mine, by=by, act=act, verb="photos.relocated")


def throw_away(
    studio: Studio,
    photos: Iterable[UUID],
    *,
    by: User | None,
    mine: Collection[UUID] | None = None,
    act: UUID | None = None,
) -> JournalEntry | None:
    """Take photos out of every gallery (of `mine`); what then lies in none goes to the trash. None if none was there.

    Raises ActUndone.
    """
    return _relocate(studio, photos, into=None, leaves=True, mine=mine, by=by, act=act, verb="photos.thrown")


def make_gallery(
    studio: Studio,
    title: str,
    photos: Iterable[UUID],
    *,
    by: User,
    mine: Collection[UUID] | None = None,
    act: UUID | None = None,
) -> tuple[Album, JournalEntry]:
    """A new draft with these photos in it; its undo moves it to the trash. act: a long act that brings more photos."""
    album = editing.create(studio, by=by, title=title)
    row = Album.objects.for_studio(studio).filter(pk=album.pk)
    # Born in the trash and taken out of it, so that the way back leads there.
    row.update(trashed_at=timezone.now())
    watch = journal.Watch(studio)
    watch.rows(row, "trashed_at")
    row.update(trashed_at=None)
    album.studio = studio
    entry = _relocate(
        studio, photos, into=album, leaves=False, mine=mine, by=by, act=act, verb="photos.gallery", watch=watch
    )
    assert entry is not None, "the gallery itself is a change"
    return album, entry


def _relocate(
    studio: Studio,
    photos: Iterable[UUID],
    *,
    into: Album | None,
    leaves: bool,
    mine: Collection[UUID] | None,
    by: User | None,
    act: UUID | None,
    verb: str,
    watch: journal.Watch | None = None,
) -> JournalEntry | None:
    wanted = set(lying(studio, photos, mine).values_list("photo_id", flat=True))
    # Locks in the order of all deeds: photos, galleries, placements (see `Album.hold`).
    held = list(
        Photo.objects.for_studio(studio)
        .filter(pk__in=wanted, trashed_at__isnull=True)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    ids = [photo.pk for photo in held]
    left = _held_galleries(studio, ids, into, leaves, mine)
    if into is not None:
        _bring(into, held)
    trash = placements.watched_trash(studio, ids)
    trash.rows(Album.objects.for_studio(studio).filter(pk__in=left), "cover_id")
    changed = _write(studio, ids, into, left)
    entry = None
    if changed or watch is not None:
        changes = trash.changes()
        for table, row in watch.changes() if watch is not None else ():
            changes.add(table, row)
        albums = [*([into.pk] if into else []), *sorted(left)]
        facts: dict[str, Any] = {"title": into.title} if into else {"elsewhere": _elsewhere(studio, ids)}
        entry = journal.record(
            studio, by=by, verb=verb, subject=into, albums=albums, things=changed, changes=changes, act=act, **facts
        )
    for album_id in {*left, *([into.pk] if into else [])}:
        counts.forget(album_id)
    return entry


def _held_galleries(
    studio: Studio, ids: list[UUID], into: Album | None, leaves: bool, mine: Collection[UUID] | None
) -> set[UUID]:
    """Lock the galleries that change; returns those that photos leave. Raises GalleryInTrash."""
    left = set(lying(studio, ids, mine).values_list("album_id", flat=True)) if leaves else set()
    if into is not None:
        left.discard(into.pk)
    for album in Album.objects.for_studio(studio).filter(pk__in=left).order_by("pk"):
        album.hold()
    if into is not None:
        into.hold()
        if into.trashed_at is not None:
            raise GalleryInTrash
    return left


def _bring(album: Album, photos: list[Photo]) -> None:
    """Placements of the photos that have none in the gallery, in its trash for now."""
    inside = Placement.objects.for_studio(album.studio_id).filter(album_id=album.pk)
    there = set(inside.filter(photo__in=photos).values_list("photo_id", flat=True))
    hidden, withheld = _kept_everywhere(album.studio, [photo.pk for photo in photos])
    now, made = timezone.now(), []
    for photo in sorted(photos, key=lambda one: (one.taken_at or one.created_at, one.pk)):
        if photo.pk in there:
            continue
        manual_key = arrival_key(None)
        made.append(
            Placement(
                studio_id=album.studio_id,
                album=album,
                photo=photo,
                manual_key=manual_key,
                sort_key=sort_key(album.ordering, photo, manual_key, zone_for(photo, album.studio)),
                is_hidden=photo.pk in hidden,
                is_withheld=photo.pk in withheld,
                trashed_at=now,
            )
        )
    Placement.objects.for_studio(album.studio_id).bulk_create(made)


def _kept_everywhere(studio: Studio, ids: list[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Photos that no gallery shows to all of its links, and those that the client withholds wherever they lie.

    A new gallery has links of its own, so what was for chosen links of another is for none of them.
    """
    hidden, withheld = set(ids), set(ids)
    rows = lying(studio, ids, None).values_list("photo_id", "is_hidden", "is_withheld", "audience", "section__audience")
    for photo_id, is_hidden, is_withheld, audience, of_section in rows:
        if not is_hidden and audience is None and of_section is None:
            hidden.discard(photo_id)
        if not is_withheld:
            withheld.discard(photo_id)
    return hidden, withheld


def _write(studio: Studio, ids: list[UUID], into: Album | None, left: set[UUID]) -> list[UUID]:
    """Write where the photos lie now. Returns those that this made a difference to."""
    now, changed = timezone.now(), set()
    if into is not None:
        inside = Placement.objects.for_studio(studio).filter(album_id=into.pk, photo_id__in=ids)
        came = inside.filter(trashed_at__isnull=False)
        changed |= set(came.values_list("photo_id", flat=True))
        came.update(trashed_at=None)
    gone = Placement.objects.for_studio(studio).filter(album_id__in=left, photo_id__in=ids, trashed_at__isnull=True)
    changed |= set(gone.values_list("photo_id", flat=True))
    gone.update(trashed_at=now)
    Album.objects.for_studio(studio).filter(pk__in=left, cover_id__in=ids).update(cover=None, updated_at=now)
    if into is None:
        _trash_homeless(studio, ids, now)
    return [pk for pk in ids if pk in changed]


def _trash_homeless(studio: Studio, ids: list[UUID], now: datetime) -> None:
    lies = Placement.objects.for_studio(studio).filter(photo=OuterRef("pk"), trashed_at__isnull=True)
    mine = Photo.objects.for_studio(studio).filter(pk__in=ids, trashed_at__isnull=True)
    mine.exclude(Exists(lies)).update(trashed_at=now)


def _elsewhere(studio: Studio, ids: list[UUID]) -> int:
    """How many of the photos lie in galleries of others."""
    return Photo.objects.for_studio(studio).filter(pk__in=ids, trashed_at__isnull=True).count()
