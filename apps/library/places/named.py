"""Places that a studio names: made, changed, forgotten. Run in `acting_in(studio)`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from apps.accounts import journal
from apps.accounts.journal import Undoing
from apps.accounts.models import JournalEntry, Studio, User
from apps.library.place_models import NamedPlace, PhotoPlace
from apps.library.places import locate
from apps.web.refusal import Refusal

MOST = 1_000
BATCH = 1_000
_INSIDE = """
    select k.photo_id from library_photoplace k
    cross join lateral library_boxes(%(lat)s, %(lon)s, %(km)s) as b (area)
    where k.studio_id = %(studio)s and k.latitude is not null
        and k.latitude between ((b.area)[1])[1] and ((b.area)[0])[1]
        and k.longitude between ((b.area)[1])[0] and ((b.area)[0])[0]
        and library_km(k.latitude, k.longitude, %(lat)s, %(lon)s) <= %(km)s
"""


class PlaceNameTaken(Refusal):
    """Two places of one name would be one to a search."""

    status = 409
    code = "name_taken"
    sentence = "You already have a place with this name."


class TooManyPlaces(Refusal):
    """The list would not be one any more."""

    status = 409
    code = "too_many"
    sentence = f"A studio names at most {MOST:,} places."


def create(studio: Studio, *, by: User, **values: Any) -> tuple[NamedPlace, JournalEntry]:
    """Name a place. values: name, latitude, longitude (degrees), radius (metres).

    Raises PlaceNameTaken, TooManyPlaces.
    """
    if NamedPlace.objects.for_studio(studio).count() >= MOST:
        raise TooManyPlaces
    place = NamedPlace(studio=studio, **values)
    _save(place, force_insert=True)
    watch = journal.Watch(studio)
    watch.made(place)
    _follow(place, [])
    return place, journal.record(
        studio, by=by, verb="place.created", subject=place, changes=watch.changes(), name=place.name
    )


def change(place: NamedPlace, *, by: User, **values: Any) -> JournalEntry | None:
    """Give a place another name, position or radius; None if nothing changes. Raises PlaceNameTaken."""
    changed = {name: value for name, value in values.items() if getattr(place, name) != value}
    if not changed:
        return None
    watch = journal.Watch(place.studio)
    watch.rows(NamedPlace.objects.for_studio(place.studio_id).filter(pk=place.pk), *sorted(changed))
    for name, value in changed.items():
        setattr(place, name, value)
    before = _photos_of(place.studio_id, place.pk)
    _save(place, update_fields=sorted(changed))
    if set(changed) != {"name"}:
        _follow(place, before)
    return journal.record(
        place.studio, by=by, verb="place.changed", subject=place, changes=watch.changes(), name=place.name
    )


def remove(place: NamedPlace, *, by: User) -> JournalEntry:
    """Forget a place; its photos stay, in the city where they are."""
    watch = journal.Watch(place.studio)
    watch.removed(place)
    before, pk = _left(place.studio_id, [place.pk]), place.pk
    place.delete()
    locate.name_again(place.studio_id, before)
    place.pk = pk
    return journal.record(
        place.studio, by=by, verb="place.removed", subject=place, changes=watch.changes(), name=place.name
    )


def undo(undoing: Undoing) -> None:
    """Take back an act on a named place. Raises ChangedSince, Erased, PlaceNameTaken."""
    studio = undoing.studio
    ids = undoing.changes.ids(NamedPlace._meta.label_lower)
    before = _left(studio.pk, ids)
    try:
        with transaction.atomic():
            journal.write(studio, undoing.changes)
    except IntegrityError:
        raise PlaceNameTaken from None
    locate.name_again(studio.pk, before)
    for place in NamedPlace.objects.for_studio(studio).filter(pk__in=ids):
        _follow(place, [])


def _save(place: NamedPlace, **how: Any) -> None:
    try:
        with transaction.atomic():
            place.save(**how)
    except IntegrityError:
        raise PlaceNameTaken from None


def _photos_of(studio_id: UUID, place_id: UUID) -> list[UUID]:
    return list(PhotoPlace.objects.for_studio(studio_id).filter(named_id=place_id).values_list("photo_id", flat=True))


def _left(studio_id: UUID, places: list[UUID]) -> list[UUID]:
    """Let the photos of places lie in none. Returns them.

    What the foreign key would do on delete it does as the tables' owner, to whom row-level security shows no photo for
    the index.
    """
    photos = [photo for pk in places for photo in _photos_of(studio_id, pk)]
    PhotoPlace.objects.for_studio(studio_id).filter(named_id__in=places).update(named=None)
    return photos


def _follow(place: NamedPlace, before: list[UUID]) -> None:
    """Photos that came into the place or left it learn of it. before: those that lay in it."""
    values: dict[str, Any] = {
        "lat": place.latitude, "lon": place.longitude, "km": place.radius / 1000, "studio": place.studio_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSIDE, values)
        inside = [pk for (pk,) in cursor.fetchall()]
    photos = list(dict.fromkeys([*before, *inside]))
    for start in range(0, len(photos), BATCH):
        locate.name_again(place.studio_id, photos[start : start + BATCH])
