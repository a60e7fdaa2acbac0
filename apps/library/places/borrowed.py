"""Photos without a position take that of the photo of the same gallery that was taken nearest in time: a camera without
GPS the places of the phone. Run in `acting_in(studio)`.

What a person said and what the file itself says is never touched. A place that was taken so before is taken again from
the same camera (its clock may have been put right), and from another one only if that is nearer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final
from uuid import UUID

from django.db.models import F, FloatField, Func, Value
from django.db.models.fields.json import KT

from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import JournalEntry, User
from apps.albums import bulk
from apps.albums.models import Album, Photo
from apps.jobs.sliced import Sliced
from apps.library.places import locate
from apps.library.places.locate import Borrowed
from apps.library.places.nearest import InTime, ShotTime
from apps.web.refusal import Refusal

# A quarter of an hour on foot is about the next street; a day is the most that still says something.
MINUTES: Final = 15
MOST_MINUTES: Final = 24 * 60
_COLUMNS: Final = (
    "pk", "taken_at", "taken_offset", "model", "north", "east", "places__latitude", "places__longitude",
    "places__by_hand", "places__from_camera", "places__from_seconds",
)  # fmt: skip


class NoPlacesThere(Refusal):
    """No photo of the gallery could lend its place."""

    status = 422
    code = "no_places_there"
    sentence = "No photo of this camera in this gallery has both a time and a place."


@dataclass(frozen=True, slots=True)
class Lender:
    """A camera with places. model: as in the files.  count: its photos in the gallery that have a place and a time."""

    model: str
    count: int


@dataclass(frozen=True, slots=True)
class BorrowPreview:
    """What `take` would do. photos: that would get a place.  lenders: cameras they would have it from, busiest first.

    largest: the largest gap, in seconds.  left: photos that would stay without a place.
    """

    photos: int
    lenders: list[Lender]
    largest: int
    left: int


@dataclass(frozen=True, slots=True)
class _Shot:
    """A photo. moment: None if its time is unknown.

    position: of its file or said by a person; None if nobody knows or if it was borrowed.
    is_open: neither its file nor a person says where it was taken.  lent: what it borrowed before.
    """

    photo: UUID
    moment: ShotTime | None
    model: str
    position: tuple[float, float] | None
    is_open: bool
    lent: Borrowed | None

    def lends(self, camera: str) -> bool:
        """Its place may be that of another photo. camera: only if it is of this one; "" for any."""
        known = self.moment is not None and self.position is not None
        return known and bool(self.model) and camera in ("", self.model)


def lenders(album: Album) -> list[Lender]:
    """The cameras of the gallery's photos that have a place and a time, the busiest first. One query."""
    return _counted(shot.model for shot in _shots(album) if shot.lends(""))


def preview(album: Album, camera: str, minutes: int) -> BorrowPreview:
    """What `take` would do. camera: its model as in the files, "" for any.  Raises NoPlacesThere. One query."""
    shots = _shots(album)
    found = _found(shots, camera, minutes)
    get = {shot.photo for shot, _ in found}
    left = sum(shot.is_open and shot.lent is None and shot.photo not in get for shot in shots)
    largest = max((borrowed.seconds for _, borrowed in found), default=0)
    return BorrowPreview(len(found), _counted(borrowed.camera for _, borrowed in found), largest, left)


def wanting(album: Album, camera: str, minutes: int) -> list[UUID]:
    """The photos that `take` would give a place, by time.  Raises NoPlacesThere."""
    return [shot.photo for shot, _ in _found(_shots(album), camera, minutes)]


