"""The files of a photo: another one becomes the one that is shown, and all that was said of the photo stays.

A photo's row tells of the file that is shown: `original` is its bytes, and sizes, colour and hash are its. All files of
a photo are rows of `Version`; each keeps what is learned of it, so that going back needs no decoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, User
from apps.accounts.tenancy import Works
from apps.albums import counts
from apps.albums.filenames.names import camera_name
from apps.albums.models import Album, Photo, Version, VersionKind
from apps.web.refusal import Refusal

#: What the photo's row takes over from the file that is shown.
LOOK = ("width", "height", "color", "phash", "fingerprint_version", "kind", "duration_ms", "recipe")
COLUMNS = ("original_id", "retouched_at", *LOOK)


class VersionNotReady(Refusal):
    """The version has not been processed yet."""

    status = 409
    code = "not_ready"
    sentence = "This version is still being processed. Try again in a moment."


def look_of(photo: Photo) -> dict[str, Any]:
    """What is known of the file that is shown, as a version keeps it."""
    return {name: getattr(photo, name) for name in LOOK}


def stem_of(name: str) -> str:
    """A file's name without its ending, as names are compared."""
    return (name.rpartition(".")[0] or name).casefold()


def namesake(album: Album, name: str) -> Photo | None:
    """The photo of an album that a file of this name is a version of, whatever its ending.

    Among several of one stem (RAW beside JPEG) it is the one with the same ending; None if that is not told either.
    """
    name = camera_name(name)
    stem = name.rpartition(".")[0] or name
    alike = album.placements.live().filter(photo__camera_name__istartswith=stem).select_related("photo")
    found: dict[UUID, Photo] = {
        one.photo_id: one.photo for one in alike if stem_of(one.photo.camera_name) == stem.casefold()
    }
    same = [photo for photo in found.values() if photo.camera_name.casefold() == name.casefold()]
    for candidates in (same, list(found.values())):
        if len(candidates) == 1:
            candidates[0].studio = album.studio
            return candidates[0]
    return None


@dataclass(frozen=True, slots=True)
class Recognised:
    """Of files that are about to be sent, by their place in the list: those that an album has by name and size, and
    those of which it has one photo by the same name.
    """

    same: list[int]
    alike: list[int]


def recognised(album: Album, files: Sequence[tuple[str, int]]) -> Recognised:
    """What an album knows of files by name and size in bytes. A guess before they are hashed. One query."""
    lying = album.placements.live().values("photo_id")
    rows = Version.objects.for_studio(album.studio_id).filter(photo_id__in=lying)
    held: set[tuple[str, int]] = set()
    by_name: dict[str, set[UUID]] = {}
    by_stem: dict[str, set[UUID]] = {}
    for photo_id, name, own, size in rows.values_list("photo_id", "photo__camera_name", "name", "blob__size"):
        held.add(((own or name).casefold(), size))
        by_name.setdefault(name.casefold(), set()).add(photo_id)
        by_stem.setdefault(stem_of(name), set()).add(photo_id)
    same, alike = [], []
    for index, (sent, size) in enumerate(files):
        name = camera_name(sent)
        if (name.casefold(), size) in held:
            same.append(index)
        elif 1 in (len(by_name.get(name.casefold(), ())), len(by_stem.get(stem_of(name), ()))):
            alike.append(index)
    return Recognised(same, alike)


def show(version: Version, *, by: User | None, verb: str = "photo.version_chosen") -> JournalEntry | None:
    """Make a version the file that the photo shows; None if it is already. Its `look` must be known.

    Marks, comments, place in the order and camera name stay. Raises VersionNotReady.
    """
    if not version.look or version.kind == VersionKind.GOLD:
        raise VersionNotReady
    mine = Photo.objects.for_studio(version.studio_id)
    photo = mine.select_related("studio").get(pk=version.photo_id)
    watch = journal.Watch(photo.studio)
    watch.rows(mine.filter(pk=photo.pk), *COLUMNS)
    photo.refresh_from_db(fields=["original", "state", *LOOK], from_queryset=mine)
    if photo.original_id == version.blob_id:
        return None
    put(version, photo)
    albums = list(photo.placements.live().values_list("album_id", flat=True))
    for album_id in albums:
        counts.forget(album_id)
    return journal.record(
        photo.studio,
        by=by,
        verb=verb,
        subject=photo,
        albums=albums,
        things=[photo.pk],
        changes=watch.changes(),
        name=version.name or photo.camera_name,
        photo=photo.camera_name,
    )


def put(version: Version, photo: Photo) -> None:
    """Let the photo show this file of its own. The row is held and fresh; who calls writes the journal."""
    versions = Version.objects.for_studio(version.studio_id).filter(photo_id=photo.pk)
    # What was learned of the file that leaves is kept for the way back, beside what it knew before.
    for left in versions.filter(blob_id=photo.original_id):
        left.look |= look_of(photo)
        left.save(update_fields=["look"])
    photo.original_id = version.blob_id
    photo.retouched_at = version.created_at if version.kind == VersionKind.RETOUCHED else None
    for name in LOOK:
        setattr(photo, name, version.look[name])
    photo.updated_at = timezone.now()
    photo.save(update_fields=["original", "retouched_at", "updated_at", *LOOK])
    mark_current(photo)


def choose(version: Version, *, by: User) -> JournalEntry | None:
    """Show a file that the photo had before; None if it is shown already. Raises VersionNotReady."""
    return show(version, by=by) if not version.is_current else None


def by_hash(member: Works, hashes: Sequence[str]) -> dict[str, UUID]:
    """Which of these files (sha256) are files of photos that the member sees, out of the trash. One query."""
    rows = Version.objects.for_studio(member.studio).filter(
        blob__sha256__in=hashes,
        photo__in=Photo.objects.visible_to(member).filter(trashed_at__isnull=True),
    )
    return dict(rows.values_list("blob__sha256", "photo_id"))


def mark_current(photo: Photo) -> None:
    """Let the versions say which of them the photo shows. Two statements, for only one may be at any moment."""
    versions = Version.objects.for_studio(photo.studio_id).filter(photo_id=photo.pk)
    versions.filter(is_current=True).exclude(blob_id=photo.original_id).update(is_current=False)
    versions.filter(is_current=False, blob_id=photo.original_id).update(is_current=True)


def of_photo(photo: Photo) -> list[Version]:
    """A photo's files, the newest first."""
    rows = Version.objects.for_studio(photo.studio_id).filter(photo_id=photo.pk)
    return list(rows.select_related("blob", "uploaded_by").order_by("-created_at", "-id"))


def gold_of(photo: Photo) -> Version | None:
    """The copy of an approved photo that says what the studio says, once it is written."""
    if photo.approved_at is None:
        return None
    rows = Version.objects.for_studio(photo.studio_id).filter(photo_id=photo.pk, kind=VersionKind.GOLD)
    return rows.select_related("blob").order_by("-created_at", "-pk").first()


def owner_of(studio_id: UUID, blob_id: UUID) -> Photo | None:
    """The photo that has these bytes as a file of its own, shown or not."""
    version = Version.objects.for_studio(studio_id).filter(blob_id=blob_id).select_related("photo").first()
    return version.photo if version else None
