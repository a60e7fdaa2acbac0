"""Files of one shot as one photo: RAW and JPEG, a still and its moving part. One is shown, the others lie beside it.

Two photos are joined by giving the file of one to the other; the emptied one goes. Taking that back makes it again,
with its id, from what its version remembers. Which shots belong together is decided by who joins (`uploads.pairing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils import timezone

from apps.accounts import journal
from apps.accounts.journal import Changes, Undoing
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import counts, photo_versions, placements
from apps.albums.models import Album, Photo, PhotoState, Version, VersionKind
from apps.albums.ordering import refresh_keys
from apps.web.ids import uuid7
from apps.web.refusal import Refusal

PHOTO, VERSION = (model._meta.label_lower for model in (Photo, Version))
# What a photo knows of its own file beyond its look, kept while it is part of another.
_OWN: Final = ("facts", "camera_name")
BESIDE: Final = {"raw": VersionKind.RAW, "video": VersionKind.LIVE}


class Single(Refusal):
    """The file is all that the photo has."""

    status = 409
    code = "single"
    sentence = "This photo has no other file."


@dataclass(frozen=True, slots=True)
class _Move:
    """A version that changes its photo. source, target: ids of photos."""

    version: UUID
    source: UUID
    target: UUID


def join(keeper: Photo, other: Photo, *, by: User | None) -> JournalEntry:
    """Make the file of `other` one of `keeper`, and let the picture be shown rather than RAW or a video.

    `other` goes; call it only for a photo of which nothing has been said yet. Both rows are locked.
    """
    studio, mine = keeper.studio, Photo.objects.for_studio(keeper.studio_id)
    watch = journal.Watch(studio)
    watch.rows(mine.filter(pk=keeper.pk), *photo_versions.COLUMNS, "beside")
    version = Version.objects.for_studio(studio).get(photo_id=other.pk)
    files = Version.objects.for_studio(studio)
    watch.rows(files.filter(photo_id__in=[keeper.pk, other.pk]), "photo_id", "kind")
    albums = _albums_of(keeper)
    aside = other if other.kind in BESIDE else keeper
    version.look = photo_versions.look_of(other) | {name: getattr(other, name) for name in _OWN}
    version.name = other.camera_name
    version.kind = BESIDE.get(other.kind, VersionKind.ORIGINAL)
    version.photo_id, version.is_current = keeper.pk, False
    version.save(update_fields=["look", "name", "kind", "photo", "is_current"])
    mine.filter(pk=other.pk).delete()
    keeper.beside = "raw" if aside.kind == "raw" else "live"
    keeper.save(update_fields=["beside"])
    if aside is keeper:
        files.filter(photo_id=keeper.pk, blob_id=keeper.original_id).update(kind=BESIDE[keeper.kind])
        photo_versions.put(version, keeper)
    _forget_counts(albums)
    return journal.record(
        studio,
        by=by,
        verb="photo.joined",
        subject=keeper,
        albums=albums,
        things=[keeper.pk],
        changes=watch.changes(),
        name=other.camera_name,
        photo=keeper.camera_name,
    )


def split(version: Version, *, by: User) -> JournalEntry:
    """Make a file that its photo does not show a photo of its own, in the same galleries. Raises Single."""
    if version.is_current or not version.look or version.kind == VersionKind.GOLD:
        raise Single
    studio = version.studio
    keeper = Photo.objects.for_studio(studio).select_related("studio").get(pk=version.photo_id)
    watch = journal.Watch(studio)
    watch.rows(Photo.objects.for_studio(studio).filter(pk=keeper.pk), "beside")
    watch.rows(Version.objects.for_studio(studio).filter(pk=version.pk), "photo_id", "kind")
    fresh = _made_again(studio, _Move(version.pk, keeper.pk, uuid7()))
    Version.objects.for_studio(studio).filter(pk=version.pk).update(photo_id=fresh, kind=VersionKind.ORIGINAL)
    photo_versions.mark_current(Photo.objects.for_studio(studio).get(pk=fresh))
    shot = Version.objects.for_studio(studio).filter(photo_id=keeper.pk).exclude(kind=VersionKind.RETOUCHED)
    if shot.count() < 2:
        keeper.beside = ""
        keeper.save(update_fields=["beside"])
    albums = _albums_of(keeper)
    _forget_counts(albums)
    return journal.record(
        studio,
        by=by,
        verb="photo.split",
        subject=keeper,
        albums=albums,
        things=[keeper.pk, fresh],
        changes=watch.changes(),
        name=version.name or keeper.camera_name,
        photo=keeper.camera_name,
    )


def undo(undoing: Undoing) -> None:
    """Take back that files were joined or split. Raises ChangedSince, Erased."""
    studio = undoing.studio
    moves = [
        _Move(UUID(row.id), UUID(row.before["photo_id"]), UUID(row.after["photo_id"]))
        for row in undoing.changes.of(VERSION)
        # Of the other file of the shot only the kind changed.
        if row.before and row.after and "photo_id" in row.after
    ]
    files, shown = _only(undoing.changes, VERSION), _only(undoing.changes, PHOTO)
    there = set(Photo.objects.for_studio(studio).filter(pk__in=[m.target for m in moves]).values_list("pk", flat=True))
    if all(move.target in there for move in moves):
        _release(studio, moves)
        journal.write(studio, files)
        Photo.objects.for_studio(studio).filter(pk__in=[move.source for move in moves], versions__isnull=True).delete()
        journal.write(studio, shown)
    else:
        # No two photos show one file: the one that stays turns back to its own before the other comes again.
        journal.write(studio, shown)
        for move in moves:
            _made_again(studio, move)
        _release(studio, moves)
        journal.write(studio, files)
    touched = {pk for move in moves for pk in (move.source, move.target)}
    for photo in Photo.objects.for_studio(studio).filter(pk__in=touched).order_by("pk"):
        photo_versions.mark_current(photo)
    _forget_counts(undoing.entry.albums)


def _only(changes: Changes, table: str) -> Changes:
    return Changes({table: changes.of(table)})


def _release(studio: Studio, moves: list[_Move]) -> None:
    """A photo has one file that is shown: those that move are none until they have arrived."""
    Version.objects.for_studio(studio).filter(pk__in=[move.version for move in moves]).update(is_current=False)


def _made_again(studio: Studio, move: _Move) -> UUID:
    """The photo `move.target` of a version that lies beside another photo, where that one lies."""
    version = Version.objects.for_studio(studio).get(pk=move.version)
    keeper = Photo.objects.for_studio(studio).get(pk=move.source)
    known = version.look
    photo = Photo(
        id=move.target,
        studio=studio,
        original_id=version.blob_id,
        camera_name=known.get("camera_name") or version.name or keeper.camera_name,
        uploaded_by_id=version.uploaded_by_id or keeper.uploaded_by_id,
        state=PhotoState.READY,
        facts=known.get("facts") or keeper.facts,
        taken_at=keeper.taken_at,
        taken_offset=keeper.taken_offset,
        created_at=version.created_at,
        updated_at=timezone.now(),
        **{name: known[name] for name in photo_versions.LOOK},
    )
    photo.save(force_insert=True)
    for placement in keeper.placements.live().select_related("album", "section").order_by("album_id"):
        album: Album = placement.album
        album.studio = studio
        placements.place(album, photo, section=placement.section)
    refresh_keys(photo)
    return photo.pk


def _albums_of(photo: Photo) -> list[UUID]:
    return list(photo.placements.live().values_list("album_id", flat=True))


def _forget_counts(albums: list[UUID]) -> None:
    for album_id in albums:
        counts.forget(album_id)
