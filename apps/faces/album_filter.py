"""A gallery in the studio by who is in its photos: what its address asks for, and whom there is to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from apps.accounts.access import Entered
from apps.albums.by_people import ByPeople, PeopleChip
from apps.albums.models import Album
from apps.albums.request_params import readable_uuids
from apps.faces import consent
from apps.faces.choice import MOST_CHOSEN, NUMBERS, PeopleChoice, photos_of_number, photos_with
from apps.faces.models import Face

#: People to choose from: more than this is a search, not a menu.
MOST: Final = 100
UNNAMED: Final = "Someone without a name"
_UNNAMED: Final = ExpressionWrapper(Q(person__name=""), output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class PersonToChoose:
    """A person in a gallery. face_id: shows them.  query: the filter's part of the address with them, or without."""

    name: str
    photos: int
    face_id: UUID
    query: str
    is_on: bool


def read(album: Album, entered: Entered, asked: Mapping[str, str]) -> ByPeople:
    """See `albums.by_people.read`. Contributors do not learn who people are."""
    if entered.is_contributor or not consent.settings_of(album.studio).is_on:
        return ByPeople()
    wish = choice_of(asked)
    names = _names(album, wish.people) if wish.people else {}
    wish = replace(wish, people=tuple(one for one in wish.people if one in names))
    if not wish.query:
        return ByPeople(is_offered=True)
    # Of the gallery's photos, whoever else is in the studio.
    photos = album.placements.live().order_by()
    if wish.people:
        photos = photos.filter(photo_id__in=photos_with(album.studio_id, wish.people, either=wish.either))
    if wish.number:
        inside = album.placements.live().order_by().values("photo_id")
        photos = photos.filter(photo_id__in=photos_of_number(album.studio_id, wish.number, inside))
    chips = [PeopleChip(names[one] or UNNAMED, wish.toggled(one).query) for one in wish.people]
    if wish.number:
        chips.append(PeopleChip(NUMBERS[wish.number][0], replace(wish, number="").query))
    return ByPeople(wish.query, photos.values("photo_id"), tuple(chips), _ways(wish), is_offered=True)


def choice_of(asked: Mapping[str, str]) -> PeopleChoice:
    """What an address asks for: `people` (ids with commas between), `with=either`, `number`, the rest passed over."""
    people = readable_uuids(asked.get("people", "").split(",", MOST_CHOSEN), most=MOST_CHOSEN)
    number = asked.get("number", "")
    return PeopleChoice(tuple(people), asked.get("with") == "either", number if number in NUMBERS else "")


def _ways(wish: PeopleChoice) -> tuple[PeopleChip, ...]:
    several = len(wish.people)
    if several < 2:
        return ()
    return (
        PeopleChip("Both" if several == 2 else "All", replace(wish, either=False).query, not wish.either),
        PeopleChip("Either" if several == 2 else "Any", replace(wish, either=True).query, wish.either),
    )


def _names(album: Album, people: tuple[UUID, ...]) -> dict[UUID, str]:
    """The names of those of these people who are in the gallery."""
    rows = _faces(album).filter(person_id__in=people).order_by().values_list("person_id", "person__name").distinct()
    return dict(rows)


def to_choose(album: Album, wish: PeopleChoice) -> list[PersonToChoose]:
    """Who is in the gallery, those with a name first, then by number of photos; at most `MOST`. Two queries."""
    rows = list(
        _faces(album)
        .order_by()
        .values_list("person_id", "person__name", "person__thumbnail_id")
        .annotate(photos=Count("photo_id", distinct=True), unnamed=_UNNAMED)
        .order_by("unnamed", "-photos", "person_id")[:MOST]
    )
    best = _best_faces(album, [row[0] for row in rows])
    return [
        PersonToChoose(name, photos, thumbnail or best[pk], wish.toggled(pk).query, is_on=pk in wish.people)
        for pk, name, thumbnail, photos, _ in rows
    ]


def _best_faces(album: Album, people: list[UUID]) -> dict[UUID, UUID]:
    faces = _faces(album).filter(person_id__in=people).order_by("person_id", "-is_trusted", "-size", "pk")
    return dict(faces.distinct("person_id").values_list("person_id", "pk"))


def _faces(album: Album) -> QuerySet[Face]:
    return Face.objects.for_studio(album.studio_id).filter(
        is_ignored=False, person__is_ignored=False, photo_id__in=album.placements.live().order_by().values("photo_id")
    )