def take(
    album: Album, photos: Collection[UUID], camera: str, minutes: int, *, by: User | None, act: UUID | None = None
) -> JournalEntry | None:
    """Give those of the photos that `preview` counts their places; None if there is none.

    minutes: the greatest distance in time.  act: of which long act this is a slice.
    Raises NoPlacesThere, ActUndone.
    """
    rows = Photo.objects.for_studio(album.studio_id).filter(pk__any=list(photos), trashed_at__isnull=True)
    held = set(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    found = _found(_shots(album), camera, minutes)
    places = {shot.photo: borrowed for shot, borrowed in found if shot.photo in held}
    return locate.borrow(album, places, by=by, act=act, camera=camera) if places else None


def begin(album: Album, photos: Collection[UUID], camera: str, minutes: int, *, by: User) -> Task:
    """Do so with very many photos, as a task. Raises TooManyForTask, TooManyTasks."""
    title = f"Take places from another camera in “{album.title}”"
    return BORROW.begin(album.studio, photos, by=by, title=title, album=str(album.pk), camera=camera, minutes=minutes)


def _do(task: Task, some: TaskSlice) -> int:
    album = bulk.album_of(task)
    return bulk.count(
        task, take(album, some.ids, task.params["camera"], task.params["minutes"], by=task.who, act=task.pk)
    )


def _told(task: Task) -> str:
    return f"Place of {photos_word(task.changed)} set.{bulk.passed_over(task)}"


# -- which photos ------------------------------------------------------------------------------------


def _found(shots: Sequence[_Shot], camera: str, minutes: int) -> list[tuple[_Shot, Borrowed]]:
    """Each photo that gets a place, with that place, by time."""
    lending = [(shot.moment, shot) for shot in shots if shot.moment is not None and shot.lends(camera)]
    if not lending:
        raise NoPlacesThere
    line, found = InTime(lending), []
    wanting = [(shot.moment, shot) for shot in shots if shot.moment is not None and shot.is_open]
    for moment, shot in sorted(wanting, key=lambda pair: (pair[0].wall, pair[1].photo)):
        nearest = line.nearest(moment)
        if nearest is None or nearest[1] > minutes * 60:
            continue
        borrowed = _borrowed(*nearest)
        if shot.lent is None or _is_better(borrowed, shot.lent):
            found.append((shot, borrowed))
    return found


def _borrowed(shot: _Shot, seconds: float) -> Borrowed:
    assert shot.position is not None, "only photos with a position lend it"
    return Borrowed(*shot.position, shot.model, round(seconds))


def _is_better(borrowed: Borrowed, before: Borrowed) -> bool:
    if borrowed.camera == before.camera:
        return borrowed != before
    return borrowed.seconds < before.seconds


def _counted(models: Iterable[str]) -> list[Lender]:
    numbers = Counter(models)
    return [Lender(model, numbers[model]) for model in sorted(numbers, key=lambda model: (-numbers[model], model))]


def _shots(album: Album) -> list[_Shot]:
    """The gallery's photos. One query."""
    rows: Any = Photo.objects.for_studio(album.studio_id).filter(
        placements__album_id=album.pk, placements__trashed_at__isnull=True, trashed_at__isnull=True
    )
    rows = rows.annotate(model=KT("facts__model"), north=_of_file("latitude"), east=_of_file("longitude"))
    zone = album.studio.zone
    return [_shot(row, zone) for row in rows.values(*_COLUMNS).iterator(chunk_size=2_000)]


def _of_file(name: str) -> Func:
    # Not out of the place's row: that of a photo that has just arrived is still to come.
    return Func(F("facts"), Value(name), function="library_number", output_field=FloatField())


def _moment(row: Mapping[str, Any], zone: tzinfo) -> ShotTime | None:
    if row["taken_at"] is None:
        return None
    try:
        return ShotTime.of(row["taken_at"], row["taken_offset"], zone)
    except OverflowError:
        # The year 1 or 9999: no neighbour is near.
        return None


def _shot(row: Mapping[str, Any], zone: tzinfo) -> _Shot:
    in_file = _position(row["north"], row["east"])
    said = _position(row["places__latitude"], row["places__longitude"])
    camera = row["places__from_camera"] or ""
    lent = Borrowed(*said, camera, row["places__from_seconds"]) if camera and said else None
    by_person = bool(row["places__by_hand"]) and lent is None
    return _Shot(
        row["pk"], _moment(row, zone), row["model"] or "", said if by_person else in_file,
        in_file is None and not by_person, lent,
    )  # fmt: skip


def _position(latitude: float | None, longitude: float | None) -> tuple[float, float] | None:
    return None if latitude is None or longitude is None else (latitude, longitude)


BORROW: Final = Sliced("photos.borrow_place", _told, _do)
