"""Taking back what was done to albums, their sections and photos.

The journal writes the rows; here stand the locks, what forbids it, and what follows from the rows: the order of the
photos and the counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count

from apps.accounts import journal
from apps.accounts.journal import ChangedSince, Changes, Erased, Undoing
from apps.accounts.models import Studio
from apps.albums import capture_time, counts, ordering, photo_versions
from apps.albums.models import Album, Ordering, Photo, Placement, Section
from apps.albums.sections import titled
from apps.web.refusal import Refusal

ALBUM, SECTION, PHOTO, PLACEMENT = (model._meta.label_lower for model in (Album, Section, Photo, Placement))
# The undo of its deletion brings a section back.
MAY_RETURN: Final = (SECTION,)


class GalleryInTrash(Refusal):
    """Nothing is undone inside a gallery that nobody can see."""

    status = 409
    code = "album_in_trash"
    sentence = "This gallery is in the trash. Restore it first."


def in_album(undoing: Undoing) -> None:
    """Take back an act on the inside of albums. Raises GalleryInTrash, ChangedSince, Erased."""
    studio, changes = undoing.studio, undoing.changes
    _hold_photos(studio, changes)
    albums = _held(studio, _albums_of(undoing))
    _check_sections(studio, changes)
    journal.write(studio, changes, may_return=MAY_RETURN)
    _check_trash(studio, changes)
    for album in albums:
        _settle(album, changes)
        counts.forget(album.pk)
    # What was read in a zone is read in that of today.
    retimed = _retimed(changes)
    capture_time.read_again(studio, retimed)
    for photo in Photo.objects.for_studio(studio).filter(pk__in=retimed).select_related("studio").order_by("pk"):
        ordering.refresh_keys(photo)


def of_files(undoing: Undoing) -> None:
    """Take back that a photo shows another of its files. Raises GalleryInTrash, ChangedSince, Erased."""
    in_album(undoing)
    photos = Photo.objects.for_studio(undoing.studio).filter(pk__in=undoing.changes.ids(PHOTO))
    for photo in photos.order_by("pk"):
        photo_versions.mark_current(photo)


def album_trash(undoing: Undoing) -> None:
    """Take back that a whole album went into the trash or came out of it. Raises ChangedSince, Erased."""
    journal.write(undoing.studio, undoing.changes)
    for album_id in undoing.entry.albums:
        counts.forget(album_id)


def of_photos(undoing: Undoing) -> None:
    """Take back what was said of photos, wherever they lie. Raises ChangedSince, Erased."""
    _hold_photos(undoing.studio, undoing.changes)
    journal.write(undoing.studio, undoing.changes)


def gallery_made(undoing: Undoing) -> None:
    """A gallery made of photos goes to the trash, or comes out of it again. Raises ChangedSince, Erased."""
    studio, changes = undoing.studio, undoing.changes
    _hold_photos(studio, changes)
    journal.write(studio, changes)
    _check_trash(studio, changes)
    for album_id in undoing.entry.albums:
        counts.forget(album_id)


def _albums_of(undoing: Undoing) -> set[UUID]:
    """The galleries of the act: those of its first slice, and where the photos of all slices lie."""
    albums = set(undoing.entry.albums)
    if undoing.entry.act is not None:
        moved = [row.id for row in undoing.changes.of(PLACEMENT) if not row.is_witness]
        lies = Placement.objects.for_studio(undoing.studio).filter(pk__in=moved)
        albums |= set(lies.order_by().values_list("album_id", flat=True).distinct())
    return albums


# -- before ------------------------------------------------------------------------------------------


def _hold_photos(studio: Studio, changes: Changes) -> None:
    """Photos are locked before albums (see `Album.hold`)."""
    mine = Photo.objects.for_studio(studio).filter(pk__in=changes.ids(PHOTO))
    list(mine.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _held(studio: Studio, ids: Iterable[UUID]) -> list[Album]:
    wanted = sorted(ids)
    albums = list(Album.objects.for_studio(studio).filter(pk__in=wanted).order_by("pk"))
    if len(albums) < len(wanted):
        raise Erased("The gallery was deleted forever, so this cannot be undone.")
    for album in albums:
        album.studio = studio
        album.hold()
        if album.trashed_at is not None:
            raise GalleryInTrash
    return albums


def _check_sections(studio: Studio, changes: Changes) -> None:
    """A section that goes must be left empty, and one that comes must find its title free."""
    for row in changes.of(SECTION):
        section_id = UUID(row.id)
        if row.after is None:
            inside = Placement.objects.for_studio(studio).filter(section_id=section_id)
            if inside.exclude(pk__in=changes.ids(PLACEMENT)).exists():
                raise ChangedSince("Photos have since been added to this section, so this cannot be undone.")
        elif "title" in row.after and row.after != row.before:
            title = row.after["title"]
            if titled(_siblings(studio, section_id, row.after).exclude(pk=section_id), title):
                raise ChangedSince(f"Another section is called “{title}” now, so this cannot be undone.")


def _siblings(studio: Studio, section_id: UUID, values: dict[str, Any]) -> Any:
    sections = Section.objects.for_studio(studio)
    if "album_id" in values:
        return sections.filter(album_id=values["album_id"])
    return sections.filter(album_id__in=sections.filter(pk=section_id).values("album_id"))


# -- after -------------------------------------------------------------------------------------------


def _check_trash(studio: Studio, changes: Changes) -> None:
    """No photo is in the trash and in a gallery at once: it may have been put into another one meanwhile."""
    trashed = [row.id for row in changes.of(PHOTO) if (row.after or {}).get("trashed_at") is not None]
    lying = Placement.objects.for_studio(studio).filter(photo_id__in=trashed, trashed_at__isnull=True)
    if trashed and lying.exists():
        raise ChangedSince("Some of these photos have since been added to another gallery, so this cannot be undone.")


def _settle(album: Album, changes: Changes) -> None:
    """What follows from the rows just written: ranks of sections and the keys of the reading order."""
    album.refresh_from_db(fields=["ordering", "cover"], from_queryset=Album.objects.for_studio(album.studio_id))
    if album.cover_id and not album.placements.live().filter(photo_id=album.cover_id).exists():
        raise ChangedSince("The gallery would have a cover that is not in it, so this cannot be undone.")
    taken = album.sections.order_by().values("rank").annotate(sections=Count("pk")).filter(sections__gt=1)
    if taken.exists():
        raise ChangedSince("The sections have since been reordered, so this cannot be undone.")
    if changes.of(SECTION) or any("section_id" in (row.after or {}) for row in changes.of(PLACEMENT)):
        _rank_afresh(album)
    if any("ordering" in (row.after or {}) for row in changes.of(ALBUM)):
        ordering.reorder(album, Ordering(album.ordering))
    elif album.ordering == Ordering.MANUAL and any("manual_key" in (row.after or {}) for row in changes.of(PLACEMENT)):
        ordering.reorder(album, Ordering.MANUAL)


def _rank_afresh(album: Album) -> None:
    """Give placements the rank that their section has now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """update albums_placement p set section_rank = k.rank
               from (select q.id, coalesce(s.rank, 0) as rank
                     from albums_placement q
                     left join albums_section s on s.studio_id = q.studio_id and s.id = q.section_id
                     where q.studio_id = %s and q.album_id = %s) k
               where p.studio_id = %s and p.id = k.id and p.section_rank <> k.rank""",
            [album.studio_id, album.pk, album.studio_id],
        )


def _retimed(changes: Changes) -> list[UUID]:
    return [UUID(row.id) for row in changes.of(PHOTO) if "taken_at" in (row.after or {})]
