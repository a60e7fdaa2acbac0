"""Who is missing: the names of a guest list against the people in a gallery's photos.

The list is compared and told, and not kept. Run in `acting_in(studio)`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from apps.albums.models import Album
from apps.web.refusal import Refusal

#: Guests of one list, and letters of one that is pasted.
MOST: Final = 1_000
LONGEST: Final = 100_000
NAME_LONGEST: Final = 120
_PARTS: Final = re.compile(r"[;,\t|]")
_BLANK: Final = re.compile(r"[^\w]+")


class TooManyGuests(Refusal):
    """More names than a list has."""

    status = 422
    code = "too_many_names"
    sentence = f"A guest list has at most {MOST:,} names."


@dataclass(frozen=True, slots=True)
class Guest:
    """A line of the list. group: what stands behind the name, like "table 7", or ""."""

    name: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """A guest and their photos in the gallery. person: who it is, None if nobody there has such a name."""

    guest: Guest
    person_id: UUID | None
    person: str
    photos: int


@dataclass(frozen=True, slots=True)
class GuestGroup:
    """A table: how many of its guests are in at least one photo."""

    name: str
    seen: int
    guests: int


def read(text: str) -> list[Guest]:
    """The guests of a pasted list or a CSV: one on each line, the group behind a comma, semicolon or tab.

    Empty lines and repetitions are left out. Raises TooManyGuests.
    """
    guests: dict[tuple[str, str], Guest] = {}
    for line in text[:LONGEST].splitlines():
        name, group = (*[" ".join(part.strip(' "').split()) for part in _PARTS.split(line, 1)], "")[:2]
        if name:
            guests.setdefault((_folded(name), group), Guest(name[:NAME_LONGEST], group[:NAME_LONGEST]))
    if len(guests) > MOST:
        raise TooManyGuests
    return list(guests.values())


_COUNTS: Final = """
    select p.id, p.name, count(distinct f.photo_id)
    from faces_person p
    left join faces_face f on f.studio_id = p.studio_id and f.person_id = p.id and not f.is_ignored and exists (
        select from albums_placement q join albums_photo k on k.studio_id = q.studio_id and k.id = q.photo_id
        where q.studio_id = f.studio_id and q.photo_id = f.photo_id and q.album_id = %(album)s
            and q.trashed_at is null and k.trashed_at is null)
    where p.studio_id = %(studio)s and p.name <> '' and not p.is_ignored
    group by p.id
    order by 3 desc, p.id
"""


def seats(album: Album, guests: Iterable[Guest]) -> list[Seat]:
    """Each guest with the number of photos of the gallery that they are in, in the order of the list.

    A name is that of the person who is called so, whatever case and accents; else of the only one whose words are all
    in it, or who has all of its words ("Grandma Rosa" and "Rosa").
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"studio": album.studio_id, "album": album.pk})
        people = cursor.fetchall()
    by_name: dict[str, Any] = {}
    for row in people:
        by_name.setdefault(_folded(row[1]), row)
    words = [(set(_folded(row[1]).split()), row) for row in people]
    return [_seat(guest, by_name, words) for guest in guests]


def _seat(guest: Guest, by_name: Mapping[str, Any], words: Sequence[tuple[set[str], Any]]) -> Seat:
    found = by_name.get(_folded(guest.name))
    if found is None:
        mine = set(_folded(guest.name).split())
        near = [row for theirs, row in words if theirs and mine and (theirs <= mine or mine <= theirs)]
        found = near[0] if len(near) == 1 else None
    return Seat(guest, found[0], found[1], found[2]) if found else Seat(guest, None, "", 0)


def groups(seated: Iterable[Seat]) -> list[GuestGroup]:
    """Of each table how many of its guests are in a photo, in the order in which they come."""
    counted: dict[str, list[bool]] = {}
    for seat in seated:
        if seat.guest.group:
            counted.setdefault(seat.guest.group, []).append(seat.photos > 0)
    return [GuestGroup(name, sum(seen), len(seen)) for name, seen in counted.items()]


def _folded(name: str) -> str:
    """Lower case, without accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return _BLANK.sub(" ", "".join(letter for letter in plain if not unicodedata.combining(letter))).strip()
