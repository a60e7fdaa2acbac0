"""A camera whose clock was wrong: the moments of its photos are moved together, in the record and never in the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min
from django.db.models.fields.json import KT
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, User
from apps.accounts.tenancy import StudioQuerySet
from apps.albums import ordering
from apps.albums.models import Album, Photo
from apps.web.refusal import Refusal

#: A camera that was never set is off by years; more is a slip of the pen.
MOST_SECONDS = 20 * 366 * 24 * 3600
MOST_CAMERAS = 50
PREVIEWED = 12


class NoSuchCamera(Refusal):
    """No photo of the gallery with a known time is of this camera."""

    status = 422
    code = "no_such_camera"
    sentence = "No photo in this gallery that has a time was taken with this camera."


class TooFar(Refusal):
    """The shift leads out of the calendar."""

    status = 422
    code = "too_far"
    sentence = "That is more than 20 years."


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera of a gallery. model: as in the files.  first, last: of its photos there."""

    model: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class ShiftPreview:
    """What a shift would do. order: names of the gallery's first photos by time, those that move marked."""

    count: int
    before: datetime
    after: datetime
    order: list[tuple[str, bool]]


def cameras(album: Album) -> list[Camera]:
    """The cameras of a gallery's photos that have a time, the busiest first. One query."""
    rows = _timed(album).values("model").annotate(n=Count("pk"), first=Min("taken_at"), last=Max("taken_at"))
    found = rows.order_by("-n", "model")[:MOST_CAMERAS]
    return [Camera(row["model"], row["n"], row["first"], row["last"]) for row in found]


def preview(album: Album, model: str, seconds: int) -> ShiftPreview:
    """What `shift` would do, without doing it. Raises NoSuchCamera, TooFar."""
    rows = list(_timed(album).order_by("taken_at", "camera_name").values_list("camera_name", "taken_at", "model"))
    moments = [at for _name, at, of in rows if of == model]
    if not moments:
        raise NoSuchCamera
    step = _step(seconds)
    moved = sorted((at + step if of == model else at, name, of == model) for name, at, of in rows)
    order = [(name, moves) for _at, name, moves in moved[:PREVIEWED]]
    return ShiftPreview(len(moments), moments[0], moments[0] + step, order)


def shift(album: Album, model: str, seconds: int, *, by: User) -> JournalEntry:
    """Move the moments of all photos of one camera in a gallery. They count from now on, whatever the files say.

    seconds: forward, or back if negative.  Raises NoSuchCamera, TooFar.
    """
    studio = album.studio
    step = _step(seconds)
    mine = Photo.objects.for_studio(studio)
    ids = list(_timed(album).filter(model=model).order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise NoSuchCamera
    watch = journal.Watch(studio)
    watch.rows(mine.filter(pk__any=ids), "taken_at", "taken_by_hand")
    mine.filter(pk__any=ids).update(taken_at=F("taken_at") + step, taken_by_hand=True, updated_at=timezone.now())
    zone = studio.hold_zone()
    moved = list(mine.filter(pk__any=ids).only("id", "studio_id", "camera_name", "taken_at", "taken_offset"))
    ordering.refresh_time_keys(studio, moved, zone)
    return journal.record(
        studio,
        by=by,
        verb="photos.clock",
        subject=album,
        things=ids,
        changes=watch.changes(),
        camera=model,
        shift=shift_in_words(seconds),
    )


def shift_in_words(seconds: int) -> str:
    """ "+00:03:12", "-26:00:00": hours, minutes and seconds."""
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02}:{minutes:02}:{rest:02}"


def _step(seconds: int) -> timedelta:
    if abs(seconds) > MOST_SECONDS:
        raise TooFar
    return timedelta(seconds=seconds)


def _timed(album: Album) -> StudioQuerySet[Any]:
    rows: StudioQuerySet[Any] = Photo.objects.for_studio(album.studio_id).filter(
        placements__album_id=album.pk, placements__trashed_at__isnull=True, taken_at__isnull=False
    )
    return rows.annotate(model=KT("facts__model")).exclude(model="").exclude(model=None)
