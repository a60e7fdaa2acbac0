"""The people of what a link shows: who stands above its photos, and the photos that they are in.

A guest learns of a person only by the photos that the link shows, and of nobody whom the studio hides or ignores, or
who said no. Whoever else is asked for is as unknown as a random id. Run in `acting_in(grant.studio)`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet

from apps.albums import counts
from apps.albums.stream import Stream
from apps.faces import consent
from apps.faces.choice import MOST_CHOSEN, PeopleChoice, photos_with
from apps.faces.models import Crop, Face, Passport, Person
from apps.library.folding import words_of
from apps.sharing.access import Grant
from apps.sharing.models import ShowsPeople

#: People above the photos: more than a phone scrolls through is a list, not a strip.
MOST: Final = 60
#: A group without a name is somebody only from so many photos on; below lie passers-by.
LEAST_UNNAMED: Final = 2
#: Words of a choice of photos: those in which all of these people are, or any of them.
BOTH, EITHER = "people", "either"
CHOICE: Final = re.compile(r"(people|either):([0-9a-f-]{36}(?:,[0-9a-f-]{36}){0,3})")


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """A person as a link shows them. name: "" where the link tells none.  photos: of those that the link shows."""

    id: UUID
    name: str
    photos: int


@dataclass(frozen=True)
class PeopleWish(PeopleChoice):
    """Which people's photos a guest asks for."""

    @property
    def what(self) -> str:
        """The word of this choice for a download."""
        return f"{EITHER if self.either else BOTH}:{','.join(map(str, self.people))}" if self.people else ""


def shows_people(grant: Grant) -> bool:
    """True if guests of this link may choose photos by who is in them."""
    return grant.rights.people != ShowsPeople.OFF and consent.is_on_in(grant.shown.album)


def strip(grant: Grant) -> list[ShownPerson]:
    """Everybody in the photos that the link shows, the most frequent first; one query, and for a while none.

    In a large gallery it costs more than the page. What decides who may be shown has it counted afresh at once, what
    only moves faces between people within the seconds that counts are kept (see `faces.listing.forget_counts`).
    """
    told = grant.rights.people == ShowsPeople.NAMES
    rows = counts.remembered("people", grant.shown.album, grant.audience, partial(_counted, grant))
    return [ShownPerson(pk, name if told else "", photos) for pk, name, photos in rows]


def _counted(grant: Grant) -> list[tuple[UUID, str, int]]:
    return list(
        _faces(grant)
        .order_by()
        .values_list("person_id", "person__name")
        .annotate(photos=Count("photo_id", distinct=True))
        .filter(~Q(person__name="") | Q(photos__gte=LEAST_UNNAMED))
        .order_by("-photos", "person_id")[:MOST]
    )


def known(grant: Grant, wanted: Sequence[UUID]) -> tuple[UUID, ...]:
    """Of these people the ones whom the link shows, in this order."""
    asked = list(wanted)[:MOST_CHOSEN]
    if not asked or not shows_people(grant):
        return ()
    found = set(_faces(grant).filter(person_id__in=asked).order_by().values_list("person_id", flat=True).distinct())
    return tuple(pk for pk in asked if pk in found)


def called(grant: Grant, words: Sequence[str]) -> dict[str, tuple[UUID, ...]]:
    """For each word the people whom the link shows by name, and of whose name a word begins so.

    Nobody where it tells no names.  words: folded.
    """
    if not words or grant.rights.people != ShowsPeople.NAMES or not shows_people(grant):
        return {}
    begun = reduce(or_, (Q(person__name__words__contains=f" {word}") for word in words))
    rows = _faces(grant).filter(begun).order_by("person_id").values_list("person_id", "person__name").distinct()[:MOST]
    names = [(pk, words_of(name)) for pk, name in rows]
    return {word: tuple(pk for pk, name in names if any(one.startswith(word) for one in name)) for word in words}


def photos_of(grant: Grant, wish: PeopleWish) -> QuerySet[Any]:
    """The ids of the photos in which these people are, as a query; of whom is not known, none. See `known`."""
    return photos_with(grant.studio.pk, wish.people, either=wish.either)


def only_people(grant: Grant, stream: Stream, wish: PeopleWish) -> Stream:
    """Of what the grant shows only the photos with these people."""
    return replace(stream, only=photos_of(grant, wish))


def read(what: str) -> PeopleWish | None:
    """The people that a word like "people:<id>,<id>" asks for, or None if it is another word."""
    found = CHOICE.fullmatch(what)
    if found is None:
        return None
    try:
        ids = tuple(dict.fromkeys(map(UUID, found[2].split(","))))
    except ValueError:
        return None
    return PeopleWish(ids, either=found[1] == EITHER)


def picture(grant: Grant, person_id: UUID) -> bytes | None:
    """The picture of the face that shows a person best in the photos of the link, a WebP; None for nobody."""
    if not shows_people(grant):
        return None
    chosen = ExpressionWrapper(Q(pk=F("person__thumbnail_id")), output_field=BooleanField())
    faces = _faces(grant).filter(person_id=person_id)
    best = (
        faces.order_by(chosen.desc(nulls_last=True), "-is_trusted", "-size", "pk").values_list("pk", flat=True).first()
    )
    crop = Crop.objects.for_studio(grant.studio).filter(face_id=best).first() if best else None
    return bytes(crop.webp) if crop else None


def _faces(grant: Grant) -> QuerySet[Face]:
    """The faces of people whom guests may know of, in photos that this guest sees."""
    people = Person.objects.for_studio(grant.studio).filter(is_hidden=False, is_ignored=False)
    return Face.objects.for_studio(grant.studio).filter(
        is_ignored=False,
        person__in=people.exclude(passport=Passport.NO),
        photo_id__in=grant.photos().values("photo_id"),
    )
