"""Photos chosen by who is in them, and by how many people are. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.faces.models import Face, Scan

#: People asked for at once.
MOST_CHOSEN: Final = 4
#: Numbers of people in a photo: name in addresses -> words, at least, at most.
NUMBERS: Final[dict[str, tuple[str, int, int | None]]] = {
    "none": ("No people", 0, 0),
    "one": ("One person", 1, 1),
    "few": ("2–5 people", 2, 5),
    "many": ("More than 5 people", 6, None),
}


@dataclass(frozen=True)
class PeopleChoice:
    """Which photos are asked for. either: any of the people is enough; else all of them are in each photo.

    number: how many people are in each photo, a name of `NUMBERS`; "" for any number.
    """

    people: tuple[UUID, ...] = ()
    either: bool = False
    number: str = ""

    @property
    def query(self) -> str:
        """The part of an address that asks for it; "" for all photos."""
        parts = [f"people={','.join(map(str, self.people))}"] if self.people else []
        parts += ["with=either"] if self.either and len(self.people) > 1 else []
        parts += [f"number={self.number}"] if self.number else []
        return "&".join(parts)

    def toggled(self, person_id: UUID) -> Self:
        """With this person too, or without them. Of more than the most, the first one goes."""
        if person_id in self.people:
            return replace(self, people=tuple(one for one in self.people if one != person_id))
        return replace(self, people=(*self.people, person_id)[-MOST_CHOSEN:])


def photos_with(studio_id: UUID, people: Sequence[UUID], *, either: bool) -> QuerySet[Any]:
    """The ids of the photos in which all of these people are, or any of them, as a query; of nobody, none."""
    faces = Face.objects.for_studio(studio_id).filter(is_ignored=False)
    if either:
        return faces.filter(person_id__in=people).values("photo_id")
    if not people:
        return faces.none().values("photo_id")
    first, *others = people
    photos: QuerySet[Any] = faces.filter(person_id=first)
    for other in others:
        photos = photos.filter(photo_id__in=faces.filter(person_id=other).values("photo_id"))
    return photos.values("photo_id")


def photos_of_number(studio_id: UUID, number: str, inside: QuerySet[Any]) -> QuerySet[Any]:
    """Of these photos (a query of ids) those with so many people, whoever they are; a name of `NUMBERS`.

    Ignored faces and people do not count. A photo at which nobody has looked yet is none without people.
    """
    _, least, most = NUMBERS[number]
    faces = Face.objects.for_studio(studio_id).filter(photo_id__in=inside, is_ignored=False)
    faces = faces.exclude(person__is_ignored=True).order_by()
    if not least:
        seen = Scan.objects.for_studio(studio_id).filter(photo_id__in=inside)
        return seen.filter(~Exists(faces.filter(photo_id=OuterRef("photo_id")))).values("photo_id")
    so_many = Q(people__gte=least) if most is None else Q(people__range=(least, most))
    return faces.values("photo_id").annotate(people=Count("pk")).filter(so_many).values("photo_id")
