"""Sections by number of people: proposed for the photos that lie in none, made by one act that one undo takes back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.accounts.long_tasks import Task
from apps.accounts.models import JournalEntry, User
from apps.albums import bulk, filing
from apps.albums.models import Album
from apps.faces.choice import NUMBERS, photos_of_number
from apps.faces.consent import require_on
from apps.faces.models import Face, Scan

#: Titles that are proposed, by the name of a number in `choice.NUMBERS`.
TITLES: Final = {"none": "Details", "one": "Portraits", "few": "Small groups", "many": "Large groups"}


@dataclass(frozen=True, slots=True)
class ProposedSet:
    """A section that may be made. number: a name of `NUMBERS`.  photos: how many of those in no section go into it."""

    number: str
    words: str
    title: str
    photos: int


def propose(album: Album) -> list[ProposedSet]:
    """One for each number of people of which there are photos."""
    sets = [
        ProposedSet(number, words, TITLES[number], _loose(album, number).count())
        for number, (words, _, _) in NUMBERS.items()
    ]
    return [one for one in sets if one.photos]


def not_looked_at(album: Album) -> int:
    """Photos in no section of which nobody knows yet who is in them."""
    scans, faces = Scan.objects.for_studio(album.studio_id), Face.objects.for_studio(album.studio_id)
    loose = album.placements.live().filter(section__isnull=True)
    return (
        loose.exclude(Exists(scans.filter(photo_id=OuterRef("photo_id"))))
        .exclude(Exists(faces.filter(photo_id=OuterRef("photo_id"))))
        .count()
    )


def are_many(album: Album, numbers: Collection[str]) -> bool:
    """True if sections for these numbers of people take more photos than one request may move."""
    return sum(_loose(album, number).count() for number in numbers) > bulk.AT_ONCE


def begin(album: Album, titles: Mapping[str, str], *, by: User) -> Task:
    """Do what `arrange` does as a task. Raises FacesOff, TooManyForTask, TooManyTasks."""
    require_on(album.studio)
    chosen = {number: (title, _ids(_loose(album, number))) for number, title in titles.items()}
    return filing.begin_filing(album, chosen, by=by)


def arrange(album: Album, titles: Mapping[str, str], *, by: User) -> JournalEntry | None:
    """Put the photos that lie in no section into sections by number of people. None if there are none.

    titles: of the sections that are wanted, by the name of a number in `NUMBERS`; two may share one.
    Raises FacesOff, TooManySections.
    """
    require_on(album.studio)
    headings: dict[str, list[UUID]] = {}
    for number, title in titles.items():
        headings.setdefault(title, []).extend(_ids(_loose(album, number)))
    return filing.file_loose(album, headings, by=by)


def _loose(album: Album, number: str) -> QuerySet[Any]:
    loose = album.placements.live().filter(section__isnull=True)
    inside = loose.order_by().values("photo_id")
    return loose.filter(photo_id__in=photos_of_number(album.studio_id, number, inside))


def _ids(placements: QuerySet[Any]) -> list[UUID]:
    return list(placements.order_by("sort_key", "id").values_list("photo_id", flat=True))
