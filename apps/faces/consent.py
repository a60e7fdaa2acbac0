"""Switching faces on, with a text that somebody answers for, and off again. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums.models import Album
from apps.faces.models import ERASE, SCAN, FaceSettings, GalleryFaces, hold
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.web.compiled_queries import Compiled
from apps.web.refusal import Refusal

#: Raise with every change of the text: who agreed is asked for by version.
VERSION: Final = 1
TEXT: Final = (
    "Glassine looks for faces in your photos and computes 128 numbers for each, by which it finds the same person in "
    "other photos of your studio. In the law of many countries these are biometric data: you need a reason to process "
    "them, as a rule the consent of the people in the photos.",
    "All of it is computed and kept on this installation. Nothing is sent anywhere, and no other studio is compared.",
    "You can switch faces off at any time. Then all numbers, outlines and pictures of faces are deleted within "
    "24 hours. You can also erase one person.",
)


class FacesOff(Refusal):
    """The studio has not switched faces on."""

    status = 409
    code = "faces_off"
    sentence = "Faces are switched off in this studio."


class StillErasing(Refusal):
    """What was computed before is not gone yet."""

    status = 409
    code = "faces_erasing"
    sentence = "What was computed before is still being deleted. Try again in a few minutes."


class NotAgreed(Refusal):
    """Nobody said that they may do this."""

    status = 422
    code = "not_agreed"
    sentence = "Confirm that you may have the faces in your photos processed."


@dataclass(frozen=True, slots=True)
class _Of:
    """The settings of this studio."""

    studio: UUID


def _settings(of: _Of) -> QuerySet[FaceSettings]:
    return FaceSettings.objects.for_studio(of.studio)


_SETTINGS: Final = Compiled(_settings)


def settings_of(studio: Studio) -> FaceSettings:
    """The studio's row; one that is not saved, and off, if there is none."""
    for row in _SETTINGS(_Of(studio.pk)):
        row.studio = studio
        return row
    return FaceSettings(studio=studio)


def require_on(studio: Studio) -> FaceSettings:
    """Raises FacesOff."""
    settings = settings_of(studio)
    if not settings.is_on:
        raise FacesOff
    return settings


def switch_on(studio: Studio, *, by: User, agreed: bool, in_all_galleries: bool) -> FaceSettings:
    """Have faces found from now on, in every gallery or in those that are chosen. Raises NotAgreed, StillErasing."""
    if not agreed:
        raise NotAgreed
    hold(studio)
    settings = settings_of(studio)
    if settings.erasing:
        raise StillErasing
    if not settings.is_on:
        settings.is_on, settings.off_at = True, None
        settings.consent_by, settings.consent_at, settings.consent_version = by, timezone.now(), VERSION
        journal.note(studio, by, "faces.on", version=VERSION)
    settings.galleries_on = in_all_galleries
    settings.save()
    return settings


def switch_off(studio: Studio, *, by: User, keeps_names: bool = False) -> FaceSettings:
    """Find no more faces and delete all that was computed, in the background (see `erasing`).

    keeps_names: the people with a name stay, without a face. Switching off twice is switching off once.
    """
    hold(studio)
    settings = settings_of(studio)
    if settings.is_on:
        settings.is_on, settings.erasing, settings.keeps_names = False, True, keeps_names
        settings.off_at = timezone.now()
        settings.save()
        journal.note(studio, by, "faces.off", keeps_names=keeps_names)
        # Deleting does not wait behind photos that nobody is to look at any more.
        Job.objects.for_studio(studio).filter(kind=SCAN, state=State.PENDING).delete()
        queue.put(studio, ERASE, studio.pk, queue=Queue.DEFAULT, again=True)
    return settings


def set_gallery(album: Album, is_on: bool, *, by: User) -> JournalEntry | None:
    """Have faces found in this gallery, or not. What was found there stays until its people are erased.

    Raises FacesOff when it is to be switched on while the studio is off.
    """
    if is_on:
        require_on(album.studio)
    if is_on_in(album) == is_on:
        return None
    GalleryFaces.objects.for_studio(album.studio_id).update_or_create(
        studio_id=album.studio_id, album=album, defaults={"is_on": is_on}
    )
    return journal.record(album.studio, by=by, verb="faces.gallery", subject=album, on=is_on)


def is_on_in(album: Album) -> bool:
    """True if faces are found in this gallery."""
    settings = settings_of(album.studio)
    if not settings.is_on:
        return False
    own = GalleryFaces.objects.for_studio(album.studio_id).filter(album_id=album.pk).first()
    return settings.galleries_on if own is None else own.is_on


def wanted(studio_id: UUID, photos: Iterable[UUID] | None = None, *, album_id: UUID | None = None) -> list[UUID]:
    """Of these photos (of this gallery, of the studio) those in which faces are to be found.

    They lie in a gallery where that is on, and neither they nor their place there is in the trash.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _WANTED,
            {"studio": studio_id, "photos": None if photos is None else list(photos), "album": album_id},
        )
        return [row[0] for row in cursor.fetchall()]


_WANTED: Final = """
    select distinct p.photo_id
    from albums_placement p
    join albums_photo k on k.studio_id = p.studio_id and k.id = p.photo_id
    join albums_album a on a.studio_id = p.studio_id and a.id = p.album_id
    join faces_facesettings s on s.studio_id = p.studio_id
    left join faces_galleryfaces g on g.studio_id = p.studio_id and g.album_id = p.album_id
    where p.studio_id = %(studio)s and s.is_on and coalesce(g.is_on, s.galleries_on)
        and p.trashed_at is null and a.trashed_at is null and k.trashed_at is null and k.state = 'ready'
        and (%(photos)s::uuid[] is null or p.photo_id = any(%(photos)s))
        and (%(album)s::uuid is null or p.album_id = %(album)s)
"""
