"""Where photos lie: put into an album, moved between sections, taken out, put back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.albums import counts
from apps.albums.models import Album, Photo, Placement, Section
from apps.albums.ordering import arrival_key, sort_key
from apps.web.raw_rows import insert
from apps.web.refusal import Refusal

SECTIONS_MOST = 500


class TitleTaken(Refusal):
    """Two sections of one album cannot have the same title."""

    status = 409
    code = "title_taken"
    sentence = "This gallery has a section with that title already."


class TooManySections(Refusal):
    """An album has so many sections that nobody could find one."""

    status = 409
    code = "too_many_sections"
    sentence = f"A gallery can have at most {SECTIONS_MOST} sections."


def place(
    album: Album,
    photo: Photo,
    *,
    section: Section | None = None,
    number: int | None = None,
    is_new: bool = False,
) -> bool:
    """Put a photo into an album; False if it already lay there. A trashed placement comes back.

    number: where the sender counts it (see `ordering.arrival_key`).
    is_new: this transaction made the photo, so nobody can have trashed it.
    """
    if not is_new:
        save_from_trash(photo)
    if section is not None:
        # Sections may be reordered or removed at this moment.
        album.hold()
        section = album.sections.filter(pk=section.pk).first()
    else:
        album.ordering = _ordering_now(album)
    manual_key = arrival_key(number)
    placement = Placement(
        studio_id=album.studio_id,
        album=album,
        photo=photo,
        section=section,
        section_rank=section.rank if section else 0,
        manual_key=manual_key,
        sort_key=sort_key(album.ordering, photo, manual_key),
    )
    counts.forget(album.pk)
    if insert(placement, unless_there=True):
        return True
    placement = album.placements.get(photo=photo)
    if placement.trashed_at is None:
        return False
    # One row, and no more locks: several uploads share the album's row here.
    placement.trashed_at = None
    placement.save(update_fields=["trashed_at"])
    return True


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


def section_named(album: Album, title: str) -> Section:
    """The section with this title, made at the end if there is none."""
    title = title.strip()[:120]
    # The album's row is the lock: two folders dropped at once must not make one section twice.
    album.hold()
    known = album.sections.filter(title=title).first()
    if known:
        return known
    if album.sections.count() >= SECTIONS_MOST:
        raise TooManySections
    last: int = album.sections.aggregate(last=Max("rank"))["last"] or 0
    return album.sections.create(studio_id=album.studio_id, title=title, rank=last + 1)


def add_section(album: Album, title: str) -> Section:
    """A new section at the end. Raises TitleTaken, TooManySections."""
    album.hold()
    if album.sections.filter(title=title.strip()[:120]).exists():
        raise TitleTaken
    return section_named(album, title)


def rename_section(section: Section, title: str) -> None:
    """Give a section another title. Raises TitleTaken."""
    title = title.strip()[:120]
    section.album.hold()
    if section.album.sections.filter(title=title).exclude(pk=section.pk).exists():
        raise TitleTaken
    section.title = title
    section.save(update_fields=["title"])


def order_sections(album: Album, ids: Iterable[UUID]) -> None:
    """Give sections the order of `ids`; those not named follow in their old order."""
    album.hold()
    sections = {section.pk: section for section in album.sections.order_by("rank")}
    named = [sections[pk] for pk in dict.fromkeys(ids) if pk in sections]
    rest = [section for section in sections.values() if section not in named]
    for rank, section in enumerate([*named, *rest], start=1):
        if section.rank != rank:
            section.rank = rank
            section.save(update_fields=["rank"])
            section.placements.update(section_rank=rank)
    counts.forget(album.pk)


def delete_section(section: Section) -> None:
    """Remove a heading; its photos stay, in front of all sections."""
    section.album.hold()
    section.placements.update(section=None, section_rank=0)
    section.delete()
    counts.forget(section.album_id)


def move_to_section(album: Album, photos: Iterable[UUID], section: Section | None) -> int:
    """Move photos of the album under a heading (None: in front of all). Returns how many.

    Raises Section.DoesNotExist when it was removed meanwhile.
    """
    album.hold()
    rank = album.sections.get(pk=section.pk).rank if section else 0
    counts.forget(album.pk)
    return album.placements.live().filter(photo_id__in=list(photos)).update(section=section, section_rank=rank)


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What one deed moved to the trash. `at` is the same for all of it, and so names the deed for an undo."""

    photos: list[UUID]
    at: datetime


def take_out(album: Album, photos: Iterable[UUID], *, by: User | None = None) -> TakenOut:
    """Move photos of the album to the trash; one that lies in no other album is trashed as a whole."""
    live = album.placements.live().filter(photo_id__in=list(photos))
    ids = list(live.values_list("photo_id", flat=True))
    now = timezone.now()
    if not ids:
        return TakenOut([], now)
    taken = Photo.objects.for_studio(album.studio_id).filter(pk__in=ids)
    # Held first: of two albums that let go of a photo at one moment, the second sees what the first did.
    list(taken.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    elsewhere = Placement.objects.for_studio(album.studio_id).filter(photo=OuterRef("pk"), trashed_at__isnull=True)
    taken.filter(trashed_at__isnull=True).exclude(Exists(elsewhere.exclude(album_id=album.pk))).update(trashed_at=now)
    album.hold()
    if album.cover_id in ids:
        album.cover_id = None
        album.save(update_fields=["cover"])
    live.filter(photo_id__in=ids).update(trashed_at=now)
    note(album.studio, by, "photos.deleted", album, photos=[str(pk) for pk in ids])
    counts.forget(album.pk)
    return TakenOut(ids, now)


def taken_out_at(album: Album, at: datetime) -> list[UUID]:
    """The photos that one deed took out of the album and that are still out."""
    return list(album.placements.filter(trashed_at=at).values_list("photo_id", flat=True))


def restore(album: Album, photos: Iterable[UUID], *, by: User | None = None) -> int:
    """The reverse of `take_out`. Returns how many came back."""
    gone = album.placements.filter(photo_id__in=list(photos), trashed_at__isnull=False)
    ids = list(gone.values_list("photo_id", flat=True))
    Photo.objects.for_studio(album.studio_id).filter(pk__in=ids).update(trashed_at=None)
    album.hold()
    back = gone.filter(photo_id__in=ids).update(trashed_at=None)
    if back:
        note(album.studio, by, "photos.restored", album, photos=[str(pk) for pk in ids])
        counts.forget(album.pk)
    return back
